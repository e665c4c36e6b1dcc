"""Sample packs as zip files, sound ones and such as were made to do harm."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from support.audio import write_tone

WHEN = (2021, 3, 4, 5, 6, 8)


def tone_bytes(place: Path, frequency: float, seconds: float = 0.3) -> bytes:
    """A WAV file's content; other frequencies sound different."""
    path = write_tone(place / "tone for a pack.wav", frequency=frequency, seconds=seconds)
    content = path.read_bytes()
    path.unlink()
    return content


def tones(place: Path, *names: str) -> list[tuple[str, bytes]]:
    """Names with a tone of its own for each."""
    return [(name, tone_bytes(place, 40.0 + 7 * index)) for index, name in enumerate(names)]


def entry(name: str, *, when: tuple[int, ...] = WHEN, mode: int = 0) -> zipfile.ZipInfo:
    """An entry of any name, exactly as given."""
    info = zipfile.ZipInfo("x", when)  # type: ignore[arg-type]  # six numbers
    info.filename = name
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = mode << 16
    return info


def make_pack(path: Path, files: Sequence[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """Write a zip with these files in this order; names may come twice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files:
            info = entry(name) if isinstance(name, str) else name
            pack.NameToInfo.clear()  # or else it warns of names that come twice
            pack.writestr(info, content)
    return path


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    """A symbolic link, as Info-ZIP stores one."""
    return entry(name, mode=stat.S_IFLNK | 0o777), target.encode()


def patched(path: Path, name: bytes, offset: int, value: bytes, *, local: bool = True) -> Path:
    """Overwrite bytes in the central entry of a file; with `local` in its own header too.

    `offset` counts from the begin of the central entry; in the local one a field lies two bytes before that.
    """
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02", _central_of(data, name))
    data[central + offset : central + offset + len(value)] = value
    if local:
        begin = int.from_bytes(data[central + 42 : central + 46], "little")
        data[begin + offset - 2 : begin + offset - 2 + len(value)] = value
    path.write_bytes(data)
    return path


def _central_of(data: bytes | bytearray, name: bytes) -> int:
    at = 0
    while (at := data.index(b"PK\x01\x02", at)) >= 0:
        length = int.from_bytes(data[at + 28 : at + 30], "little")
        if data[at + 46 : at + 46 + length] == name:
            return at
        at += 4
    raise AssertionError(name)


def raw_pack(entries: Sequence[tuple[bytes, bytes, bytes]], *, utf8: bool = False) -> bytes:
    """A zip with stored files whose names, contents and extra fields are given as bytes."""
    made, table = io.BytesIO(), io.BytesIO()
    flags = (0x800 if utf8 else 0).to_bytes(2, "little")
    for name, content, extra in entries:
        start = made.tell().to_bytes(4, "little")
        size = len(content).to_bytes(4, "little")
        common = flags + b"\0\0" + b"\0\0\x21\x52" + zlib.crc32(content).to_bytes(4, "little") + size + size
        lengths = len(name).to_bytes(2, "little") + len(extra).to_bytes(2, "little")
        made.write(b"PK\x03\x04\x14\0" + common + lengths + name + extra + content)
        table.write(b"PK\x01\x02\x14\0\x14\0" + common + lengths + bytes(10) + start + name + extra)
    count = len(entries).to_bytes(2, "little")
    begin = made.tell().to_bytes(4, "little")
    size = len(table.getvalue()).to_bytes(4, "little")
    return (
        made.getvalue() + table.getvalue() + b"PK\x05\x06" + bytes(4) + count + count + size + begin + b"\0\0"
    )


def files_below(folder: Path) -> dict[str, bytes]:
    """Relative path to content of every file, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() or path.is_symlink()
    }
