"""A journal that is damaged: find it out, and keep its files aside under another name. Never deletes one.

Whoever calls `set_aside` must hold what keeps every other writer out. The files that SQLite lays beside a
database go first: left behind, an old write-ahead log would be read into the new database.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

from wavized.journal.migrations import MIGRATIONS
from wavized.journal.rows import COLUMNS, from_row, state_of

CHECK_SECONDS = 3.0
"""So long a journal is checked at a start; a very large one is then taken as read in part."""

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite calls the files beside a database."""

KEPT = r"(journal\.db\.damaged-\d{8}-\d{6}(?:-\d+)?)(-wal|-shm|-journal)?"
"""The names that `set_aside` gives, as a pattern."""

_TABLES = frozenset({"jobs", "transitions", "labels", "known", "roots", "settings"})
_LEAST_BYTES = 512  # the smallest page there is
_OUR_FUNCTION = "user-defined function raised exception"  # it was given what no row of ours holds
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether it is the content that is wrong; all else may be over in a while, or is a fault in Wavized."""
    code = getattr(error, "sqlite_errorcode", None)  # it has none where what was read makes no sense
    return code is None or code & 0xFF in _DAMAGE or _OUR_FUNCTION in str(error)


def suspect(path: Path) -> Path:
    """The empty file that says: this journal was found damaged while it was in use."""
    return path.with_name(path.name + ".suspect")


def find_damage(path: Path, seconds: float = CHECK_SECONDS) -> str:
    """What is wrong with the journal at `path`, in words; empty where it is whole, absent or out of reach.

    One that was suspected is checked from end to end, however long it takes.
    """
    try:
        found = path.lstat()
    except OSError:
        return ""
    if stat.S_ISDIR(found.st_mode):
        return "a folder lies in its place"
    if found.st_size == 0 and stat.S_ISREG(found.st_mode):
        return "it is empty"
    if found.st_size < _LEAST_BYTES and stat.S_ISREG(found.st_mode):
        return "it is cut off"
    thorough = suspect(path).exists()
    try:
        said = _ask(path, None if thorough else seconds)
    except sqlite3.DatabaseError as error:
        return str(error) if is_damage(error) else ""
    except UnicodeDecodeError as error:  # of names or of a message of SQLite's that holds such
        return str(error)
    except OSError:
        return ""
    if thorough and not said:
        suspect(path).unlink(missing_ok=True)
    return said


def _ask(path: Path, seconds: float | None) -> str:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=1.0)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if version == 0 and tables >= _TABLES:
            return "it does not know its own version"
        if not 0 < version <= len(MIGRATIONS):
            return ""  # of a newer version or another program: no damage, and not ours to move
        missing = ", ".join(sorted(_TABLES - tables))
        if missing:
            return f"no table {missing}"
        try:
            connection.execute(f"SELECT {', '.join(COLUMNS)} FROM jobs LIMIT 0").fetchone()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
                return str(error)  # it does not know its own columns
            raise
        said = quick_check(connection, seconds) if seconds is not None else _check_all(connection)
        return "" if said == "ok" else said


def _check_all(connection: sqlite3.Connection) -> str:
    """`ok`, or the first thing wrong, whatever the time: the indexes too, and the sense of every row."""
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    connection.row_factory = sqlite3.Row
    for state, *_ in connection.execute("SELECT state, jobs FROM tally"):
        state_of(state)
    for row in connection.execute(f"SELECT {', '.join(COLUMNS)} FROM jobs"):
        from_row(row)
    return str(said)


def quick_check(connection: sqlite3.Connection, seconds: float) -> str:
    """`ok`, or the first thing wrong; empty where `seconds` were not enough."""
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    try:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return ""
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return str(said)


def kept_journals(path: Path) -> list[Path]:
    """The journals that were set aside, the newest last."""
    names = (re.fullmatch(KEPT, entry.name) for entry in path.parent.glob(f"{path.name}.damaged-*"))
    return [path.with_name(name) for name in sorted({found[1] for found in names if found})]


def set_aside(path: Path) -> Path:
    """Give a damaged journal, and what lies beside it, names that nothing has; returns the journal's."""
    stamp = f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}"
    number, kept = 1, path.with_name(stamp)
    while any(os.path.lexists(f"{kept}{ending}") for ending in ("", *BESIDE)):
        number += 1
        kept = path.with_name(f"{stamp}-{number}")
    for ending in (*BESIDE, ""):
        one = Path(f"{path}{ending}")
        if os.path.lexists(one):
            one.rename(f"{kept}{ending}")
    suspect(path).unlink(missing_ok=True)
    return kept
