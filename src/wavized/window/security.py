"""Who may speak to the local interface: programs of this user, by token, and no web page."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024


class Guard:
    """ASGI middleware: checks Host (DNS rebinding), Origin (cross-site requests), body size and token."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refusal = self._refuse(Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send)

    def _refuse(self, headers: Headers) -> JSONResponse | None:
        if headers.get("host") not in self._hosts:
            return JSONResponse({"error": "Wrong Host"}, status_code=403)
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            return JSONResponse({"error": "Wrong Origin"}, status_code=403)
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return JSONResponse({"error": "Wrong or missing token"}, status_code=401)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES or "transfer-encoding" in headers:
            return JSONResponse({"error": "Request too large"}, status_code=413)
        return None
