"""Open a sample for reading only, without ever blocking on a pipe or touching a device; any thread."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from wavized.errors import UnreadableAudioError

_OPEN_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    # O_NONBLOCK: a pipe put in the file's place since the check must not block either
    _OPEN_FLAGS |= getattr(os, _name, 0)


def open_sample(path: Path) -> tuple[BinaryIO, int]:
    """Open a regular file; return it with its size in bytes. Raises UnreadableAudioError, no OSError."""
    try:
        _must_be_file(path.stat().st_mode)
        file = os.fdopen(os.open(path, _OPEN_FLAGS), "rb")
    except FileNotFoundError as error:
        raise UnreadableAudioError("is not there any more") from error
    except PermissionError as error:
        raise UnreadableAudioError("no permission to read it") from error
    except OSError as error:
        raise UnreadableAudioError(f"cannot be opened: {error.strerror or error}") from error
    try:
        status = os.fstat(file.fileno())
        _must_be_file(status.st_mode)
        if status.st_size == 0:
            raise UnreadableAudioError("is empty")
    except BaseException:
        file.close()
        raise
    return file, status.st_size


def _must_be_file(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UnreadableAudioError("is a folder")
    if not stat.S_ISREG(mode):
        raise UnreadableAudioError("is not a regular file")


class Section:
    """A stretch of an open file that looks like a whole file; never raises when asked for the impossible.

    libsndfile calls it from C, where an exception could only be printed. What goes wrong while reading is
    kept in `error` instead.
    """

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self.size = size
        self._position = 0
        self.error: OSError | None = None

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; one outside the section is clamped to its edges."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}.get(whence, 0)
        self._position = min(max(base + offset, 0), self.size)
        return self._position

    def tell(self) -> int:
        """Where the next read begins, in bytes from the section's start."""
        return self._position

    def read(self, count: int = -1) -> bytes:
        """Up to `count` bytes (all that are left where negative)."""
        left = self.size - self._position
        wanted = left if count < 0 else min(count, left)
        try:
            self._file.seek(self._start + self._position)
            data = self._file.read(wanted)
        except OSError as error:
            self.error = error
            return b""
        self._position += len(data)
        return data

    def part(self, start: int, size: int) -> Section:
        """A stretch of this stretch."""
        return Section(self._file, self._start + start, min(size, self.size - start))

    def raise_error(self) -> None:
        """Raise UnreadableAudioError if a read has failed (a disk fault, a share that went away)."""
        if self.error is not None:
            raise UnreadableAudioError(f"cannot be read: {self.error.strerror}") from self.error
