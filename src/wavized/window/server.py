"""The thread that serves the local interface: uvicorn on 127.0.0.1, on a port the system picks."""

from __future__ import annotations

import secrets
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from wavized.window.security import Guard


class LocalServer:
    """Binds at once (so `port` and `token` are known), serves after `start` until `stop`."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.token = secrets.token_urlsafe(32)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp) -> None:
        """Serve `app` behind the guard."""
        config = uvicorn.Config(
            Guard(app, token=self.token, port=self.port),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._socket.listen()  # whoever asks from now on waits until the thread is there
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="window")
        self._thread.start()

    def stop(self) -> None:
        """Answer what is being answered and leave."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._socket.close()
