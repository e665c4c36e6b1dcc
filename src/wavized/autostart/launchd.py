"""A LaunchAgent of macOS. Only its file is written: launchd reads it at the next login."""

from __future__ import annotations

import plistlib
from collections.abc import Sequence
from pathlib import Path

from wavized.autostart.shape import (
    AutostartStatus,
    another_program,
    as_utf8,
    checked,
    remove_file,
    write_file,
)

LABEL = "org.wavized.Wavized"


def agent(command: Sequence[str]) -> bytes:
    """The property list that runs a command at login, and again after a crash."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": 30,
            "LimitLoadToSessionType": "Aqua",
            "EnvironmentVariables": {"PYTHONUTF8": "1"},
        }
    )


class LaunchAgent:
    """Below the user's `Library`."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        self._command = as_utf8(command)
        self._path = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    def status(self) -> AutostartStatus:
        """What launchd will do at the next login."""
        try:
            found = plistlib.loads(self._path.read_bytes())
        except FileNotFoundError:
            return AutostartStatus(True, False, "Wavized is not started at login")
        except (OSError, ValueError, plistlib.InvalidFileException):
            return AutostartStatus(True, False, f"{self._path} cannot be read; switch it on to write it anew")
        if not isinstance(found, dict) or found.get("Disabled") or not found.get("RunAtLoad"):
            return AutostartStatus(True, False, f"{self._path} is switched off")
        started = found.get("ProgramArguments")
        if started != self._command:
            return another_program(
                str(started), str(started[0]) if isinstance(started, list) and started else ""
            )
        return AutostartStatus(True, True, f"macOS starts it at login ({self._path})")

    def enable(self) -> None:
        """Write the agent's file."""
        write_file(self._path, agent(checked(self._command)))

    def disable(self) -> None:
        """Remove the agent's file."""
        remove_file(self._path)
