"""Why no tray icon can be seen here, and which packages of this very system mend that. Pure.

What is known of the system is passed in. Package names were looked up in the distributions' archives and in
PyGObject's own "Getting Started"; from 3.51 on it is built against girepository-2.0, a part of GLib 2.80.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Python(StrEnum):
    """Whose Python runs Wavized, and so where PyGObject has to go."""

    SYSTEM = "system"
    VENV = "venv"
    PIPX = "pipx"
    UV = "uv"
    FROZEN = "frozen"


class Cause(StrEnum):
    """What stands between the icon and the user's eyes."""

    NO_DISPLAY = "no_display"
    NO_BINDINGS = "no_bindings"
    NO_INDICATOR = "no_indicator"
    NO_HOST = "no_host"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The system, the session and this program's Python, as far as a tray icon depends on them.

    `system` holds `ID` and the words of `ID_LIKE` of os-release. `bindings` is whether Python has PyGObject,
    `indicator` whether the AppIndicator library is there for it, `host` whether the desktop shows such icons
    (None where nobody could be asked), `xembed` whether there is a tray of the older kind. `glib` is the
    version of the system's GLib; None where it is not known.
    """

    platform: str
    display: bool
    wayland: bool = False
    desktop: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    python: Python = Python.VENV
    executable: str = "python3"
    bindings: bool = False
    indicator: bool = False
    host: bool | None = None
    xembed: bool = False
    glib: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TrayFinding:
    """Why no icon can be seen; `commands` are to be typed in turn, `hint` is all of it as one text."""

    cause: Cause
    message: str
    hint: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Family:
    """How one family of distributions calls what is needed."""

    install: str
    bindings: str
    indicator: str
    build: str
    extension_id: str = "appindicatorsupport@rgcjonas.gmail.com"


EXTENSION = "gnome-shell-extension-appindicator"
"""What every family calls the extension with which GNOME shows tray icons."""

_APT = _Family(
    install="sudo apt install",
    bindings="python3-gi",
    indicator="gir1.2-ayatanaappindicator3-0.1",
    build="gcc pkg-config python3-dev libcairo2-dev {girepository}",
    extension_id="ubuntu-appindicators@ubuntu.com",
)
_DNF = _Family(
    install="sudo dnf install",
    bindings="python3-gobject",
    indicator="libayatana-appindicator-gtk3",
    build="gcc pkg-config python3-devel cairo-gobject-devel gobject-introspection-devel",
)
_PACMAN = _Family(
    install="sudo pacman -S",
    bindings="python-gobject",
    indicator="libayatana-appindicator",
    build="gcc pkgconf cairo gobject-introspection",
)
_ZYPPER = _Family(
    install="sudo zypper install",
    bindings="python3-gobject python3-gobject-Gdk",
    indicator="typelib-1_0-AyatanaAppIndicator3-0_1",
    build="gcc pkg-config python3-devel cairo-devel gobject-introspection-devel",
)
_FAMILIES: Mapping[str, _Family] = {
    "debian": _APT,
    "ubuntu": _APT,
    "fedora": _DNF,
    "rhel": _DNF,
    "arch": _PACMAN,
    "manjaro": _PACMAN,
    "suse": _ZYPPER,
    "opensuse": _ZYPPER,
    "opensuse-leap": _ZYPPER,
    "opensuse-tumbleweed": _ZYPPER,
}
"""By `ID` or a word of `ID_LIKE`; each system's own `ID` is asked for first."""

_NEW_GLIB = (2, 80)
_LEAVE_OUT = "Wavized works the same without an icon; --no-tray leaves it out"


def tray_finding(found: Surroundings) -> TrayFinding | None:
    """What keeps a tray icon with a menu from being seen; None where nothing does.

    Only Linux lacks something now and then: macOS and Windows show every icon.
    """
    if not found.platform.startswith("linux"):
        return None
    if not found.display:
        hint = "Start Wavized from a desktop session; wavized open --print gives the window's address"
        return TrayFinding(Cause.NO_DISPLAY, "No tray icon: there is no graphical display", hint)
    older = found.xembed and not found.wayland
    if not found.bindings:
        return _finding(
            Cause.NO_BINDINGS, "The tray icon has no menu: Wavized's Python lacks PyGObject", found
        )
    if not found.indicator and not older:
        return _finding(Cause.NO_INDICATOR, "No tray icon: the AppIndicator library is missing", found)
    if found.host is False and not older:
        return _finding(Cause.NO_HOST, "No tray icon: this desktop shows none", found)
    return None


def _finding(cause: Cause, message: str, found: Surroundings) -> TrayFinding:
    family = next((_FAMILIES[name] for name in found.system if name in _FAMILIES), None)
    if not found.bindings and found.python is Python.FROZEN:
        hint = "This build has no tray menu on Linux; install Wavized with pipx for one, or use the window"
        return TrayFinding(cause, message, f"{hint}. {_LEAVE_OUT}")
    gnome = "GNOME" in found.desktop and not found.host
    if cause is Cause.NO_HOST and not gnome:
        hint = "Add a tray (StatusNotifierItem) to your panel, or work in the window"
        return TrayFinding(cause, message, f"{hint}. {_LEAVE_OUT}")
    if family is None:
        return TrayFinding(cause, message, f"Install {_in_words(found, gnome)}. {_LEAVE_OUT}")
    commands = _commands(family, found, gnome)
    hint = "Run: " + "; then: ".join(commands)
    if gnome:
        hint += "; then log out and in"
    return TrayFinding(cause, message, f"{hint}. {_LEAVE_OUT}", commands)


def _commands(family: _Family, found: Surroundings, gnome: bool) -> tuple[str, ...]:
    packages = []
    after = []
    if not found.bindings:
        if found.python is Python.SYSTEM:
            packages.append(family.bindings)
        else:
            girepository = "libgirepository1.0-dev" if _is_old(found) else "libgirepository-2.0-dev"
            packages.append(family.build.format(girepository=girepository))
            after.append(_pip(found))
    if not found.indicator:
        packages.append(family.indicator)
    if gnome:
        packages.append(EXTENSION)
        after.append(f"gnome-extensions enable {family.extension_id}")
    return (f"{family.install} {' '.join(packages)}", *after)


def _pip(found: Surroundings) -> str:
    """PyGObject is built from source into a Python that is not the system's own."""
    wanted = '"PyGObject<3.51"' if _is_old(found) else "PyGObject"
    if found.python is Python.PIPX:
        return f"pipx inject wavized {wanted}"
    if found.python is Python.UV:
        return f"uv tool install wavized --with {wanted}"
    extra = f" {wanted}" if _is_old(found) else ""
    return f'{shlex.quote(found.executable)} -m pip install "wavized[linux-tray]"{extra}'


def _is_old(found: Surroundings) -> bool:
    """Whether the system is from before girepository-2.0: Debian 12, Ubuntu 22.04 and their like."""
    return found.glib is not None and found.glib < _NEW_GLIB


def _in_words(found: Surroundings, gnome: bool) -> str:
    missing = []
    if not found.bindings:
        where = "" if found.python is Python.SYSTEM else f" into Wavized's own Python ({_pip(found)})"
        missing.append(f"PyGObject{where}")
    if not found.indicator:
        missing.append("your system's library AyatanaAppIndicator3 with its typelib")
    if gnome:
        missing.append('the GNOME extension "AppIndicator and KStatusNotifierItem Support"')
    return " and ".join(missing)
