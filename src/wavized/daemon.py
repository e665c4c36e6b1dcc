"""The daemon: builds adapters, wires services, owns start and stop order. Its `run` holds the main thread.

Threads: main (tray, shutdown) · signals · start · watch · pipeline · journal · window · config, plus
watchdog's own.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from starlette.routing import BaseRoute

from wavized.archives.probe import ArrivalProbe
from wavized.assembly import (
    Workshop,
    make_classifier,
    model_folder,
    open_journal,
    open_library,
    use_settings,
    watched_after_a_loss,
)
from wavized.autostart.choose import choose_autostart
from wavized.clock import SystemClock
from wavized.config import paths
from wavized.config.load import load
from wavized.config.model import Config
from wavized.config.program import login_command, own_command
from wavized.control.instance import InstanceLock
from wavized.control.leaving import stop_on_signals
from wavized.control.supervisor import Supervisor
from wavized.domain.events import Event, JobChanged, Notice, StatusChanged
from wavized.domain.job import DaemonState, Job, Origin, Status
from wavized.errors import (
    AlreadyRunningError,
    ConfigError,
    JournalDamagedError,
    JournalError,
    LibraryUnavailableError,
)
from wavized.inference.facts import tell_model
from wavized.logic.lifecycle import PENDING
from wavized.reception import Desk, Reception, describe_change
from wavized.services.describe import describe_job
from wavized.services.hub import EventHub
from wavized.services.pipeline import Pipeline
from wavized.services.progress import Progress
from wavized.services.status import read_status
from wavized.session import Session
from wavized.tray.open_folder import open_folder
from wavized.trayless import Trayless
from wavized.trayside import TraySide
from wavized.watch.folder import FolderState, FolderStatus
from wavized.watch.follow import FileFollower
from wavized.watch.watcher import Watcher
from wavized.window import folders, hint, jobs, settings, setup, sorts
from wavized.window.app import command_routes
from wavized.window.previews import Previews, default_command
from wavized.window.sorter import Sorter

log = logging.getLogger(__name__)

READY_SECONDS = 10.0
"""How long commands are kept waiting while the folders are looked through for the first time."""


class Daemon:
    """Everything that runs between start and stop. Build it, subscribe to `events`, then `run`."""

    def __init__(
        self,
        config_path: Path,
        *,
        tray: bool = True,
        window: bool = True,
        reception: Reception | None = None,
        stop: threading.Event | None = None,
        supervisor: Supervisor | None = None,
    ) -> None:
        """With a `reception` of its own, a first run has taken the lock already."""
        self._config_path = config_path
        self.config: Config = load(config_path)
        self._want_tray = tray and self.config.tray
        self._want_window = window
        self._received = reception
        self.events = EventHub()
        self.progress = Progress()
        self._stop = stop or threading.Event()
        self._supervisor = supervisor or Supervisor({})
        self._tray: TraySide | None = None
        self._ready = threading.Event()
        self._failure: Exception | None = None
        self._stack = ExitStack()

    def run(self) -> None:
        """Watch and file until SIGTERM, SIGINT or Quit. Raises AlreadyRunningError where one runs already."""
        with self._stack:
            self._open()
            self._start()
            self._session.hold(self._tray)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Ask the daemon to leave; any thread may."""
        self._stop.set()
        if self._tray is not None:
            self._tray.stop()

    @property
    def is_ready(self) -> bool:
        """Whether the folders were looked through once (or have had their time for it)."""
        return self._ready.is_set()

    # --- the commands of window and tray -------------------------------------------------------------

    def status(self) -> Status:
        """The state of everything, now."""
        health = self._pipeline.health
        state = DaemonState.WATCHING
        if health.degraded:
            state = DaemonState.DEGRADED
        elif self._pipeline.paused:
            state = DaemonState.PAUSED
        watching = tuple(_describe(folder) for folder in self._watcher.status())
        try:
            status = read_status(
                self._journal,
                state=state,
                worker=self._classifier.state(),
                pid=os.getpid(),
                detail=health.degraded or health.waiting or self._lost,
                library=self.config.library,
                watching=watching,
                paused_until=self._pipeline.paused_until,
                now=self._clock.now(),
            )
        except JournalError as error:  # whoever asks must hear of it, and not of a fault in the answer
            state = DaemonState.DEGRADED if isinstance(error, JournalDamagedError) else state
            return Status(state, pid=os.getpid(), detail=str(error), watching=watching)
        return replace(status, pending=status.pending + self._workshop.unpacking.left)

    def tell(self) -> dict[str, object]:
        """The state as pages and commands are told it."""
        status = self.status()
        flood = self.progress.flood(self._clock.monotonic())
        if flood is not None and (status.state is not DaemonState.WATCHING or status.detail):
            flood = replace(flood, seconds_left=None)
        return {
            **asdict(status),
            "progress": None if flood is None else asdict(flood),
            "folders": [{**asdict(folder), "path": str(folder.path)} for folder in self._watcher.status()],
            "window": self._reception.pages,
            "config": str(self._config_path),
            "hint": self._trayless.hint(),
        }

    def show(self, page: str = "") -> None:
        """Bring the window onto the screen."""
        self._reception.show(page)

    def pause(self, minutes: float | None = None) -> None:
        """Hold filing back for so long, or until `resume`; remembered over a restart."""
        until = None if minutes is None else self._clock.now() + minutes * 60.0
        self._pipeline.set_paused(True, until)

    def resume(self) -> None:
        """Go on filing."""
        self._pipeline.set_paused(False)

    def correct(self, job_id: int, category: str) -> Future[Job]:
        """File a sample as the user says."""
        return self._pipeline.ask(lambda: self._workshop.correct(job_id, category))

    def undo(self, job_id: int) -> Future[Job]:
        """Take a filing back."""
        return self._pipeline.ask(lambda: self._workshop.reviewing.undo(job_id))

    def retry(self, job_id: int) -> Future[Job]:
        """Hear a failed sample again."""
        return self._pipeline.ask(lambda: self._workshop.reviewing.retry(job_id))

    # --- start and stop -------------------------------------------------------------------------------

    def _open(self) -> None:
        """Take the lock, then open what must be closed again; the stack closes in the opposite order."""
        state = paths.state_dir(create=True)
        self._clock = SystemClock()
        if self._received is None:
            self._stack.enter_context(InstanceLock(state / "daemon.lock", runtime=paths.runtime_file()))
        self._open_work()
        self._open_interface()

    def _open_work(self) -> None:
        """What hears and files, told of by the journal."""
        sort_lock = InstanceLock(paths.state_dir() / "sort.lock", runtime=paths.runtime_file())
        journal, self._lost = open_journal(self.config, keep_out=sort_lock)
        self._journal = self._stack.enter_context(journal)
        self._classifier = make_classifier(self.config, model_folder(self.config), stop=self._stop)
        self._stack.callback(self._classifier.close)
        self._workshop = Workshop.open(
            self.config,
            origin=Origin.WATCH,
            classifier=self._classifier,
            events=self.events,
            journal=self._journal,
        )
        self.progress.coming = lambda: self._workshop.unpacking.left
        self._pipeline = Pipeline(
            journal=self._journal,
            intake=self._workshop.intake,
            unpacking=self._workshop.unpacking,
            sorting=self._workshop.sorting,
            filing=self._workshop.filing,
            classifier=self._classifier,
            clock=self._workshop.clock,
            events=self.events,
            idle_seconds=self.config.worker_idle_seconds,
            recover=self._recover,
            rebuilding=self._workshop.rebuilding,
            stop=self._stop,
        )
        self._watcher = Watcher(
            watched_after_a_loss(journal, self.config),
            known=self._journal,
            probe=ArrivalProbe(),
            clock=self._clock,
            deliver=self._pipeline.deliver,
            events=self.events,
            woken=self._pipeline.wake,
        )

    def _open_interface(self) -> None:
        """What a person and the session see of it."""
        self._reception = self._received or Reception(pages=self._want_window)
        self._stack.callback(self._reception.close)  # also where the start fails before it serves
        self.events.subscribe(self._hear)
        self._autostart = choose_autostart(login_command(self._config_path))
        if self._want_tray:  # it hears what happens while all else starts
            self._tray = TraySide(self, self._config_path, self._autostart)
        self._previews = Previews(self._preview_command(), paths.cache_dir() / "previews")
        self._stack.callback(self._previews.close)
        self._sorter = Sorter(own_command(), self._reception.feed.tell_sort)
        self._follower = FileFollower(self._config_path, self._reload)
        self._trayless = Trayless(self._journal, show=self.show, tell=self.events.publish, stop=self._stop)
        self._session = Session(
            self._supervisor,
            self._trayless,
            questions={"pipeline": lambda: self._pipeline.ask(lambda: None), "watch": self._watcher.answer},
            events=self.events,
            stop=self._stop,
        )
        self._stack.callback(self._session.close)

    def _start(self) -> None:
        """Pipeline first (recovery), then the interface, then the watch; stopped in the opposite order."""
        self._stack.enter_context(stop_on_signals(self.stop))
        self._pipeline.ask(lambda: self._greet_library(self.config))
        self.progress.expect(self._journal.ids(states=PENDING, origin=Origin.WATCH))
        self._started(self._pipeline.start, self._pipeline.stop)
        self._started(lambda: self._reception.serve(self._desk()), self._reception.close)
        self._stack.callback(self._sorter.close)
        self._started(self._watcher.start, self._watcher.stop)
        self._started(self._follower.start, self._follower.stop)
        self._follower.look()  # for an edit since the config was read
        starting = threading.Thread(target=self._get_ready, name="start")
        self._started(starting.start, starting.join)

    def _get_ready(self) -> None:
        """On the thread `start`, so that the tray shows meanwhile: let commands in once all was looked at."""
        try:
            end = self._clock.monotonic() + READY_SECONDS
            while not self._watcher.wait_until_ready(0.1) and self._clock.monotonic() < end:
                if self._stop.is_set():
                    return
            self._reception.announce()
        except Exception as error:  # noqa: BLE001  # `run` raises it where the daemon was started from
            self._failure = error
            self.stop()
            return
        watched = ", ".join(str(folder.path) for folder in self.config.watch) or "no folder yet"
        log.info("Watching %s, filing into %s", watched, self.config.library)
        self._ready.set()
        if self._lost:
            hint = "What was filed stays filed; what waited is no longer known. wavized doctor tells more"
            self.events.publish(Notice(self._lost, hint))
        self._session.announce(f"Watching {watched}", tray=self._want_tray)
        self.events.publish(StatusChanged())

    def _desk(self) -> Desk:
        """What the window and the commands are answered with."""
        routes: list[BaseRoute] = [*command_routes(self, describe_job)]
        if self._reception.pages:
            routes += jobs.routes(
                self._journal,
                describe=describe_change,
                previews=self._previews,
                lend=self._workshop.archives.lend,
                open_folder=open_folder,
            )
            routes += folders.routes(self._reception.dialogs, lambda: self.config, open_folder)
            routes += sorts.routes(self._sorter, lambda: self.config, self._config_path)
            routes += settings.routes(
                self._config_path,
                lambda: tell_model(model_folder(self.config)),
                self._autostart,
                self._follower.look,
            )
            routes += setup.routes(self._config_path, self._follower.look)
            routes += hint.routes(self._trayless.put_aside)
        return Desk(
            routes,
            lambda: self._reception.about(self.config, model_folder(self.config)),
            self.tell,
            self._sorter.current,
        )

    def _hear(self, event: Event) -> None:
        """Keep count and tell open pages; on whichever thread it happened."""
        if isinstance(event, JobChanged):
            self.progress.hear(event.job, self._clock.monotonic())
        self._reception.feed.hear(event)

    def _started(self, start: Callable[[], object], stop: Callable[[], object]) -> None:
        start()
        self._stack.callback(stop)

    def _recover(self) -> list[Job]:
        """Runs on the pipeline thread before anything else, and again after a failure of the journal."""
        touched = self._workshop.recover(Origin.WATCH, carry_on=True)
        lock = InstanceLock(paths.state_dir() / "sort.lock", runtime=paths.runtime_file())
        try:
            with lock:
                self._workshop.recover(Origin.SORT, carry_on=False)
        except AlreadyRunningError:
            pass  # a sort is at work on its own jobs right now
        return touched

    def _greet_library(self, config: Config) -> None:
        """Make a new library's folder; where it is missing the samples wait and this says so."""
        try:
            if open_library(config, self._journal):
                self.events.publish(Notice(f"Made the library folder {config.library}", problem=False))
        except LibraryUnavailableError as error:
            self.events.publish(Notice(error.message, error.hint))

    def _preview_command(self) -> list[str]:
        return default_command(memory_megabytes=self.config.memory_megabytes)

    def _take_on(self, config: Config) -> None:
        """Runs on the pipeline thread, between two batches."""
        self._workshop.reconfigure(config)
        use_settings(self._classifier, config)
        self._pipeline.idle_seconds = config.worker_idle_seconds
        self._greet_library(config)

    def _reload(self) -> None:
        """Take on an edited config; a bad edit is named and the last good one stays in force."""
        try:
            config = load(self._config_path)
        except ConfigError as error:
            problems = "; ".join(error.problems) or error.hint
            self.events.publish(Notice(f"{error.message}: the last good settings stay in force", problems))
            return
        if config == self.config:
            return
        self.config = config
        self._watcher.reconfigure(watched_after_a_loss(self._journal, config))
        self._previews.use(self._preview_command())
        self._pipeline.ask(lambda: self._take_on(config))
        self._pipeline.wake()
        self._reception.feed.tell_about()
        self.events.publish(Notice("The new settings are in force", str(self._config_path), problem=False))


def _describe(folder: FolderStatus) -> str:
    if folder.state is FolderState.WATCHING:
        return str(folder.path)
    return f"{folder.path} ({folder.detail or folder.state})"
