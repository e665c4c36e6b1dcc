"""Leaf through the journal: which jobs stand on a page, and how many there are. Only reads; any thread.

The index `jobs_browsed` holds all that a list is chosen and ordered by; the rows themselves are read for one
page alone. By time each state is read in order and the streams are merged, so that a limit stops early.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence

from wavized.domain.job import Job, JobOrder, JobState
from wavized.journal.rows import COLUMNS, Value, from_row, text
from wavized.logic.reasons import FAILED, named_reason

_BY_TIME = {JobOrder.NEWEST: "updated_at DESC, id DESC", JobOrder.OLDEST: "updated_at, id"}
_SORTED = {
    JobOrder.NAME: "file_name(source), id",
    JobOrder.CATEGORY: "likeliest IS NULL, likeliest, updated_at DESC, id DESC",
    JobOrder.CONFIDENCE: "confidence IS NULL, confidence, id",
    JobOrder.SUREST: "confidence IS NULL, confidence DESC, id",
    JobOrder.FAILED: "state <> 'failed', updated_at DESC, id DESC",
}
_SEPARATOR = os.fsencode(os.sep)
_OCCURS = "(instr(folded(source), ?) OR instr(folded(target), ?))"


def add_functions(connection: sqlite3.Connection) -> None:
    """Teach a connection what the statements of this module call."""
    connection.create_function("folded", 1, folded, deterministic=True)
    connection.create_function("file_name", 1, file_name, deterministic=True)
    connection.create_function("named_reason", 2, named_reason, deterministic=True)


def fold(words: str) -> str:
    """Text as it is searched: upper and lower case are one, and so are the two ways to write an accent.

    The Unicode Standard, section 3.13, definition D145. Turkish i and dotless ı stay two letters.
    """
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", words).casefold())


def folded(path: bytes | None) -> str:
    """A path as it is searched; what is no UTF-8 in it is found by nothing."""
    if path is None:
        return ""
    if path.isascii():
        return path.decode("ascii").lower()  # the same, sooner
    return fold(path.decode("utf-8", "replace"))


def file_name(path: bytes) -> str:
    """The last part of a path, as it is searched."""
    return folded(path.rsplit(_SEPARATOR, 1)[-1])


def browse(
    connection: sqlite3.Connection,
    *,
    states: Iterable[JobState],
    search: str,
    category: str | None,
    why: str | None,
    order: JobOrder,
    offset: int,
    limit: int,
) -> tuple[int, list[Job]]:
    """`JournalBrowser.browse`, all from one moment of the journal."""
    wanted = sorted(set(states)) or list(JobState)
    words = fold(text(search)).split()
    listing, values = list_sql(wanted, words, category, why, order)
    connection.execute("BEGIN")
    try:
        if words or why is not None:  # all must be looked at anyway, so they are counted on the way
            total, ids = _walk(connection.execute(listing, values), offset, limit)
        else:
            total = _count(connection, wanted, category)
            page = connection.execute(f"{listing} LIMIT ? OFFSET ?", [*values, limit, offset])
            ids = [row["id"] for row in page]
        return total, _read(connection, ids)
    finally:
        connection.execute("COMMIT")


def count_since(connection: sqlite3.Connection, state: JobState, since: float) -> int:
    """`JournalBrowser.count_since`."""
    sql = _select("count(*)", ["state = ?", "updated_at >= ?"])
    (count,) = connection.execute(sql, (state.value, since)).fetchone()
    return int(count)


def list_sql(
    states: Sequence[JobState],
    words: Sequence[str],
    category: str | None,
    why: str | None,
    order: JobOrder,
) -> tuple[str, list[Value]]:
    """The statement that lists the ids of all jobs that fit, in order, and its parameters."""
    conditions, values = [_OCCURS] * len(words), [word for word in words for _ in range(2)]
    if category is not None:
        conditions, values = ["likeliest = ?", *conditions], [category, *values]
    if why is not None:
        conditions.append("state = ?" if why == FAILED else "named_reason(kind, reason) = ?")
        values.append(why)
    if order in _BY_TIME:
        parts = [_select("id, updated_at", ["state = ?", *conditions]) for _ in states]
        parameters: list[Value] = [value for state in states for value in (state.value, *values)]
        return f"{' UNION ALL '.join(parts)} ORDER BY {_BY_TIME[order]}", parameters
    states_sql = f"state IN ({', '.join('?' * len(states))})"
    parameters = [*(state.value for state in states), *values]
    return f"{_select('id', [states_sql, *conditions])} ORDER BY {_SORTED[order]}", parameters


def _select(columns: str, conditions: Sequence[str]) -> str:
    return f"SELECT {columns} FROM jobs INDEXED BY jobs_browsed WHERE {' AND '.join(conditions)}"


def _count(connection: sqlite3.Connection, states: Sequence[JobState], category: str | None) -> int:
    values: list[Value] = [state.value for state in states]
    states_sql = f"state IN ({', '.join('?' * len(states))})"
    sql = f"SELECT total(jobs) FROM tally WHERE {states_sql}"
    if category is not None:
        sql, values = _select("count(*)", [states_sql, "likeliest = ?"]), [*values, category]
    (total,) = connection.execute(sql, values).fetchone()
    return int(total)


def _walk(rows: Iterable[sqlite3.Row], offset: int, limit: int) -> tuple[int, list[int]]:
    """How many rows there are, and the ids of those on the page; keeps no others."""
    total, ids = 0, []
    for row in rows:
        if offset <= total < offset + limit:
            ids.append(row["id"])
        total += 1
    return total, ids


def _read(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Job]:
    """The jobs of these ids, in this order. Raises sqlite3.DatabaseError where one is missing."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM jobs WHERE id IN ({', '.join('?' * len(ids))})"
    found = {row["id"]: from_row(row) for row in connection.execute(sql, list(ids))}
    if len(found) < len(ids):
        raise sqlite3.DatabaseError("a list names a job that is not there")
    return [found[job_id] for job_id in ids]
