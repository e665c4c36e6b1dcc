"""Names inside an archive: what they say, and where such a file may lie in a folder of its own. Pure.

Whatever an archive calls its files, a path from here stays below the folder it is joined to, on every system.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from wavized.logic.placement import FORBIDDEN, RESERVED

_UNICODE_PATH = 0x7075
_MAX_PART_BYTES = 200  # leaves room for a number, a sidecar's ending and a temporary name
_MAX_SUFFIX_CHARACTERS = 16
_MAX_CHARACTERS = 180  # Windows allows 260 in a path, the cache folder included
_FOLDERS_KEPT = 2  # what names may say of a sample is said by these
_FOLDER_CHARACTERS = 40
_MAX_DEPTH = 16
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


def decoded(raw: bytes, extra: bytes) -> str:
    """A name as it is meant: by the Unicode Path field (APPNOTE 4.6.9), else as UTF-8, else as code page 437.

    Many programs write UTF-8 without saying so; what is no UTF-8 is what DOS wrote.
    """
    name = _unicode_path(raw, extra)
    if name is None:
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp437")
    return unicodedata.normalize("NFC", name)


def _unicode_path(raw: bytes, extra: bytes) -> str | None:
    for kind, data in extra_fields(extra):
        if kind == _UNICODE_PATH and data[:1] == b"\x01" and len(data) > 5:
            if int.from_bytes(data[1:5], "little") != zlib.crc32(raw):
                return None  # the name was changed since by a program that does not know the field
            try:
                return data[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
    return None


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The numbered fields behind a name (APPNOTE 4.5); ends early where they are damaged."""
    while len(extra) >= 4:
        kind = int.from_bytes(extra[:2], "little")
        length = int.from_bytes(extra[2:4], "little")
        if len(extra) < 4 + length:
            return
        yield kind, extra[4 : 4 + length]
        extra = extra[4 + length :]


def safe_path(name: str) -> PurePosixPath | None:
    """Where a file of this name may lie below any folder; None where the name means to lead elsewhere.

    Backslashes part folders too, as Windows has it. Characters and names that some system cannot have are
    put in a way that all can.
    """
    text = name.replace("\\", "/")
    if text.startswith("/") or _DRIVE.match(text) or _UNPRINTABLE.search(text):
        return None
    parts = [part for part in text.split("/") if part not in {"", "."}]
    if not parts or any(not part.strip(" .") for part in parts):
        return None  # "..", and what Windows takes for it
    if len(parts) > _MAX_DEPTH:
        parts = parts[-_FOLDERS_KEPT - 1 :]
    return _shortened(PurePosixPath(*map(_portable, parts)))


def is_hidden(path: PurePosixPath) -> bool:
    """Whether a file is none of the pack's own: what macOS adds, and whatever begins with a dot."""
    return any(part.startswith(".") or part.casefold() == "__macosx" for part in path.parts)


def apart(paths: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
    """The same paths, those aside in a folder `(2)`, `(3)` … that no disk could hold beside an earlier one.

    Two names clash that differ by case or composition alone, or where one is a file and the other its folder.
    """
    files: set[str] = set()
    folders: set[str] = set()
    tried: dict[str, int] = {}  # the last number of each name, so that a thousand equal ones are no trouble
    for path in paths:
        key = _key(path)
        free, number = path, tried.get(key, 1)
        while _key(free) in files or _key(free) in folders or any(_key(one) in files for one in free.parents):
            number += 1
            free = PurePosixPath(f"({number})") / path
        tried[key] = number
        files.add(_key(free))
        folders.update(_key(one) for one in free.parents)
        yield free


def _key(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", str(path)).casefold())


def _portable(part: str) -> str:
    plain = "".join("_" if character in FORBIDDEN else character for character in part)
    plain = plain.lstrip(" ").rstrip(" .")
    if plain.split(".")[0].rstrip().upper() in RESERVED:
        plain = f"_{plain}"
    suffix = PurePosixPath(plain).suffix
    suffix = suffix if len(suffix) <= _MAX_SUFFIX_CHARACTERS else ""
    return _cut(plain.removesuffix(suffix), _MAX_PART_BYTES - len(suffix.encode("utf-8"))) + suffix


def _cut(text: str, most_bytes: int) -> str:
    """The beginning of a text that takes no more than so many bytes in a file name."""
    return text.encode("utf-8")[:most_bytes].decode("utf-8", "ignore").rstrip(" .") or "_"


def _shortened(path: PurePosixPath) -> PurePosixPath:
    if len(str(path)) <= _MAX_CHARACTERS:
        return path
    folders = [part[:_FOLDER_CHARACTERS].rstrip(" .") or "_" for part in path.parent.parts[-_FOLDERS_KEPT:]]
    return PurePosixPath(*folders, path.name)
