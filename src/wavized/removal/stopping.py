"""Stop the daemon and keep another from starting while its files go. The caller waits."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from wavized.config import paths
from wavized.control.client import DaemonClient
from wavized.control.instance import InstanceLock
from wavized.errors import AlreadyRunningError, NotRunningError, WavizedError

PATIENCE_SECONDS = 30.0
"""A daemon leaves within five seconds; a busy computer may need more."""
_LOOK_SECONDS = 0.05


class StillRunningError(WavizedError):
    """Wavized is at work and does not stop: nothing was removed."""


def running_daemon() -> int | None:
    """The process id of the daemon that answers; None where none does."""
    try:
        status = DaemonClient.find(paths.runtime_file()).get("/api/status")
    except NotRunningError:
        return None
    pid = status.get("pid")
    return pid if isinstance(pid, int) and pid > 0 else None


@contextmanager
def at_rest(patience_seconds: float = PATIENCE_SECONDS) -> Iterator[int | None]:
    """Ask a running daemon to leave (SIGTERM), wait for it, and hold its locks meanwhile; yields its id.

    Raises StillRunningError where it stays, or where a sort is at work.
    """
    with ExitStack() as stack:
        _take(stack, "sort.lock", "A sort is under way", 0.0)
        pid = running_daemon()
        if pid is not None:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass  # it has just left by itself
        _take(stack, "daemon.lock", "Wavized does not stop", patience_seconds if pid else 0.0)
        yield pid


def _take(stack: ExitStack, name: str, trouble: str, patience_seconds: float) -> None:
    """Hold a lock that exists; where nobody ever made it, there is nobody to wait for."""
    path = paths.state_dir() / name
    if not path.is_file():
        return
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            stack.enter_context(InstanceLock(path, runtime=paths.runtime_file()))
            return
        except AlreadyRunningError as error:
            if time.monotonic() >= deadline:
                who = f" (process {error.pid})" if error.pid else ""
                hint = "Nothing was removed. Wait for it, or end it, and try again"
                raise StillRunningError(f"{trouble}{who}", hint=hint) from None
        time.sleep(_LOOK_SECONDS)
