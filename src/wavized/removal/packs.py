"""Passing copies of samples from archives: which may go, and which may be the only ones left. Only looks."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from wavized.archives.store import is_in_archive
from wavized.config import paths
from wavized.domain.job import Job, JobState
from wavized.errors import FilingError
from wavized.journal.glance import jobs_from, open_to_look
from wavized.library.digest import sha256_of

ONLY_COPY = "a sample whose archive is gone or has changed: this may be the only copy"
UNSURE = "perhaps a sample from an archive; the journal that would tell is missing or cannot be read"
_UNFINISHED = re.compile(r"\.[a-z0-9_]{8}\.part")
_SIDECAR = ".asd"
_SECONDS = 5.0
"""So long the journal may be busy."""

Verdict = Callable[[Path], str | None]
"""Why a file stays; None where it is a copy that may go, empty where nobody knows of it."""


def folder() -> Path:
    """Where archives lie open."""
    return paths.cache_dir() / "packs"


@contextmanager
def verdicts() -> Iterator[Verdict]:
    """By the journal alone: a file that it does not name was put there by somebody else."""
    try:
        journal = open_to_look(paths.journal_file(), _SECONDS)
    except sqlite3.Error:
        yield lambda _: UNSURE
        return

    def judge(path: Path) -> str | None:
        if _UNFINISHED.fullmatch(path.name):
            return None
        try:
            jobs = jobs_from(journal, path)
            if not jobs and path.suffix == _SIDECAR:
                jobs = jobs_from(journal, path.with_suffix(""))
        except (sqlite3.Error, ValueError):  # damaged, or of another version
            return UNSURE
        ours = [job for job in jobs if job.archive is not None]
        if not ours:
            return ""
        return None if any(_lies_elsewhere(job) for job in ours) else ONLY_COPY

    with closing(journal):
        yield judge


def _lies_elsewhere(job: Job) -> bool:
    """Whether this very sample is still in the archive that it came from, or in the library."""
    return is_in_archive(folder(), job) or _is_in_library(job)


def _is_in_library(job: Job) -> bool:
    """With the content that it had: who has edited it there may want the first one back."""
    if job.state is not JobState.FILED or job.target is None:
        return False
    try:
        return job.target.is_file() and sha256_of(job.target) == job.digest
    except (OSError, FilingError):  # it is out of reach, or no file any more
        return False


def walk(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Each folder below, the inner ones first, with what is in it but folders; links are not followed."""
    for above, inner, names in os.walk(root, topdown=False, followlinks=False):
        here = Path(above)
        links = [name for name in inner if (here / name).is_symlink()]
        yield here, sorted(here / name for name in (*names, *links))
