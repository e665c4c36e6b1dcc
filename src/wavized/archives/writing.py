"""Passing copies on disk: each whole under its name or not there. On the thread that reads archives."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from wavized.config.private import make_folders
from wavized.domain.sample import FileStat
from wavized.errors import CacheUnavailableError, UnreadableAudioError

SPARED_BYTES = 256 << 20
"""Room that is left on the disk for everything else."""
_NOBODYS_FAULT = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE,
        errno.ENFILE, errno.ENOMEM,
    }
)  # fmt: skip
"""What may go wrong with the disk whatever is written; all else, such as a long name, is the file's own."""


def write_copy(target: Path, content: Iterable[bytes], *, size: int, mtime_ns: int) -> FileStat:
    """Write `content`, of about `size` bytes; what it raises passes through.

    Raises CacheUnavailableError where nothing can be written, UnreadableAudioError where this file cannot.
    """
    try:
        _check_room(target, size)
        handle, part = _begin(target)
        try:
            with os.fdopen(handle, "wb") as writing:
                for chunk in content:
                    writing.write(chunk)
            part.chmod(0o644)  # the folders above are private; the library's copy takes it over
            os.utime(part, ns=(mtime_ns, mtime_ns))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        status = target.stat()  # as the disk keeps it
    except OSError as error:
        if error.errno not in _NOBODYS_FAULT:
            raise UnreadableAudioError(f"cannot be written: {error.strerror or error}") from error
        raise CacheUnavailableError(
            f"Nothing can be read from archives: {error.strerror or error}",
            hint=f"Free some space, or look at {target.parent}",
        ) from error
    except ValueError as error:  # a name that this system's encoding does not have
        raise UnreadableAudioError("has a name that this system cannot write") from error
    return FileStat(status.st_size, status.st_mtime_ns)


def _check_room(target: Path, size: int) -> None:
    there = next(one for one in target.parents if one.is_dir())
    if shutil.disk_usage(there).free < size + SPARED_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(there))


def _begin(target: Path) -> tuple[int, Path]:
    """A new file to write to beside its final name; whoever tidies up may just have removed the folder."""
    for patience in (True, True, False):
        try:
            make_folders(target.parent)
            handle, name = tempfile.mkstemp(suffix=".part", prefix=".", dir=target.parent)
            return handle, Path(name)
        except FileNotFoundError:
            if not patience:
                raise
    raise AssertionError("the last try returns or raises")
