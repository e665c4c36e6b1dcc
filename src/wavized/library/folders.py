"""The library root and its category folders: are they what they should be, and are their entries on disk?"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from wavized.domain.job import Placement
from wavized.errors import FilingError
from wavized.library.digest import is_whole
from wavized.library.faults import library_faults, missing_library
from wavized.logic.placement import candidate_names, check_folder_name

_CANNOT_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF})


def require_library(library: Path) -> None:
    """Raise LibraryUnavailableError unless the root is there."""
    with library_faults(library):
        if not library.is_dir():
            raise missing_library(library)


def prepare_folder(placement: Placement) -> None:
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
        if not folder.resolve().is_relative_to(library.resolve()):
            raise FilingError(
                f"The folder {folder.name} leads out of the library", hint=f"Replace the link {folder}"
            )


def refuse_inside(source: Path, library: Path) -> None:
    """Raise FilingError where the source lies in the library already, by whatever path."""
    root = library.stat()
    for parent in source.resolve().parents:
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
            size = target.lstat().st_size
        except FileNotFoundError:
            return None
        if size == placement.stat.size and is_whole(target, placement.digest):
            return target
    raise AssertionError("candidate_names never ends")


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
