"""`wavized resume`: tell the running daemon to go on after a pause."""

from __future__ import annotations

import argparse

from wavized.cli.status import report
from wavized.config import paths
from wavized.control.client import DaemonClient


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized resume`."""
    parser.add_argument("--json", action="store_true", help="the new status as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the new status; raise NotRunningError (exit code 3) where no daemon runs."""
    report(DaemonClient.find(paths.runtime_file()).post("/api/resume"), as_json=args.json)
    return 0
