"""Who may speak to the local interface: commands of this user by token, pages opened from here by cookie.

ASGI middleware on the window thread. Refuses before anything is done, and puts the same strict headers on
every answer.
"""

from __future__ import annotations

import hmac
import logging
import time
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wavized.window.connections import mark_known
from wavized.window.messages import refusal
from wavized.window.sessions import Sessions
from wavized.window.static_files import STATIC
from wavized.window.throttle import Throttle

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
MOST_AT_ONCE = 600
MOST_PER_SECOND = 100.0
"""A page that scrolls through waveforms asks for many things; one that asks for more is at fault."""
MOST_FAILURES = 60
FAILURES_PER_SECOND = 1.0

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_BEARER_ONLY = "/api/tickets"
_OPEN_TO_ALL = "/static/"
"""What needs no login: files that anybody gets with Wavized ..."""
_DOOR = "/enter"
"""... and the door itself, which asks for a ticket."""


class Guard:
    """Checks Host (DNS rebinding), where a request comes from, its body, its rate, and who asks.

    Without `sessions` nobody is let in by cookie.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int, sessions: Sessions | None = None) -> None:
        self._app = app
        self._token = token
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._cookie = cookie_name(port)
        self._sessions = sessions
        self._requests = Throttle(MOST_AT_ONCE, MOST_PER_SECOND)
        self._strangers = Throttle(MOST_AT_ONCE, MOST_PER_SECOND)
        self._failures = Throttle(MOST_FAILURES, FAILURES_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)  # a route may be stricter
                headers.setdefault("Cache-Control", "no-cache" if path.startswith("/static/") else "no-store")
            await send(message)

        headers = Headers(scope=scope)
        refused = self._refuse(scope["method"], path, headers)
        if refused is None and self._is_known(path, headers):
            mark_known(scope)
        await (refused or self._app)(scope, receive, send_guarded)

    def _refuse(self, method: str, path: str, headers: Headers) -> Response | None:
        return (
            self._refuse_origin(path, headers)
            or self._refuse_body(method, headers)
            or self._refuse_person(method, path, headers)
        )

    def _refuse_origin(self, path: str, headers: Headers) -> Response | None:
        if headers.get("host") not in self._hosts:
            return refusal(403, "Wrong Host")
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            return refusal(403, "Wrong Origin")
        # Browsers say so themselves where another page asks. A link to the door may come from anywhere.
        if path != _DOOR and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return refusal(403, "Another page asks")
        return None

    def _refuse_body(self, method: str, headers: Headers) -> Response | None:
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES or "transfer-encoding" in headers:
            return refusal(413, "Request too large")
        # A form of another site cannot send this type without being asked about first.
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method not in ("GET", "HEAD") and kind != "application/json":
            return refusal(415, "Send application/json")
        return None

    def _refuse_person(self, method: str, path: str, headers: Headers) -> Response | None:
        now = time.monotonic()
        if self._is_known(path, headers):
            return None if self._requests.admits(now) else _slow_down()
        if method in ("GET", "HEAD") and path == _DOOR:
            return None  # it costs little, and no stranger shall hold it shut
        if method in ("GET", "HEAD") and path.startswith(_OPEN_TO_ALL):
            return None if self._strangers.admits(now) else _slow_down()
        if not self._failures.admits(now):
            return _slow_down()
        log.warning("A request without a valid login was refused: %s", path[:100])
        return locked_page() if path == "/" and self._sessions else refusal(401, "Wrong or missing token")

    def _is_known(self, path: str, headers: Headers) -> bool:
        """Whether this user's commands ask, or a page that was let in."""
        return self._has_token(headers) or (path != _BEARER_ONLY and self._has_cookie(headers))

    def _has_token(self, headers: Headers) -> bool:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _has_cookie(self, headers: Headers) -> bool:
        if self._sessions is None:
            return False
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return cookie is not None and self._sessions.knows(cookie.value)


def cookie_name(port: int) -> str:
    """Browsers give a cookie to all ports of a computer, so each has its own name."""
    return f"wavized-{port}"


def locked_page() -> Response:
    """What a browser sees that was not let in, in friendly words."""
    return FileResponse(STATIC / "locked.html", status_code=403)


def _slow_down() -> Response:
    answer = refusal(429, "Too many requests", "Wait a moment and try again")
    answer.headers["Retry-After"] = "1"
    return answer
