"""`wavized pause`: tell the running daemon to hold filing back, until resumed or for a while."""

from __future__ import annotations

import argparse
import re

from wavized.cli.status import report
from wavized.config import paths
from wavized.control.client import DaemonClient
from wavized.errors import UsageError
from wavized.services.pausing import read_minutes

_LENGTH = re.compile(r"(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)(?:m|min)?)?", re.ASCII)
_EXAMPLES = "such as 15m, 1h, 1h30m, or 90 for minutes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized pause`."""
    parser.description = "Hold filing back. New samples wait and are filed afterwards; nothing is lost."
    parser.epilog = "Without --for it lasts until `wavized resume`, also over a restart."
    parser.add_argument(
        "--for",
        dest="minutes",
        type=minutes_of,
        metavar="TIME",
        help=f"go on by itself after this time, {_EXAMPLES}; at most 24h",
    )
    parser.add_argument("--json", action="store_true", help="the new status as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the new status; raise NotRunningError (exit code 3) where no daemon runs."""
    body = None if args.minutes is None else {"minutes": args.minutes}
    report(DaemonClient.find(paths.runtime_file()).post("/api/pause", body), as_json=args.json)
    return 0


def minutes_of(text: str) -> float:
    """`15m`, `1h`, `1h30m`, `1.5h` or `90` (minutes) as minutes; an error argparse understands otherwise."""
    found = _LENGTH.fullmatch(text.strip().lower().replace(" ", ""))
    if not found or not found.group():
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time; give one {_EXAMPLES}")
    try:
        minutes = read_minutes(float(found["h"] or 0) * 60 + float(found["m"] or 0))
    except UsageError as error:
        raise argparse.ArgumentTypeError(error.message) from None
    assert minutes is not None
    return minutes
