"""Copies under a temporary name, `.wavized-<digest>-<pid>.part`, in the folder they are meant for.

A part is whole, checked and on disk before anyone may rename it; whatever fails, it is removed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from wavized.errors import FilingError
from wavized.library.digest import CHUNK_BYTES, open_regular, sha256_of
from wavized.library.faults import source_faults

_LEFT: set[Path] = set()
"""Parts of this process that the disk did not let go; tried again with the next one. One thread files."""


@contextmanager
def part_of(source: Path, folder: Path, digest: str, tag: str) -> Iterator[Path]:
    """A durable copy of `source` in `folder`, with its times and permissions; gone afterwards unless renamed.

    `digest` is the content expected, `tag` the digest of the job it belongs to. Raises FilingError where the
    source is gone, unreadable or changed; OSError is the folder's.
    """
    with source_faults(source):
        reading = open_regular(source)
    part = folder / f"{_prefix(tag)}{os.getpid()}.part"
    _remove_left()
    with reading:
        part.unlink(missing_ok=True)  # left by an earlier process that had our id
        try:
            _write(reading, source, part, digest)
            yield part
        finally:
            _remove(part)


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        _LEFT.add(part)  # the disk is at fault, which has been said or does not matter any more
        return
    _LEFT.discard(part)


def _remove_left() -> None:
    for part in tuple(_LEFT):
        _remove(part)


def remove_parts(folder: Path, tag: str) -> None:
    """Remove what a killed process left in `folder` of the job with this digest."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        ours = entry.name.startswith(_prefix(tag)) and entry.name.endswith(".part")
        if ours and entry.is_file(follow_symlinks=False):
            Path(entry.path).unlink(missing_ok=True)


def _prefix(tag: str) -> str:
    return f".wavized-{tag[:16]}-"


def _write(reading: BinaryIO, source: Path, part: Path, digest: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(part, flags, 0o600), "wb") as writing:
        read = _copy(reading, writing, source)
        writing.flush()
        os.fsync(writing.fileno())
    if read != digest:
        raise FilingError(
            f"{source.name} changed since it was heard", hint="It is heard again once it is still"
        )
    if sha256_of(part) != digest:
        raise FilingError(f"The library did not keep {source.name} as written", hint="Check its disk")
    before = os.fstat(reading.fileno())
    part.chmod((stat.S_IMODE(before.st_mode) & 0o666) | 0o600)
    os.utime(part, ns=(before.st_atime_ns, before.st_mtime_ns))


def _copy(reading: BinaryIO, writing: BinaryIO, source: Path) -> str:
    digest = hashlib.sha256()
    while True:
        with source_faults(source):
            chunk = reading.read(CHUNK_BYTES)
        if not chunk:
            return digest.hexdigest()
        digest.update(chunk)
        writing.write(chunk)
