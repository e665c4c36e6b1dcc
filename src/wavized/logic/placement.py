"""Where a sample goes and which names are tried for it. Pure; no plan leaves the library."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from wavized.domain.job import Placement
from wavized.domain.sample import FileStat, FilingMode
from wavized.errors import ConfigError, FilingError

MAX_NAME_BYTES = 255
"""What a name may take on every usual filesystem (ext4, APFS, NTFS count at least this generously)."""

MAX_SUFFIX_BYTES = 32
"""Anything longer after the last dot is part of the name, not a file type."""
FORBIDDEN = frozenset('<>:"/\\|?*')
"""Characters that some system does not allow in a name."""
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, halves of characters, ends of lines
_TURNING = frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # right to left and back
RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{n}" for port in ("COM", "LPT") for n in "123456789¹²³"}
)
"""Names that Windows keeps for devices, in capitals and without an ending."""


def plan(
    source: Path,
    library: Path,
    folder_name: str,
    mode: FilingMode,
    digest: str,
    stat: FileStat,
    *,
    is_filed: bool = False,
) -> Placement:
    """Plan to put `source` into the folder `folder_name` of `library`.

    One that `is_filed` already is moved within the library, wherever it was first seen. Raises ConfigError
    for a library or folder name that is unsafe, FilingError for a source that has no name or lies in the
    library already.
    """
    if not library.is_absolute() or ".." in library.parts:
        raise ConfigError(f"The library must be an absolute path: {library}")
    check_folder_name(folder_name)
    if not source.name or source.name == "..":
        raise FilingError(f"This is no file: {source}")
    if source.is_relative_to(library) and not is_filed:
        raise FilingError(
            f"{source.name} lies in the library already", hint="Only files outside it are filed"
        )
    stem, suffix = split_name(source.name)
    return Placement(source, library, library / folder_name, stem, suffix, mode, digest, stat)


def check_folder_name(name: str) -> None:
    """Raise ConfigError unless `name` is one plain folder name that every system can hold."""
    problem = _folder_name_problem(name)
    if problem:
        raise ConfigError(f"The folder name {name!r} {problem}", hint="Choose a plain name such as '808'")


def _folder_name_problem(name: str) -> str:
    if not any(c.isprintable() and not c.isspace() for c in name):
        return "is empty"
    if name in {".", ".."}:
        return "would leave its place in the library"
    bad = sorted(
        c for c in set(name) if c in FORBIDDEN or unicodedata.category(c) in _UNSEEN or c in _TURNING
    )
    if bad:
        return f"holds characters that folders cannot have: {' '.join(map(repr, bad))}"
    if name[-1] in ". " or name[0] == " ":
        return "starts or ends with a space, or ends with a dot"
    if name.split(".")[0].rstrip().upper() in RESERVED:
        return "is reserved by Windows"
    if len(os.fsencode(name)) > MAX_NAME_BYTES:
        return f"is longer than {MAX_NAME_BYTES} bytes"
    return ""


def split_name(name: str) -> tuple[str, str]:
    """Stem and suffix of a file name; together they are the name again, byte for byte."""
    path = Path(name)
    if len(os.fsencode(path.suffix)) > MAX_SUFFIX_BYTES:
        return name, ""
    return path.stem, path.suffix


def tamed(placement: Placement) -> Placement:
    """The same plan under a name that every usual disk takes; the plan as it is where it has one."""
    name = f"{placement.stem}{placement.suffix}"
    tame = _tame(name)
    if tame == name:
        return placement
    stem, suffix = split_name(tame)
    return replace(placement, stem=stem, suffix=suffix)


def _tame(name: str) -> str:
    plain = "".join(
        "_" if c in FORBIDDEN or unicodedata.category(c) in {"Cc", "Cn", "Cs"} else c for c in name
    ).rstrip(". ")
    reserved = not plain or plain.split(".")[0].rstrip().upper() in RESERVED
    return f"_{plain}" if reserved else plain


def candidate_names(stem: str, suffix: str, reserve: int = 0) -> Iterator[str]:
    """`name`, `name (2)`, `name (3)` … without end.

    The stem is kept byte for byte unless the name, with `reserve` bytes for a sidecar's suffix behind it,
    would pass 255 bytes; then whole characters are dropped from the stem's end, but never the first.
    """
    for n in itertools.count(1):
        ending = suffix if n == 1 else f" ({n}){suffix}"
        yield _shortened(stem, MAX_NAME_BYTES - reserve - len(os.fsencode(ending))) + ending


def _shortened(stem: str, room: int) -> str:
    while len(stem) > 1 and len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem
