"""Show a folder in the system's file manager, without a shell. Any thread may call; returns at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from wavized.errors import WavizedError

_COMMANDS = {"darwin": "open"}
_started: list[subprocess.Popen[bytes]] = []
"""File managers not known to have ended: kept so that they are reaped when the next one is opened."""


class FolderNotOpenedError(WavizedError):
    """No file manager could be started for a folder."""


def open_folder(path: Path) -> None:
    """Show a folder. Raises FolderNotOpenedError where it is gone or nothing here can show it."""
    if not path.is_dir():
        raise FolderNotOpenedError(f"There is no folder {path}", hint="Is its drive plugged in?")
    try:
        _start(path.absolute())
    except OSError as error:
        raise FolderNotOpenedError(
            f"No file manager could be started: {error.strerror}", hint=f"The folder is {path}"
        ) from error


def _start(path: Path) -> None:
    if sys.platform == "win32":
        os.startfile(path)
        return
    _started[:] = [process for process in _started if process.poll() is None]
    _started.append(
        subprocess.Popen(
            [_COMMANDS.get(sys.platform, "xdg-open"), path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it outlives the daemon and does not get its Ctrl-C
        )
    )
