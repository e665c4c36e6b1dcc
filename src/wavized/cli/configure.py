"""`wavized config`: write a first configuration, check it, or say where it is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from wavized.cli.output import console
from wavized.cli.settings import config_path
from wavized.config.init import init
from wavized.config.load import check
from wavized.config.model import Existing
from wavized.config.problem import Severity


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized config`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    first = actions.add_parser("init", help="write a commented file; finds your download and Splice folders")
    first.add_argument("--library", type=Path, metavar="DIR", help="where samples are to be filed")
    first.add_argument(
        "--watch", type=Path, metavar="DIR", action="append", help="watch this folder; may be repeated"
    )
    first.add_argument(
        "--existing",
        choices=[choice.value for choice in Existing],
        help="what to do with the files that are there already (asked on a terminal, else leave)",
    )
    inspect = actions.add_parser("check", help="report every problem at once, with line numbers")
    where = actions.add_parser("path", help="say where the file is")
    for action in (first, inspect, where):
        action.add_argument("--config", type=Path, metavar="FILE", help="the file (default: your user's)")


def run(args: argparse.Namespace) -> int:
    """0 where the file can be used."""
    path = config_path(args)
    if args.action == "path":
        print(path)
        return 0
    return _init(args, path) if args.action == "init" else _check(path)


def _check(path: Path) -> int:
    problems = check(path)
    for problem in problems:
        word = "warning: " if problem.severity is Severity.WARNING else ""
        console().print(f"{word}{problem.located(path.name)}", markup=False, soft_wrap=True)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return 2
    console().print(
        f"{path} can be used." if problems else f"{path} is in order.", markup=False, soft_wrap=True
    )
    return 0


def _init(args: argparse.Namespace, path: Path) -> int:
    existing = Existing(args.existing) if args.existing else _ask_existing()
    made = init(path, library=args.library, watch=args.watch or (), existing=existing)
    say = console()
    say.print(f"Wrote {path}", markup=False, soft_wrap=True)
    note = "new" if made.library_created else "exists already, and is welcome as it is"
    say.print(f"  library: {made.config.library} ({note})", markup=False, soft_wrap=True)
    for folder in made.watch:
        say.print(
            f"  watches: {folder.path} {f'({folder.why})' if folder.why else ''}",
            markup=False,
            soft_wrap=True,
        )
    for missing in made.absent:
        say.print(
            f"  Splice's settings name {missing}, which is not there now. If its drive is unplugged, "
            "plug it in and add the folder under `watch:`.",
            markup=False,
            soft_wrap=True,
        )
    if not made.watch:
        say.print("  No download folder was found: add yours under `watch:` in that file.")
    what = "left as they are" if existing is Existing.LEAVE else "filed too"
    say.print(f"Files that are there already will be {what}. Start with: wavized run", soft_wrap=True)
    return 0


def _ask_existing() -> Existing:
    """Ask a person; a pipe gets the careful answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Existing.LEAVE
    try:
        answer = input("Shall samples that lie in the watched folders already be filed too? [y/N] ")
    except EOFError:
        return Existing.LEAVE
    return Existing.FILE if answer.strip().lower() in ("y", "yes") else Existing.LEAVE
