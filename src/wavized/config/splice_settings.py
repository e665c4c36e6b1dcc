"""What Splice's own settings say: which folder each account chose for its samples. Only reads, never raises.

Splice has no program for Linux; there it runs in Wine, whose drives are folders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

_SETTINGS = "com.splice.Splice/users/*/*/settings.json"
_KEY = "splice_folder"
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Base:
    """A folder in which programs keep what is theirs; `wine` is the prefix that it belongs to, if any."""

    folder: Path
    wine: Path | None = None


def bases(home: Path, platform: str, environ: Mapping[str, str]) -> list[Base]:
    """Where Splice may keep its settings, the usual place first. `platform` is as in `sys.platform`."""
    if platform == "darwin":
        return [Base(home / "Library" / "Application Support")]
    if platform == "win32":
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        return [Base(roaming), Base(Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local"))]
    return [
        Base(user / "AppData" / part, wine)
        for wine, user in wine_homes(home, environ)
        for part in ("Roaming", "Local")
    ]


def wine_homes(home: Path, environ: Mapping[str, str]) -> list[tuple[Path, Path]]:
    """Each Wine prefix with the home folders in it."""
    prefixes = dict.fromkeys([Path(environ.get("WINEPREFIX") or home / ".wine"), home / ".wine"])
    return [(prefix, user) for prefix in prefixes for user in matching(prefix, "drive_c/users/*")]


def chosen(home: Path, platform: str, environ: Mapping[str, str]) -> list[Path]:
    """The folders that settings name, each once; often out of date, so one may not be there."""
    found: list[Path] = []
    for base in bases(home, platform, environ):
        for file in matching(base.folder, _SETTINGS):
            written = _written(file)
            folder = None if written is None else _here(written, base.wine)
            if folder is not None:
                found.append(folder)
    return list(dict.fromkeys(found))


def matching(folder: Path, pattern: str) -> list[Path]:
    """What a pattern finds below a folder, in order; nothing where one may not look."""
    try:
        return sorted(folder.glob(pattern))
    except (OSError, ValueError):
        return []


def _written(settings: Path) -> str | None:
    """The folder in a settings file, in whichever Unicode encoding it was saved."""
    try:
        with settings.open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    folder = content.get(_KEY) if isinstance(content, dict) else None
    return folder if isinstance(folder, str) else None


def _here(written: str, wine: Path | None) -> Path | None:
    """A written folder as this system reaches it; None for one of another system, or no whole path."""
    if wine is not None:
        return _in_wine(PureWindowsPath(written), wine)
    return Path(written) if Path(written).is_absolute() else None


def _in_wine(written: PureWindowsPath, wine: Path) -> Path | None:
    """`C:` is a folder of the prefix, other drives are links in it."""
    if not written.is_absolute() or len(written.drive) != 2:
        return None
    drive = written.drive.lower()
    root = wine / "drive_c" if drive == "c:" else wine / "dosdevices" / drive
    return root.joinpath(*written.parts[1:])
