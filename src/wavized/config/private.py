"""Folders and files that are this user's alone, whatever the umask is and whoever was there before.

What can be tightened is tightened; what belongs to somebody else is refused, never used and never removed.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import IO

from wavized.errors import WavizedError

log = logging.getLogger(__name__)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class NotPrivateError(WavizedError):
    """A folder of the program's own, or something in it, is another user's."""

    exit_code = 2


def make_private(folder: Path) -> Path:
    """Make the folder, and those missing above it, for this user alone.

    What is open to others, it or a file directly in it, is closed. Raises NotPrivateError and OSError.
    """
    make_folders(folder)
    if os.name != "nt":  # a profile of Windows is closed to others by its own rules
        _close(folder)
    return folder


def make_folders(folder: Path) -> None:
    """Make the folder and all missing above it for this user; `mkdir` gives its mode to the last alone."""
    for place in reversed((folder, *folder.parents)):
        if not place.exists():
            place.mkdir(mode=0o700, exist_ok=True)


def open_private(path: str, flags: int) -> int:
    """An `opener` for `open`: a file that is newly made is this user's alone."""
    return os.open(path, flags, 0o600)


def append_to(path: Path) -> IO[bytes]:
    """A file to add to, newly made as this user's alone."""
    return open(path, "ab", opener=open_private)


def write_private(path: Path, content: bytes) -> None:
    """Put a file in its place at once with mode 0600, never through a link. Raises OSError."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)  # of a process that was killed and had our number
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as stream:
            stream.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _close(folder: Path) -> None:
    _check_owner(folder, folder.stat())
    _tighten(folder, folder.stat())
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            _check_owner(Path(entry.path), status)
            if stat.S_ISREG(status.st_mode):
                _tighten(Path(entry.path), status)


def _check_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise NotPrivateError(
            f"{path} belongs to another user",
            hint="Wavized keeps its own files to itself: look who put it there, then move it away",
        )


def _tighten(path: Path, status: os.stat_result) -> None:
    mode = stat.S_IMODE(status.st_mode)
    if not mode & _OTHERS:
        return
    try:
        path.chmod(mode & ~_OTHERS)
    except OSError as error:  # a disk that knows no owners
        log.warning("%s stays open to other users: %s", path, error.strerror)
