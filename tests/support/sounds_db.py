"""Splice's catalogue as Splice lays it out, made with SQLite."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

_LAYOUT = """
CREATE TABLE samples (
  id INTEGER PRIMARY KEY, local_path TEXT, attr_hash TEXT, dir TEXT, audio_key TEXT, bpm INTEGER,
  chord_type TEXT, duration INTEGER, file_hash TEXT, sas_id TEXT, filename TEXT, genre TEXT, pack_uuid TEXT,
  sample_type TEXT, tags TEXT, popularity INTEGER, purchased_at TEXT, last_modified_at TEXT,
  waveform_url TEXT, provider_name TEXT
);
CREATE TABLE packs (uuid TEXT PRIMARY KEY, name TEXT, genre TEXT);
"""


def make_sounds_db(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """A catalogue of these rows, in a file of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_LAYOUT)
        add_rows(connection, rows)
    return path


def add_rows(connection: sqlite3.Connection, rows: Iterable[Mapping[str, object]]) -> None:
    """One sample each."""
    for row in rows:
        names = ", ".join(row)
        connection.execute(
            f"INSERT INTO samples ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
        )
