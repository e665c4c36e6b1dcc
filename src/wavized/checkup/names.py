"""Names that a disk cannot hold or tell apart, and what a broken-off filing left. Only lists the library."""

from __future__ import annotations

import os
import re
import shlex
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok
from wavized.config.model import Config

MOST_ENTRIES = 20_000
"""So many entries of the library are looked at."""

_WINDOWS_LONGEST = 259
_USUAL_SAMPLE = 100
"""Characters that the folder and name of a sample take, of long ones."""
_USUAL_BYTES = 255
_PART = re.compile(r"\.wavized-[0-9a-f]{1,16}-(\d+)\.part")
_FILE_SYSTEM_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem"


def hazards(config: Config) -> Iterator[Finding]:
    """Whatever there is; one word that all is well where there is none."""
    root = config.library
    if not os.access(root, os.R_OK | os.X_OK):
        return  # told of the library itself
    found = [*long_names(root), *twins(root, config.folders.values())]
    yield from found
    if not found:
        blind = is_case_blind(root)
        yield ok("names", "the library tells upper from lower case" if not blind else _blind_words(blind))


def _blind_words(blind: bool | None) -> str:
    if blind is None:
        return "nothing speaks against long ones"
    return "the library takes Kick and KICK for one name; of such samples each gets a number"


def long_names(root: Path) -> Iterator[Finding]:
    """Is there room for the names of samples?"""
    if sys.platform == "win32":
        yield from judge_windows_path(len(str(root)), _long_paths_enabled())
        return
    try:
        longest = os.pathconf(root, "PC_NAME_MAX")
    except (OSError, ValueError):
        return
    yield from judge_name_length(longest)


def judge_windows_path(length: int, enabled: bool | None) -> Iterator[Finding]:
    """Windows refuses paths over 259 characters unless it is told otherwise."""
    if enabled or length + _USUAL_SAMPLE <= _WINDOWS_LONGEST:
        return
    yield note(
        "names",
        f"the library's path takes {length} of the {_WINDOWS_LONGEST} characters that Windows allows",
        "Long names will not fit. Choose a shorter folder, or allow long paths as an administrator:",
        f"reg add {_FILE_SYSTEM_KEY} /v LongPathsEnabled /t REG_DWORD /d 1 /f",
    )


def judge_name_length(longest: int) -> Iterator[Finding]:
    """Encrypted home folders hold shorter names than others."""
    if 0 < longest < _USUAL_BYTES:
        said = f"names in the library may have {longest} bytes, not {_USUAL_BYTES}"
        yield note(
            "names", said, "Longer ones cannot be filed; choose a library on another disk to file them"
        )


def twins(root: Path, wanted: Iterable[str]) -> Iterator[Finding]:
    """Folders beside one another whose names differ by case or composition alone."""
    with os.scandir(root) as entries:
        there = [entry.name for entry in islice(entries, MOST_ENTRIES) if entry.is_dir()]
    for name in wanted:
        for other in there:
            if other != name and _plain(other) == _plain(name) and not _is_one(root / name, root / other):
                yield note(
                    "names",
                    f"the library has a folder {other!r}, but samples are filed into {name!r}",
                    "Rename it, or set its name under `folders:` in the config",
                )


def is_case_blind(root: Path) -> bool | None:
    """Whether upper and lower case are one in this folder; None where nothing in it can tell.

    An existing entry is asked for by its name with the case swapped: nothing has to be written.
    """
    with os.scandir(root) as entries:
        for entry in islice(entries, MOST_ENTRIES):
            swapped = entry.name.swapcase()
            if swapped != entry.name and swapped.swapcase() == entry.name:
                return _is_one(root / entry.name, root / swapped)
    return None


def leftovers(config: Config, is_at_work: Callable[[int], bool]) -> Iterator[Finding]:
    """Temporary copies in the library whose process is gone."""
    found = [path for path, pid in _parts(config.library) if not is_at_work(pid)]
    if found:
        said = f"{len(found)} unfinished copies" if len(found) > 1 else "one unfinished copy"
        advice = "A filing was broken off; its original is where it was. The copy may be deleted:"
        quoted = [
            f'del "{path}"' if sys.platform == "win32" else f"rm {shlex.quote(str(path))}"
            for path in found[:3]
        ]
        yield note("leftovers", f"{said} in the library, such as {found[0]}", advice, *quoted)


def _parts(library: Path) -> Iterator[tuple[Path, int]]:
    left = MOST_ENTRIES
    try:
        folders = [entry.path for entry in os.scandir(library) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in islice(entries, left):
                    left -= 1
                    fits = _PART.fullmatch(entry.name)
                    if fits and entry.is_file(follow_symlinks=False):
                        yield Path(entry.path), int(fits[1])
        except OSError:
            continue


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _is_one(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _long_paths_enabled() -> bool | None:
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _FILE_SYSTEM_KEY.removeprefix("HKLM\\")) as key:
                return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
        except OSError:
            return False
    return None
