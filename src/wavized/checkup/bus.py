"""Ask the session bus whether a service is there, with whichever tool the system has. Starts no service."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from enum import Enum

_SECONDS = 3.0
_BUS, _PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"

Ask = Callable[[Sequence[str]], str | None]
"""Runs a command; its output, or None where it failed."""


class Service(Enum):
    """Whether a name on the bus would answer."""

    RUNNING = "running"
    STARTABLE = "startable"
    MISSING = "missing"
    UNKNOWN = "unknown"


def ask_for_service(
    name: str, has: Callable[[str], object] = shutil.which, ask: Ask | None = None
) -> Service:
    """Of the tools that are there, the first that gets an answer decides."""
    ask = ask or _run
    for tool, words in _TOOLS.items():
        if not has(tool):
            continue
        owned = ask([tool, *words("NameHasOwner", name)])
        if owned is None:
            continue
        if re.search(r"\btrue\b", owned):
            return Service.RUNNING
        listed = ask([tool, *words("ListActivatableNames", None)]) or ""
        return Service.STARTABLE if re.search(rf"['\"]{re.escape(name)}['\"]", listed) else Service.MISSING
    return Service.UNKNOWN


def _busctl(method: str, argument: str | None) -> list[str]:
    given = ["s", argument] if argument else []
    return ["--user", f"--timeout={_SECONDS:g}", "call", _BUS, _PATH, _BUS, method, *given]


def _gdbus(method: str, argument: str | None) -> list[str]:
    given = [argument] if argument else []
    return [
        "call", "--session", f"--timeout={_SECONDS:g}", "--dest", _BUS, "--object-path", _PATH,
        "--method", f"{_BUS}.{method}", *given,
    ]  # fmt: skip


def _dbus_send(method: str, argument: str | None) -> list[str]:
    given = [f"string:{argument}"] if argument else []
    timeout = f"--reply-timeout={_SECONDS * 1000:.0f}"
    return ["--session", "--print-reply", timeout, f"--dest={_BUS}", _PATH, f"{_BUS}.{method}", *given]


_TOOLS: dict[str, Callable[[str, str | None], list[str]]] = {
    "busctl": _busctl,
    "gdbus": _gdbus,
    "dbus-send": _dbus_send,
}


def _run(command: Sequence[str]) -> str | None:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=2 * _SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
