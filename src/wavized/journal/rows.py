"""Jobs as rows and back, without losing a byte of a path. Pure; any thread.

Paths are stored as BLOB (`os.fsencode`). Inside JSON they are ASCII strings in which a byte that is no UTF-8
stands as the escaped surrogate Python gives it, which comes back as the same byte.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from wavized.domain.hearing import Evidence
from wavized.domain.job import Job, JobState, NewJob, Origin, PlacedFile
from wavized.domain.sample import FileStat, FilingMode, Kind

COLUMNS = (
    "id", "origin", "root", "source", "size", "mtime_ns", "digest", "mode", "state", "created_at",
    "updated_at", "kind", "category", "candidates", "confidence", "scores", "evidence", "reason", "model_id",
    "library", "target", "previous_target", "sidecars", "attempts", "corrected",
    "likeliest", "archive",
)  # fmt: skip
"""The columns of `jobs`, in the order of `to_row`. `likeliest` is there to be listed by, and never read."""

Value = str | bytes | int | float | None


def path_bytes(path: Path) -> bytes:
    """A path as the filesystem spells it."""
    return os.fsencode(path)


def text(value: str) -> str:
    """Text that SQLite can hold: bytes of a file name that are no UTF-8 become `\\ufffd`."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def new_job(job_id: int, new: NewJob, now: float) -> Job:
    """The first version of a job."""
    return Job(
        id=job_id, origin=new.origin, root=new.root, source=new.source, stat=new.stat, digest=new.digest,
        mode=new.mode, state=JobState.QUEUED, created_at=now, updated_at=now, archive=new.archive,
    )  # fmt: skip


def to_row(job: Job) -> tuple[Value, ...]:
    """All fields but the id, in the order of COLUMNS[1:]."""
    return (
        job.origin.value, path_bytes(job.root), path_bytes(job.source), job.stat.size, job.stat.mtime_ns,
        job.digest, job.mode.value, job.state.value, job.created_at, job.updated_at,
        job.kind.value if job.kind else None, _optional_text(job.category), json.dumps(job.candidates),
        job.confidence, json.dumps(dict(job.scores)), _evidence_json(job.evidence), text(job.reason),
        _optional_text(job.model_id), _optional_bytes(job.library), _optional_bytes(job.target),
        _optional_bytes(job.previous_target), _sidecars_json(job.sidecars), job.attempts, int(job.corrected),
        _optional_text(job.category or next(iter(job.candidates), None)), _optional_bytes(job.archive),
    )  # fmt: skip


def state_of(value: str) -> JobState:
    """A job's state. Raises sqlite3.DatabaseError where there is no such state."""
    try:
        return JobState(value)
    except ValueError as error:
        raise sqlite3.DatabaseError(str(error)) from error


def from_row(row: sqlite3.Row) -> Job:
    """The job a row (with all COLUMNS) stands for. Raises sqlite3.DatabaseError where it makes no sense."""
    try:
        return _from_row(row)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"job {row['id']!r} makes no sense: {error}") from error


def _from_row(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        origin=Origin(row["origin"]),
        root=_path(row["root"]),
        source=_path(row["source"]),
        stat=FileStat(row["size"], row["mtime_ns"]),
        digest=row["digest"],
        mode=FilingMode(row["mode"]),
        state=JobState(row["state"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        kind=None if row["kind"] is None else Kind(row["kind"]),
        category=row["category"],
        candidates=tuple(json.loads(row["candidates"])),
        confidence=row["confidence"],
        scores=json.loads(row["scores"]),
        evidence=tuple(Evidence(*witness) for witness in json.loads(row["evidence"])),
        reason=row["reason"],
        model_id=row["model_id"],
        library=_optional_path(row["library"]),
        target=_optional_path(row["target"]),
        previous_target=_optional_path(row["previous_target"]),
        sidecars=tuple(PlacedFile(Path(s), Path(t), d) for s, t, d in json.loads(row["sidecars"])),
        attempts=row["attempts"],
        corrected=bool(row["corrected"]),
        archive=_optional_path(row["archive"]),
    )


def _evidence_json(evidence: Sequence[Evidence]) -> str:
    return json.dumps([(e.source, dict(e.scores), e.weight, e.detail) for e in evidence])


def _sidecars_json(sidecars: Sequence[PlacedFile]) -> str:
    return json.dumps([(os.fspath(s.source), os.fspath(s.target), s.digest) for s in sidecars])


def _path(value: bytes) -> Path:
    return Path(os.fsdecode(value))


def _optional_path(value: bytes | None) -> Path | None:
    return None if value is None else _path(value)


def _optional_bytes(path: Path | None) -> bytes | None:
    return None if path is None else path_bytes(path)


def _optional_text(value: str | None) -> str | None:
    return None if value is None else text(value)
