"""Splice's own catalogue (`sounds.db`, SQLite) as evidence: tags, type and tempo of what was downloaded.

Runs on the thread that judges. The database is only ever copied, into a private folder that is gone right
after; SQLite never opens Splice's own file. Absent, damaged or foreign: a line in the log, no evidence.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from wavized.services.witnesses import CatalogueEntry

log = logging.getLogger(__name__)

MAX_BYTES = 512 << 20
"""A larger database is not copied: no shelf of samples is that big."""
MAX_ROWS = 200_000
MAX_STEPS = 20_000_000
"""SQLite's virtual machine may take so many steps: a foreign database must not keep us for long."""
MAX_TEXT_BYTES = 1 << 20
"""No text of a catalogue is as long; SQLite refuses one that is."""
IDLE_SHARE = 20
"""So many times as long as a reading took must pass before the next: downloads change a catalogue all the
time, and a large one must not be copied for every sample."""

_COPIED = ("", "-wal")
"""The database, and what is written but not yet in it. The index of that (`-shm`) SQLite makes anew."""
_WANTED = ("local_path", "tags", "sample_type", "bpm")
_TAIL = 3
"""Pack, folder and file: what stays of a path when somebody moves his Splice folder."""

Signature = tuple[tuple[int, int], ...]
"""Size and time of change of the files of a database."""


@dataclass(slots=True)
class _Shelf:
    """What one database held when its files looked like `signature`; `due` is when it may be read again.

    `whole` is False where the last reading failed; what an earlier one gave is kept.
    """

    signature: Signature
    by_path: Mapping[str, CatalogueEntry]
    due: float
    whole: bool = True


class SpliceCatalogue:
    """The Catalogue of all accounts on this computer. `find` lists their databases, anew each time."""

    def __init__(
        self, find: Callable[[], Sequence[Path]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._find = find
        self._monotonic = monotonic
        self._shelves: dict[Path, _Shelf] = {}

    def look_up(self, path: Path) -> CatalogueEntry | None:
        """What Splice says of this file; None where it does not know it. Never raises."""
        if "packs" not in (part.casefold() for part in path.parts):
            return None  # not one of Splice's folders: it need not be asked
        keys = _keys(os.fspath(path))
        for database in self._find():
            found = self._entry(database, keys)
            if found is not None:
                return found
        return None

    def _entry(self, database: Path, keys: Sequence[str]) -> CatalogueEntry | None:
        """The entry in one database, which is read again where it lacks it and has changed since."""
        shelf = self._shelves.get(database)
        found = _first(shelf, keys)
        if found is not None or (shelf is not None and self._monotonic() < shelf.due):
            return found
        signature = _signature(database)
        if shelf is None or shelf.signature != signature:
            shelf = self._shelves[database] = self._fill(database, signature, shelf)
        return _first(shelf, keys)

    def _fill(self, database: Path, signature: Signature, before: _Shelf | None) -> _Shelf:
        begun = self._monotonic()
        by_path, whole = before.by_path if before else {}, True
        try:
            by_path = _read(database, signature)
        except (OSError, sqlite3.Error, ValueError) as error:
            whole = False
            level = logging.WARNING if before is None or before.whole else logging.DEBUG  # said once
            log.log(level, "Splice's catalogue %s cannot be read and is left out: %s", database, error)
        ended = self._monotonic()
        return _Shelf(signature, by_path, ended + IDLE_SHARE * (ended - begun), whole)


def _first(shelf: _Shelf | None, keys: Sequence[str]) -> CatalogueEntry | None:
    return next((shelf.by_path[key] for key in keys if key in shelf.by_path), None) if shelf else None


def _signature(database: Path) -> Signature:
    return tuple(_size_and_time(database.with_name(database.name + ending)) for ending in _COPIED)


def _size_and_time(path: Path) -> tuple[int, int]:
    """0 and 0 where there is no such file, or none that may be looked at."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _read(database: Path, signature: Signature) -> dict[str, CatalogueEntry]:
    if not database.is_file() or sum(size for size, _ in signature) > MAX_BYTES:
        raise ValueError("it is no file of a size that can be right")
    with tempfile.TemporaryDirectory(prefix="wavized-splice-") as private:
        copy = Path(private, "sounds.db")
        for ending in _COPIED:
            source = database.with_name(database.name + ending)
            if source.is_file():
                shutil.copyfile(source, copy.with_name(copy.name + ending))
        if _signature(database) != signature:
            raise ValueError("Splice is writing to it just now")
        with contextlib.closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as connection:
            return dict(_entries(connection))


def _entries(connection: sqlite3.Connection) -> Iterator[tuple[str, CatalogueEntry]]:
    steps = iter(range(MAX_STEPS // 10_000))
    connection.set_progress_handler(lambda: next(steps, None) is None, 10_000)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_TEXT_BYTES)
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    kind = connection.execute("SELECT type FROM sqlite_master WHERE name = 'samples'").fetchone()
    columns = {row[1] for row in connection.execute("PRAGMA table_info(samples)")}
    if kind != ("table",) or not {"local_path", "tags"} <= columns:
        raise ValueError("it is not laid out as Splice's catalogue is")
    chosen = ", ".join(name if name in columns else f"NULL AS {name}" for name in _WANTED)
    rows = connection.execute(
        f"SELECT {chosen} FROM samples WHERE local_path IS NOT NULL AND local_path <> '' LIMIT {MAX_ROWS}"
    )
    for local_path, tags, sample_type, tempo in rows:
        entry = CatalogueEntry(
            tags=tuple(tag.strip() for tag in _text(tags).split(",") if tag.strip()),
            sample_type=_text(sample_type),
            tempo=float(tempo) if isinstance(tempo, int | float) and tempo > 0 else None,
        )
        for key in _keys(_text(local_path)):
            yield key, entry


def _keys(path: str) -> tuple[str, str]:
    """Under which a path is known: as a whole, and by its last parts; however it is spelled and slashed."""
    plain = unicodedata.normalize("NFC", path.replace("\\", "/")).casefold()
    return plain, "/".join(PurePosixPath(plain).parts[-_TAIL:])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
