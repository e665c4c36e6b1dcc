"""Open the database: one connection that writes, and a small pool of connections that only read."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from wavized.errors import JournalDamagedError, JournalError
from wavized.journal.aside import BESIDE, is_damage, set_aside, suspect
from wavized.journal.browsing import add_functions
from wavized.journal.migrations import migrate
from wavized.ports import BEGUN_AT

BUSY_TIMEOUT_S = 30.0
"""How long one writer waits for the other process (a one-time sort, or the daemon)."""

ANEW = "Start Wavized anew: it keeps the damaged file aside and begins a new journal"


def open_writer(path: Path) -> sqlite3.Connection:
    """Create or open the database, readable by its owner alone, and bring it to the newest version."""
    with explained(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.path.lexists(path):
            _begin(path)
        elif not path.is_dir() and path.stat().st_size == 0:
            raise JournalDamagedError(f"The journal {path} is empty", hint=ANEW)
        os.close(os.open(path, os.O_RDWR))
        path.chmod(0o600)
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            connection.row_factory = sqlite3.Row
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _begin(path: Path) -> None:
    """Make a new journal under another name first: so one that is empty is never new, but damaged.

    One process at a time: what lies beside a journal that another one has just begun is no leftover.
    """
    with FileLock(path.with_name(f"{path.name}.lock"), mode=0o600, timeout=BUSY_TIMEOUT_S):
        if os.path.lexists(path):
            return
        made = path.with_name(f"{path.name}.new")
        made.unlink(missing_ok=True)  # left by a process that was killed
        os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            migrate(connection, path)
            connection.execute("INSERT INTO settings VALUES (?, ?)", (BEGUN_AT, repr(time.time())))
        if any(os.path.lexists(f"{path}{ending}") for ending in BESIDE):
            set_aside(path)  # of a journal that is gone; SQLite would read it into this one
        made.rename(path)


def _suspect(path: Path) -> None:
    """Have the next start check it from end to end."""
    try:
        suspect(path).touch(0o600)
    except OSError:
        pass  # it is checked then all the same, if not as long


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL, as patiently as any write: SQLite fails it at once where two switch together.

    It holds a read lock while it asks for the exclusive one, and then does not call the busy handler
    (https://www.sqlite.org/c3ref/busy_handler.html), so that two such switches cannot wait for each other.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)  # nothing tells when the other one is done: it holds a lock for milliseconds


class Readers:
    """Read-only connections, lent to one thread at a time and closed with the journal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees everything committed so far."""
        with explained(self._path):
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close all; one that is lent just now is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise JournalError("The journal is closed")
            if self._idle:
                return self._idle.pop()
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=ro",
            uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False,
        )  # fmt: skip
        connection.row_factory = sqlite3.Row
        add_functions(connection)
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say into a JournalError that names the file and what to do."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a fault in this program, not in the file
    except sqlite3.IntegrityError as error:
        raise JournalError(f"The journal {path} refused an entry: {error}") from error
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise JournalError(
                f"The journal {path} cannot be used: {error}",
                hint="Check that its disk is there, writable and not full",
            ) from error
        _suspect(path)
        raise JournalDamagedError(f"The journal {path} is damaged: {error}", hint=ANEW) from error
    except Timeout as error:
        raise JournalError(
            f"The journal {path} is being begun by another process", hint="Try again"
        ) from error
    except UnicodeDecodeError as error:  # of a name in the database, or a message of SQLite's that holds one
        _suspect(path)
        raise JournalDamagedError(f"The journal {path} is damaged: {error}", hint=ANEW) from error
    except IsADirectoryError as error:
        raise JournalDamagedError(f"A folder lies in the journal's place: {path}", hint=ANEW) from error
    except OSError as error:
        raise JournalError(
            f"The journal {path} cannot be opened: {error.strerror or error}",
            hint="Check that its folder is there and writable",
        ) from error
