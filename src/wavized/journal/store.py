"""The journal in SQLite (WAL). All writes run on its one thread, `journal`; any thread may call or read.

A write is one durable transaction when its call returns; it never leaves half a batch behind.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from wavized.domain.job import Job, JobOrder, JobState, NewJob, Origin
from wavized.domain.sample import FileStat
from wavized.errors import JournalError
from wavized.journal.browsing import browse, count_since
from wavized.journal.connections import Readers, explained, open_writer
from wavized.journal.queries import find_sql
from wavized.journal.rows import COLUMNS, from_row, new_job, path_bytes, state_of, text, to_row
from wavized.logic import lifecycle

T = TypeVar("T")

_INSERT = f"INSERT INTO jobs ({', '.join(COLUMNS[1:])}) VALUES ({', '.join('?' * len(COLUMNS[1:]))})"
_UPDATE = f"UPDATE jobs SET {', '.join(f'{c} = ?' for c in COLUMNS[1:])} WHERE id = ?"
_REMEMBER = "INSERT OR REPLACE INTO known (path, size, mtime_ns) VALUES (?, ?, ?)"


class SqliteJournal:
    """Implements `wavized.ports.Journal` and `JournalBrowser`.

    Open it once per process; close it, or use it in `with`. Raises JournalError where the file is damaged,
    foreign, from a newer version or out of reach.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._readers = Readers(path)
        self._thread = ThreadPoolExecutor(max_workers=1, initializer=_name_this_thread)
        try:
            self._writer = self._thread.submit(open_writer, path).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is queued, close every connection, join the thread. May be called twice."""
        self._readers.close()
        try:
            self._thread.submit(self._writer.close).result()
        except RuntimeError:
            return  # closed before
        self._thread.shutdown()

    def get(self, job_id: int) -> Job | None:
        with self._readers.lend() as connection:
            row = connection.execute(
                f"SELECT {', '.join(COLUMNS)} FROM jobs WHERE id = ?", (job_id,)
            ).fetchone()
        return None if row is None else from_row(row)

    def find(
        self,
        *,
        states: Iterable[JobState] = (),
        origin: Origin | None = None,
        digest: str | None = None,
        source: Path | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Job]:
        sql, values = find_sql(
            states=states, origin=origin, digest=digest, source=source, limit=limit, newest_first=newest_first
        )
        with self._readers.lend() as connection:
            return [from_row(row) for row in connection.execute(sql, values)]

    def ids(self, *, states: Iterable[JobState], origin: Origin) -> list[int]:
        """The numbers of the jobs that `find` would give; of a hundred thousand too."""
        wanted = [state.value for state in states]
        sql = f"SELECT id FROM jobs WHERE state IN ({', '.join('?' * len(wanted))}) AND origin = ?"
        with self._readers.lend() as connection:
            return [int(row[0]) for row in connection.execute(sql, (*wanted, origin.value))]

    def browse(
        self,
        *,
        states: Iterable[JobState] = (),
        search: str = "",
        category: str | None = None,
        why: str | None = None,
        order: JobOrder = JobOrder.NEWEST,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[int, list[Job]]:
        with self._readers.lend() as connection:
            return browse(
                connection, states=states, search=search, category=category, why=why,
                order=order, offset=offset, limit=limit,
            )  # fmt: skip

    def counts(self) -> Mapping[JobState, int]:
        with self._readers.lend() as connection:
            rows = connection.execute("SELECT state, jobs FROM tally WHERE jobs > 0").fetchall()
            return {state_of(state): int(count) for state, count in rows}

    def count_since(self, state: JobState, since: float) -> int:
        with self._readers.lend() as connection:
            return count_since(connection, state, since)

    def setting(self, key: str) -> str | None:
        found = self._one("SELECT value FROM settings WHERE key = ?", key)
        return None if found is None else str(found[0])

    def is_known(self, path: Path, stat: FileStat) -> bool:
        found = self._one("SELECT size, mtime_ns FROM known WHERE path = ?", path_bytes(path))
        return found == (stat.size, stat.mtime_ns)

    def is_adopted(self, root: Path) -> bool:
        return self._one("SELECT 1 FROM roots WHERE path = ?", path_bytes(root)) is not None

    def adopted_at(self, root: Path) -> float | None:
        found = self._one("SELECT adopted_at FROM roots WHERE path = ?", path_bytes(root))
        return None if found is None else float(str(found[0]))

    def open_jobs(self, new: Sequence[NewJob], now: float) -> list[Job]:
        def enter(connection: sqlite3.Connection) -> list[Job]:
            return [_enter(connection, one, now) for one in new]

        return self._write(enter)

    def advance(self, jobs: Sequence[Job], now: float) -> list[Job]:
        def step(connection: sqlite3.Connection) -> list[Job]:
            return [_advance(connection, replace(job, updated_at=now), now) for job in jobs]

        return self._write(step)

    def take_as_filed(self, jobs: Sequence[Job]) -> None:
        """Enter samples that were found in the library, as they are; their numbers are given here."""

        def enter(connection: sqlite3.Connection) -> None:
            for job in jobs:
                row_id = connection.execute(_INSERT, to_row(job)).lastrowid
                _record(connection, replace(job, id=row_id or 0), None, job.updated_at)

        self._write(enter)

    def label(self, job: Job, category: str, now: float) -> None:
        self._change(
            "INSERT INTO labels (job, digest, category, at) VALUES (?, ?, ?, ?)",
            [(job.id, job.digest, text(category), now)],
        )

    def put_setting(self, key: str, value: str | None) -> None:
        if value is None:
            self._change("DELETE FROM settings WHERE key = ?", [(key,)])
        else:
            self._change("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", [(key, value)])

    def remember(self, files: Sequence[tuple[Path, FileStat]]) -> None:
        self._change(_REMEMBER, [(path_bytes(path), stat.size, stat.mtime_ns) for path, stat in files])

    def adopt(self, root: Path, now: float) -> None:
        self._change(
            "INSERT OR IGNORE INTO roots (path, adopted_at) VALUES (?, ?)", [(path_bytes(root), now)]
        )

    def flush(self) -> None:
        """Return when every write begun so far is done, also one that Ctrl-C no longer waited for."""
        self._write(lambda _: None)

    def _one(self, sql: str, value: str | bytes) -> tuple[object, ...] | None:
        with self._readers.lend() as connection:
            row = connection.execute(sql, (value,)).fetchone()
        return None if row is None else tuple(row)

    def _change(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._write(lambda connection: connection.executemany(sql, rows))

    def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Run `change` as one transaction on the journal thread and wait for it."""

        def transact() -> T:
            with explained(self._path), _transaction(self._writer):
                return change(self._writer)

        try:
            waiting = self._thread.submit(transact)
        except RuntimeError as error:
            raise JournalError("The journal is closed") from error
        return waiting.result()


def _name_this_thread() -> None:
    threading.current_thread().name = "journal"


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite rolls some failures back by itself
            connection.execute("ROLLBACK")
        raise


def _enter(connection: sqlite3.Connection, new: NewJob, now: float) -> Job:
    row_id = connection.execute(_INSERT, to_row(new_job(0, new, now))).lastrowid
    job = new_job(row_id or 0, new, now)
    connection.execute(_REMEMBER, (path_bytes(new.source), new.stat.size, new.stat.mtime_ns))
    _record(connection, job, None, now)
    return job


def _advance(connection: sqlite3.Connection, job: Job, now: float) -> Job:
    row = connection.execute("SELECT state FROM jobs WHERE id = ?", (job.id,)).fetchone()
    if row is None:
        raise JournalError(f"The journal has no job {job.id}")
    before = state_of(row["state"])
    lifecycle.check(before, job.state)
    connection.execute(_UPDATE, (*to_row(job), job.id))
    if job.state != before:
        _record(connection, job, before, now)
    return job


def _record(connection: sqlite3.Connection, job: Job, before: JobState | None, now: float) -> None:
    connection.execute(
        "INSERT INTO transitions (job, state_before, state_after, at, reason) VALUES (?, ?, ?, ?, ?)",
        (job.id, None if before is None else before.value, job.state.value, now, text(job.reason)),
    )
