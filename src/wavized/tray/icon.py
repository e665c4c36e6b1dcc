"""The icon in the system tray. `run` holds the main thread; a helper thread keeps the icon up to date.

Requests arrive through a queue that signal handlers may use too: who calls `update` or `stop` never waits for
the display. Nothing graphical is imported before `run`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from enum import Enum
from queue import Empty, SimpleQueue
from typing import Protocol

from wavized.domain.job import Status
from wavized.errors import WavizedError
from wavized.tray.backend import MENU_HINT, TRAY_HINT, Backend, TrayUnavailableError
from wavized.tray.menu import Action, MenuModel, build

__all__ = ["TrayCommands", "TrayIcon", "TrayUnavailableError"]

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.2
"""Updates that arrive within this time are shown as one."""


class TrayCommands(Protocol):
    """What the menu asks for. Called on the main thread; must return quickly."""

    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def open_window(self) -> None: ...
    def open_review(self) -> None: ...
    def open_library(self) -> None: ...
    def quit(self) -> None: ...


class _Request(Enum):
    UPDATE = "update"
    STOP = "stop"


def _log_only(message: str, hint: str) -> None:
    log.info("%s. %s", message, hint)


class TrayIcon:
    """One icon, shown once: `run` on the main thread, all other methods on any.

    `tell` takes a message and a hint for people: what the tray of this system cannot do. `dock_seconds` is
    how often to look whether a tray has the icon, on plain X11: panels may start late, or anew after a crash.
    """

    def __init__(
        self,
        get_status: Callable[[], Status],
        commands: TrayCommands,
        tell: Callable[[str, str], None] = _log_only,
        dock_seconds: float = 5.0,
    ) -> None:
        self._get_status = get_status
        self._tell = tell
        self._dock_seconds = dock_seconds
        self._commands = {
            Action.PAUSE: commands.pause,
            Action.RESUME: commands.resume,
            Action.OPEN_WINDOW: commands.open_window,
            Action.OPEN_REVIEW: commands.open_review,
            Action.OPEN_LIBRARY: commands.open_library,
            Action.QUIT: commands.quit,
        }
        self._requests: SimpleQueue[_Request] = SimpleQueue()
        self._messages: SimpleQueue[str] = SimpleQueue()
        self._stopping = False

    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping

    def update(self) -> None:
        """The status may have changed."""
        self._requests.put(_Request.UPDATE)

    def notify(self, message: str, hint: str = "") -> None:
        """Pop up something that a person should know once, where the system can."""
        self._messages.put(f"{message}. {hint}" if hint else message)
        self._requests.put(_Request.UPDATE)

    def stop(self) -> None:
        """Take the icon away: `run` returns, now or as soon as it is called."""
        self._stopping = True
        self._requests.put(_Request.STOP)

    def run(self) -> None:
        """Show the icon until `stop`. Raises TrayUnavailableError where that is impossible or ends early."""
        if self.is_stopping():
            return
        model = build(self._get_status())
        backend = Backend(model, self._do)
        if not backend.has_menu:
            self._tell("The tray icon has no menu on this system", MENU_HINT)
        try:
            backend.run(lambda: self._keep(backend, model))
        except Exception as error:
            # with GTK, a desktop without notifications makes even an orderly end raise
            if not self.is_stopping():
                raise TrayUnavailableError(f"The tray icon failed: {error}", hint=TRAY_HINT) from error
            log.debug("The tray icon did not end cleanly", exc_info=True)
        finally:
            self._requests.put(_Request.STOP)
            backend.release()
        if not self.is_stopping():
            raise TrayUnavailableError("The tray icon was lost with its display")

    def _do(self, action: Action) -> None:
        """Carry out what was chosen in the menu; a failure must not end the tray's loop."""
        try:
            self._commands[action]()
        except WavizedError as error:
            self._tell(error.message, error.hint)
        except Exception:  # the loop that shows the icon must go on
            log.exception("The tray's command %s failed", action)

    # --- on the helper thread -------------------------------------------------------------------------

    def _keep(self, backend: Backend, model: MenuModel) -> None:
        """Show what changes until told to stop."""
        self.update()  # for what changed while the icon was made
        told = False
        while (request := self._next(backend)) is not _Request.STOP:
            try:
                if request is None and not backend.is_docked():
                    if not told:
                        self._tell("This desktop shows no tray icons", TRAY_HINT)
                    told = True
                    backend.dock()
                while not self._messages.empty():
                    backend.notify(self._messages.get())
                changed = build(self._get_status())
                if changed != model:
                    backend.show(changed)
                    model = changed
            except Exception:  # display errors differ by backend; the next update may succeed
                log.exception("The tray icon could not be brought up to date")
        try:
            backend.stop()
        except Exception:  # it is going anyway
            log.debug("The tray icon did not go cleanly", exc_info=True)

    def _next(self, backend: Backend) -> _Request | None:
        """The next thing to do; of many updates in a row only one. None: look for the tray."""
        try:
            request = self._requests.get(timeout=None if backend.docks_itself else self._dock_seconds)
        except Empty:
            return None
        end = time.monotonic() + GATHER_SECONDS
        while request is not _Request.STOP and (left := end - time.monotonic()) > 0:
            try:
                request = self._requests.get(timeout=left)
            except Empty:
                break
        return request
