"""Find where the Splice app puts its samples and its catalogue, on any system. Only looks, and never raises.

Home, platform and environment are arguments, so that every system's layout can be tried on any other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_LAYOUTS = (("sounds", "packs"), ("Samples", "packs"))
"""Where packs lie below Splice's folder: today, and in older versions."""

_SETTINGS = "com.splice.Splice/users/default/*/settings.json"
_CATALOGUES = ("com.splice.Splice/users/*/*/sounds.db", "SpliceSettings/users/*/*/sounds.db")
_CATALOGUE = "sounds.db"
_MAX_SETTINGS_BYTES = 1 << 20
_BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class SpliceFolder:
    """A folder to watch, with a word on why it was found.

    `exclude` holds glob patterns of what below it is no download (Splice's own backup of the tree).
    """

    path: Path
    why: str
    exclude: tuple[str, ...] = ()


def find(*, home: Path, platform: str, environ: Mapping[str, str]) -> list[SpliceFolder]:
    """Splice's folders that exist, the likeliest first, each once. `platform` is as in `sys.platform`."""
    found: dict[str, SpliceFolder] = {}
    for root, why in _roots(home, platform, environ):
        for folder in _watchable(root, why):
            found.setdefault(os.path.normcase(os.path.realpath(folder.path)), folder)
    return list(found.values())


def catalogues(*, home: Path, platform: str, environ: Mapping[str, str]) -> list[Path]:
    """The databases in which Splice lists what was downloaded, each once: one for every account."""
    found: list[Path] = []
    for base in _bases(home, platform, environ):
        for pattern in _CATALOGUES:
            try:
                found += [path for path in sorted(base.glob(pattern)) if _is_file(path)]
            except (OSError, ValueError):  # not allowed to look
                continue
    beside = (root / _CATALOGUE for root, _ in _roots(home, platform, environ))
    return list(dict.fromkeys([*found, *(path for path in beside if _is_file(path))]))


def _roots(home: Path, platform: str, environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Folders that Splice may use, whether they exist or not."""
    for chosen in _chosen(home, platform, environ):
        yield chosen, "chosen in Splice's settings"
        yield chosen / "Splice", "chosen in Splice's settings"
        for root in _accounts(chosen.parent):
            yield root, "another account's Splice folder"
    parents = [home, home / "Documents"]
    if platform == "win32" and environ.get("OneDrive"):
        parents.append(Path(environ["OneDrive"], "Documents"))
    for parent in parents:
        yield parent / "Splice", "where Splice puts its samples by default"
        for root in _accounts(parent):
            yield root, "another account's Splice folder"


def _accounts(parent: Path) -> list[Path]:
    try:
        return sorted(parent.glob("Splice - user-*"))
    except (OSError, ValueError):  # not allowed to look, or no path at all
        return []


def _chosen(home: Path, platform: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """What the settings of each account on this computer name; often out of date."""
    for base in _bases(home, platform, environ)[:1]:
        try:
            files = sorted(base.glob(_SETTINGS))
        except OSError:
            return
        for file in files:
            if (folder := _splice_folder(file)) is not None:
                yield folder


def _bases(home: Path, platform: str, environ: Mapping[str, str]) -> list[Path]:
    """Where programs keep what is theirs, the usual place first; Splice has no program for Linux."""
    if platform == "darwin":
        return [home / "Library" / "Application Support"]
    if platform == "win32":
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        return [roaming, Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")]
    return []


def _splice_folder(settings: Path) -> Path | None:
    """The `splice_folder` of a settings file, where it names an absolute path."""
    try:
        with settings.open("rb") as file:
            content = json.loads(file.read(_MAX_SETTINGS_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    folder = content.get("splice_folder") if isinstance(content, dict) else None
    if not isinstance(folder, str) or not Path(folder).is_absolute():
        return None
    return Path(folder)


def _watchable(root: Path, why: str) -> Iterator[SpliceFolder]:
    """The pack folders of a root; the root itself where it has none yet but is Splice's by its name."""
    packs = [root.joinpath(*layout) for layout in _LAYOUTS if _is_folder(root.joinpath(*layout))]
    for folder in packs:
        yield SpliceFolder(folder, why)
    if not packs and root.name.casefold().startswith("splice") and _is_folder(root):
        yield SpliceFolder(root, why, exclude=(f"{_BACKUP}/**",))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
