"""Where the tray meets the daemon: what its menu does, what it shows and says. Draws nothing itself.

`run` holds the main thread; events are heard on whichever thread publishes them.
"""

from __future__ import annotations

from typing import Protocol

from wavized.config.model import Config
from wavized.domain.events import Event, Notice
from wavized.domain.job import Status
from wavized.services.hub import EventHub
from wavized.tray.icon import TrayIcon
from wavized.tray.open_folder import open_folder


class Commanded(Protocol):
    """The daemon, as far as the tray needs it."""

    events: EventHub
    config: Config

    @property
    def is_ready(self) -> bool: ...
    def status(self) -> Status: ...
    def set_paused(self, paused: bool) -> None: ...
    def show(self, page: str = "") -> None: ...
    def stop(self) -> None: ...


class TraySide:
    """The tray of one daemon, shown once."""

    def __init__(self, daemon: Commanded) -> None:
        self._daemon = daemon
        self._icon = TrayIcon(
            daemon.status, _Commands(daemon), lambda text, hint: daemon.events.publish(Notice(text, hint))
        )

    def run(self) -> None:
        """Show the icon until `stop`. Raises TrayUnavailableError where that cannot be or ends early."""
        self._daemon.events.subscribe(self._hear)
        self._icon.run()

    def stop(self) -> None:
        """Take the icon away; any thread may ask, also before `run`."""
        self._icon.stop()

    def _hear(self, event: Event) -> None:
        self._icon.update()
        if isinstance(event, Notice) and self._daemon.config.notifications:
            self._icon.notify(event.message, event.hint)


class _Commands:
    """What the tray's menu does."""

    def __init__(self, daemon: Commanded) -> None:
        self._daemon = daemon

    def pause(self) -> None:
        self._daemon.set_paused(True)

    def resume(self) -> None:
        self._daemon.set_paused(False)

    def open_window(self) -> None:
        self._daemon.show()

    def open_review(self) -> None:
        self._daemon.show("review")

    def open_library(self) -> None:
        open_folder(self._daemon.config.library)

    def quit(self) -> None:
        self._daemon.stop()
