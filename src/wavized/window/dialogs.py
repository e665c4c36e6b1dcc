"""The system's own dialog for choosing a folder, as a child process. One at a time; any thread may call.

Titles and paths are handed over as arguments or variables, never pasted into a script.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from wavized.errors import WavizedError

_ASK_APPLE = """\
on run {title, start}
    tell application "System Events" to activate
    return POSIX path of (choose folder with prompt title default location (POSIX file start))
end run
"""
_ASK_WINDOWS = """\
Add-Type -AssemblyName System.Windows.Forms
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$d = New-Object System.Windows.Forms.FolderBrowserDialog
$d.Description = $env:WAVIZED_TITLE
$d.SelectedPath = $env:WAVIZED_START
$front = New-Object System.Windows.Forms.Form -Property @{TopMost = $true}
if ($d.ShowDialog($front) -eq 'OK') { [Console]::Out.Write($d.SelectedPath) } else { exit 1 }
"""
_NO_SCREEN = (b"cannot open display", b"could not connect to display", b"Failed to open display")


class NoDialogError(WavizedError):
    """This system shows no dialog now; a path can be typed instead."""


class Dialogs:
    """Asks with what the system has. `close` takes an open dialog away, for the end of the program."""

    def __init__(
        self,
        platform: str = sys.platform,
        environ: Mapping[str, str] = os.environ,
        which: Callable[[str], str | None] = shutil.which,
    ) -> None:
        self._platform = platform
        self._environ = environ
        self._which = which
        self._asking = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def available(self) -> bool:
        """Whether a dialog can probably be shown."""
        return self._command("", Path(os.sep)) is not None

    def choose(self, title: str, start: Path) -> Path | None:
        """The folder chosen, or None where the person thought better of it. Raises NoDialogError."""
        command = self._command(title, start)
        if command is None:
            raise NoDialogError("This system has no folder dialog for Wavized", hint="Type the path instead")
        if not self._asking.acquire(blocking=False):
            raise NoDialogError("A folder dialog is open already", hint="Look behind the other windows")
        try:
            return self._ask(command, title, start)
        finally:
            self._asking.release()

    def close(self) -> None:
        """Take an open dialog away and show no other."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()

    def _ask(self, command: list[str], title: str, start: Path) -> Path | None:
        environ = {**self._environ, "WAVIZED_TITLE": title, "WAVIZED_START": str(start)}
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environ,
            )
        except OSError as error:
            raise NoDialogError(f"The folder dialog cannot be shown: {error.strerror}") from error
        self._child = child
        if self._closed:
            child.kill()
        said, complaint = child.communicate()
        self._child = None
        if any(words in complaint for words in _NO_SCREEN):
            raise NoDialogError("There is no screen to show a dialog on", hint="Type the path instead")
        chosen = os.fsdecode(said.removesuffix(b"\n").removesuffix(b"\r"))
        if child.returncode != 0 or not chosen:
            return None
        return Path(chosen)

    def _command(self, title: str, start: Path) -> list[str] | None:
        if self._platform == "darwin":
            return ["osascript", "-e", _ASK_APPLE, title, str(start)]
        if self._platform == "win32":
            return ["powershell", "-NoProfile", "-STA", "-Command", _ASK_WINDOWS]
        if not (self._environ.get("DISPLAY") or self._environ.get("WAYLAND_DISPLAY")):
            return None
        if zenity := self._which("zenity"):
            folder = f"--filename={start}{os.sep}"
            return [zenity, "--file-selection", "--directory", f"--title={title}", folder]
        if kdialog := self._which("kdialog"):
            return [kdialog, f"--title={title}", "--getexistingdirectory", str(start)]
        return None
