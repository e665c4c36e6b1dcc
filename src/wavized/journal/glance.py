"""Look into a journal that others may have in use. Writes nothing, not even a side file beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from wavized.domain.job import Job
from wavized.journal.queries import find_sql
from wavized.journal.rows import from_row


def open_to_look(path: Path, timeout: float) -> sqlite3.Connection:
    """A connection that waits `timeout` seconds for a writer at most. Raises sqlite3.Error."""
    # where nobody has it open, SQLite would make the side files that a reader shares with a writer
    unused = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{unused}", uri=True, timeout=timeout)
    connection.row_factory = sqlite3.Row
    return connection


def jobs_from(connection: sqlite3.Connection, source: Path) -> list[Job]:
    """The jobs of one source path, the oldest first. Raises sqlite3.Error."""
    sql, values = find_sql(states=(), origin=None, digest=None, source=source, limit=None, newest_first=False)
    return [from_row(row) for row in connection.execute(sql, values)]
