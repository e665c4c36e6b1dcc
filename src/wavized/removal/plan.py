"""What would be removed, what stays and why. Only looks; follows no link."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wavized.config import paths
from wavized.removal import packs
from wavized.removal.table import Known, Part, known, own_folders

FOREIGN = "not made by Wavized"
LINKED = "a link, and links are not followed"
TRAINING = "what `wavized train` worked out, which took long; delete it if you do not need it"


@dataclass(frozen=True, slots=True)
class Item:
    """A file of ours; `size` in bytes."""

    path: Path
    part: Part
    size: int


@dataclass(frozen=True, slots=True)
class Stay:
    """Something that is left where it is."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Files to remove, what stays beside them, and our folders: each goes once it is empty."""

    items: tuple[Item, ...]
    stays: tuple[Stay, ...]
    folders: tuple[Path, ...]

    def of(self, parts: Iterable[Part]) -> list[Item]:
        """The files of these parts."""
        wanted = frozenset(parts)
        return [item for item in self.items if item.part in wanted]

    def gone(self, parts: Iterable[Part]) -> list[Path]:
        """What is not there any more once these parts are removed: files, then emptied folders."""
        paths = [item.path for item in self.of(parts)]
        for folder in self.folders:
            try:
                if set(folder.iterdir()) <= set(paths):
                    paths.append(folder)
            except OSError:
                continue
        return paths


def look(guarded: Iterable[Path] = ()) -> Plan:
    """Look through our folders. `guarded` (library, watched folders) are never removed, not even empty."""
    table, own = known(), own_folders()
    items: list[Item] = []
    stays: list[Stay] = []
    plain: list[Path] = []
    for folder in own:
        if not os.path.lexists(folder):
            continue
        if not is_own(folder):
            if not is_plain_folder(folder):
                stays.append(Stay(folder, LINKED if folder.is_symlink() or folder.is_dir() else FOREIGN))
            continue  # or else it lies behind a link, which is told
        plain.append(folder)
        for found in _judge(folder, [entry for entry in table if entry.folder == folder], own):
            if isinstance(found, Item):
                items.append(found)
            else:
                stays.append(found)
    inside = _packs(items, stays)
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home raises for a user without a home
    spared = (*guarded, Path(home), Path(os.sep))
    empty = [folder for folder in (*inside, *plain) if not any(_is_one(folder, path) for path in spared)]
    return Plan(tuple(items), tuple(stays), tuple(empty))


def _packs(items: list[Item], stays: list[Stay]) -> list[Path]:
    """Archives that lie open: their folders, while what is in them is told apart into both lists."""
    root = packs.folder()
    if not is_own(root):
        return []
    found = list(packs.walk(root))
    with packs.verdicts() as judge:
        for path in (path for _, entries in found for path in entries):
            size = plain_size(path)
            why = judge(path) if size is not None else LINKED if path.is_symlink() else ""
            if why is None and size is not None:
                items.append(Item(path, Part.CACHE, size))
            elif os.path.lexists(path):  # a daemon at work may have released it meanwhile
                stays.append(Stay(path, why or FOREIGN))
    return [above for above, _ in found]


def is_own(folder: Path) -> bool:
    """Whether a folder of ours, or below one of ours, is reached without any link of our folders."""
    above = {folder, *folder.parents}
    return is_plain_folder(folder) and all(is_plain_folder(own) for own in own_folders() if own in above)


def is_plain_folder(folder: Path) -> bool:
    """Whether it is a folder by itself, and neither a link nor a Windows junction to one elsewhere."""
    real = Path(os.path.realpath(folder))
    here = Path(os.path.realpath(folder.parent)) / folder.name
    return folder.is_dir() and not folder.is_symlink() and os.path.normcase(real) == os.path.normcase(here)


def _is_one(folder: Path, other: Path) -> bool:
    """Whether two paths lead to one folder, in whatever spelling."""
    try:
        return folder.samefile(other)
    except OSError:
        return False


def plain_size(path: Path) -> int | None:
    """The bytes of a file by itself; None for a link, anything else, or what is gone meanwhile."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_size if modes.S_ISREG(status.st_mode) else None


def _judge(folder: Path, table: Iterable[Known], own: Iterable[Path]) -> Iterator[Item | Stay]:
    """Every entry of one of our folders: ours by its name, or somebody else's."""
    inner, rules = set(own), list(table)
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Stay(folder, f"cannot be read: {error.strerror}")
        return
    for path in entries:
        if path in inner or (path == packs.folder() and is_plain_folder(path)):
            continue  # looked through by itself
        part = next((rule.part for rule in rules if rule.pattern.fullmatch(path.name)), None)
        size = plain_size(path)
        if part is not None and size is not None:
            yield Item(path, part, size)
        elif os.path.lexists(path):  # a daemon at work may have taken it away meanwhile
            yield Stay(path, _why(path, part))


def _why(path: Path, part: Part | None) -> str:
    if path == paths.cache_dir() / "training":
        return TRAINING
    return LINKED if part and path.is_symlink() else FOREIGN
