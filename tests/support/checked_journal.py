"""The journal as the independent checker reads it: by sqlite3 alone, and nothing is written."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

_MOVES = {
    None: {"queued", "filed"},  # filed: found in the library after a journal was lost
    "queued": {"classifying", "skipped", "failed"},
    "classifying": {"decided", "queued", "failed"},
    "decided": {"filing", "awaiting_review", "skipped", "failed"},
    "filing": {"filed", "decided", "skipped", "failed", "awaiting_review", "reverted"},
    "filed": {"filing", "reverted"},
    "awaiting_review": {"filing", "skipped", "failed"},
    "skipped": {"filing"},
    "failed": {"queued", "filing"},
    "reverted": {"filing"},
}


def jobs_of(state_db: Path) -> list[sqlite3.Row]:
    """Every job, in order of its number."""
    with closing(_open(state_db)) as journal:
        return journal.execute("SELECT * FROM jobs ORDER BY id").fetchall()


def _open(state_db: Path) -> sqlite3.Connection:
    journal = sqlite3.connect(f"{state_db.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)
    journal.row_factory = sqlite3.Row
    return journal


def broken(state_db: Path, at_rest: bool) -> Iterator[str]:
    """What is wrong with the journal by itself: damage, states without a way to them, counts that are off."""
    with closing(_open(state_db)) as journal:
        for (word,) in journal.execute("PRAGMA integrity_check"):
            if word != "ok":
                yield f"journal: {word}"
        yield from _missteps(journal)
        counted = dict(journal.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall())
        tally = dict(journal.execute("SELECT state, jobs FROM tally WHERE jobs > 0").fetchall())
        if counted != tally:
            yield f"journal: it counts {tally}, but there are {counted}"
        undoing = journal.execute("SELECT value FROM settings WHERE key LIKE 'undoing%'").fetchall()
        if undoing and at_rest:
            yield f"journal: the undo of no. {undoing[0][0]} is still under way"


def _missteps(journal: sqlite3.Connection) -> Iterator[str]:
    stands: dict[int, str | None] = defaultdict(lambda: None)
    steps = journal.execute("SELECT job, state_before, state_after FROM transitions ORDER BY id")
    for job, was, now in steps:
        if was != stands[job]:
            yield f"journal: no. {job} went from {was} to {now}, but stood at {stands[job]}"
        if now not in _MOVES.get(was, ()):
            yield f"journal: no. {job} may not go from {was} to {now}"
        stands[job] = now
    for job, state in journal.execute("SELECT id, state FROM jobs"):
        if stands[job] != state:
            yield f"journal: no. {job} is {state}, but its last step was to {stands[job]}"


def sidecars(job: sqlite3.Row) -> Iterator[tuple[Path, Path, str]]:
    """Where each came from, where it lies, and what it held."""
    for one in json.loads(job["sidecars"]):
        source, target, digest = one
        yield Path(source), Path(target), digest


def path_of(stored: bytes) -> Path:
    """A path as the journal keeps it."""
    return Path(os.fsdecode(stored))
