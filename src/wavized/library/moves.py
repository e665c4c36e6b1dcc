"""Moving and removing files so that at every instant at least one whole copy has a name."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from wavized.errors import WavizedError
from wavized.library.digest import is_whole
from wavized.library.folders import sync_folder
from wavized.library.noclobber import rename
from wavized.library.parts import part_of


def move_file(old: Path, new: Path, digest: str, tag: str) -> None:
    """Move `old` to the free name `new`, across filesystems too; both folders are on disk afterwards.

    Raises FileExistsError where the name is taken. Killed in between, it leaves both.
    """
    try:
        rename(old, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with part_of(old, new.parent, digest, tag) as part:
            rename(part, new)
        sync_folder(new.parent)
        remove_second(old, new, digest)
        return
    sync_folder(new.parent)
    sync_folder(old.parent)


def remove_second(spare: Path, kept: Path, digest: str) -> bool:
    """Remove `spare` if it and `kept` are two whole copies of this content; True where it is gone after."""
    try:
        found = spare.lstat()
    except FileNotFoundError:
        return True
    if not stat.S_ISREG(found.st_mode) or not are_separate(spare, kept):
        return False
    if not (is_whole(kept, digest) and is_whole(spare, digest)):
        return False
    spare.unlink()
    try:
        sync_folder(spare.parent)
    except OSError:
        pass  # it is gone; after a power cut it may be there again, which costs nothing
    return True


def remove_original(source: Path, target: Path, digest: str) -> list[str]:
    """Finish a move: remove the source if it is still what was filed. Returns notes, raises nothing."""
    try:
        if remove_second(source, target, digest):
            return []
    except (OSError, WavizedError) as error:
        return [f"{source.name} was filed but could not be removed from where it was: {error}"]
    return [f"{source.name} was filed and also left where it was, as it changed meanwhile or is a link"]


def are_separate(one: Path, other: Path) -> bool:
    """Whether the content outlives the removal of either name: two files, or two links to one.

    False where one path merely leads to the other's directory entry (a link, or another spelling).
    """
    if os.path.realpath(one) == os.path.realpath(other):
        return False
    first, second = one.stat(), other.stat()
    return not os.path.samestat(first, second) or first.st_nlink > 1
