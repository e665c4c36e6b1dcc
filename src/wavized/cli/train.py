"""`wavized train`: make a model from labelled sounds and the project's own synthesis."""

from __future__ import annotations

import argparse
import importlib
from types import ModuleType

from wavized.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized train`. Raises UsageError where what training needs is not installed."""
    _command().add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Train and save a model folder."""
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
