"""`wavized _preview`: the hidden command behind which the preview process starts."""

from __future__ import annotations

import argparse


def add_arguments(_: argparse.ArgumentParser) -> None:
    """It has none."""


def run(_: argparse.Namespace) -> int:
    """Serve until standard input ends."""
    from wavized.audio.preview import run

    return run()
