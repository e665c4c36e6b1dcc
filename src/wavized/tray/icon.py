"""The icon in the system tray. `run` holds the main thread; a helper thread keeps the icon up to date.

Requests arrive through a queue that signal handlers may use too: who calls `update` or `stop` never waits for
the display. Nothing graphical is imported before `run`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from enum import Enum
from queue import Empty, SimpleQueue
from typing import Protocol

from wavized.errors import WavizedError
from wavized.services.notifications import Message
from wavized.tray.backend import TRAY_HINT, Backend, TrayUnavailableError
from wavized.tray.menu import Choice, MenuModel

__all__ = ["TrayIcon", "TrayOwner", "TrayUnavailableError"]

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.2
"""Updates that arrive within this time are shown as one."""


class TrayOwner(Protocol):
    """Whom the icon speaks for."""

    def model(self) -> MenuModel:
        """What is to be shown now. Called on the helper thread, and once by `run`."""
        ...

    def messages(self) -> Sequence[Message]:
        """What is to pop up now, each once. Called on the helper thread."""
        ...

    def patience(self) -> float | None:
        """In how many seconds to ask again without being told; None: not at all. On the helper thread."""
        ...

    def choose(self, choice: Choice) -> None:
        """An item of the menu was chosen. Called on the main thread; must return quickly."""
        ...

    def tell(self, message: str, hint: str) -> None:
        """Something went wrong: for people to read."""
        ...


class _Request(Enum):
    UPDATE = "update"
    STOP = "stop"


class TrayIcon:
    """One icon, shown once: `run` on the main thread, all other methods on any.

    `dock_seconds` is how often to look whether a tray has the icon, on plain X11: panels may start late, or
    anew after a crash.
    """

    def __init__(self, owner: TrayOwner, dock_seconds: float = 5.0) -> None:
        self._owner = owner
        self._dock_seconds = dock_seconds
        self._requests: SimpleQueue[_Request] = SimpleQueue()
        self._stopping = False

    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping

    def update(self) -> None:
        """What is to be shown, or to pop up, may have changed."""
        self._requests.put(_Request.UPDATE)

    def stop(self) -> None:
        """Take the icon away: `run` returns, now or as soon as it is called."""
        self._stopping = True
        self._requests.put(_Request.STOP)

    def run(self) -> None:
        """Show the icon until `stop`. Raises TrayUnavailableError where that is impossible or ends early."""
        if self.is_stopping():
            return
        try:
            self._show()
        except TrayUnavailableError:
            raise
        except Exception as error:  # each system has errors of its own
            if not self.is_stopping():
                raise TrayUnavailableError(f"The tray icon failed: {error}", hint=TRAY_HINT) from error
            log.debug("The tray icon did not end cleanly", exc_info=True)
        if not self.is_stopping():
            raise TrayUnavailableError("The tray icon was lost with its display")

    def _show(self) -> None:
        """Until `stop`, or until the display is lost."""
        model = self._owner.model()
        backend = Backend(model, self._choose)
        if not backend.has_menu:
            log.info("The tray icon has no menu on this system: a click opens the window")
        try:
            backend.run(lambda: self._keep(backend, model))
        finally:
            self._requests.put(_Request.STOP)
            backend.release()

    def _choose(self, choice: Choice) -> None:
        """Carry out what was chosen in the menu; a failure must not end the tray's loop."""
        try:
            self._owner.choose(choice)
        except WavizedError as error:
            self._owner.tell(error.message, error.hint)
        except Exception:  # the loop that shows the icon must go on
            log.exception("The tray's command %s failed", choice.action)

    # --- on the helper thread -------------------------------------------------------------------------

    def _keep(self, backend: Backend, model: MenuModel) -> None:
        """Show what changes until told to stop."""
        self.update()  # for what changed while the icon was made
        told = False
        while (request := self._next(backend)) is not _Request.STOP:
            try:
                if not backend.is_docked() and request is None:
                    if not told:
                        log.info("No tray has taken the icon yet; it is offered again until one does")
                    told = True
                    backend.dock()
                changed = self._owner.model()
                if changed != model:
                    backend.show(changed)
                    model = changed
            except Exception:  # display errors differ by backend; the next update may succeed
                log.exception("The tray icon could not be brought up to date")
            self._say(backend)  # in any case: it may be the very reason
        try:
            backend.stop()
        except Exception:  # it is going anyway
            log.debug("The tray icon did not go cleanly", exc_info=True)

    def _say(self, backend: Backend) -> None:
        """Pop up what is due; a system that cannot loses the message and nothing else."""
        try:
            messages = self._owner.messages()
        except Exception:  # the icon must go on being shown
            log.exception("The tray does not know what is to pop up")
            return
        for message in messages:
            try:
                backend.notify(message)
            except Exception:  # each backend has errors of its own, and the log has the message
                log.info("Could not pop up: %s. %s", message.title, message.text, exc_info=True)

    def _next(self, backend: Backend) -> _Request | None:
        """The next thing to do; of many updates in a row only one. None: look after tray and messages."""
        try:
            request = self._requests.get(timeout=self._patience(backend))
        except Empty:
            return None
        end = time.monotonic() + GATHER_SECONDS
        while request is not _Request.STOP and (left := end - time.monotonic()) > 0:
            try:
                request = self._requests.get(timeout=left)
            except Empty:
                break
        return request

    def _patience(self, backend: Backend) -> float | None:
        """Seconds to wait for a request at most."""
        try:
            wanted = self._owner.patience()
        except Exception:  # the icon must go on being shown
            log.exception("The tray does not know when to look again")
            wanted = None
        seconds = [] if wanted is None else [max(wanted, GATHER_SECONDS)]
        if not backend.docks_itself:
            seconds.append(self._dock_seconds)
        return min(seconds, default=None)
