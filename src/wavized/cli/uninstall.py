"""`wavized uninstall`: take away what Wavized made for itself, and say how the program itself goes."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from wavized.autostart.choose import choose_autostart, ways
from wavized.cli.farewell import Farewell, as_json, print_farewell, print_plan
from wavized.cli.main import add_config_argument
from wavized.cli.output import print_json
from wavized.cli.settings import config_path
from wavized.config.load import load
from wavized.config.program import login_command
from wavized.errors import ConfigError
from wavized.removal import EVERYTHING, UNASKED, Part, Plan, at_rest, carry_out, look, running_daemon

_ASK_JOURNAL = (
    "Remove the journal too? What was filed stays in your library, but can no longer be undone. [y/N] "
)
_ASK_SETTINGS = "Remove your settings too? [y/N] "
_HELD = frozenset({Part.LOCK} if sys.platform == "win32" else ())
"""What only goes once it is let go of. Elsewhere a lock goes while it is held: a later one is another's."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized uninstall`."""
    parser.add_argument("--yes", action="store_true", help="ask nothing; journal and settings stay")
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--keep-state", action="store_true", help="journal and settings stay, without asking")
    scope.add_argument("--all", action="store_true", help="journal and settings go too, without asking")
    parser.add_argument("--dry-run", action="store_true", help="only list what would be removed")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, no questions"
    )
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """1 where something could not be removed. Samples, library and watched folders stay as they are."""
    guarded = _guarded(config_path(args))
    autostart = choose_autostart(login_command(config_path(args)))
    at_login = [status.detail for way in ways(autostart) if (status := way.status()).enabled]
    plan, parts = look(guarded), EVERYTHING if args.all else UNASKED
    told = Farewell(running_daemon(), at_login, plan.gone(parts), guarded=guarded, done=not args.dry_run)
    if not args.dry_run:
        if not (args.yes or args.json) and sys.stdin.isatty() and sys.stdout.isatty():
            if told.is_something:
                print_plan(told, plan.of(parts))
                if not _yes("Remove this? [y/N] "):
                    print("Nothing was removed.")
                    return 0
            parts |= set() if args.all or args.keep_state else _asked(plan)
        told.removed = plan.gone(parts)
        with at_rest() as told.stopped:
            autostart.disable()
            plan = look(guarded)  # while the journal can tell which samples are the only copies
            outcome = carry_out(plan, parts - _HELD)
        last = carry_out(plan, parts & _HELD)
        told.failed = [*outcome.failed, *last.failed]
        removed = dict.fromkeys([*told.removed, *outcome.removed, *last.removed])
        told.removed = [path for path in removed if not os.path.lexists(path)]
    told.stay(plan, EVERYTHING - parts)
    if args.json:
        print_json(as_json(told))
    else:
        print_farewell(told)
    return 1 if told.failed else 0


def _guarded(path: Path) -> tuple[Path, ...]:
    """Library and watched folders, as far as the config can be read; names alone decide in any case."""
    try:
        config = load(path)
    except ConfigError:
        return ()
    return (config.library, *(folder.path for folder in config.watch))


def _asked(plan: Plan) -> set[Part]:
    questions = {Part.JOURNAL: _ASK_JOURNAL, Part.SETTINGS: _ASK_SETTINGS}
    return {part for part, question in questions.items() if plan.of([part]) and _yes(question)}


def _yes(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False
