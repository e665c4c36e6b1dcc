"""The watch thread: keeps every watched folder under observation and delivers each new sample once.

Events are hints, scans are the truth. Only this thread touches the listener, the folders and the arrivals;
others may call `stop`, `rescan`, `reconfigure` and `status`. It never writes to a watched folder.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from wavized.clock import real_seconds
from wavized.config.model import Config
from wavized.domain.events import Notice, StatusChanged
from wavized.domain.sample import Arrival
from wavized.logic.waking import Moment, slept_seconds
from wavized.ports import Clock, Events, KnownFiles, Probe
from wavized.watch.arrivals import Arrivals, new_tracker
from wavized.watch.folder import FolderStatus
from wavized.watch.hints import HintBox
from wavized.watch.keeper import FolderKeeper
from wavized.watch.observer import FolderListener, Listener

_log = logging.getLogger(__name__)
_GATHER_SECONDS = 0.05
_PAUSE_AFTER_FAILURE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 3600.0


class Watcher:
    """Watches the configured folders on a thread of its own, from `start` to `stop`.

    `deliver` is called on the watch thread and must not block for long. `check_seconds` is how often a
    missing folder is looked for, a present one checked for being still the same, and a polled one scanned.
    `woken` is called on the watch thread after the computer has slept.
    """

    def __init__(
        self,
        config: Config,
        *,
        known: KnownFiles,
        probe: Probe,
        clock: Clock,
        deliver: Callable[[Sequence[Arrival]], None],
        events: Events,
        check_seconds: float = 5.0,
        listen: Callable[[HintBox], Listener] = FolderListener,
        woken: Callable[[], None] = lambda: None,
        real: Callable[[], float] = real_seconds,
    ) -> None:
        self._clock = clock
        self._events = events
        self._hints = HintBox()
        self._listen = listen
        self._woken = woken
        self._real = real
        self._asked: deque[Future[None]] = deque()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch")
        self._arrivals = Arrivals(known, probe, deliver, new_tracker(config.settle_seconds))
        self._known = known
        self._check_seconds = check_seconds
        self._new_config: Config | None = config
        self._config_lock = threading.Lock()
        self._trouble = ""  # the error a person was told of last
        self._status: tuple[FolderStatus, ...] = ()
        self._ready = threading.Event()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Have the thread end and wait for it up to `timeout` seconds; whether it has ended.

        Files that wait to settle are found again at the next start.
        """
        self._stop.set()
        self._hints.wake()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def wait_until_ready(self, timeout: float) -> bool:
        """Wait until every folder was looked at once: what arrives from then on is new to all of them."""
        return self._ready.wait(timeout)

    def reconfigure(self, config: Config) -> None:
        """Use another configuration from now on; folders that stay are not taken on anew."""
        with self._config_lock:
            self._new_config = config
        self._hints.wake()

    def rescan(self) -> None:
        """Look through all folders now."""
        self._hints.lost()

    def answer(self) -> Future[None]:
        """Done once the thread has come round: it lives, and nothing holds it."""
        reply: Future[None] = Future()
        self._asked.append(reply)
        self._hints.wake()
        return reply

    def status(self) -> tuple[FolderStatus, ...]:
        """How each watched folder is doing, in the order of the configuration."""
        return self._status

    # on the watch thread from here on

    def _run(self) -> None:
        listener = self._listen(self._hints)
        try:
            keeper = FolderKeeper(
                listener=listener,
                hints=self._hints,
                arrivals=self._arrivals,
                known=self._known,
                clock=self._clock,
                events=self._events,
                stopped=self._stop.is_set,
                check_seconds=self._check_seconds,
            )
            started = self._moment()
            while not self._stop.is_set():
                pause = self._turn_safely(keeper)
                self._ready.set()
                worked = self._moment()
                hinted = self._hints.wait(pause)
                rested = self._moment()
                self._look_anew_after_sleep(
                    max(
                        slept_seconds(started, worked, asked=math.inf),
                        slept_seconds(worked, rested, asked=pause),
                    )
                )
                started = rested
                if hinted:
                    self._stop.wait(_GATHER_SECONDS)  # hints come in bursts
        finally:
            listener.close()

    def _moment(self) -> Moment:
        return Moment(self._real(), self._clock.monotonic())

    def _look_anew_after_sleep(self, slept: float) -> None:
        """Drives and network folders come and go meanwhile, and nobody tells of it."""
        if slept:
            _log.info("The computer slept for %.0f s: looking through all folders", slept)
            self._hints.lost()
            self._woken()

    def _turn_safely(self, keeper: FolderKeeper) -> float:
        try:
            pause = self._turn(keeper)
        except Exception as error:  # noqa: BLE001  # one bad turn must not end the watch; the next scan makes up for it
            if str(error) != self._trouble:
                self._trouble = str(error)
                _log.exception("The watch met an error and goes on")
                self._events.publish(Notice("Watching met an error and goes on", hint=self._trouble))
            self._stop.wait(_PAUSE_AFTER_FAILURE_SECONDS)
            self._hints.lost()
            return 0.0
        self._trouble = ""
        return pause

    def _turn(self, keeper: FolderKeeper) -> float:
        """Do all that is due; the answer is for how many seconds nothing will be."""
        with self._config_lock:
            config, self._new_config = self._new_config, None
        if config is not None:
            self._arrivals.retime(config.settle_seconds)
            keeper.configure(config)
        while self._asked:
            self._asked.popleft().set_result(None)
        keeper.heed(self._hints.empty())
        keeper.look_after_folders()
        self._arrivals.release(self._clock.monotonic(), keeper.home_of, self._stop.is_set)
        if self._arrivals.crowded and self._arrivals.has_room:
            self._arrivals.crowded = False
            self._hints.lost()
        status = keeper.status()
        if status != self._status:
            self._status = status
            self._events.publish(StatusChanged())
        now = self._clock.monotonic()
        due = [keeper.next_due(now), self._arrivals.next_due(now)]
        return min((seconds for seconds in due if seconds is not None), default=_LONGEST_PAUSE_SECONDS)
