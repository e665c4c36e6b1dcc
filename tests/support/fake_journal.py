"""A journal in memory, for tests of what uses one; held to the same contract suite as the real one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wavized.domain.job import Job, JobState, NewJob, Origin
from wavized.domain.sample import FileStat
from wavized.errors import JournalError
from wavized.logic import lifecycle


class FakeJournal:
    """Implements `wavized.ports.Journal`. `labels` and `transitions` are open for a test to look at."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}
        self._known: dict[Path, FileStat] = {}
        self._roots: dict[Path, float] = {}
        self._settings: dict[str, str] = {}
        self.labels: list[tuple[int, str, str, float]] = []
        self.transitions: list[tuple[int, JobState | None, JobState]] = []

    def get(self, job_id: int) -> Job | None:
        return self._jobs.get(job_id)

    def find(
        self,
        *,
        states: Iterable[JobState] = (),
        origin: Origin | None = None,
        digest: str | None = None,
        source: Path | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Job]:
        wanted = set(states)
        with self._lock:
            jobs = sorted(self._jobs.values(), key=lambda job: job.id, reverse=newest_first)
        fitting = [
            job
            for job in jobs
            if (not wanted or job.state in wanted)
            and origin in (None, job.origin)
            and digest in (None, job.digest)
            and source in (None, job.source)
        ]
        return fitting[:limit]

    def counts(self) -> Mapping[JobState, int]:
        return dict(Counter(job.state for job in self._jobs.values()))

    def setting(self, key: str) -> str | None:
        return self._settings.get(key)

    def open_jobs(self, new: Sequence[NewJob], now: float) -> list[Job]:
        with self._lock:
            return [self._enter(one, now) for one in new]

    def _enter(self, new: NewJob, now: float) -> Job:
        job = Job(
            id=len(self._jobs) + 1, origin=new.origin, root=new.root, source=new.source, stat=new.stat,
            digest=new.digest, mode=new.mode, state=JobState.QUEUED, created_at=now, updated_at=now,
            archive=new.archive,
        )  # fmt: skip
        self._jobs[job.id] = job
        self._known[job.source] = job.stat
        self.transitions.append((job.id, None, job.state))
        return job

    def advance(self, jobs: Sequence[Job], now: float) -> list[Job]:
        with self._lock:
            after = dict(self._jobs)
            moves: list[tuple[int, JobState | None, JobState]] = []
            for job in jobs:
                if job.id not in after:
                    raise JournalError(f"The journal has no job {job.id}")
                before = after[job.id].state
                lifecycle.check(before, job.state)
                if before != job.state:
                    moves.append((job.id, before, job.state))
                after[job.id] = replace(job, updated_at=now)
            self._jobs = after
            self.transitions += moves
            return [replace(job, updated_at=now) for job in jobs]

    def label(self, job: Job, category: str, now: float) -> None:
        if job.id not in self._jobs:
            raise JournalError(f"The journal has no job {job.id}")
        self.labels.append((job.id, job.digest, category, now))

    def put_setting(self, key: str, value: str | None) -> None:
        if value is None:
            self._settings.pop(key, None)
        else:
            self._settings[key] = value

    def is_known(self, path: Path, stat: FileStat) -> bool:
        return self._known.get(path) == stat

    def remember(self, files: Sequence[tuple[Path, FileStat]]) -> None:
        with self._lock:
            self._known.update(files)

    def is_adopted(self, root: Path) -> bool:
        return root in self._roots

    def adopt(self, root: Path, now: float) -> None:
        self._roots.setdefault(root, now)

    def adopted_at(self, root: Path) -> float | None:
        return self._roots.get(root)
