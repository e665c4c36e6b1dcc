"""Where no tray icon can be seen: opens the window once for each cause, with what mends it.

Looks once in a start, on the thread `desktop`; what was told and what was put aside is kept in the journal.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from wavized.domain.events import Event, Notice
from wavized.errors import WavizedError
from wavized.logic.desktop_hints import Cause, Surroundings, TrayFinding, tray_finding
from wavized.tray.surroundings import look_around

log = logging.getLogger(__name__)

TOLD, PUT_ASIDE = "tray_hint_told", "tray_hint_put_aside"
"""Settings that hold the cause for which the window was opened, and for which the hint is not wanted."""

HOST_SECONDS = 30.0
"""Panels may come up so much later than what is started along with them."""


class Settings(Protocol):
    """What outlives a start. Any thread may call."""

    def setting(self, key: str) -> str | None: ...
    def put_setting(self, key: str, value: str | None) -> None: ...


class Trayless:
    """`begin` looks, `hint` is for pages until it is put aside. `show` opens the window, `tell` publishes."""

    def __init__(
        self,
        settings: Settings,
        *,
        show: Callable[[], None],
        tell: Callable[[Event], None],
        stop: threading.Event,
        look: Callable[[], Surroundings] = look_around,
        host_seconds: float = HOST_SECONDS,
    ) -> None:
        self._settings = settings
        self._show = show
        self._tell = tell
        self._stop = stop
        self._look = look
        self._host_seconds = host_seconds
        self._finding: TrayFinding | None = None
        self._thread = threading.Thread(target=self._run, name="desktop")

    def begin(self) -> None:
        """Look, and say what there is to say; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """After `stop` was set: wait for the thread."""
        if self._thread.ident is not None:
            self._thread.join()

    def hint(self) -> dict[str, object] | None:
        """What pages show until it is put aside."""
        found = self._finding
        if found is None or self._settings.setting(PUT_ASIDE) == found.cause:
            return None
        return {"message": found.message, "hint": found.hint, "commands": list(found.commands)}

    def put_aside(self) -> None:
        """The user has read it."""
        if self._finding is not None:
            self._settings.put_setting(PUT_ASIDE, self._finding.cause)

    def _run(self) -> None:
        try:
            self._say(self._find())
        except Exception:  # whatever is odd about a desktop, filing goes on
            log.exception("Whether a tray icon can be seen could not be found out")

    def _find(self) -> TrayFinding | None:
        """What is in the way, once a panel had its time to come up."""
        found = tray_finding(self._look())
        if found is not None and found.cause is Cause.NO_HOST and not self._stop.wait(self._host_seconds):
            found = tray_finding(self._look())
        return found

    def _say(self, found: TrayFinding | None) -> None:
        if self._stop.is_set() or (found is not None and found.cause is Cause.NO_DISPLAY):
            return  # without a display there is nothing to open, and the tray itself has said so
        told = self._settings.setting(TOLD)
        if found is None:
            for key in (TOLD, PUT_ASIDE):
                if self._settings.setting(key) is not None:
                    self._settings.put_setting(key, None)
            return
        self._finding = found
        if told == found.cause:
            return
        self._tell(Notice(found.message, found.hint, problem=False))
        try:
            self._show()
        except WavizedError as error:
            log.info("%s", error)
        else:
            self._settings.put_setting(TOLD, found.cause)
