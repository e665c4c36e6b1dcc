"""After a journal was lost: what the library's folders hold is taken as filed, so that none is filed twice.

Runs on the pipeline thread, or on that of a one-time sort, a few files at a time, before anything is filed.
Reads the library and changes nothing there. Broken off, it goes on where it was at the next start.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FileStat, FilingMode, Kind
from wavized.errors import FilingError, LibraryUnavailableError
from wavized.logic.selection import is_audio
from wavized.ports import Clock
from wavized.services.intake import Digest

LOST = "journal_lost"
"""Setting of a journal that was begun in place of a damaged one: the name under which that one is kept."""

CHUNK = 32
FOUND = "Found in the library when the journal was begun anew"


class LostJournal(Protocol):
    """What of the journal is needed here."""

    def setting(self, key: str) -> str | None: ...

    def put_setting(self, key: str, value: str | None) -> None: ...

    def find(self, *, source: Path, limit: int) -> Sequence[Job]: ...

    def take_as_filed(self, jobs: Sequence[Job]) -> None: ...


class Rebuilding:
    """Enters the library's samples into a new journal. `folders` tells the category of each folder's name."""

    def __init__(
        self,
        *,
        journal: LostJournal,
        digest: Digest,
        clock: Clock,
        origin: Origin,
        library: Callable[[], Path],
        folders: Callable[[], Mapping[str, str]],
    ) -> None:
        self._journal = journal
        self._digest = digest
        self._clock = clock
        self._origin = origin
        self._library = library
        self._folders = folders
        self._left: Iterator[tuple[str, Path]] | None = None
        self._known: dict[Path, bool] = {}

    @property
    def is_due(self) -> bool:
        """Whether nothing may be filed before `step` has come to its end."""
        library = self._library()
        if library not in self._known:
            lost = self._journal.setting(LOST) is not None
            self._known[library] = not lost or self._journal.setting(_looked_through(library)) is not None
        return not self._known[library]

    def step(self) -> bool:
        """Enter the next few samples; False where that was all. Raises LibraryUnavailableError."""
        library = self._library()
        if not library.is_dir():
            raise LibraryUnavailableError(
                "The library is to be looked through for what was filed before, and it is missing",
                hint=f"Connect its disk: expected {library}",
            )
        if self._left is None:
            self._left = self._samples(library, self._folders())
        try:
            chunk = list(islice(self._left, CHUNK))
        except LibraryUnavailableError:
            self._left = None
            raise
        found = [job for category, path in chunk if (job := self._job(library, category, path)) is not None]
        if found:
            self._journal.take_as_filed(found)
        if not chunk:
            self._left = None
            self._journal.put_setting(_looked_through(library), "1")
            self._known[library] = True
        return bool(chunk)

    def _samples(self, library: Path, folders: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
        for name, category in folders.items():
            for path in _files(library / name):
                if is_audio(path.name) and not self._journal.find(source=path, limit=1):
                    yield category, path

    def _job(self, library: Path, category: str, path: Path) -> Job | None:
        try:
            status = path.lstat()
            if not modes.S_ISREG(status.st_mode):
                return None
            digest = self._digest(path)
        except (OSError, FilingError):
            return None  # it cannot be read, so it is no twin of anything either
        at = min(status.st_ctime, self._clock.now())
        return Job(
            id=0, origin=self._origin, root=library, source=path,
            stat=FileStat(status.st_size, status.st_mtime_ns), digest=digest, mode=FilingMode.COPY,
            state=JobState.FILED, created_at=at, updated_at=at, kind=Kind.ONE_SHOT, category=category,
            reason=FOUND, library=library, target=path,
        )  # fmt: skip


def _looked_through(library: Path) -> str:
    """Setting: this library was looked through since the journal was lost."""
    return f"looked_through:{os.fsencode(library).hex()}"


def _files(folder: Path) -> Iterable[Path]:
    """The entries of a folder in order of their names; none where there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise LibraryUnavailableError(
            f"A folder of the library cannot be read: {error.strerror or error}", hint=f"Look at {folder}"
        ) from error
