"""Taking a filed sample back: the source as it was, the library without it. Never removes the only copy.

Sidecars go first and the sample last, so that an undo cut short can simply be asked for again.
"""

from __future__ import annotations

import os
from pathlib import Path

from wavized.domain.job import Job, PlacedFile
from wavized.domain.sample import FilingMode
from wavized.errors import ChangedByUserError, FilingError, WavizedError
from wavized.library.digest import is_whole, sha256_of
from wavized.library.faults import library_faults, source_faults
from wavized.library.folders import require_library, sync_folder
from wavized.library.moves import are_separate, move_file, remove_second
from wavized.library.parts import remove_parts
from wavized.library.sidecars import is_regular


def take_back(job: Job) -> None:
    """Undo the filing of `job`, as `wavized.ports.Filer.take_back` says.

    Raises ChangedByUserError where the sample in the library or its original is not what it was, FilingError
    where another file took the original's place, LibraryUnavailableError where the library is away.
    """
    target = job.target
    if target is None:
        raise FilingError(f"{job.source.name} was never filed")
    library = job.library or target.parent.parent
    require_library(library)
    with library_faults(library):
        there = is_whole(target, job.digest)
    with source_faults(job.source):
        if job.mode is FilingMode.MOVE:
            remove_parts(job.source.parent, job.digest)  # of an undo cut short
        back = _has_content(job.source, job.digest)
    if not there:
        if job.mode is FilingMode.MOVE and back and not os.path.lexists(target):
            return  # put back before, by an undo cut short or by hand
        raise ChangedByUserError(
            f"{target.name} in the library was altered, moved or removed", hint=f"It was at {target}"
        )
    if job.mode is FilingMode.MOVE and not back:
        _put_back(job, target)
    else:
        _remove_copy(job, target, original_there=back, library=library)


def _remove_copy(job: Job, target: Path, *, original_there: bool, library: Path) -> None:
    with library_faults(library):
        separate = original_there and are_separate(target, job.source)
    if not separate:
        raise ChangedByUserError(
            "The original is gone; this is the only copy",
            hint=f"It was at {job.source} and stays at {target}",
        )
    with library_faults(library):
        for one in job.sidecars:
            _remove_sidecar(job, one)
        target.unlink()
        sync_folder(target.parent)


def _remove_sidecar(job: Job, one: PlacedFile) -> None:
    if not is_whole(one.target, one.digest):
        return  # altered or removed since: the user's
    if is_regular(one.source):
        if is_whole(one.source, one.digest) and are_separate(one.target, one.source):
            one.target.unlink()
    elif job.mode is FilingMode.MOVE:
        move_file(one.target, one.source, one.digest, job.digest)


def _put_back(job: Job, target: Path) -> None:
    with source_faults(job.source):
        _restore_folders(job)
        if os.path.lexists(job.source):
            raise FilingError(
                f"Another file named {job.source.name} took the original's place",
                hint=f"Look at {job.source}",
            )
    for one in job.sidecars:
        try:
            _put_back_sidecar(job, one)
        except (OSError, WavizedError):
            continue  # its place is taken or barred: it stays in the library, the sample matters more
    try:
        move_file(target, job.source, job.digest, job.digest)
    except FileExistsError as error:
        raise FilingError(f"Another file named {job.source.name} took the original's place") from error
    except OSError as error:
        raise FilingError(
            f"{job.source.name} could not be put back: {error.strerror or error}",
            hint=f"It is still at {target}",
        ) from error


def _put_back_sidecar(job: Job, one: PlacedFile) -> None:
    if not is_regular(one.target):
        return
    digest = sha256_of(one.target)  # the user's changes to it go back along with it
    if os.path.lexists(one.source):
        remove_second(one.target, one.source, digest)
    else:
        move_file(one.target, one.source, digest, job.digest)


def _restore_folders(job: Job) -> None:
    """Create the folders between the watched root, which must be there, and the original's place."""
    folder = job.source.parent
    if folder.is_dir():
        return
    if not job.root.is_dir() or not folder.is_relative_to(job.root):
        raise FilingError("The folder the sample came from is gone", hint=f"Expected {job.root}")
    folder.mkdir(parents=True, exist_ok=True)


def _has_content(path: Path, digest: str) -> bool:
    """Like `is_whole`, but a link to the content will do."""
    try:
        return path.is_file() and sha256_of(path) == digest
    except FileNotFoundError:
        return False
