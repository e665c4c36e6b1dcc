"""A job: one sample on its way through the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wavized.domain.hearing import Evidence
from wavized.domain.sample import FileStat, FilingMode, Kind


class JobState(StrEnum):
    """Where a job stands. The legal moves are in `wavized.logic.lifecycle`."""

    QUEUED = "queued"
    CLASSIFYING = "classifying"
    DECIDED = "decided"
    FILING = "filing"
    FILED = "filed"
    AWAITING_REVIEW = "awaiting_review"
    SKIPPED = "skipped"
    FAILED = "failed"
    REVERTED = "reverted"


class Origin(StrEnum):
    """Which process owns a job until it is at rest: the daemon (`watch`) or a one-time `sort`."""

    WATCH = "watch"
    SORT = "sort"


class JobOrder(StrEnum):
    """How jobs are listed: by when they last changed, by the source's name, by category or by confidence.

    `CONFIDENCE` begins with the least sure, `SUREST` with the most; jobs without a category or confidence
    come last in every order by it. `FAILED` has those that failed first, each part the newest first.
    """

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    CATEGORY = "category"
    CONFIDENCE = "confidence"
    SUREST = "-confidence"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """One file put into the library: where it came from, where it lies, what its content was."""

    source: Path
    target: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the journal.

    `digest` is the sha256 of the content at intake (hex). `category` is what was decided, or the user's
    word after a correction. `target` is where the sample lies (or is about to, in state `filing`);
    `previous_target` is where it lay before a correction that is under way. `sidecars` went along.
    Times are seconds since the epoch. `archive` is the archive that `source` was read from: then `source` is
    a passing copy in the program's own folders, and its path below `root` is the one inside the archive.
    """

    id: int
    origin: Origin
    root: Path
    source: Path
    stat: FileStat
    digest: str
    mode: FilingMode
    state: JobState
    created_at: float
    updated_at: float
    kind: Kind | None = None
    category: str | None = None
    candidates: tuple[str, ...] = ()
    confidence: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""
    model_id: str | None = None
    library: Path | None = None
    target: Path | None = None
    previous_target: Path | None = None
    sidecars: tuple[PlacedFile, ...] = ()
    attempts: int = 0
    corrected: bool = False
    archive: Path | None = None


@dataclass(frozen=True, slots=True)
class NewJob:
    """What intake knows when it opens a job; `digest` is empty where the file is turned away unread."""

    origin: Origin
    root: Path
    source: Path
    stat: FileStat
    digest: str
    mode: FilingMode
    archive: Path | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """A plan to put one sample into the library: names to try in order, inside `folder`.

    `folder` is a direct child of `library`; `names` yields no path separators. Carried out by a Filer.
    """

    source: Path
    library: Path
    folder: Path
    stem: str
    suffix: str
    mode: FilingMode
    digest: str
    stat: FileStat


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement carried out. `duplicate` means the same content lay there already and nothing was written.

    `note` says what a person should know (a hardlink that had to become a copy, say).
    """

    target: Path
    sidecars: tuple[PlacedFile, ...] = ()
    duplicate: bool = False
    note: str = ""


class DaemonState(StrEnum):
    """The daemon in one word (`status --json`)."""

    WATCHING = "watching"
    PAUSED = "paused"
    DEGRADED = "degraded"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Recent:
    """A sample that was filed of late: its job, its name in the library, its folder there (whole path)."""

    job_id: int
    name: str
    category: str
    folder: str


@dataclass(frozen=True, slots=True)
class Status:
    """What `wavized status`, the tray and the window show. `worker` is `off`, `starting` or `ready`.

    `paused_until` (seconds since the epoch) is when a pause ends by itself; None where it does not, or where
    there is none. `recent` are the samples filed last, the newest first.
    """

    state: DaemonState
    pending: int = 0
    filed: int = 0
    review: int = 0
    skipped: int = 0
    failed: int = 0
    worker: str = "off"
    pid: int | None = None
    detail: str = ""
    last_filed: str = ""
    library: str = ""
    watching: tuple[str, ...] = ()
    paused_until: float | None = None
    filed_today: int = 0
    recent: tuple[Recent, ...] = ()
