"""`wavized train`: make a model from labelled sounds and the project's own synthesis."""

from __future__ import annotations

import argparse
import importlib
from types import ModuleType

from wavized.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized train`; any at all where what training needs is not installed."""
    try:
        _command().add_arguments(parser)
    except UsageError:
        parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Train and save a model folder. Raises UsageError where the extra is missing."""
    code: int = _command().run(args)
    return code


def _command() -> ModuleType:
    try:
        return importlib.import_module("wavized.training.command")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("wavized"):
            raise
        raise UsageError(
            f"Training needs {error.name}", hint="Install it with: pip install 'wavized[train]'"
        ) from error
