"""Find where the Splice app puts its samples and its catalogue, on any system. Only looks, and never raises.

Home, platform and environment are arguments, so that every system's layout can be tried on any other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wavized.config.splice_settings import bases, chosen, matching, wine_homes

_LAYOUTS = (("sounds", "packs"), ("Samples", "packs"))
"""Where packs lie below Splice's folder: today, and in older versions."""

_CATALOGUES = ("com.splice.Splice/users/*/*/sounds.db", "SpliceSettings/users/*/*/sounds.db")
_CATALOGUE = "sounds.db"
_BACKUP = "backup"
_ONE_DRIVES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_CHOSEN = "chosen in Splice's settings"
_ANOTHER = "another account's Splice folder"
_DEFAULT = "where Splice puts its samples by default"


@dataclass(frozen=True, slots=True)
class SpliceFolder:
    """A folder to watch, with a word on why it was found.

    `exclude` holds glob patterns of what below it is no download (Splice's own backup of the tree).
    """

    path: Path
    why: str
    exclude: tuple[str, ...] = ()


def find(
    *, home: Path, platform: str, environ: Mapping[str, str], documents: Path | None = None
) -> list[SpliceFolder]:
    """Splice's folders that exist, the likeliest first, each once. `platform` is as in `sys.platform`.

    `documents` is the user's folder for documents where it may lie elsewhere than in `home`.
    """
    found: dict[str, SpliceFolder] = {}
    for root, why in _roots(home, platform, environ, documents):
        for folder in _watchable(root, why):
            found.setdefault(os.path.normcase(os.path.realpath(folder.path)), folder)
    return list(found.values())


def absent(*, home: Path, platform: str, environ: Mapping[str, str]) -> list[Path]:
    """Folders that Splice's settings name and that are not there now: on a drive that is away, or old."""
    return [folder for folder in chosen(home, platform, environ) if _is_absent(folder)]


def catalogues(*, home: Path, platform: str, environ: Mapping[str, str]) -> list[Path]:
    """The databases in which Splice lists what was downloaded, each once: one for every account."""
    found = [
        path
        for base in bases(home, platform, environ)
        for pattern in _CATALOGUES
        for path in matching(base.folder, pattern)
    ]
    found += [root / _CATALOGUE for root, _ in _roots(home, platform, environ)]
    return list(dict.fromkeys(path for path in found if _is_file(path)))


def _roots(
    home: Path, platform: str, environ: Mapping[str, str], documents: Path | None = None
) -> Iterator[tuple[Path, str]]:
    """Folders that Splice may use, whether they exist or not."""
    for folder in chosen(home, platform, environ):
        yield folder, _CHOSEN
        yield folder / "Splice", _CHOSEN
        for root in _accounts(folder.parent):
            yield root, _ANOTHER
    parents = [home, home / "Documents", *([documents] if documents else [])]
    if platform == "win32":
        parents += [Path(environ[name], "Documents") for name in _ONE_DRIVES if environ.get(name)]
    elif platform != "darwin":
        parents += [user / part for _, user in wine_homes(home, environ) for part in ("", "Documents")]
    for parent in parents:
        yield parent / "Splice", _DEFAULT
        for root in _accounts(parent):
            yield root, _ANOTHER


def _accounts(parent: Path) -> list[Path]:
    return matching(parent, "Splice - user-*")


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


def _is_absent(path: Path) -> bool:
    """Whether nothing can be reached there; a folder that may not be looked at is not called absent."""
    try:
        path.stat()
    except (PermissionError, ValueError):
        return False
    except OSError:
        return True
    return False
