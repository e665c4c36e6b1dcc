"""Keep what a worker writes to its standard error, but never more than two files of a fixed size.

Runs on the worker's log thread in the daemon. Never lets a full or forbidden disk stop the worker's output.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from wavized.config.private import append_to

LOG_LIMIT = 1024 * 1024
_CHUNK = 64 * 1024


class BoundedLog:
    """A log of at most `limit` bytes, and the one before it with `.1` to its name."""

    def __init__(self, path: Path, *, limit: int = LOG_LIMIT) -> None:
        self._path = path
        self._limit = limit

    def drain(self, pipe: IO[bytes]) -> None:
        """Copy the pipe into the log until it ends, then close it."""
        with pipe:
            while chunk := pipe.read1(_CHUNK):  # type: ignore[attr-defined]  # Popen's pipes are BufferedReaders
                try:
                    self._append(chunk)
                except OSError:
                    pass  # the pipe must be emptied all the same, or the worker stops

    def _append(self, chunk: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size + len(chunk) > self._limit:
            self._path.replace(self._path.with_name(self._path.name + ".1"))
        with append_to(self._path) as log:
            log.write(chunk)
