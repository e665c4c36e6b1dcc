"""Show a folder in the system's file manager, or a text in its editor, without a shell. Any thread."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from wavized.errors import WavizedError

_REFUSED_SECONDS = 2.0
"""An opener that finds no program says so within this time; one that goes on longer has found one."""

_started: list[subprocess.Popen[bytes]] = []
"""Programs not known to have ended: kept so that they are reaped when the next one is opened."""


class FolderNotOpenedError(WavizedError):
    """No file manager could be started for a folder."""


class TextNotOpenedError(WavizedError):
    """No editor could be started for a file."""


def open_folder(path: Path) -> None:
    """Show a folder. Returns at once.

    Raises FolderNotOpenedError where it is gone or nothing here can show it.
    """
    if not path.is_dir():
        raise FolderNotOpenedError(f"There is no folder {path}", hint="Is its drive plugged in?")
    path = path.absolute()
    try:
        if sys.platform == "win32":
            os.startfile(path)
        else:
            _start(["open" if sys.platform == "darwin" else "xdg-open", path])
    except OSError as error:
        raise FolderNotOpenedError(
            f"No file manager could be started: {error.strerror}", hint=f"The folder is {path}"
        ) from error


def show_in_folder(path: Path) -> None:
    """Show the folder a file lies in, with the file picked out where the file manager can. Returns at once.

    Raises FolderNotOpenedError.
    """
    path = path.absolute()
    if not path.exists():  # at least where it was
        open_folder(path.parent)
        return
    try:
        if sys.platform == "win32":
            # Explorer reads its command line by its own rules; quotes cannot be part of a name there
            subprocess.Popen(f'explorer /select,"{path}"')
        elif sys.platform == "darwin":
            _start(["open", "-R", path])
        else:
            open_folder(path.parent)
    except OSError as error:
        raise FolderNotOpenedError(
            f"No file manager could be started: {error.strerror}", hint=f"The file is {path}"
        ) from error


def open_text(path: Path) -> None:
    """Open a file in the user's editor for texts. Waits a moment for a refusal: not for the main thread.

    Raises TextNotOpenedError where the file is gone or no editor is known.
    """
    if not path.is_file():
        raise TextNotOpenedError(f"There is no file {path}")
    path = path.absolute()
    refused = TextNotOpenedError("No editor could be started", hint=f"The file is {path}")
    try:
        if sys.platform == "win32":
            try:
                os.startfile(path, "edit")
            except OSError:  # nothing is said to edit such files
                _start(["notepad.exe", path])
            return
        process = _start([*(["open", "-t"] if sys.platform == "darwin" else ["xdg-open"]), path])
    except OSError as error:
        raise refused from error
    try:
        if process.wait(_REFUSED_SECONDS):
            raise refused
    except subprocess.TimeoutExpired:
        pass  # some openers stay as long as the editor


def _start(words: Sequence[str | Path]) -> subprocess.Popen[bytes]:
    """A program that outlives the daemon and does not get its Ctrl-C."""
    _started[:] = [process for process in _started if process.poll() is None]
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _started.append(process)
    return process
