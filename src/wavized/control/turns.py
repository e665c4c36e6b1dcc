"""Taking turns: of all Wavized processes of a user (the daemon, a one-time sort) one files at a time.

So that two that heard the same content under two names do not both file it. The operating system drops the
lock when its owner dies.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from wavized.errors import LibraryUnavailableError

PATIENCE_SECONDS = 60.0
"""One sample on a slow drive may take long; after this the turn is asked for again later."""
_LOOK_SECONDS = 0.01


class Turns:
    """Context manager that holds `path` for the one thread that files; not to be entered twice."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, mode=0o600)

    def __enter__(self) -> None:
        """Wait for the turn. Raises LibraryUnavailableError where another process does not end its own."""
        try:
            self._lock.acquire(timeout=PATIENCE_SECONDS, poll_interval=_LOOK_SECONDS)
        except Timeout:
            raise LibraryUnavailableError(
                "Another Wavized is still filing a sample", hint="Filing goes on by itself when it is done"
            ) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
