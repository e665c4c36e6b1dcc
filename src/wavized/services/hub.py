"""Passes events on to whoever listens: tray, window, terminal. Any thread may publish."""

from __future__ import annotations

import logging
from collections.abc import Callable

from wavized.domain.events import Event

log = logging.getLogger(__name__)

Listener = Callable[[Event], None]


class EventHub:
    """Implements the `Events` port. A listener that fails is logged and does not stop the others."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, listener: Listener) -> None:
        """Hear every event from now on, on the thread that publishes it; must return quickly."""
        self._listeners = (*self._listeners, listener)

    def publish(self, event: Event) -> None:
        """Tell all listeners."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # a picture that cannot be drawn must not stop the filing
                log.exception("A listener failed on %r", event)
