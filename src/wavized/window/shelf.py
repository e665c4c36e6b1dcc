"""Files that can be made again, kept below a size. One thread puts, any looks; the longest unused go."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from wavized.config.private import NotPrivateError, make_private

_PART = ".part"
_KEPT = 0.8
"""When there is too much, so much of what is allowed is left."""


class Shelf:
    """A folder of its own, readable by its owner alone; made when the first file is put there."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._held: int | None = None

    def find(self, name: str) -> Path | None:
        """The file of this name, which counts as used now; None where there is none."""
        path = self._folder / name
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def begin(self, name: str) -> Path:
        """Where to write what is to be put under this name. Raises OSError."""
        try:
            make_private(self._folder.parent)
            make_private(self._folder)
        except NotPrivateError as error:
            raise PermissionError(errno.EPERM, error.message) from error
        if self._held is None:
            self._tidy()
        return self._folder / f"{name}{_PART}"

    def finish(self, written: Path) -> Path:
        """Put what was written under its name, whole. Raises OSError."""
        path = written.with_name(written.name.removesuffix(_PART))
        size = written.stat().st_size
        written.replace(path)
        self._held = (self._held or 0) + size
        if self._held > self._most_bytes:
            self._tidy(spare=path)
        return path

    def _tidy(self, spare: Path | None = None) -> None:
        """Remove what was never finished and, where there is too much, what has not been used for longest."""
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            if path.name.endswith(_PART):
                _remove(path)
            else:
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        held = sum(size for _, size, _ in found)
        if held > self._most_bytes:
            for _, size, path in sorted(found):
                if held <= self._most_bytes * _KEPT:
                    break
                if path != spare and _remove(path):
                    held -= size
        self._held = held


def _remove(path: Path) -> bool:
    """False where it cannot be: Windows keeps a file that is being sent."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
