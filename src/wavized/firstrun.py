"""`wavized run` before there is a config: the window asks for it, then the daemon goes on behind it.

Holds the main thread. Writes nothing but what the window's setup is told to.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from wavized.assembly import model_folder
from wavized.config import paths
from wavized.config.load import load
from wavized.control.instance import InstanceLock
from wavized.control.leaving import stop_on_signals
from wavized.control.supervisor import Supervisor
from wavized.daemon import Daemon
from wavized.domain.events import Event, Notice
from wavized.domain.job import DaemonState, Status
from wavized.errors import ConfigError, WavizedError
from wavized.reception import Desk, Reception
from wavized.tray.open_folder import open_folder
from wavized.watch.follow import FileFollower
from wavized.window import folders, setup
from wavized.window.app import closed_routes, status_route
from wavized.window.show import has_screen

log = logging.getLogger(__name__)

WAITING = "Waiting for its first settings"
_HINT = "wavized open shows the window that asks for them"


class FirstRun:
    """Waits until the config is there, then runs the daemon. `listener` hears the daemon's events too."""

    def __init__(
        self,
        config_path: Path,
        *,
        tray: bool,
        listener: Callable[[Event], None],
        stop: threading.Event | None = None,
        supervisor: Supervisor | None = None,
    ) -> None:
        self._config_path = config_path
        self._tray = tray
        self._listener = listener
        self._stop = stop or threading.Event()
        self._supervisor = supervisor or Supervisor({})
        self._go_on = threading.Event()
        self._told = ""

    def run(self) -> None:
        """Until SIGTERM, SIGINT or Quit. Raises AlreadyRunningError where one runs already."""
        with ExitStack() as stack:
            state = paths.state_dir(create=True)
            stack.enter_context(InstanceLock(state / "daemon.lock", runtime=paths.runtime_file()))
            stack.enter_context(stop_on_signals(self._leave))
            reception = Reception()
            stack.callback(reception.close)
            self._serve(reception)
            self._wait(reception)
            if self._stop.is_set():
                return
            daemon = Daemon(
                self._config_path,
                tray=self._tray,
                reception=reception,
                stop=self._stop,
                supervisor=self._supervisor,
            )
            daemon.events.subscribe(self._listener)
            daemon.run()

    def status(self) -> Status:
        """Stopped, and why."""
        return Status(state=DaemonState.STOPPED, pid=os.getpid(), detail=self._told or WAITING)

    def _serve(self, reception: Reception) -> None:
        def tell() -> dict[str, object]:
            here = {"folders": [], "window": True, "config": str(self._config_path)}
            return {**asdict(self.status()), "progress": None, **here}

        routes = [
            status_route(tell),
            *setup.routes(self._config_path, self._go_on.set),
            *folders.routes(reception.dialogs, lambda: None, open_folder),
        ]
        known = closed_routes("Wavized waits for its first settings", _HINT)
        model = model_folder(None)
        # What pages need comes first; anything else is answered with the reason.
        reception.serve(Desk(routes, lambda: reception.about(None, model), tell), otherwise=known)
        reception.announce()
        self._supervisor.ready(WAITING)
        log.info("There are no settings yet. Open this address to choose them: %s", reception.address())
        if has_screen():
            try:
                reception.show()
            except WavizedError as error:
                log.warning("%s", error)

    def _wait(self, reception: Reception) -> None:
        """Until the window, or another program, has written a config that can be used."""
        follower = FileFollower(self._config_path, self._go_on.set)
        following = self._config_path.parent.is_dir()
        if following:
            follower.start()
        try:
            while not self._stop.is_set() and not self._is_usable(reception):
                self._go_on.wait()
        finally:
            if following:
                follower.stop()

    def _is_usable(self, reception: Reception) -> bool:
        self._go_on.clear()
        if self._stop.is_set() or not self._config_path.exists():
            return False
        try:
            load(self._config_path)
        except ConfigError as error:
            self._told = f"{error.message}: {'; '.join(error.problems) or error.hint}"
            notice = Notice(error.message, "; ".join(error.problems) or error.hint)
            self._listener(notice)
            reception.feed.hear(notice)
            return False
        return True

    def _leave(self) -> None:
        self._stop.set()
        self._go_on.set()
