"""`wavized open`: shows the window of the running Wavized."""

from __future__ import annotations

import argparse

from wavized.config import paths
from wavized.control.client import DaemonClient
from wavized.errors import UsageError
from wavized.window.show import has_screen, show_window

PAGES = ("now", "filed", "review", "skipped", "sort", "settings")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized open`."""
    parser.add_argument("page", nargs="?", choices=PAGES, metavar="PAGE", help=f"one of {', '.join(PAGES)}")
    parser.add_argument(
        "--print",
        action="store_true",
        help="print an address that works once, for a minute, and open nothing",
    )


def run(args: argparse.Namespace) -> int:
    """Raises NotRunningError (exit code 3) where no daemon runs."""
    daemon = DaemonClient.find(paths.runtime_file())
    if not daemon.get("/api/status").get("window"):
        raise UsageError("This Wavized has no window", hint="Start it without --no-window")
    address = str(daemon.post("/api/tickets", {"page": args.page} if args.page else {})["url"])
    if args.print or not has_screen():
        print(address, flush=True)
    else:
        show_window(address)
    return 0
