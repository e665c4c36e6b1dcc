"""Looks up what a tray icon depends on here: system, session, libraries, and who would show it.

Opens the display and asks the session bus for a moment; any thread may call, none but the caller waits.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from wavized.config.installation import Kind, installation
from wavized.logic.desktop_hints import Python, Surroundings

log = logging.getLogger(__name__)

_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib")
_INDICATORS = ("AyatanaAppIndicator3-0.1.typelib", "AppIndicator3-0.1.typelib")
_WATCHER, _HOST = "org.kde.StatusNotifierWatcher", "IsStatusNotifierHostRegistered"
_BUS_SECONDS = 2


def look_around(environ: Mapping[str, str] = os.environ) -> Surroundings:
    """The surroundings of this process, now; what cannot be found out is taken as not known."""
    display = bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    if not sys.platform.startswith("linux"):
        return Surroundings(platform=sys.platform, display=True)
    return Surroundings(
        platform=sys.platform,
        display=display,
        wayland=bool(environ.get("WAYLAND_DISPLAY")) and environ.get("GDK_BACKEND") != "x11",
        desktop=tuple(environ.get("XDG_CURRENT_DESKTOP", "").split(":")),
        system=system_names(),
        python=whose_python(),
        executable=sys.executable,
        bindings=importlib.util.find_spec("gi") is not None,
        indicator=has_indicator(environ),
        host=ask_for_host() if display else None,
        xembed=bool(environ.get("DISPLAY")) and has_older_tray(),
        glib=glib_version(),
    )


def system_names() -> tuple[str, ...]:
    """The distribution's own name first, then those that it resembles."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ()
    return (release.get("ID", ""), *release.get("ID_LIKE", "").split())


def whose_python() -> Python:
    """By how the program was installed; only the distribution's own sees the distribution's packages."""
    match installation().kind:
        case Kind.APP | Kind.PACKAGE:
            return Python.FROZEN
        case Kind.PIPX:
            return Python.PIPX
        case Kind.UV:
            return Python.UV
    return Python.SYSTEM if sys.prefix == sys.base_prefix == "/usr" else Python.VENV


def has_indicator(environ: Mapping[str, str]) -> bool:
    """Whether PyGObject would find the AppIndicator library."""
    return any((folder / name).is_file() for folder in _typelibs(environ) for name in _INDICATORS)


def glib_version() -> tuple[int, int] | None:
    """By the name of the library's file: libglib-2.0.so.0.7400.6 is GLib 2.74."""
    for folder in _folders():
        found = re.search(r"\.so\.0\.(\d+)\d\d\.", os.path.realpath(folder / "libglib-2.0.so.0"))
        if found:
            return 2, int(found[1])
    return None


def ask_for_host() -> bool | None:
    """Whether somebody on the session bus shows StatusNotifierItems; None where nobody can be asked."""
    busctl = shutil.which("busctl")
    if busctl is None:
        return _ask_by_gio()
    question = ["get-property", _WATCHER, "/StatusNotifierWatcher", _WATCHER, _HOST]
    try:
        answer = subprocess.run(
            [busctl, "--user", "--auto-start=no", f"--timeout={_BUS_SECONDS}", *question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * _BUS_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.returncode == 0 and answer.stdout.split() == [b"b", b"true"]


def _ask_by_gio() -> bool | None:
    """The same where systemd's tools are not at hand."""
    try:
        from gi.repository import Gio, GLib
    except ImportError:
        return None
    try:
        bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        answer = bus.call_sync(
            _WATCHER,
            "/StatusNotifierWatcher",
            "org.freedesktop.DBus.Properties",
            "Get",
            GLib.Variant("(ss)", (_WATCHER, _HOST)),
            None,
            Gio.DBusCallFlags.NO_AUTO_START,
            1000 * _BUS_SECONDS,
            None,
        )
    except GLib.Error as error:
        log.debug("No StatusNotifierWatcher answers: %s", error.message)
        return False
    return bool(answer.unpack()[0])


def has_older_tray() -> bool:
    """Whether a program on the X display takes in tray icons of the older kind (XEmbed)."""
    with _x_display() as display:
        if display is None:
            return False
        name = f"_NET_SYSTEM_TRAY_S{display.get_default_screen()}"
        return bool(display.get_selection_owner(display.intern_atom(name)))


def display_answers(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the display of this session is there: False once the user has logged out, say."""
    if not sys.platform.startswith("linux"):
        return True
    wayland = environ.get("WAYLAND_DISPLAY")
    if not wayland:
        with _x_display() as display:
            return display is not None
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(_BUS_SECONDS)
            door.connect(str(Path(environ.get("XDG_RUNTIME_DIR", "")) / wayland))
    except OSError:
        return False
    return True


@contextmanager
def _x_display() -> Iterator[Any]:  # python-xlib publishes no types
    """The display of DISPLAY, or None where there is none."""
    from Xlib.display import Display  # comes along with pystray on Linux
    from Xlib.error import ConnectionClosedError, DisplayError, XauthError

    try:
        display = Display()
    except (DisplayError, XauthError, ConnectionClosedError, OSError):
        yield None
        return
    try:
        yield display
    finally:
        with suppress(ConnectionClosedError):
            display.close()


def _folders() -> Iterator[Path]:
    for name in _LIBRARIES:
        yield Path(name)
        yield from Path(name).glob("*-linux-gnu*")


def _typelibs(environ: Mapping[str, str]) -> Iterator[Path]:
    yield from (Path(part) for part in environ.get("GI_TYPELIB_PATH", "").split(os.pathsep) if part)
    yield from (folder / "girepository-1.0" for folder in _folders())
