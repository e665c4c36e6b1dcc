"""`wavized _preview`: the hidden command behind which the preview process starts."""

from __future__ import annotations

import argparse

from wavized.audio.memory import DEFAULT_MEGABYTES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the hidden command `_preview`."""
    parser.add_argument("--memory-megabytes", type=float, default=DEFAULT_MEGABYTES, metavar="MB")


def run(args: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    from wavized.audio.preview import run

    return run(args.memory_megabytes)
