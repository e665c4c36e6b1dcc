"""The `Run` key of the Windows user. What Task Manager switched off is told and switched on again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from wavized.autostart.shape import AutostartError, AutostartStatus, another_program, checked

VALUE = "Wavized"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
LONGEST = 260
"""Windows passes over a longer command without a word."""


class Registry(Protocol):
    """The part of the registry that belongs to the user. Raises OSError where it may not be changed."""

    def get(self, key: str, name: str) -> str | bytes | None: ...
    def put(self, key: str, name: str, text: str) -> None: ...
    def remove(self, key: str, name: str) -> None: ...


def command_line(command: Sequence[str]) -> str:
    """A command as Windows writes it, without a console window where there is a program for that."""
    program, *words = command
    path = Path(program)
    quiet = path.with_name(f"{path.stem}w.exe")
    if path.name.lower() in ("python.exe", "wavized.exe") and quiet.is_file():
        program = str(quiet)
    return subprocess.list2cmdline([program, *words])


class RunKey:
    """Starting at login by the registry."""

    def __init__(self, command: Sequence[str], registry: Registry) -> None:
        self._command = list(command)
        self._registry = registry

    def status(self) -> AutostartStatus:
        """What Windows will do at the next login."""
        found = self._registry.get(RUN, VALUE)
        if found is None:
            return AutostartStatus(True, False, "Wavized is not started at login")
        approved = self._registry.get(APPROVED, VALUE)
        if isinstance(approved, bytes) and approved[:1] and approved[0] % 2:
            return AutostartStatus(True, False, "It was switched off in Task Manager, under Startup apps")
        if found != command_line(self._command):
            return another_program(
                str(found),
                str(found).split('"')[1] if str(found).startswith('"') else str(found).split(" ")[0],
            )
        return AutostartStatus(True, True, "Windows starts it at login")

    def enable(self) -> None:
        """Write the value, and take Task Manager's word back."""
        line = command_line(checked(self._command))
        if len(line) > LONGEST:
            raise AutostartError(
                "The program's path is too long for Windows to start it at login",
                hint="Install it in a folder with a shorter path",
            )
        try:
            self._registry.put(RUN, VALUE, line)
            self._registry.remove(APPROVED, VALUE)
        except OSError as error:
            raise AutostartError(f"The registry cannot be changed: {error.strerror}") from error

    def disable(self) -> None:
        """Remove the value, and what Task Manager noted of it."""
        try:
            self._registry.remove(RUN, VALUE)
            self._registry.remove(APPROVED, VALUE)
        except OSError as error:
            raise AutostartError(f"The registry cannot be changed: {error.strerror}") from error


if sys.platform == "win32":
    import winreg

    class UserRegistry:
        """HKEY_CURRENT_USER."""

        def get(self, key: str, name: str) -> str | bytes | None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value = winreg.QueryValueEx(opened, name)[0]
            except OSError:
                return None
            return value if isinstance(value, str | bytes) else None

        def put(self, key: str, name: str, text: str) -> None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def remove(self, key: str, name: str) -> None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                pass
