"""Every check in turn, grouped as they are told. One that fails does not stop the next."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import ParamSpec

from wavized.checkup import desktop, disks, environment, folders, inotify, names, running, settings, splice
from wavized.checkup.finding import Finding, problem
from wavized.checkup.patience import NoAnswerError, within
from wavized.config import paths
from wavized.config.load import load
from wavized.config.model import Config
from wavized.control.runtime import read_runtime
from wavized.errors import ConfigError, WavizedError

P = ParamSpec("P")


PATIENCE_SECONDS = 10.0
MODEL_SECONDS = 120.0
"""So long one check may take; the model's files are read as a whole."""

_AWAY = "Is it on a network drive that is away? Connect that drive, or unmount it"
_BUSY = "Perhaps this computer is busy: try again in a moment"


def examine(config_path: Path) -> Iterator[Finding]:
    """Look at everything, the program first, the desktop last."""
    yield from _tried("python", environment.python)
    yield from _tried("libraries", environment.libraries)
    config, told = _settings(config_path)
    yield from tried("model", MODEL_SECONDS, lambda: environment.model(config))
    yield from told
    if config is not None:
        yield from _folders(config)
    yield from _tried("splice", splice.splice_folders, config)
    yield from _tried("disk", disks.room, config)
    yield from _tried("inotify", inotify.limits, config)
    yield from _tried("daemon", running.daemon, config_path)
    yield from _tried("journal", running.journal)
    yield from _tried("autostart", desktop.autostart, config_path)
    yield from _tried("tray", desktop.tray, config)
    yield from _tried("notifications", desktop.notifications, config)


def _settings(path: Path) -> tuple[Config | None, Iterable[Finding]]:
    """The config as far as it can be used, and what there is to say of it."""
    try:
        config = within(PATIENCE_SECONDS, lambda: load(path))
    except NoAnswerError as error:  # reading it looks at the folders it names
        return None, [problem("config", f"{error.message} from a folder named in {path}", _AWAY)]
    except ConfigError:
        config = None  # told line by line
    return config, _tried("config", settings.check_settings, path)


def _folders(config: Config) -> Iterator[Finding]:
    yield from tried("library", PATIENCE_SECONDS, partial(folders.library, config), config.library)
    for folder in config.watch:
        yield from tried("watch", PATIENCE_SECONDS, partial(folders.watched, folder), folder.path)
    yield from _tried("names", names.hazards, config)
    yield from _tried("leftovers", names.leftovers, config, _is_at_work)


def _is_at_work(pid: int) -> bool:
    """Whether a copy of this process may still be under way."""
    if sys.platform == "win32":  # there, asking for a process by a signal would end it
        return read_runtime(paths.runtime_file()) is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _tried(
    about: str, look: Callable[P, Iterable[Finding]], *args: P.args, **options: P.kwargs
) -> Iterator[Finding]:
    return tried(about, PATIENCE_SECONDS, lambda: look(*args, **options))


def tried(
    about: str, seconds: float, look: Callable[[], Iterable[Finding]], folder: Path | None = None
) -> Iterator[Finding]:
    """The findings of one check (of one `folder`), whatever the disk says, and if it never says anything."""
    try:
        yield from within(seconds, lambda: list(look()))
    except NoAnswerError as error:
        where = f"{folder}: " if folder else ""
        yield problem(about, f"{where}{error.message}", _AWAY if folder else _BUSY)
    except WavizedError as error:
        yield problem(about, error.message, error.hint)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        yield problem(about, f"{where}{error.strerror or error}", "Check the permissions of its folder")
