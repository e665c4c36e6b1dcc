"""What surrounds one daemon: the systemd that started it, if any, and the desktop session it is shown in.

`hold` keeps the main thread; the rest is called on whichever thread it concerns.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from wavized.control.supervisor import Supervisor
from wavized.domain.events import Notice
from wavized.errors import WavizedError
from wavized.ports import Events
from wavized.services.vigil import Vigil
from wavized.tray.surroundings import display_answers
from wavized.trayless import Trayless
from wavized.trayside import TraySide

log = logging.getLogger(__name__)


class Session:
    """`questions` are put to the threads that must live, by their names; `stop` ends `hold`."""

    def __init__(
        self,
        supervisor: Supervisor,
        trayless: Trayless,
        *,
        questions: Mapping[str, Callable[[], Future[None]]],
        events: Events,
        stop: threading.Event,
    ) -> None:
        self._supervisor = supervisor
        self._trayless = trayless
        self._vigil = Vigil(questions)
        self._events = events
        self._stop = stop

    def announce(self, status: str, *, tray: bool) -> None:
        """The daemon does its work now: systemd hears so, and the user where the icon cannot be seen."""
        self._supervisor.trouble = self._trouble
        self._supervisor.ready(status)
        if tray:
            self._trayless.begin()

    def hold(self, tray: TraySide | None) -> None:
        """Until `stop` is set: with the tray's loop where one can be shown."""
        if tray is not None:
            had_display = display_answers()
            try:
                if not self._stop.is_set():
                    tray.run()
                    self._stop.set()
            except WavizedError as error:
                self._do_without(error, had_display)
        self._stop.wait()

    def close(self) -> None:
        """After `stop` was set."""
        self._trayless.close()

    def _do_without(self, error: WavizedError, had_display: bool) -> None:
        """Leave with the session that the icon was part of; run on where there never was one.

        What stayed would be out of sight, and keep the next login's start, which has a display, from running.
        """
        if had_display and not display_answers():
            log.info("%s; its session has ended, and Wavized with it", error.message)
            self._stop.set()
        else:
            self._events.publish(Notice(f"{error.message}; Wavized runs on without it", error.hint))

    def _trouble(self) -> str:
        return self._vigil.trouble(time.monotonic(), {one.name for one in threading.enumerate()})
