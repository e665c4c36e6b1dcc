"""One at a time: a lock that the operating system drops when its owner dies, however it dies."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from wavized.control.runtime import read_runtime
from wavized.errors import AlreadyRunningError


class InstanceLock:
    """Context manager that holds `path` for this process. A file left by a dead process is no hindrance."""

    def __init__(self, path: Path, *, runtime: Path, what: str = "Wavized") -> None:
        self._lock = FileLock(path, mode=0o600)
        self._runtime = runtime
        self._what = what

    def acquire(self) -> None:
        """Take the lock; raise AlreadyRunningError (saying who holds it) where another process has it."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            runtime = read_runtime(self._runtime)
            pid = runtime.pid if runtime else None
            who = f" (process {pid})" if pid else ""
            raise AlreadyRunningError(
                f"{self._what} is already running{who}",
                hint="wavized status shows what it does; stop it first to start another",
                pid=pid,
            ) from None

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def __enter__(self) -> InstanceLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
