"""Which way this system starts programs at login. On Linux one of two, and never both at once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from wavized.autostart.launchd import LaunchAgent
from wavized.autostart.shape import Autostart, AutostartStatus
from wavized.autostart.systemd import SystemdAutostart
from wavized.autostart.xdg import XdgAutostart


def choose_autostart(command: Sequence[str], environ: Mapping[str, str] = os.environ) -> Autostart:
    """The way of this system to run a command at login."""
    if sys.platform == "win32":
        from wavized.autostart.windows import RunKey, UserRegistry

        return RunKey(command, UserRegistry())
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises for a user without a home
    if sys.platform == "darwin":
        return LaunchAgent(command, home)
    return linux_autostart(command, home, environ)


def linux_autostart(command: Sequence[str], home: Path, environ: Mapping[str, str]) -> Autostart:
    """systemd where it looks after this user's session, the desktop's autostart folder elsewhere.

    A desktop that systemd knows nothing of (Xfce, say) starts its programs itself: systemd would start them
    before there is a display to show an icon on.
    """
    base = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    private = Path(environ.get("XDG_RUNTIME_DIR") or os.devnull) / "systemd" / "private"
    desktop = bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    unit = SystemdAutostart(command, base)
    if private.exists() and shutil.which("systemctl") and (not desktop or unit.knows_desktop()):
        return OneOf(unit, XdgAutostart(command, base))
    return OneOf(XdgAutostart(command, base, available=desktop), unit)


def ways(autostart: Autostart) -> tuple[Autostart, ...]:
    """Each way by which this system could start programs at login, the usual one first."""
    return autostart.ways if isinstance(autostart, OneOf) else (autostart,)


class OneOf:
    """The way to use, and the one that an earlier session may have used: both would start it twice."""

    def __init__(self, used: Autostart, other: Autostart) -> None:
        self._used = used
        self._other = other
        self.ways: tuple[Autostart, ...] = (used, other)

    def status(self) -> AutostartStatus:
        """Of the one to use, unless only the other is switched on."""
        now = self._used.status()
        earlier = self._other.status()
        return earlier if earlier.enabled and not now.enabled else now

    def enable(self) -> None:
        """By the one to use alone."""
        self._used.enable()
        self._other.disable()

    def disable(self) -> None:
        """Both."""
        self._used.disable()
        self._other.disable()
