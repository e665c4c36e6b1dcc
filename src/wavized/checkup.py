"""Look the whole installation over, from config to tray. Changes nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ParamSpec

from wavized.assembly import model_folder
from wavized.config import paths
from wavized.config.load import check, load
from wavized.config.model import Config
from wavized.config.problem import Severity
from wavized.control.client import DaemonClient
from wavized.errors import ConfigError, ModelUnusableError, NotRunningError, WavizedError
from wavized.inference.manifest import check_files, read_manifest
from wavized.journal.store import SqliteJournal
from wavized.tray.backend import why_unavailable
from wavized.watch.mounts import is_on_network

FEW_BYTES = 500_000_000
"""Less free space than this in the library is worth a warning."""


P = ParamSpec("P")


class Grade(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found and, where it is not in order, what to do."""

    about: str
    grade: Grade
    found: str
    advice: str = ""


def examine(config_path: Path) -> Iterator[Finding]:
    """Every check in turn; one that fails does not stop the next."""
    config = None
    yield from _config(config_path)
    try:
        config = load(config_path)
    except ConfigError:
        pass  # told above, line by line
    if config is not None:
        yield _tried("library", _library, config)
        for folder in config.watch:
            yield _tried("watch", _watched, folder.path)
    yield _tried("model", _model, config)
    yield _tried("journal", _journal)
    yield _tried("daemon", _daemon)
    yield from _inotify()
    yield _tray()


def _tried(about: str, look: Callable[P, Finding], *args: P.args, **options: P.kwargs) -> Finding:
    """A finding, whatever the disk says."""
    try:
        return look(*args, **options)
    except OSError as error:
        return Finding(about, Grade.PROBLEM, str(error), "Check the permissions of its folder")


def _config(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield Finding("config", Grade.PROBLEM, f"none at {path}", "Write one with: wavized config init")
        return
    try:
        problems = check(path)
    except ConfigError as error:
        yield Finding("config", Grade.PROBLEM, error.message, error.hint)
        return
    for problem in problems:
        grade = Grade.NOTE if problem.severity is Severity.WARNING else Grade.PROBLEM
        yield Finding("config", grade, problem.located(path.name), f"Edit {path}")
    if not problems:
        yield Finding("config", Grade.OK, str(path))


def _library(config: Config) -> Finding:
    root = config.library
    if not root.is_dir():
        return Finding("library", Grade.PROBLEM, f"missing: {root}", "Make the folder, or plug in its drive")
    if not os.access(root, os.W_OK | os.X_OK):
        return Finding("library", Grade.PROBLEM, f"read-only: {root}", "Allow your user to write there")
    free = shutil.disk_usage(root).free
    if free < FEW_BYTES:
        return Finding(
            "library", Grade.NOTE, f"only {free / 1e6:.0f} MB free at {root}", "Make room on that disk"
        )
    return Finding("library", Grade.OK, f"{root} ({free / 1e9:.0f} GB free)")


def _watched(path: Path) -> Finding:
    if not path.exists():
        return Finding("watch", Grade.NOTE, f"missing: {path}", "It is watched as soon as it appears")
    try:
        with os.scandir(path) as entries:
            next(entries, None)
    except PermissionError:
        advice = "Allow your user to read it"
        if sys.platform == "darwin":
            advice = "Allow it in System Settings, Privacy & Security, Files and Folders"
        return Finding("watch", Grade.PROBLEM, f"not readable: {path}", advice)
    except OSError as error:
        return Finding("watch", Grade.PROBLEM, f"{path}: {error.strerror}", "Check the drive")
    if is_on_network(path.resolve()):
        return Finding(
            "watch",
            Grade.NOTE,
            f"on a network mount: {path}",
            "It is looked through regularly instead of watched",
        )
    return Finding("watch", Grade.OK, str(path))


def _model(config: Config | None) -> Finding:
    try:
        folder = model_folder(config)
        manifest = read_manifest(folder)
        check_files(folder, manifest)
    except ModelUnusableError as error:
        return Finding("model", Grade.PROBLEM, error.message, error.hint)
    return Finding("model", Grade.OK, f"{manifest.info.model_id} at {folder}")


def _journal() -> Finding:
    try:
        paths.state_dir(create=True)
        with SqliteJournal(paths.journal_file()) as journal:
            count = sum(journal.counts().values())
    except WavizedError as error:
        return Finding("journal", Grade.PROBLEM, error.message, error.hint)
    return Finding("journal", Grade.OK, f"{count} samples in {paths.journal_file()}")


def _daemon() -> Finding:
    try:
        status = DaemonClient.find(paths.runtime_file()).get("/api/status")
    except NotRunningError:
        return Finding("daemon", Grade.NOTE, "not running", "Start it with: wavized run")
    except WavizedError as error:
        return Finding("daemon", Grade.PROBLEM, error.message, error.hint)
    return Finding("daemon", Grade.OK, f"{status['state']} (process {status['pid']})")


def _inotify() -> Iterator[Finding]:
    if not sys.platform.startswith("linux"):
        return
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    try:
        watches = int(limit.read_text())
    except (OSError, ValueError):
        return
    if watches < 65536:
        advice = "For very large sample folders: sudo sysctl fs.inotify.max_user_watches=524288"
        yield Finding("inotify", Grade.NOTE, f"at most {watches} folders can be watched", advice)
    else:
        yield Finding("inotify", Grade.OK, f"up to {watches} folders can be watched")


def _tray() -> Finding:
    reason = why_unavailable()
    if reason is None:
        return Finding("tray", Grade.OK, "an icon can be shown")
    return Finding("tray", Grade.NOTE, reason.message, reason.hint or "Wavized runs without it")
