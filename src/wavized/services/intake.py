"""The door: is this file worth hearing at all, and has it been heard before? Runs on the pipeline thread.

From the moment a job is in the journal it survives a crash. Nothing here decodes audio or writes a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wavized.domain.hearing import Decision, Fail, Skip
from wavized.domain.job import Job, JobState, NewJob, Origin
from wavized.domain.sample import Arrival, FileStat, Kind
from wavized.errors import FilingError, UnreadableAudioError
from wavized.ports import Clock, Journal, Probe

Digest = Callable[[Path], str]
"""sha256 (hex) of a file's content; raises FilingError or OSError where it cannot be read."""

MIN_SECONDS = 0.02
"""Shorter than one period of the lowest bass note: a click, not a bass."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too large or too long to be a one-shot."""

    max_seconds: float
    max_bytes: int


def gate(path: Path, stat: FileStat, probe: Probe, limits: Limits) -> Decision | None:
    """Turn a file away by size and header alone; None lets it in."""
    if stat.size == 0:
        return Fail("unreadable: the file is empty")
    if stat.size > limits.max_bytes:
        return Skip(
            Kind.NOT_BASS,
            f"{stat.size / 1e6:.0f} MB is more than max_megabytes allows ({limits.max_bytes / 1e6:.0f} MB)",
        )
    try:
        header = probe.read_header(path)
    except UnreadableAudioError as error:
        return Fail(f"unreadable: {error}")
    if header.complete is False:
        return Fail("unreadable: cut off, the header promises more than the file holds")
    if header.duration_s > limits.max_seconds:
        return Skip(
            Kind.NOT_BASS,
            f"{header.duration_s:.1f} s long; a one-shot is at most {limits.max_seconds:g} s (max_seconds)",
        )
    if 0 < header.duration_s < MIN_SECONDS:
        return Skip(Kind.NOT_BASS, f"only {header.duration_s * 1000:.0f} ms long")
    return None


class Intake:
    """Opens a job for each arrival and closes at once those that need no hearing."""

    def __init__(
        self, *, journal: Journal, probe: Probe, digest: Digest, clock: Clock, origin: Origin, limits: Limits
    ) -> None:
        self._journal = journal
        self._probe = probe
        self._digest = digest
        self._clock = clock
        self._origin = origin
        self.limits = limits

    def admit(self, arrivals: Sequence[Arrival], library: Path) -> list[Job]:
        """Enter the arrivals into the journal: `queued`, or already `skipped` or `failed` with the reason."""
        looked_at = [self._look(arrival) for arrival in arrivals]
        jobs = self._journal.open_jobs([new for new, _ in looked_at], self._clock.now())
        closed: dict[int, Job] = {}
        for job, (_, verdict) in zip(jobs, looked_at, strict=True):
            verdict = verdict or self._duplicate(job, library)
            if verdict is not None:
                closed[job.id] = _close(job, verdict)
        if closed:
            written = self._journal.advance(list(closed.values()), self._clock.now())
            closed = {job.id: job for job in written}
        return [closed.get(job.id, job) for job in jobs]

    def _look(self, arrival: Arrival) -> tuple[NewJob, Decision | None]:
        verdict = gate(arrival.path, arrival.stat, self._probe, self.limits)
        digest = ""
        if verdict is None:
            try:
                digest = self._digest(arrival.path)
            except (OSError, FilingError) as error:
                verdict = Fail(f"unreadable: {_plain(error)}")
        new = NewJob(
            origin=self._origin,
            root=arrival.root,
            source=arrival.path,
            stat=arrival.stat,
            digest=digest,
            mode=arrival.mode,
            archive=arrival.archive,
        )
        return new, verdict

    def _duplicate(self, job: Job, library: Path) -> Decision | None:
        twin = find_twin(self._journal, self._digest, job, library)
        return None if twin is None else Skip(Kind.ONE_SHOT, describe_twin(twin))


def find_twin(journal: Journal, digest: Digest, job: Job, library: Path) -> Job | None:
    """An earlier job with the same content that is filed in this library, or still waits for an answer.

    It counts only while the file it speaks of is really there and unchanged.
    """
    filed = find_filed(journal, digest, job, library)
    if filed is not None:
        return filed
    waiting = journal.find(states=(JobState.AWAITING_REVIEW,), digest=job.digest)
    others = (twin for twin in waiting if twin.id != job.id)
    return next((twin for twin in others if _holds(digest, twin.source, job.digest)), None)


def find_filed(journal: Journal, digest: Digest, job: Job, library: Path) -> Job | None:
    """An earlier job by which the same content lies in this library, as `target` of what is returned says.

    One that a killed process left in the middle of filing counts as soon as its sample is there.
    """
    for twin in journal.find(states=(JobState.FILED, JobState.FILING), digest=job.digest):
        if twin.id == job.id or twin.library != library:
            continue
        for place in (twin.target, twin.previous_target):
            if place is not None and _holds(digest, place, job.digest):
                return replace(twin, target=place)
    return None


def describe_twin(twin: Job) -> str:
    """Why a duplicate is not filed again."""
    if twin.state is not JobState.AWAITING_REVIEW and twin.target is not None:
        return duplicate_reason(twin.target)
    return f"duplicate: the same content already waits for your answer (no. {twin.id})"


def duplicate_reason(target: Path) -> str:
    """Why a sample that lies at `target` already is not filed again."""
    return f"duplicate: the same content is in the library already, as {target.parent.name}/{target.name}"


def _holds(digest: Digest, path: Path, expected: str) -> bool:
    try:
        return digest(path) == expected
    except (OSError, FilingError):
        return False


def _close(job: Job, verdict: Decision) -> Job:
    state = JobState.FAILED if isinstance(verdict, Fail) else JobState.SKIPPED
    return replace(job, state=state, kind=verdict.kind, reason=verdict.reason)


def _plain(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
