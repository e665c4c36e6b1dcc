"""The shape of the database, version by version. Runs on the journal thread; leaves a newer one alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from wavized.errors import JournalError

_VERSION_1 = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    origin TEXT NOT NULL,
    root BLOB NOT NULL,
    source BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    digest TEXT NOT NULL,
    mode TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    kind TEXT,
    category TEXT,
    candidates TEXT NOT NULL,
    confidence REAL,
    scores TEXT NOT NULL,
    evidence TEXT NOT NULL,
    reason TEXT NOT NULL,
    model_id TEXT,
    library BLOB,
    target BLOB,
    previous_target BLOB,
    sidecars TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    corrected INTEGER NOT NULL
);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX jobs_by_digest ON jobs (digest);
CREATE INDEX jobs_by_source ON jobs (source);

CREATE TABLE transitions (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs (id),
    state_before TEXT,
    state_after TEXT NOT NULL,
    at REAL NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX transitions_by_job ON transitions (job);

CREATE TABLE labels (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs (id),
    digest TEXT NOT NULL,
    category TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX labels_by_digest ON labels (digest);

CREATE TABLE known (
    path BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE roots (path BLOB PRIMARY KEY, adopted_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

_VERSION_2 = """
ALTER TABLE jobs ADD COLUMN likeliest TEXT;
UPDATE jobs SET likeliest = coalesce(category, json_extract(candidates, '$[0]'));
CREATE INDEX jobs_browsed ON jobs (state, updated_at, id, likeliest, confidence, source, target);

CREATE TABLE tally (state TEXT PRIMARY KEY, jobs INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO tally (state, jobs) SELECT state, count(*) FROM jobs GROUP BY state;
CREATE TRIGGER jobs_in AFTER INSERT ON jobs BEGIN
    INSERT INTO tally VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER jobs_on AFTER UPDATE OF state ON jobs WHEN old.state <> new.state BEGIN
    UPDATE tally SET jobs = jobs - 1 WHERE state = old.state;
    INSERT INTO tally VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET jobs = jobs + 1;
END;
CREATE TRIGGER jobs_out AFTER DELETE ON jobs BEGIN
    UPDATE tally SET jobs = jobs - 1 WHERE state = old.state;
END;
"""
# `jobs_browsed` holds all that a list is chosen and ordered by, so that the rows themselves are not read for
# it; `likeliest` is a plain column, since SQLite never takes a generated one from an index; `tally` knows how
# many jobs stand in each state, which an open page asks several times a second

_VERSION_3 = "ALTER TABLE jobs ADD COLUMN archive BLOB;"
# the archive's name is found by the path of the passing copy, which holds it

MIGRATIONS: tuple[str, ...] = (_VERSION_1, _VERSION_2, _VERSION_3)
"""`MIGRATIONS[n]` takes a database from version n to version n + 1. Only ever appended to."""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database to the newest version, in one transaction.

    Raises JournalError for a database of a newer Wavized or of another program.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        _check_version(connection, version, path)
        for script in MIGRATIONS[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        if version < len(MIGRATIONS):
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger, which holds some of its own, is one."""
    statement = ""
    for part in script.strip().split(";")[:-1]:
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _check_version(connection: sqlite3.Connection, version: int, path: Path) -> None:
    if version > len(MIGRATIONS):
        raise JournalError(
            f"The journal {path} was written by a newer Wavized "
            f"(format {version}; this one reads up to {len(MIGRATIONS)})",
            hint="Update Wavized, or move that file away to start a new journal",
        )
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
        raise JournalError(
            f"{path} is a database of another program", hint="Move that file away to start a new journal"
        )
