"""Which configuration a command works with, and the journal where it only reads."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_music_path

from wavized.config import paths
from wavized.errors import ConfigError

if TYPE_CHECKING:
    from wavized.config.model import Config
    from wavized.journal.store import SqliteJournal


def config_path(args: argparse.Namespace) -> Path:
    """The file given by `--config`, or the user's."""
    given: Path | None = args.config
    return (given or paths.config_file()).expanduser().absolute()


def load_config(args: argparse.Namespace) -> Config:
    """The configuration; raise ConfigError with the way out where there is none."""
    from wavized.config.load import load  # a third of a second that `status` need not pay

    path = config_path(args)
    if not path.exists():
        raise ConfigError(f"There is no configuration at {path}", hint="Write one with: wavized config init")
    return load(path)


def load_config_or_defaults(args: argparse.Namespace, library: Path | None = None) -> Config:
    """The configuration, or defaults where none was written; for commands that can do without."""
    path = config_path(args)
    if args.config is not None or path.exists():
        config = load_config(args)
        return config.model_copy(update={"library": library}) if library else config
    from wavized.config.model import Config

    return Config(library=library or user_music_path() / "Wavized")


@contextmanager
def journal_to_read() -> Iterator[SqliteJournal]:
    """The journal for a command that only looks; made empty where there is none yet."""
    from wavized.journal.store import SqliteJournal

    paths.state_dir(create=True)
    with SqliteJournal(paths.journal_file()) as journal:
        yield journal
