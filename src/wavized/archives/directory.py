"""Where a zip file's table of contents lies, and whether the file is whole. Reads a few bytes; any thread.

The table stands at the very end, so that a download under way has none (APPNOTE 4.3.6).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from wavized.audio.stream import Section, open_sample

_END = struct.Struct("<4s4H2LH")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT = 65_535


@dataclass(frozen=True, slots=True)
class Directory:
    """What the end of the file says: so many entries, in so many bytes from `start` on."""

    entries: int
    size: int
    start: int


def is_whole(path: Path) -> bool:
    """Whether the file ends as an archive does and its parts are where they are said to be.

    Raises UnreadableAudioError where it cannot be read at all.
    """
    file, size = open_sample(path)
    with file:
        section = Section(file, 0, size)
        found = find_directory(section)
        section.raise_error()
    return found is not None


def find_directory(section: Section) -> Directory | None:
    """The table of contents; None where there is none or it is not where it is said to be."""
    begin = max(section.size - _END.size - _LONGEST_COMMENT, 0)
    section.seek(begin)
    tail = section.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        return None
    end = begin + at
    *_, entries, size, offset, _ = _END.unpack_from(tail, at)
    large = _read(section, end - _LOCATOR_64.size - _END_64.size, _END_64)
    if large is not None and large[0] == b"PK\x06\x06" and _is_located(section, end):
        end -= _LOCATOR_64.size + _END_64.size
        entries, size, offset = large[7], large[8], large[9]
    start = end - size
    if start < offset:
        return None  # bytes are missing before it
    section.seek(start)
    signed = section.read(4) == b"PK\x01\x02" if size else entries == 0
    return Directory(entries, size, start) if signed else None


def _is_located(section: Section, end: int) -> bool:
    locator = _read(section, end - _LOCATOR_64.size, _LOCATOR_64)
    return locator is not None and locator[0] == b"PK\x06\x07"


def _read(section: Section, at: int, shape: struct.Struct) -> tuple[bytes | int, ...] | None:
    if at < 0:
        return None
    section.seek(at)
    data = section.read(shape.size)
    return shape.unpack(data) if len(data) == shape.size else None
