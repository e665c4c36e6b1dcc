"""Splice's own catalogue, in real SQLite files: read from a copy, and nothing but evidence."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest

from support.sounds_db import add_rows, make_sounds_db
from wavized.services.witnesses import CatalogueEntry
from wavized.splice import SpliceCatalogue

SAMPLE = Path("/home/me/Splice/sounds/packs/Neuro Pack/Vendor/bass/NP_dark_reese_F#.wav")
ROW = {"local_path": str(SAMPLE), "tags": "bass,synth,reese", "sample_type": "oneshot", "bpm": 0}
ENTRY = CatalogueEntry(("bass", "synth", "reese"), "oneshot", None)


def catalogue(*databases: Path) -> SpliceCatalogue:
    return SpliceCatalogue(lambda: databases)


def test_a_sample_is_found_by_its_path(tmp_path):
    """Tags, type and tempo come as Splice wrote them; 0 beats a minute is none."""
    loop = {**ROW, "local_path": str(SAMPLE.with_name("loop.wav")), "sample_type": "loop", "bpm": 174}
    known = catalogue(make_sounds_db(tmp_path / "sounds.db", [ROW, loop]))
    assert known.look_up(SAMPLE) == ENTRY
    assert known.look_up(SAMPLE.with_name("loop.wav")) == CatalogueEntry(ENTRY.tags, "loop", 174.0)
    assert known.look_up(SAMPLE.with_name("other.wav")) is None


@pytest.mark.parametrize(
    "stored",
    [
        str(SAMPLE).upper(),
        r"C:\Users\me\Splice\sounds\packs\Neuro Pack\Vendor\bass\NP_dark_reese_F#.wav",
        "/Volumes/Old Disk/Splice/Samples/packs/Neuro Pack/Vendor/bass/NP_dark_reese_F#.wav",
    ],
)
def test_a_sample_is_found_however_its_path_was_spelled(tmp_path, stored):
    """Case, slashes, or a Splice folder that was moved since do not matter; the last three parts do."""
    known = catalogue(make_sounds_db(tmp_path / "sounds.db", [{**ROW, "local_path": stored}]))
    assert known.look_up(SAMPLE) == ENTRY


def test_composed_and_decomposed_names_are_the_same(tmp_path):
    """macOS gives back another spelling of an accent than was stored."""
    row = {**ROW, "local_path": str(SAMPLE.with_name("caf\u00e9.wav"))}
    known = catalogue(make_sounds_db(tmp_path / "sounds.db", [row]))
    assert known.look_up(SAMPLE.with_name("cafe\u0301.wav")) == ENTRY


def test_what_lies_outside_packs_is_not_looked_up(tmp_path):
    """A file in Downloads is none of Splice's, whatever its name."""
    asked = []
    known = SpliceCatalogue(lambda: asked.append(1) or [])
    assert known.look_up(Path("/home/me/Downloads/NP_dark_reese_F#.wav")) is None
    assert asked == []


def test_it_is_read_while_splice_holds_it_open_and_writes(tmp_path):
    """What stands in the write-ahead log counts, its lock hinders nobody, and its files stay as they are."""
    path = make_sounds_db(tmp_path / "sounds.db", [])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as splice:
        splice.execute("PRAGMA journal_mode = WAL")
        add_rows(splice, [ROW])
        splice.execute("BEGIN IMMEDIATE")
        splice.execute("DELETE FROM samples")  # not committed
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        assert "sounds.db-wal" in before
        assert catalogue(path).look_up(SAMPLE) == ENTRY
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
        splice.execute("ROLLBACK")


def test_new_downloads_are_seen_and_an_unchanged_catalogue_is_read_once(tmp_path, monkeypatch):
    """It is copied again only after it has changed; nothing of the copy is left behind."""
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    path = make_sounds_db(tmp_path / "sounds.db", [])
    known = SpliceCatalogue(lambda: [path], monotonic=itertools.count(step=100).__next__)
    assert known.look_up(SAMPLE) is None
    content, status = path.read_bytes(), path.stat()
    path.write_bytes(b"\0" * len(content))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert known.look_up(SAMPLE) is None, "same size and time: not read again"
    path.write_bytes(content)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        add_rows(connection, [ROW])
    assert [known.look_up(SAMPLE) for _ in range(30)][-1] == ENTRY
    assert list(private.iterdir()) == []


def test_a_catalogue_that_changes_all_the_time_is_not_copied_for_every_sample(tmp_path, monkeypatch):
    """A reading that took a second is followed by none for twenty; what was read is known all the while."""
    copies, copy = [], shutil.copyfile
    monkeypatch.setattr(shutil, "copyfile", lambda *paths: (copies.append(paths), copy(*paths)))
    path = make_sounds_db(tmp_path / "sounds.db", [ROW])
    now = itertools.count()
    known = SpliceCatalogue(lambda: [path], monotonic=now.__next__)
    for number in range(18):
        assert known.look_up(SAMPLE) == ENTRY
        assert known.look_up(SAMPLE.with_name(f"{number}.wav")) is None
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            add_rows(connection, [{**ROW, "local_path": str(SAMPLE.with_name(f"{number}.wav"))}])
    assert len(copies) == 1
    for _ in range(4):
        known.look_up(SAMPLE.with_name("17.wav"))
    assert known.look_up(SAMPLE.with_name("17.wav")) == ENTRY
    assert len(copies) == 2


def test_what_was_read_stays_known_while_the_catalogue_cannot_be_read(tmp_path):
    """Splice may be writing to it just then; the samples it listed before are still what they were."""
    path = make_sounds_db(tmp_path / "sounds.db", [ROW])
    known = SpliceCatalogue(lambda: [path], monotonic=itertools.count(step=100).__next__)
    assert known.look_up(SAMPLE) == ENTRY
    path.write_text("no database")
    assert [known.look_up(SAMPLE.with_name("other.wav")) for _ in range(30)] == [None] * 30
    assert known.look_up(SAMPLE) == ENTRY


def test_a_text_without_end_is_no_evidence(tmp_path, caplog):
    """A foreign database may hold anything; it must not fill the memory."""
    path = make_sounds_db(tmp_path / "sounds.db", [{**ROW, "tags": "reese," * 400_000}])
    assert catalogue(path).look_up(SAMPLE) is None
    assert "cannot be read" in caplog.text


def _other_layout(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE samples (path TEXT)")


def _a_view(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE VIEW samples AS WITH RECURSIVE n(local_path, tags) AS "
            "(SELECT '1', '' UNION ALL SELECT local_path || '1', '' FROM n) SELECT * FROM n"
        )


def _cut(path: Path) -> None:
    make_sounds_db(path, [{**ROW, "local_path": f"/packs/{number}.wav"} for number in range(500)])
    os.truncate(path, path.stat().st_size // 3)


DAMAGE = {
    "text": lambda path: path.write_text("no database"),
    "empty": lambda path: path.touch(),
    "folder": lambda path: path.mkdir(),
    "cut off": _cut,
    "other layout": _other_layout,
    "a view": _a_view,
    "absent": lambda path: None,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_catalogue_that_cannot_be_read_is_no_evidence_and_said_once(tmp_path, damage, caplog):
    """Damaged, foreign or absent: one line in the log, not one for every sample; others still speak."""
    broken = tmp_path / "sounds.db"
    DAMAGE[damage](broken)
    whole = make_sounds_db(tmp_path / "other/sounds.db", [ROW])
    known = catalogue(broken, whole)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert known.look_up(SAMPLE) == ENTRY
    assert sum(str(broken) in message for message in caplog.messages) == 1


def test_odd_values_do_not_spoil_the_rest(tmp_path):
    """Missing tags, numbers for texts, bytes that are no UTF-8: each row for itself."""
    path = make_sounds_db(
        tmp_path / "sounds.db",
        [
            {"local_path": "/packs/a/b/none.wav"},
            {"local_path": 7, "tags": 8, "sample_type": 9, "bpm": "fast"},
            {"local_path": b"\xff\xfe", "tags": b"\xff"},
            ROW,
        ],
    )
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO samples (local_path, tags) VALUES (CAST(x'ff2f78' AS TEXT), 'x')")
    known = catalogue(path)
    assert known.look_up(SAMPLE) == ENTRY
    assert known.look_up(Path("/packs/a/b/none.wav")) == CatalogueEntry(())
