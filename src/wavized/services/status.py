"""The state of everything in one value, for tray, window and `wavized status`."""

from __future__ import annotations

from pathlib import Path

from wavized.domain.job import DaemonState, JobState, Status
from wavized.logic.lifecycle import PENDING
from wavized.ports import JournalReader


def read_status(
    journal: JournalReader,
    *,
    state: DaemonState,
    worker: str = "off",
    pid: int | None = None,
    detail: str = "",
    library: Path | None = None,
    watching: tuple[str, ...] = (),
    paused_until: float | None = None,
) -> Status:
    """Count the journal's jobs and add what only the running program knows."""
    counts = journal.counts()
    filed = journal.find(states=(JobState.FILED,), newest_first=True, limit=1)
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
    )
