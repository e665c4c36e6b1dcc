"""The state of everything in one value, for tray, window and `wavized status`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from wavized.domain.job import DaemonState, Job, JobState, Recent, Status
from wavized.logic.lifecycle import PENDING
from wavized.ports import JournalBrowser

RECENT = 5
"""How many of the samples filed last are told."""


def read_status(
    journal: JournalBrowser,
    *,
    state: DaemonState,
    worker: str = "off",
    pid: int | None = None,
    detail: str = "",
    library: Path | None = None,
    watching: tuple[str, ...] = (),
    paused_until: float | None = None,
    now: float | None = None,
) -> Status:
    """Count the journal's jobs and add what only the running program knows.

    `now` is in seconds since the epoch; without it nothing counts as filed today.
    """
    counts = journal.counts()
    _, filed = journal.browse(states=(JobState.FILED,), limit=RECENT)
    last = filed[0].target if filed else None
    return Status(
        state=state,
        pending=sum(counts.get(pending, 0) for pending in PENDING),
        filed=counts.get(JobState.FILED, 0),
        review=counts.get(JobState.AWAITING_REVIEW, 0),
        skipped=counts.get(JobState.SKIPPED, 0),
        failed=counts.get(JobState.FAILED, 0),
        worker=worker,
        pid=pid,
        detail=detail,
        last_filed=f"{last.parent.name}/{last.name}" if last else "",
        library=str(library) if library else "",
        watching=watching,
        paused_until=paused_until,
        filed_today=0 if now is None else journal.count_since(JobState.FILED, start_of_day(now)),
        recent=tuple(_recent(job, job.target) for job in filed if job.target is not None),
    )


def start_of_day(now: float, days: int = 0) -> float:
    """The last midnight by the local clock, or one so many days later; seconds since the epoch."""
    midnight = datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=days)).timestamp()


def _recent(job: Job, target: Path) -> Recent:
    return Recent(job.id, target.name, job.category or "", str(target.parent))
