"""The pipeline thread: the one place where jobs change. Others send it messages and may wait for the reply.

It alone calls the classifier and the filer. Between two batches it looks at its inbox, so a click or a
pause never waits longer than one batch.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeVar

from wavized.domain.events import JobChanged, Notice, StatusChanged
from wavized.domain.job import Job, JobState
from wavized.domain.sample import Arrival
from wavized.errors import (
    FilingError,
    JournalDamagedError,
    LeftUnderWayError,
    LibraryUnavailableError,
    ModelUnusableError,
    UsageError,
    WavizedError,
)
from wavized.logic.selection import is_archive
from wavized.ports import Classifier, Clock, Events, Journal
from wavized.services.filing import Filing
from wavized.services.intake import Intake
from wavized.services.pausing import Pausing
from wavized.services.rebuilding import Rebuilding
from wavized.services.sorting import Sorting
from wavized.services.unpacking import Unpacking

log = logging.getLogger(__name__)

INTAKE_CHUNK = 32
"""Arrivals looked at between two looks into the inbox."""

CHUNKS_IN_A_ROW = 8
"""After so many of them a batch is heard and filed, so that an endless flood does not keep all waiting."""

RETRY_SECONDS = 30.0
"""How long jobs wait before a missing library or model is looked for again."""

_NEVER = float("inf")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """What hinders the pipeline, in words; empty where nothing does. `degraded` is the model's fault."""

    degraded: str = ""
    waiting: str = ""


class Pipeline:
    """Owns the thread and its inbox; the work itself is in intake, sorting, filing and reviewing."""

    def __init__(
        self,
        *,
        journal: Journal,
        intake: Intake,
        unpacking: Unpacking,
        sorting: Sorting,
        filing: Filing,
        classifier: Classifier,
        clock: Clock,
        events: Events,
        idle_seconds: float,
        recover: Callable[[], Sequence[Job]],
        rebuilding: Rebuilding | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._journal = journal
        self._intake = intake
        self._unpacking = unpacking
        self._sorting = sorting
        self._filing = filing
        self._classifier = classifier
        self._clock = clock
        self._events = events
        self.idle_seconds = idle_seconds
        self._recover = recover
        self._rebuilding = rebuilding
        self._inbox: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._arrivals: deque[Arrival] = deque()
        self._chunks = 0
        self._stop = stop or threading.Event()
        self._thread = threading.Thread(target=self._run, name="pipeline")
        self._pausing = Pausing(journal, clock)
        self._health = Health()
        self._retry_at = _NEVER
        self._recover_at = 0.0
        self._worked_at = _NEVER

    @property
    def paused(self) -> bool:
        """Whether filing is held back. Any thread may ask; an end that was slept through is then noticed."""
        if self._pausing.seconds_left() == 0:
            self._inbox.put(_nothing)
        return self._pausing.held

    @property
    def paused_until(self) -> float | None:
        """When a pause ends by itself (seconds since the epoch). Any thread may ask."""
        return self._pausing.until

    @property
    def health(self) -> Health:
        """What hinders the work. Any thread may ask."""
        return self._health

    def start(self) -> None:
        """Recover from an earlier crash, then work until `stop`."""
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Finish the file in hand and end the thread; what is queued waits in the journal."""
        self._stop.set()
        self._inbox.put(_nothing)
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def deliver(self, arrivals: Sequence[Arrival]) -> None:
        """Hand over settled files. Returns at once."""
        self._inbox.put(lambda: self._accept(arrivals))

    def ask(self, command: Callable[[], T]) -> Future[T]:
        """Run a command on the pipeline thread; the future holds its result or its error."""
        reply: Future[T] = Future()
        self._inbox.put(lambda: self._answer(command, reply))
        return reply

    def set_paused(self, paused: bool, until: float | None = None) -> None:
        """Pause (until a time, in seconds since the epoch) or resume, and remember it over a restart."""
        if paused:
            self._pausing.hold(until)
        else:
            self._pausing.release()
        self._events.publish(StatusChanged())
        self._inbox.put(_nothing)

    def wake(self) -> None:
        """Look again at once for a library or a model that was missing (after a config change, say)."""
        self._inbox.put(self._clear_hindrance)

    def _run(self) -> None:
        self._recover_at = self._worked_at = self._clock.monotonic()
        busy = self._guarded(self._settle)
        while not self._stop.is_set():
            self._read_inbox(block=not busy)
            if self._stop.is_set():
                break
            busy = self._guarded(self._work)
            self._rest_when_idle(busy)
        self._read_inbox(block=False)
        self._unpacking.let_go()

    def _accept(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            if is_archive(arrival.path.name):
                self._unpacking.add(arrival)
            else:
                self._arrivals.append(arrival)

    def _guarded(self, piece: Callable[[], bool]) -> bool:
        """One piece of work; whatever goes wrong, the thread lives on, waits and then puts things right."""
        try:
            return piece()
        except ModelUnusableError as error:
            self._hinder(Health(degraded=str(error)), error)
            return bool(self._arrivals)  # these are taken in all the same
        except LibraryUnavailableError as error:
            self._settle_later(error)
            self._hinder(Health(waiting=str(error)), error)
            return bool(self._arrivals)
        except JournalDamagedError as error:
            self._recover_at = 0.0
            self._hinder(Health(degraded=str(error)), error)
        except WavizedError as error:  # the journal's disk is full, say
            self._recover_at = 0.0
            self._hinder(Health(waiting=str(error)), error)
        except Exception as error:
            log.exception("The pipeline failed and will try again")
            self._recover_at = 0.0
            unexpected = WavizedError(
                f"Something went wrong: {error}", hint="The log tells more; it is tried again"
            )
            self._hinder(Health(waiting=str(unexpected)), unexpected)
        return False

    def _settle(self) -> bool:
        """Make journal and disk agree; what waits for a library that is away is looked at again later."""
        left = any(job.state is JobState.FILING for job in self._recover())
        self._recover_at = self._clock.monotonic() + RETRY_SECONDS if left else _NEVER
        # An arrival that was put back may have got into the journal all the same.
        self._arrivals = deque(
            one for one in self._arrivals if not self._journal.is_known(one.path, one.stat)
        )
        self._classifier.info()  # a damaged model is said at once, not at the first sample
        return True

    def _read_inbox(self, *, block: bool) -> None:
        try:
            command = self._inbox.get(timeout=self._patience()) if block else self._inbox.get_nowait()
            while True:
                command()
                command = self._inbox.get_nowait()
        except Empty:
            return

    def _patience(self) -> float | None:
        """Seconds until there is something to do without being told; None where there is nothing."""
        now = self._clock.monotonic()
        settle_at = _NEVER if self._retry_at != _NEVER else self._recover_at
        next_due = min(self._retry_at, settle_at, self._worked_at + self.idle_seconds)
        pause_left = self._pausing.seconds_left()
        if pause_left is not None:
            next_due = min(next_due, now + pause_left)
        return None if next_due == _NEVER else max(0.0, next_due - now) + 0.01

    def _work(self) -> bool:
        """One bounded piece of work; True where more may be waiting."""
        if self._pausing.end_if_over():
            self._events.publish(StatusChanged())
        now = self._clock.monotonic()
        if now >= self._retry_at:
            self._retry_at = _NEVER
        hindered = self._retry_at != _NEVER
        if now >= self._recover_at:
            return not hindered and self._settle()  # nothing else before journal and disk agree
        if self._rebuilding is not None and self._rebuilding.is_due:
            return not hindered and self._rebuild(self._rebuilding)
        if self._arrivals and self._chunks < CHUNKS_IN_A_ROW:
            self._chunks += 1
            return self._admit()
        self._chunks = 0
        if self._pausing.held:
            self._unpacking.let_go()
            return bool(self._arrivals)
        return (not hindered and self._sort()) or bool(self._arrivals)

    def _rebuild(self, rebuilding: Rebuilding) -> bool:
        """Know what lies in the library before anything is filed, or it might be filed twice."""
        health = Health(waiting="The journal was lost: looking through the library for what was filed before")
        if self._health != health:
            self._health = health
            self._events.publish(StatusChanged())
        if not rebuilding.step():
            self._health = Health()
            self._events.publish(StatusChanged())
        return True

    def _admit(self) -> bool:
        chunk = [self._arrivals.popleft() for _ in range(min(INTAKE_CHUNK, len(self._arrivals)))]
        try:
            jobs = self._intake.admit(chunk, self._filing.shelves.library)
        except BaseException:
            self._arrivals.extendleft(reversed(chunk))
            raise
        self._tell(jobs)
        return True

    def _unpack(self) -> bool:
        """The next few sounds of an archive, once all before them are at rest, so that few lie about."""
        if not self._unpacking.busy:
            return False
        self._tell(self._unpacking.step(self._filing.shelves.library))
        return True

    def _tell(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._events.publish(JobChanged(job))

    def _sort(self) -> bool:
        if self._health.degraded:
            self._classifier.info()  # raises while the model is still unusable, also with nothing to hear
        worked = self._sorting.step() or self._unpack()
        if worked:
            self._worked_at = self._clock.monotonic()
        if self._health != Health():
            self._health = Health()
            self._events.publish(StatusChanged())
        return worked

    def _hinder(self, health: Health, error: WavizedError) -> None:
        """Wait and try again later; say so once, not at every try."""
        self._retry_at = self._clock.monotonic() + RETRY_SECONDS
        if health != self._health:
            self._health = health
            self._events.publish(Notice(error.message, error.hint))
            self._events.publish(StatusChanged())

    def _settle_later(self, error: WavizedError) -> None:
        if isinstance(error, LeftUnderWayError):
            self._recover_at = min(self._recover_at, self._clock.monotonic() + RETRY_SECONDS)

    def _clear_hindrance(self) -> None:
        self._retry_at = _NEVER
        if self._recover_at != _NEVER:
            self._recover_at = 0.0

    def _answer(self, command: Callable[[], T], reply: Future[T]) -> None:
        """Run one command; its error belongs to whoever asked, the pipeline goes on."""
        try:
            reply.set_result(command())
        except (UsageError, FilingError, LibraryUnavailableError, ModelUnusableError) as error:
            self._settle_later(error)
            reply.set_exception(error)
        except Exception as error:
            if not isinstance(error, WavizedError):
                log.exception("A command failed")
            self._recover_at = 0.0  # it may have stopped half-way
            reply.set_exception(error)

    def _rest_when_idle(self, busy: bool) -> None:
        if not busy and self._clock.monotonic() >= self._worked_at + self.idle_seconds:
            self._worked_at = _NEVER
            self._classifier.rest()
            self._events.publish(StatusChanged())


def _nothing() -> None:
    """Posted only to wake the thread."""
