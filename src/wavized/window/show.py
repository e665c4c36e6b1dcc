"""Brings the window onto the screen, in a process of its own. Any thread may call; returns at once.

The address goes over a pipe: whoever lists the processes of this computer does not see it here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from wavized.config.program import own_command
from wavized.errors import WavizedError

_started: list[subprocess.Popen[bytes]] = []
"""Windows not known to have ended: kept so that they are reaped when the next one is opened."""


class NoScreenError(WavizedError):
    """There is no display to show a window on."""


def has_screen(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a window or a browser can probably be shown; a browser the user named counts."""
    if platform in ("win32", "darwin"):
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def show_window(address: str) -> None:
    """Open a one-time address: as a window of its own where that is installed, else in the browser.

    Raises NoScreenError.
    """
    if not has_screen():
        raise NoScreenError("There is no display to show the window on", hint="wavized open --print")
    _started[:] = [process for process in _started if process.poll() is None]
    process = subprocess.Popen(
        [*own_command(), "_window"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # it outlives who opened it and does not get its Ctrl-C
    )
    _started.append(process)
    assert process.stdin is not None
    try:
        with process.stdin as pipe:
            pipe.write(f"{address}\n".encode())
    except OSError as error:  # it ended before it could read
        raise WavizedError(f"The window could not be opened: {error.strerror}") from error
