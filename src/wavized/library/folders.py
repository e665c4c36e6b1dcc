"""The library root and its category folders: are they what they should be, and are their entries on disk?"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from wavized.domain.job import Placement
from wavized.errors import FilingError
from wavized.library.digest import NO_SUCH_NAME, is_whole, sha256_of
from wavized.library.faults import library_faults, missing_library
from wavized.logic.placement import MAX_NAME_BYTES, candidate_names, check_folder_name, tamed

T = TypeVar("T")

Shelf = tuple[int, int]
"""Device and inode of a category folder."""

_FEWEST_BYTES = 64  # less than that is no disk for samples, or a wrong answer
_MAY_BE_THE_NAME = frozenset(
    {errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.EPERM, errno.EACCES, errno.ENOENT}
)
_CANNOT_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF})


def require_library(library: Path) -> None:
    """Raise LibraryUnavailableError unless the root is there."""
    with library_faults(library):
        if not library.is_dir():
            raise missing_library(library)


def prepare_folder(placement: Placement) -> Shelf:
    """Create the category folder where it is missing, never the root; refuse one that leads out."""
    library, folder = placement.library, placement.folder
    if folder.parent != library:
        raise FilingError(f"{folder} is not a folder of the library {library}")
    check_folder_name(folder.name)
    with library_faults(library):
        try:
            folder.mkdir()
        except FileExistsError:
            pass  # the usual case, looked at below
        else:
            sync_folder(library)
        if not folder.is_dir():
            raise FilingError(f"{folder.name} in the library is not a folder", hint=f"Look at {folder}")
        shelf = identify(folder)
        if not _real(folder).is_relative_to(_real(library)):
            raise FilingError(
                f"The folder {folder.name} leads out of the library", hint=f"Replace the link {folder}"
            )
    return shelf


def identify(folder: Path) -> Shelf:
    """What tells this folder from another one that takes its place."""
    status = folder.stat()
    return status.st_dev, status.st_ino


def refuse_exchanged(folder: Path, shelf: Shelf) -> None:
    """Raise FilingError where the folder is not the one any more that was looked at before."""
    try:
        exchanged = identify(folder) != shelf
    except OSError:
        exchanged = True
    if exchanged:
        raise FilingError(f"The folder {folder.name} was exchanged meanwhile", hint=f"Look at {folder}")


def missing_room(folder: Path) -> int:
    """How many bytes fewer than usual a name may have on this disk (an encrypted one takes 143)."""
    if not hasattr(os, "pathconf"):
        return 0
    try:
        most = os.pathconf(folder, "PC_NAME_MAX")
    except (OSError, ValueError):
        return 0
    return max(0, MAX_NAME_BYTES - most) if most > _FEWEST_BYTES else 0


def by_a_name_it_takes(placement: Placement, reserve: int, act: Callable[[Placement], T]) -> tuple[T, str]:
    """Act under the sample's own name or, where the disk refuses that, under one that every disk takes.

    The second value says so for people; it is empty where the name was kept.
    """
    try:
        return act(placement), ""
    except FileExistsError:
        raise
    except OSError as error:
        tame = tamed(placement)
        if error.errno not in _MAY_BE_THE_NAME or tame == placement or _came_about(placement, reserve):
            raise
    return act(tame), f"Renamed, as the library's disk does not take the name {placement.source.name}"


def _came_about(placement: Placement, reserve: int) -> bool:
    """Whether the sample has its name all the same: the disk failed after that."""
    try:
        return find_same(placement, reserve) is not None
    except OSError:
        return False  # no such name can be there


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def refuse_inside(source: Path, library: Path) -> None:
    """Raise FilingError where the source lies in the library already, by whatever path."""
    root = library.stat()
    for parent in _real(source).parents:
        try:
            if os.path.samestat(parent.stat(), root):
                raise FilingError(
                    f"{source.name} lies in the library already", hint="Only files outside it are filed"
                )
        except OSError:
            continue  # a parent that cannot be looked at is not the library, which can


def free_targets(placement: Placement, reserve: int) -> Iterator[Path]:
    """Names in the category folder that nothing has just now, in order; another process may be quicker."""
    for name in candidate_names(placement.stem, placement.suffix, reserve):
        target = placement.folder / name
        if not os.path.lexists(target):
            yield target


def find_same(placement: Placement, reserve: int) -> Path | None:
    """The file with one of the sample's names, up to the first free one, that holds the same content."""
    for name in candidate_names(placement.stem, placement.suffix, reserve):
        target = placement.folder / name
        try:
            status = target.lstat()
        except FileNotFoundError:
            return None
        if status.st_size == placement.stat.size and _holds(target, status, placement.digest):
            return target
    raise AssertionError("candidate_names never ends")


def _holds(target: Path, status: os.stat_result, digest: str) -> bool:
    """As `is_whole`, but a file that held something else before and is unchanged since is not read again.

    Hundreds of samples may have one name, and each new one meets all that came before it.
    """
    if not stat.S_ISREG(status.st_mode):
        return False
    version = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    try:
        return content_of(target, version) == digest and is_whole(target, digest)
    except OSError as error:
        if error.errno in NO_SUCH_NAME:
            return False
        raise


@lru_cache(maxsize=4096)
def content_of(target: Path, version: tuple[int, ...]) -> str:  # noqa: ARG001  # what it is remembered by
    """The sha256 of a version of a file, remembered for the last few thousand."""
    return sha256_of(target)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable, where the system has such a thing."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(descriptor)
