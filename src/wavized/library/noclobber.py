"""Give a file its final name without ever replacing another file, on whatever the filesystem offers for it.

Tried in order: a hard link and removal of the old name; the kernel's own no-replace rename; an empty
placeholder that only its creator replaces. All raise FileExistsError where the name is taken.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

CANNOT_LINK = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What a filesystem answers that has no hard links, or none left for this file."""

_CANNOT_RENAME = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1  # Linux, renameat2(2)
_RENAME_EXCL = 4  # macOS, renamex_np(2)


def rename(source: Path, target: Path) -> None:
    """Move `source` to the free name `target` on the same filesystem.

    Raises FileExistsError where it is taken, OSError with EXDEV for another filesystem. Killed in between,
    it leaves both names for the same file, never none.
    """
    if sys.platform == "win32":
        source.rename(target)  # refuses to replace, by itself
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in CANNOT_LINK:
            raise
    else:
        _drop_old_name(source, target)
        return
    if not rename_in_kernel(source, target):
        rename_over_placeholder(source, target)


def _drop_old_name(source: Path, target: Path) -> None:
    """Remove the old name of a file that has both; where that is barred, remove the new one again."""
    try:
        source.unlink()
    except FileNotFoundError:
        return
    except OSError:
        if os.path.samestat(source.lstat(), target.lstat()):
            target.unlink()
        raise


def rename_in_kernel(source: Path, target: Path) -> bool:
    """The system's atomic no-replace rename; False where kernel, C library or filesystem have none."""
    libc = ctypes.CDLL(None, use_errno=True)
    old, new = os.fsencode(source), os.fsencode(target)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(old, new, _RENAME_EXCL)
        else:
            failed = libc.renameat2(_AT_FDCWD, old, _AT_FDCWD, new, _RENAME_NOREPLACE)
    except AttributeError:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT_RENAME:
        return False
    raise OSError(number, os.strerror(number), str(target))


def rename_over_placeholder(source: Path, target: Path) -> None:
    """Claim the name with an empty file, then replace that. For filesystems that can do nothing better."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    ours = os.fstat(descriptor)
    os.close(descriptor)
    try:
        if not _still_empty(target, ours):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        source.replace(target)
    except OSError:
        if _still_empty(target, ours):
            target.unlink()
        raise


def _still_empty(target: Path, ours: os.stat_result) -> bool:
    try:
        now = target.lstat()
    except FileNotFoundError:
        return False
    return os.path.samestat(now, ours) and now.st_size == 0
