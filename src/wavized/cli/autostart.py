"""`wavized autostart`: start Wavized at login, or no more, or say what holds."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from wavized.autostart.choose import choose_autostart
from wavized.autostart.shape import AutostartError
from wavized.cli.main import add_config_argument
from wavized.cli.output import print_json, printable
from wavized.cli.settings import config_path
from wavized.config.program import login_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized autostart`."""
    parser.add_argument("action", choices=["enable", "disable", "status"], help="what to do")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """0 where it was done; prints what holds then."""
    autostart = choose_autostart(login_command(config_path(args)))
    if args.action == "enable":
        if not autostart.status().available:
            raise AutostartError(autostart.status().detail, hint="Log in to a desktop and try again")
        autostart.enable()
    elif args.action == "disable":
        autostart.disable()
    status = autostart.status()
    if args.json:
        print_json(asdict(status))
    else:
        print(f"{'on' if status.enabled else 'off'}: {printable(status.detail)}")
    return 0
