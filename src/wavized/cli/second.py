"""What a start does where Wavized runs already: shows that one's window, with its own eyes, and leaves.

The window is opened by this process, on the display it was started from: the running one may have none, or
that of a session which is over.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from wavized.cli.output import printable
from wavized.config import paths
from wavized.control.client import DaemonClient
from wavized.control.instance import InstanceLock
from wavized.errors import AlreadyRunningError, NotRunningError, UsageError
from wavized.window.show import has_screen, show_window

PATIENCE_SECONDS = 20.0
"""How long a running one may take to let commands in, or a stopping one to go."""


def is_running() -> bool:
    """Whether another process holds the lock now."""
    try:
        with _lock():
            return False
    except AlreadyRunningError:
        return True


def stays(patience_seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether the other process is a running Wavized, and no command at work or one that is about to leave.

    Raises AlreadyRunningError where it holds the lock and cannot be reached.
    """
    return _reach(patience_seconds) is not None


def join_the_first(
    config: Path | None, *, may_show: bool, patience_seconds: float = PATIENCE_SECONDS
) -> int | None:
    """Show the window of the one that runs; the exit code, or None where that one has left meanwhile.

    `config` is what this start was given by name. Raises AlreadyRunningError where the other one cannot be
    reached (or nothing may be shown), UsageError where it works with another configuration.
    """
    reached = _reach(patience_seconds)
    if reached is None:
        return None
    client, status = reached
    pid = status.get("pid")
    used = str(status.get("config", ""))
    if config is not None and used and not _is_same(config, Path(used)):
        raise UsageError(
            f"Wavized is already running (process {pid}) with another configuration: {used}",
            hint="One runs at a time: stop that one first, or leave --config away to see its window",
        )
    running = f"Wavized is already running (process {pid})"
    if not may_show:
        raise AlreadyRunningError(running, hint="wavized status shows what it does; stop it first")
    if not status.get("window"):
        _say(f"{running}, without a window. wavized status shows what it does; stop it to start one with.")
    elif not has_screen():
        _say(f"{running}. There is no display here to open its window on: wavized open --print")
    else:
        show_window(str(client.post("/api/tickets", {})["url"]))
        _say(f"{running}; its window was opened.")
    return 0


def _reach(patience_seconds: float) -> tuple[DaemonClient, dict[str, Any]] | None:
    """The one that runs and its status; it may be about to start, or to stop: then None."""
    end = time.monotonic() + patience_seconds
    while True:
        try:
            client = DaemonClient.find(paths.runtime_file())
            return client, client.get("/api/status")
        except NotRunningError:
            pass
        try:
            with _lock():
                return None
        except AlreadyRunningError:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


def _lock() -> InstanceLock:
    return InstanceLock(paths.state_dir(create=True) / "daemon.lock", runtime=paths.runtime_file())


def _is_same(one: Path, other: Path) -> bool:
    """By what the paths lead to; either may not be there yet."""
    return one.expanduser().resolve() == other.resolve()


def _say(text: str) -> None:
    print(printable(text), file=sys.stderr)
