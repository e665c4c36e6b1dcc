"""What a connection may cost before it is known who asks: a few descriptors and some seconds, no more.

Anybody on this computer can connect. Connections on which nobody was let in yet give way to newer ones, and
a request must be whole within some seconds. Runs on the window thread.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import MutableMapping
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

MOST_STRANGERS = 64
"""Connections on which nobody was let in; the oldest is closed for a newer one."""
REQUEST_SECONDS = 10.0
"""From the first byte of a request (or the connection) to its last."""

_KNOWN = "wavized.known"
_numbers = itertools.count()


def mark_known(scope: MutableMapping[str, Any]) -> None:
    """Whoever asked this was let in: the connection stays as long as it is used."""
    scope.setdefault("state", {})[_KNOWN] = True


class Connection(H11Protocol):
    """One connection; uvicorn makes it and does the rest."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._number = next(_numbers)
        self._patience: asyncio.TimerHandle | None = None

    @property
    def is_known(self) -> bool:
        """Whether the last request on it was let in."""
        return bool(self.scope and self.scope.get("state", {}).get(_KNOWN))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._expect_a_request()
        strangers = [
            each for each in self.connections
            if isinstance(each, Connection) and not each.is_known and not each.transport.is_closing()
        ]  # fmt: skip
        if len(strangers) > MOST_STRANGERS:
            min(strangers, key=lambda each: each._number).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lean_back()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._expect_a_request()
        super().data_received(data)
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._lean_back()  # it is whole, or beyond help

    def _expect_a_request(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(REQUEST_SECONDS, self._lose_patience)

    def _lean_back(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _lose_patience(self) -> None:
        self._patience = None
        self.transport.abort()
