"""Passing copies of samples from archives: which may go, and which may be the only ones left. Only looks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wavized.archives.store import ArchiveStore
from wavized.archives.zipped import Rules
from wavized.config import paths
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FileStat
from wavized.errors import JournalError
from wavized.journal.store import SqliteJournal
from wavized.library.digest import sha256_of

ONLY_COPY = "a sample whose archive is gone or has changed: this may be the only copy"
_UNFINISHED = re.compile(r"\.[a-z0-9_]{8}\.part")
_SIDECAR = ".asd"

Verdict = Callable[[Path], str | None]
"""Why a file stays; None where it is a copy that may go, empty where nobody knows of it."""


def folder() -> Path:
    """Where archives lie open."""
    return paths.cache_dir() / "packs"


@contextmanager
def verdicts() -> Iterator[Verdict]:
    """By the journal alone: a file that it does not name was put there by somebody else."""
    journal_file = paths.journal_file()
    try:
        journal = SqliteJournal(journal_file) if journal_file.is_file() else None
    except JournalError:
        journal = None
    if journal is None:
        yield lambda _: ""
        return
    with journal:
        store = ArchiveStore(folder(), journal, sha256_of, Rules(0))

        def judge(path: Path) -> str | None:
            if _UNFINISHED.fullmatch(path.name):
                return None
            jobs = journal.find(source=path)
            if not jobs and path.suffix == _SIDECAR:
                jobs = journal.find(source=path.with_suffix(""))
            if not jobs:
                return ""
            return None if any(_lies_elsewhere(job, store) for job in jobs) else ONLY_COPY

        yield judge


def _lies_elsewhere(job: Job, store: ArchiveStore) -> bool:
    """Whether the sample is in the library, or still in the archive that it came from."""
    if job.state is JobState.FILED and job.target is not None and job.target.is_file():
        return True
    if job.archive is None:
        return False
    try:
        status = job.archive.stat()
    except OSError:
        return False
    now = FileStat(status.st_size, status.st_mtime_ns)
    return any(store.folder_for(job.archive, now, origin) == job.root for origin in Origin)


def walk(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Each folder below, the inner ones first, with what is in it but folders; links are not followed."""
    for above, inner, names in os.walk(root, topdown=False, followlinks=False):
        here = Path(above)
        links = [name for name in inner if (here / name).is_symlink()]
        yield here, sorted(here / name for name in (*names, *links))
