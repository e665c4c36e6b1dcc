"""`wavized pause` and `wavized resume`: tell the running daemon to hold filing back, or to go on."""

from __future__ import annotations

import argparse

from wavized.cli.output import print_json
from wavized.cli.status import KEYS, print_status, status_from
from wavized.config import paths
from wavized.control.client import DaemonClient


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of both."""
    parser.add_argument("--json", action="store_true", help="the new status as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the new status; raise NotRunningError (exit code 3) where no daemon runs."""
    status = status_from(DaemonClient.find(paths.runtime_file()).post(f"/api/{args.command}"))
    if args.json:
        print_json({key: getattr(status, key) for key in KEYS})
    else:
        print_status(status)
    return 0
