"""`wavized train`: make a model from labelled sounds and the project's own synthesis."""

from __future__ import annotations

import argparse

from wavized.errors import UsageError

try:
    from wavized.training.command import add_arguments
    from wavized.training.command import run as _train
except ModuleNotFoundError as error:
    if (error.name or "").startswith("wavized"):
        raise
    _missing: str | None = error.name

    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Any: they are not looked at, as what training needs is not installed."""
        parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)

    def run(_: argparse.Namespace) -> int:
        """Say what to install."""
        raise UsageError(f"Training needs {_missing}", hint="Install it with: pip install 'wavized[train]'")
else:

    def run(args: argparse.Namespace) -> int:
        """Train and save a model folder."""
        return _train(args)
