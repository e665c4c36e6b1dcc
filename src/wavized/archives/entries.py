"""What an archive says of one of its files: its name, its kind, its date. Pure; nothing of it is believed."""

from __future__ import annotations

import stat
import time
from datetime import UTC, datetime
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from wavized.logic.members import decoded, extra_fields

_ENCRYPTED = 0x1 | 0x40
_READABLE = (ZIP_STORED, ZIP_DEFLATED)
"""Others exist, but packs do not use them, and Python unpacks some without any limit."""
_UNIX_TIME = 0x5455
_DOS_FOLDER = 0x10


def name_of(info: ZipInfo) -> str:
    """The name as the archive has it: zipfile has read it as one of two encodings, both of which go back."""
    raw = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
    return decoded(raw, info.extra)


def is_regular(info: ZipInfo) -> bool:
    """Whether it is a plain file and no link, device or folder, where the archive says so."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    return kind in {0, stat.S_IFREG} and not info.external_attr & _DOS_FOLDER


def is_protected(info: ZipInfo) -> bool:
    """Whether a password is needed."""
    return bool(info.flag_bits & _ENCRYPTED)


def is_known_method(info: ZipInfo) -> bool:
    """Whether it is packed in one of the two usual ways."""
    return info.compress_type in _READABLE


def mtime_ns(info: ZipInfo, otherwise: int) -> int:
    """When the file was changed: in UTC where that is given, else to two seconds of local time."""
    for kind, data in extra_fields(info.extra):
        if kind == _UNIX_TIME and len(data) >= 5 and data[0] & 1:
            return int.from_bytes(data[1:5], "little") * 10**9
    try:
        datetime(*info.date_time, tzinfo=UTC)
        return int(time.mktime((*info.date_time, 0, 0, -1))) * 10**9
    except (ValueError, OverflowError):
        return otherwise
