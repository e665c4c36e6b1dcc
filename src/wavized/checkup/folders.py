"""Whether the library can be written and the watched folders be read. Opens no file, writes nothing."""

from __future__ import annotations

import errno
import os
import shlex
import stat as modes
import sys
from collections.abc import Iterator
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok, problem
from wavized.config.model import Config, WatchFolder
from wavized.watch.mounts import is_on_network

_PRIVACY = (
    "macOS keeps Wavized out. Allow it in System Settings, Privacy & Security, Files and Folders (or Full "
    "Disk Access); started from a terminal, the terminal has to be allowed. Then start Wavized anew"
)
_NO_EVENTS = (
    "Changes that others make there are not told. Write `polling: true` under this folder in the config"
)


def library(config: Config) -> Iterator[Finding]:
    """Is it there, and may files be put into it?"""
    root = config.library
    if not root.is_dir():
        yield problem("library", f"missing: {root}", "Make the folder, or plug in its drive")
        return
    try:
        with os.scandir(root):
            pass
    except OSError as error:
        yield unreadable(root, error, sys.platform, "library")
        return
    if not os.access(root, os.W_OK | os.X_OK):
        yield problem("library", f"read-only: {root}", "Allow your user to write there")
        return
    around = [folder.path for folder in config.watch if root.resolve().is_relative_to(folder.path.resolve())]
    inside = f" (inside {around[0]}, where it is left out)" if around else ""
    yield ok("library", f"{root}{inside}")


def watched(folder: WatchFolder) -> Iterator[Finding]:
    """Can it be read, and does the system tell of changes in it?"""
    path = folder.path
    try:
        with os.scandir(path) as entries:
            is_empty = next(entries, None) is None
    except (FileNotFoundError, NotADirectoryError):
        yield note("watch", f"missing: {path}", "It is watched as soon as it appears")
    except OSError as error:
        yield unreadable(path, error, sys.platform)
    else:
        yield _heard(folder, is_empty)


def _heard(folder: WatchFolder, is_empty: bool) -> Finding:
    remote = is_share(folder.path)
    if remote and folder.polling is False:
        return note("watch", f"on a network mount: {folder.path}", _NO_EVENTS)
    words = [str(folder.path)]
    if remote or folder.polling:
        words.append("on a network mount" if remote else "as the config says")
        words.append("looked through every few seconds")
    if is_empty:
        words.append("empty")
    return ok("watch", ", ".join(words))


def is_share(path: Path) -> bool:
    """Whether a folder lies on another computer, as far as the system says."""
    return str(path).startswith("\\\\") or is_on_network(path.resolve())


def unreadable(path: Path, error: OSError, platform: str, about: str = "watch") -> Finding:
    """Why a folder cannot be looked into. macOS says EPERM where its privacy settings forbid it."""
    if platform == "darwin" and error.errno == errno.EPERM:
        return problem(about, f"not readable: {path}", _PRIVACY)
    if error.errno in (errno.EACCES, errno.EPERM):
        barred = _first_barred(path)
        command = (
            (f"chmod u+rx {shlex.quote(str(barred))}",) if platform != "win32" and _is_ours(barred) else ()
        )
        where = "" if barred == path else f" (it begins with {barred})"
        words = "Allow your user to read it" + (":" if command else "; it belongs to another user")
        return problem(about, f"not readable: {path}{where}", words, *command)
    return problem(about, f"{path}: {error.strerror or error}", "Check the drive")


def _first_barred(path: Path) -> Path:
    """The uppermost folder on the way that may not be entered, or the folder itself."""
    for above in reversed(path.parents):
        if not os.access(above, os.X_OK):
            return above
    return path


def _is_ours(path: Path) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return os.name == "posix" and status.st_uid == os.geteuid() and modes.S_ISDIR(status.st_mode)
