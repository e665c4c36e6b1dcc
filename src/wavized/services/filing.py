"""Carry out one decision: journal, filer, journal again. Runs on the pipeline thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from wavized.domain.events import JobChanged
from wavized.domain.job import Job, JobState, Placed, Placement
from wavized.errors import ConfigError, FilingError, LeftUnderWayError, LibraryUnavailableError
from wavized.logic import placement
from wavized.ports import Archives, Clock, Events, Filer, Journal
from wavized.services.intake import Digest, describe_twin, duplicate_reason, find_filed, find_twin


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where each category is filed: the library and its folder names."""

    library: Path
    folders: Mapping[str, str]

    def folder_for(self, category: str) -> str:
        """The folder's name; a category without one is capitalised."""
        return self.folders.get(category, category.capitalize())


class Filing:
    """The only caller of `Filer.place` and `Filer.relocate`."""

    def __init__(
        self,
        *,
        journal: Journal,
        filer: Filer,
        digest: Digest,
        clock: Clock,
        events: Events,
        shelves: Shelves,
        archives: Archives,
        turns: AbstractContextManager[object],
    ) -> None:
        """`turns` is entered for each filing, so that no two processes file the same content at once."""
        self._journal = journal
        self.filer = filer
        self._digest = digest
        self._clock = clock
        self._events = events
        self.shelves = shelves
        self._archives = archives
        self._turns = turns

    def record(self, job: Job) -> Job:
        """Write one new version of a job and tell the others."""
        written = self._journal.advance([job], self._clock.now())[0]
        self._events.publish(JobChanged(written))
        return written

    def plan(self, job: Job, category: str) -> Placement:
        """Where this sample would go. Raises ConfigError for an unsafe folder name, FilingError otherwise."""
        return placement.plan(
            source=job.source,
            library=job.library or self.shelves.library,
            folder_name=self.shelves.folder_for(category),
            mode=job.mode,
            digest=job.digest,
            stat=job.stat,
            is_filed=job.state is JobState.FILED,
        )

    def twin_of(self, job: Job) -> Job | None:
        """Another job with the same content that is filed in this job's library or waits for an answer."""
        return find_twin(self._journal, self._digest, job, job.library or self.shelves.library)

    def file(self, job: Job, category: str) -> Job:
        """File a sample that is not in the library; duplicates end as `skipped`, faults as `failed`.

        Raises LibraryUnavailableError after putting the job back to `decided`: it waits, the source stays; or
        LeftUnderWayError, where recovery is to settle it.
        """
        with self._turns:
            return self._file(job, category)

    def _file(self, job: Job, category: str) -> Job:
        library = job.library or self.shelves.library
        twin = find_filed(self._journal, self._digest, job, library)
        if twin is not None:
            job = self.record(replace(job, state=JobState.FILING, category=category, library=library))
            return self.record(replace(job, state=JobState.SKIPPED, reason=describe_twin(twin)))
        try:
            planned = self.plan(job, category)
        except (ConfigError, FilingError) as error:
            job = self.record(replace(job, state=JobState.FILING, category=category, library=library))
            return self.record(replace(job, state=JobState.FAILED, reason=str(error)))
        started = replace(job, state=JobState.FILING, category=category, library=library, target=None)
        return self._carry_out(started, lambda announce: self._place(job, planned, announce))

    def relocate(self, job: Job, category: str, reason: str) -> Job:
        """Move a filed sample to another category. Raises FilingError; the job is then `filed` as before.

        Raises LeftUnderWayError where recovery is to settle it.
        While it is under way the old category stays in the row and the new one stands in `candidates`, so
        that a crash in between can be told apart.
        """
        with self._turns:
            return self._relocate(job, category, reason)

    def _relocate(self, job: Job, category: str, reason: str) -> Job:
        planned = self.plan(job, category)
        running = self.record(
            replace(
                job, state=JobState.FILING, previous_target=job.target, target=None, candidates=(category,)
            )
        )
        try:
            placed = self.filer.relocate(job, planned, self._announcer(running))
        except (FilingError, LibraryUnavailableError) as error:
            found = self._came_about(running, error)
            if found is None:
                self.record(
                    replace(
                        running,
                        state=JobState.FILED,
                        target=job.target,
                        previous_target=None,
                        candidates=job.candidates,
                    )
                )
                raise
            placed = found
        return self.finish(replace(running, reason=reason, corrected=True), placed)

    def finish(self, running: Job, placed: Placed) -> Job:
        """Close a filing that succeeded, now or in recovery after a crash."""
        if placed.duplicate and running.previous_target is None:
            return self.record(
                replace(running, state=JobState.SKIPPED, target=None, reason=duplicate_reason(placed.target))
            )
        category = running.candidates[0] if running.previous_target else running.category
        reason = f"{running.reason}. {placed.note}" if placed.note else running.reason
        return self.record(
            replace(
                running,
                state=JobState.FILED,
                category=category,
                target=placed.target,
                previous_target=None,
                candidates=(),
                sidecars=placed.sidecars,
                reason=reason,
            )
        )

    def _place(self, job: Job, planned: Placement, announce: Callable[[Path], None]) -> Placed:
        self._archives.restore(job)
        return self.filer.place(planned, announce)

    def _carry_out(self, started: Job, act: Callable[[Callable[[Path], None]], Placed]) -> Job:
        running = self.record(started)
        try:
            placed = act(self._announcer(running))
        except (FilingError, LibraryUnavailableError) as error:
            found = self._came_about(running, error)
            if found is None:
                return self._give_up(running, error)
            placed = found
        return self.finish(running, placed)

    def _give_up(self, running: Job, error: FilingError | LibraryUnavailableError) -> Job:
        if isinstance(error, FilingError):
            return self.record(replace(running, state=JobState.FAILED, target=None, reason=str(error)))
        self.record(replace(running, state=JobState.DECIDED, target=None))
        raise error

    def _came_about(self, running: Job, error: FilingError | LibraryUnavailableError) -> Placed | None:
        """What a filing that broke off has done all the same: the disk may fail after it has its name.

        Raises LeftUnderWayError, with the row as it was announced, where the library does not tell.
        """
        announced = self._journal.get(running.id) or running
        if announced.target is None:
            return None
        try:
            return self.filer.recover(announced)
        except LibraryUnavailableError:
            raise LeftUnderWayError(error.message, hint=error.hint) from error
        except FilingError:
            return None

    def _announcer(self, running: Job) -> Callable[[Path], None]:
        """Write each name into the journal before the filer tries it, and none before it is found free."""

        def announce(target: Path) -> None:
            self._journal.advance([replace(running, target=target)], self._clock.now())

        return announce
