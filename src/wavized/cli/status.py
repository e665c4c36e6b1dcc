"""`wavized status`: what the running daemon is doing; with none running, what the journal holds."""

from __future__ import annotations

import argparse
import sys
import time

from wavized.cli.output import print_json, printable
from wavized.cli.settings import journal_to_read
from wavized.config import paths
from wavized.control.client import DaemonClient
from wavized.domain.job import DaemonState, Status
from wavized.errors import NotRunningError
from wavized.logic.wording import time_of_day
from wavized.services.status import read_status

KEYS = ("state", "pending", "filed", "review", "skipped", "failed", "worker", "pid", "paused_until")
"""What `status --json` prints: part of the command-line contract. `paused_until`: seconds since the epoch."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized status`."""
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run(args: argparse.Namespace) -> int:
    """0 where a daemon runs, 3 where none does."""
    try:
        status = ask_status()
        code = 0
    except NotRunningError:
        with journal_to_read() as journal:
            status = read_status(journal, state=DaemonState.STOPPED)
        code = NotRunningError.exit_code
    _print(status, as_json=args.json)
    return code


def report(answer: dict[str, object], *, as_json: bool) -> None:
    """Print the status that the daemon answered a command with."""
    _print(status_from(answer), as_json=as_json)


def _print(status: Status, *, as_json: bool) -> None:
    if as_json:
        print_json({key: getattr(status, key) for key in KEYS})
    else:
        print_status(status)


def ask_status() -> Status:
    """The daemon's own words; raise NotRunningError where there is none."""
    return status_from(DaemonClient.find(paths.runtime_file()).get("/api/status"))


def status_from(answer: dict[str, object]) -> Status:
    """A status as the daemon sent it; keys of a newer daemon are passed over."""
    known = {key: answer[key] for key in Status.__dataclass_fields__ if key in answer}
    known["state"] = DaemonState(str(known["state"]))
    known.pop("recent", None)  # nothing here tells of single samples
    return Status(**known)  # type: ignore[arg-type]  # JSON of our own dataclass, checked by the daemon's types


def print_status(status: Status) -> None:
    """For people."""
    words = {
        DaemonState.WATCHING: "Watching",
        DaemonState.PAUSED: _paused(status.paused_until),
        DaemonState.DEGRADED: "Cannot listen",
        DaemonState.STOPPED: "Wavized is not running. Start it with: wavized run",
    }
    out = sys.stdout
    if status.state is DaemonState.STOPPED and status.pid is not None:
        words[DaemonState.STOPPED] = "Wavized runs, but does nothing yet"
    line = words[status.state]
    print(f"{line}: {printable(status.detail)}" if status.detail else line, file=out)
    for folder in status.watching:
        print(f"  {printable(folder)}", file=out)
    print(
        f"Filed {status.filed}, to review {status.review}, left alone {status.skipped}, "
        f"failed {status.failed}, under way {status.pending}",
        file=out,
    )
    if status.last_filed:
        print(f"Last filed: {printable(status.last_filed)}", file=out)


def _paused(until: float | None) -> str:
    if until is None:
        return "Paused: new samples wait until you say `wavized resume`"
    return f"Paused until {time_of_day(until, time.time())}; `wavized resume` goes on at once"
