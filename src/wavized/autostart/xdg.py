"""An entry in the desktop's autostart folder (freedesktop.org, "Desktop Application Autostart")."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wavized.autostart.shape import (
    AutostartStatus,
    another_program,
    as_utf8,
    checked,
    program_in,
    read_text,
    remove_empty,
    remove_file,
    write_file,
)

ENTRY = "wavized.desktop"

_TEXT = """\
[Desktop Entry]
Type=Application
Version=1.0
Name=Wavized
Comment=Files new bass samples into your library
Exec={command}
Icon=wavized
Terminal=false
X-GNOME-Autostart-enabled=true
"""


def entry_text(command: Sequence[str]) -> str:
    """The desktop entry that runs a command."""
    return _TEXT.format(command=exec_line(command))


def exec_line(command: Sequence[str]) -> str:
    """A command as `Exec=` wants it: every word in quotes, then escaped once more as a string value is."""
    return " ".join(_quoted(word) for word in command)


def program_of(line: str) -> str:
    """The program of an `Exec=` line: the string's own escapes go first, then it reads like a unit's."""
    return program_in(line.replace("\\\\", "\\"))


def _quoted(word: str) -> str:
    inside = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in word)
    return '"' + inside.replace("\\", "\\\\").replace("%", "%%") + '"'


class XdgAutostart:
    """Below `config_home` (`~/.config`); `available` is whether there is a desktop to read it."""

    def __init__(self, command: Sequence[str], config_home: Path, *, available: bool = True) -> None:
        self._command = as_utf8(command)
        self._home = config_home
        self._path = config_home / "autostart" / ENTRY
        self._available = available

    def status(self) -> AutostartStatus:
        """What the desktop will do at the next login."""
        text = read_text(self._path)
        lines = [] if text is None else text.splitlines()
        if text is None or "Hidden=true" in lines or "X-GNOME-Autostart-enabled=false" in lines:
            reason = "Wavized is not started at login" if self._available else "This session has no desktop"
            return AutostartStatus(self._available, False, reason)
        found = next((line for line in lines if line.startswith("Exec=")), "Exec=").removeprefix("Exec=")
        if found != exec_line(self._command):
            return another_program(found, program_of(found))
        return AutostartStatus(True, True, f"Your desktop starts it at login ({self._path})")

    def enable(self) -> None:
        """Write the entry."""
        text = entry_text(checked(self._command))
        if read_text(self._path) != text:
            write_file(self._path, text.encode())

    def disable(self) -> None:
        """Remove the entry, and its folder where nothing else is in it."""
        remove_file(self._path)
        remove_empty(self._path.parent, self._home)
