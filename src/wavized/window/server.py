"""The thread that serves the local interface: uvicorn on 127.0.0.1, on the port of the last time where free.

It sleeps while nobody asks. What it serves can be changed while it runs.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import sys
import threading
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from wavized.config.private import write_private
from wavized.window.connections import Connection
from wavized.window.security import Guard
from wavized.window.sessions import Sessions

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
_WAITING = 128
"""How many may wait until they are taken in; the system keeps them for us."""
_TAKEN_AT_ONCE = 8
"""asyncio takes in as many as are said to wait before it looks at any: few, each costs a descriptor."""


class LocalServer:
    """Binds at once (so `port` and `token` are known), serves after `start` until `stop`.

    `port_file` remembers the port, so that an open page finds the next start again. `sessions` let pages in.
    """

    def __init__(self, *, port_file: Path | None = None, sessions: Sessions | None = None) -> None:
        self._socket = _listen(port_file)
        self.port: int = self._socket.getsockname()[1]
        self.token = secrets.token_urlsafe(32)
        self._sessions = sessions
        if sessions is not None:
            sessions.belong_to(self.port)
        self._app: ASGIApp | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp) -> None:
        """Serve `app` behind the guard."""
        self._app = app
        config = uvicorn.Config(
            Guard(self._serve, token=self.token, port=self.port, sessions=self._sessions),
            loop="asyncio",
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            backlog=_TAKEN_AT_ONCE,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config, self._socket)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="window")
        self._thread.start()

    def use(self, app: ASGIApp) -> None:
        """Serve this from the next request on; any thread may call."""
        self._app = app

    def stop(self) -> None:
        """Answer what is being answered and leave."""
        if self._server is not None and self._thread is not None:
            self._server.leave()
            self._thread.join()
        self._socket.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None
        await self._app(scope, receive, send)


class _Server(uvicorn.Server):
    """uvicorn looks ten times a second whether it shall leave; this one is told."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        super().__init__(config)
        self._listening = listening
        self._leaving = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def leave(self) -> None:
        """End the loop; any other thread may call, also before there is a loop."""
        self.should_exit = True
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._leaving.set)
            except RuntimeError:
                log.debug("The window's loop had ended by itself")

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening.listen(_WAITING)  # asyncio has made it as few as it takes in at once
        if not await self.on_tick(0):
            await self._leaving.wait()


def _listen(port_file: Path | None) -> socket.socket:
    """A listening socket: whoever asks before it is served waits until the thread is there."""
    remembered = _read_port(port_file)
    if remembered:
        try:
            return _bind(remembered)
        except OSError:
            log.info("Port %d is taken, so pages that are open must be opened anew", remembered)
    bound = _bind(0)
    if port_file is not None:
        try:
            write_private(port_file, f"{bound.getsockname()[1]}\n".encode())
        except OSError as error:
            log.warning("The port cannot be remembered: %s", error)
    return bound


def _bind(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # right after a restart, too
        bound.bind(("127.0.0.1", port))
        bound.listen(_WAITING)
    except OSError:
        bound.close()
        raise
    return bound


def _read_port(port_file: Path | None) -> int | None:
    try:
        port = int(port_file.read_text(encoding="ascii")) if port_file else 0
    except (OSError, ValueError):
        return None
    return port if 1024 <= port < 65536 else None
