"""Where the tray meets the daemon: what its menu does, what it shows and says. Draws nothing itself.

`run` holds the main thread; events are heard on whichever thread publishes them; what may take a while runs
on a thread of its own, `tray-errands`.
"""

from __future__ import annotations

import logging
import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from wavized.autostart.shape import Autostart
from wavized.config import paths
from wavized.config.model import Config
from wavized.config.private import open_private
from wavized.config.program import own_command
from wavized.domain.events import Event, Notice
from wavized.domain.job import Job, Recent, Status
from wavized.errors import WavizedError
from wavized.services.hub import EventHub
from wavized.services.notifications import Message, Notifications
from wavized.services.status import start_of_day
from wavized.tray.icon import TrayIcon
from wavized.tray.menu import Action, Choice, Extras, MenuModel, build
from wavized.tray.open_folder import open_folder, open_text, show_in_folder

log = logging.getLogger(__name__)

LOGIN_SECONDS = 30.0
"""How long an answer to whether Wavized starts at login holds: the window may have changed it."""


class Commanded(Protocol):
    """The daemon, as far as the tray needs it."""

    events: EventHub
    config: Config

    @property
    def is_ready(self) -> bool: ...
    def status(self) -> Status: ...
    def pause(self, minutes: float | None = None) -> None: ...
    def resume(self) -> None: ...
    def undo(self, job_id: int) -> Future[Job]: ...
    def show(self, page: str = "") -> None: ...
    def stop(self) -> None: ...


class TraySide:
    """The tray of one daemon, shown once. Implements `TrayOwner`."""

    def __init__(self, daemon: Commanded, config_path: Path, autostart: Autostart) -> None:
        self._daemon = daemon
        self._config_path = config_path
        self._notifications = Notifications(lambda: daemon.config.notifications)
        self._answers: SimpleQueue[Message] = SimpleQueue()
        self._muted_until: float | None = None
        self._autostart = autostart
        self._at_login: bool | None = None
        self._login_asked = float("-inf")
        self._errands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tray-errands")
        self._is_over = False
        self._icon = TrayIcon(self)
        daemon.events.subscribe(self._hear)

    def run(self) -> None:
        """Show the icon until `stop`. Raises TrayUnavailableError where that cannot be or ends early."""
        try:
            self._icon.run()
        finally:
            self._is_over = True
            self._errands.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """Take the icon away; any thread may ask, also before `run`."""
        self._icon.stop()

    def _hear(self, event: Event) -> None:
        if self._is_over:
            return  # where no icon can be shown there is nobody to tell
        self._notifications.hear(event, time.monotonic())
        self._icon.update()

    # --- what is shown and said: on the tray's helper thread ------------------------------------------

    def model(self) -> MenuModel:
        """The tray as it should look now."""
        now = time.time()
        until = self._muted_until  # read once: the menu may change it meanwhile
        if until is not None and until <= now:
            self._mute(None)  # also where the computer slept, which stops the clock of the notifications
        return build(
            self._daemon.status(),
            Extras(
                now=now,
                starting=not self._daemon.is_ready,
                at_login=self._starts_at_login(),
                notifies=self._daemon.config.notifications,
                muted_until=self._muted_until,
                version=version("wavized"),
            ),
        )

    def messages(self) -> list[Message]:
        """Answers to what was chosen in the menu, and what the notifications have to tell."""
        due = []
        while not self._answers.empty():
            due.append(self._answers.get())
        if not self._daemon.config.notifications:
            due.clear()
        return [*due, *self._notifications.due(time.monotonic())]

    def patience(self) -> float | None:
        """Until the next message, the end of the silence or of the day."""
        now = time.time()
        waits = [start_of_day(now, days=1) - now]
        until = self._muted_until
        if until is not None:
            waits.append(until - now)
        next_message = self._notifications.next_at()
        if next_message is not None:
            waits.append(next_message - time.monotonic())
        return max(0.0, min(waits))

    def tell(self, message: str, hint: str) -> None:
        """A problem, to whoever listens."""
        self._daemon.events.publish(Notice(message, hint))

    def _starts_at_login(self) -> bool | None:
        """Read from files now and then, not for every sample."""
        now = time.monotonic()
        if now >= self._login_asked + LOGIN_SECONDS:
            self._login_asked = now
            status = self._autostart.status()
            self._at_login = status.enabled if status.available or status.enabled else None
        return self._at_login

    # --- what the menu does: on the main thread -------------------------------------------------------

    def choose(self, choice: Choice) -> None:
        """Do what was chosen. Returns at once; a failure is raised, or told later."""
        daemon = self._daemon
        match choice:
            case Choice(Action.PAUSE, minutes=minutes):
                daemon.pause(minutes)
            case Choice(Action.RESUME):
                daemon.resume()
            case Choice(Action.OPEN_WINDOW):
                daemon.show()
            case Choice(Action.OPEN_REVIEW):
                daemon.show("review")
            case Choice(Action.OPEN_SORT):
                daemon.show("sort")
            case Choice(Action.OPEN_LIBRARY):
                open_folder(daemon.config.library)
            case Choice(Action.SHOW_SAMPLE, sample=Recent() as sample):
                show_in_folder(Path(sample.folder) / sample.name)
            case Choice(Action.UNDO, sample=Recent() as sample):
                self._undo(sample)
            case Choice(Action.MUTE | Action.UNMUTE, minutes=minutes):
                self._mute(minutes)
            case Choice(Action.QUIT):
                daemon.stop()
            case _:
                self._send(choice.action)

    def _undo(self, sample: Recent) -> None:
        """Take a filing back; the answer comes on the pipeline's thread."""

        def answer(undone: Future[Job]) -> None:
            error = None if undone.cancelled() else undone.exception()
            if error is None:
                self._answers.put(Message("Taken back", f"{sample.name} is where it came from"))
                self._icon.update()
            else:
                hint = error.hint if isinstance(error, WavizedError) else ""
                reason = error.message if isinstance(error, WavizedError) else str(error)
                self.tell(f"{sample.name} was not taken back: {reason}", hint)

        self._daemon.undo(sample.job_id).add_done_callback(answer)

    def _mute(self, minutes: float | None) -> None:
        """Let nothing but problems pop up for so long; None ends that."""
        if minutes is None:
            self._muted_until = None
            self._notifications.snooze(None)
        else:
            self._muted_until = time.time() + minutes * 60.0
            self._notifications.snooze(time.monotonic() + minutes * 60.0)
        self._icon.update()

    # --- what may take a while: on the errands' thread ------------------------------------------------

    def _send(self, action: Action) -> None:
        errands: dict[Action, Callable[[], None]] = {
            Action.EDIT_CONFIG: lambda: open_text(self._config_path),
            Action.START_AT_LOGIN: lambda: self._start_at_login(True),
            Action.NOT_AT_LOGIN: lambda: self._start_at_login(False),
            Action.CHECK_UP: self._check_up,
        }
        self._errands.submit(self._run_errand, action, errands[action])

    def _run_errand(self, action: Action, errand: Callable[[], None]) -> None:
        try:
            errand()
        except WavizedError as error:
            self.tell(error.message, error.hint)
        except Exception:  # the next errand shall be run all the same
            log.exception("The tray's command %s failed", action)

    def _start_at_login(self, wanted: bool) -> None:
        try:
            if wanted:
                self._autostart.enable()
            else:
                self._autostart.disable()
        finally:
            self._login_asked = float("-inf")
            self._icon.update()

    def _check_up(self) -> None:
        """Have `wavized doctor` look everything over, and open what it says in the editor."""
        report = paths.cache_dir(create=True) / "doctor.txt"
        command = [*own_command(), "doctor", "--config", str(self._config_path)]
        environ = os.environ | {"PYTHONUTF8": "1"}  # it is read by an editor, whatever the terminal speaks
        try:
            with open(report, "wb", opener=open_private) as file:
                process = subprocess.Popen(
                    command, env=environ, stdin=subprocess.DEVNULL, stdout=file, stderr=file
                )
        except OSError as error:
            raise WavizedError(f"The check-up failed: {error}", hint="Run: wavized doctor") from error
        while not self._icon.is_stopping():
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
            open_text(report)
            return
        process.kill()
        process.wait()
