"""Whether the library can be written and the watched folders be read. Opens no file, writes nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok, problem
from wavized.config.model import Config, WatchFolder
from wavized.watch.mounts import is_on_network


def library(config: Config) -> Iterator[Finding]:
    """Is it there, and may files be put into it?"""
    root = config.library
    if not root.is_dir():
        yield problem("library", f"missing: {root}", "Make the folder, or plug in its drive")
    elif not os.access(root, os.W_OK | os.X_OK):
        yield problem("library", f"read-only: {root}", "Allow your user to write there")
    else:
        yield ok("library", str(root))


def watched(folder: WatchFolder) -> Iterator[Finding]:
    """Can it be read, and does the system tell of changes in it?"""
    path = folder.path
    if not path.exists():
        yield note("watch", f"missing: {path}", "It is watched as soon as it appears")
    elif (unreadable := _unreadable(path)) is not None:
        yield unreadable
    elif folder.polling is None and is_on_network(path.resolve()):
        yield note(
            "watch", f"on a network mount: {path}", "It is looked through regularly instead of watched"
        )
    else:
        yield ok("watch", str(path))


def _unreadable(path: Path) -> Finding | None:
    try:
        with os.scandir(path) as entries:
            next(entries, None)
    except PermissionError:
        advice = "Allow your user to read it"
        if sys.platform == "darwin":
            advice = "Allow it in System Settings, Privacy & Security, Files and Folders"
        return problem("watch", f"not readable: {path}", advice)
    except OSError as error:
        return problem("watch", f"{path}: {error.strerror}", "Check the drive")
    return None
