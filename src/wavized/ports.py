"""What the services need of the outside world, as small protocols; adapters implement them, fakes too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Protocol

from wavized.domain.events import Event
from wavized.domain.hearing import Answer, Evidence, ModelInfo
from wavized.domain.job import Job, JobOrder, JobState, NewJob, Origin, Placed, Placement
from wavized.domain.sample import FileStat, Header


class Classifier(Protocol):
    """The ear. Called by one thread at a time."""

    def info(self) -> ModelInfo:
        """Read and check the model folder (digests too) without loading it; raise ModelUnusableError."""
        ...

    def classify(self, paths: Sequence[Path]) -> list[Answer]:
        """Answer each path, in order. A crash or time-out gives Unanswered, never an exception.

        Raises ModelUnusableError where the model cannot be loaded.
        """
        ...

    def rest(self) -> None:
        """Let the worker go and its memory with it; the next `classify` starts it anew."""
        ...

    def state(self) -> str:
        """`off`, `starting` or `ready`; may be called from any thread."""
        ...


class Probe(Protocol):
    """Reads headers only; never decodes."""

    def read_header(self, path: Path) -> Header:
        """Raise UnreadableAudioError where the file is no audio this program can read."""
        ...


class Witnesses(Protocol):
    """Who speaks of a sample beside the ear: its names, its tags. Called by one thread at a time."""

    def about(self, path: Path, named: Path | None = None) -> tuple[Evidence, ...]:
        """What is said of this file; never raises, and nothing is said where nothing is known.

        `named` is the path whose names speak of it, where that is another one.
        """
        ...


class OpenArchive(Protocol):
    """An archive, opened for reading; used by one thread. `stat` is that of the file that is open."""

    stat: FileStat

    @property
    def left_out(self) -> Mapping[str, int]:
        """What is not read, in words, and how many files that are."""
        ...

    @property
    def sounds(self) -> Sequence[PurePath]:
        """The audio files, each by a path that is safe below any folder; always in the same order."""
        ...

    def extract(self, sound: PurePath, folder: Path) -> FileStat:
        """Write a sound, whole, to its path below `folder`.

        Raises UnreadableAudioError where it is damaged, CacheUnavailableError where it cannot be written.
        """
        ...

    def close(self) -> None: ...


class Archives(Protocol):
    """Archives, and the private folders in which what is read from them lies for a while."""

    def open(self, path: Path) -> OpenArchive:
        """Raises ArchiveRefusedError with the reason."""
        ...

    def folder_for(self, path: Path, stat: FileStat, origin: Origin) -> Path:
        """The folder for this version of an archive; the same each time."""
        ...

    def restore(self, job: Job) -> None:
        """See that a sample from an archive lies at its place with its content; other jobs need nothing.

        Raises FilingError where the archive is gone or holds something else by now.
        """
        ...


BEGUN_AT = "begun_at"
"""Setting: when this journal was begun (seconds since the epoch). It cannot know of what came before."""


class JournalReader(Protocol):
    """Questions to the journal; any thread may ask."""

    def get(self, job_id: int) -> Job | None: ...

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
        """Jobs that fit every condition given, in order of their id."""
        ...

    def counts(self) -> Mapping[JobState, int]:
        """How many jobs stand in each state; states without jobs are left out."""
        ...

    def setting(self, key: str) -> str | None:
        """A setting that lives over restarts, such as `paused`."""
        ...


class JournalBrowser(Protocol):
    """The journal leafed through page by page; any thread may ask."""

    def get(self, job_id: int) -> Job | None: ...

    def counts(self) -> Mapping[JobState, int]:
        """As `JournalReader.counts`."""
        ...

    def count_since(self, state: JobState, since: float) -> int:
        """How many jobs stand in this state and last changed no earlier than `since`."""
        ...

    def browse(
        self,
        *,
        states: Iterable[JobState] = (),
        search: str = "",
        category: str | None = None,
        why: str | None = None,
        order: JobOrder = JobOrder.NEWEST,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[int, list[Job]]:
        """How many jobs fit, and those from `offset` on, at most `limit`.

        Every word of `search` must occur in the source's or the target's path, whatever its case.
        `category` is what was decided, or the first guess where nothing was. `why` is FAILED or one of
        `wavized.logic.reasons.NAMED_REASONS`.
        """
        ...


class JournalWriter(Protocol):
    """Changes to the journal: each call is one durable transaction when it returns. Any thread may call."""

    def open_jobs(self, new: Sequence[NewJob], now: float) -> list[Job]:
        """Enter new jobs as `queued`, remembering their files as known."""
        ...

    def advance(self, jobs: Sequence[Job], now: float) -> list[Job]:
        """Write each job's new version; raise IllegalTransitionError (and write nothing) on a forbidden move.

        Keeping the state is allowed and records new fields only. Returns the jobs with `updated_at` set.
        """
        ...

    def label(self, job: Job, category: str, now: float) -> None:
        """Keep what the user said a sample is, for later training."""
        ...

    def put_setting(self, key: str, value: str | None) -> None: ...


class KnownFiles(Protocol):
    """Which files were dealt with already, by path, size and mtime; and which folders were taken on."""

    def is_known(self, path: Path, stat: FileStat) -> bool: ...

    def remember(self, files: Sequence[tuple[Path, FileStat]]) -> None:
        """Take files as known without a job: what a folder held when it was first watched."""
        ...

    def is_adopted(self, root: Path) -> bool:
        """Whether this folder has been watched before."""
        ...

    def adopt(self, root: Path, now: float) -> None: ...

    def adopted_at(self, root: Path) -> float | None:
        """When `adopt` was first called for this; None where it never was."""
        ...


class Journal(JournalReader, JournalWriter, KnownFiles, Protocol):
    """All of it, as the pipeline sees it."""


class Filer(Protocol):
    """The only one who writes into the library. Never overwrites; a target is whole or absent."""

    def place(self, placement: Placement, announce: Callable[[Path], None]) -> Placed:
        """Put a sample into its folder; call `announce(target)` before each name that is tried for good.

        Raises FilingError (this sample cannot be filed) or LibraryUnavailableError (none can, for now).
        """
        ...

    def relocate(self, job: Job, placement: Placement, announce: Callable[[Path], None]) -> Placed:
        """Move a filed sample to another category's folder. Raises ChangedByUserError, FilingError."""
        ...

    def take_back(self, job: Job) -> None:
        """Undo a filing: source as it was, library without the sample. Raises ChangedByUserError."""
        ...

    def recover(self, job: Job) -> Placed | None:
        """After a crash in state `filing`: finish what was whole (Placed) or clear what was not (None)."""
        ...


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> float:
        """Seconds since the epoch, for the record."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for waiting."""
        ...


class Events(Protocol):
    """Where services tell what happened. Must not block, must not raise."""

    def publish(self, event: Event) -> None: ...
