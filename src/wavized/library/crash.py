"""After a kill in the middle of filing: finish what was whole, clear what was not, touch nothing else."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from wavized.domain.job import Job, Placed
from wavized.domain.sample import FilingMode
from wavized.library.digest import NO_SUCH_NAME, is_whole
from wavized.library.faults import library_faults
from wavized.library.folders import require_library, sync_folder
from wavized.library.moves import remove_original, remove_second
from wavized.library.parts import remove_parts
from wavized.library.sidecars import bring, follow

_CLOCK_SLACK_S = 2.0  # the coarsest file times in use (FAT) step by this much


def recover(job: Job, suffixes: Sequence[str]) -> Placed | None:
    """Finish or clear the filing of `job`, as `wavized.ports.Filer.recover` says.

    Raises LibraryUnavailableError where the library is away: ask again when it is back.
    """
    library = job.library or (job.target.parent.parent if job.target else None)
    if library is None:
        return None
    require_library(library)
    with library_faults(library):
        for folder in _folders(library, job):
            remove_parts(folder, job.digest)
        if job.target is None:
            return None
        if not is_whole(job.target, job.digest):
            _remove_placeholder(job.target, job)
            return None
        sync_folder(job.target.parent)
        if job.previous_target is not None:
            return _finish_relocation(job, job.previous_target, job.target, suffixes)
        return _finish_placing(job, job.target, suffixes)


def _folders(library: Path, job: Job) -> set[Path]:
    """Where parts may lie: the job's folder may not have been announced yet, so every category's."""
    folders = {Path(entry.path) for entry in os.scandir(library) if entry.is_dir(follow_symlinks=False)}
    return folders | {path.parent for path in (job.target, job.previous_target) if path is not None}


def _came_since(target: Path, job: Job) -> bool:
    """Whether the file got this name after the job was last written, so that the filer gave it.

    Where the filesystem keeps no such time the answer may be a false no, which only leaves more in place.
    """
    return sys.platform == "win32" or target.lstat().st_ctime >= job.updated_at - _CLOCK_SLACK_S


def _remove_placeholder(target: Path, job: Job) -> None:
    """Remove the empty file that claims a name, where that is how far it came."""
    try:
        found = target.lstat()
    except OSError as error:
        if error.errno in NO_SUCH_NAME:
            return
        raise
    empty = stat.S_ISREG(found.st_mode) and found.st_size == 0 and job.stat.size > 0
    if empty and _came_since(target, job):
        target.unlink()


def _finish_relocation(job: Job, old: Path, new: Path, suffixes: Sequence[str]) -> Placed | None:
    if is_whole(old, job.digest) and not new.samefile(old) and not _came_since(new, job):
        return None  # the new name was taken all along, by another file of this content
    notes: list[str] = []
    if old != new and not remove_second(old, new, job.digest):
        notes.append(f"{old} was left, as it changed meanwhile")
    sidecars, more = follow(job, old, new, suffixes)
    return Placed(new, sidecars, note="; ".join(notes + more))


def _finish_placing(job: Job, target: Path, suffixes: Sequence[str]) -> Placed:
    source = job.source
    if source.exists() and not target.samefile(source) and not _came_since(target, job):
        return Placed(target, duplicate=True)  # it lay there before; the source stays
    move = job.mode is FilingMode.MOVE
    sidecars, notes = bring(source, target, suffixes, job.digest, move=move, resume=True)
    if move:
        notes += remove_original(source, target, job.digest)
    return Placed(target, sidecars, note="; ".join(notes))
