"""The questions to the journal as SQL that follows an index, however many jobs there are. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wavized.domain.job import JobState, Origin
from wavized.journal.rows import COLUMNS, Value, path_bytes


def find_sql(
    *,
    states: Iterable[JobState],
    origin: Origin | None,
    digest: str | None,
    source: Path | None,
    limit: int | None,
    newest_first: bool,
) -> tuple[str, list[Value]]:
    """The statement and its parameters for `JournalReader.find`.

    Content or path pick a handful of rows by themselves. Otherwise each state is read in order of id from
    its index and the streams are merged, so that a limit stops early. The unary `+` keeps the planner
    from the index on states where there is a better one, and from that on digests for the empty digest,
    which all files have that were turned away unread.
    """
    picked = bool(digest) or source is not None
    wanted = sorted(set(states))
    conditions: list[str] = []
    values: list[Value] = []
    for column, value in (
        ("source", None if source is None else path_bytes(source)),
        ("digest" if digest else "+digest", digest),
        ("origin", None if origin is None else origin.value),
    ):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    if not picked and wanted:
        selects = [_select(["state = ?", *conditions]) for _ in wanted]
        parameters = [value for state in wanted for value in (state.value, *values)]
    else:
        if wanted:
            conditions.append(f"+state IN ({', '.join('?' * len(wanted))})")
        selects = [_select(conditions)]
        parameters = [*values, *(state.value for state in wanted)]
    order = "DESC" if newest_first else "ASC"
    sql = f"{' UNION ALL '.join(selects)} ORDER BY id {order} LIMIT ?"
    return sql, [*parameters, -1 if limit is None else limit]


def _select(conditions: list[str]) -> str:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(COLUMNS)} FROM jobs{where}"
