"""Leafing through the journal in real SQLite: pages, orders, search, the tally, and journals of version 1."""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wavized.domain.job import Job, JobOrder, JobState, NewJob, Origin
from wavized.domain.sample import FileStat, FilingMode, Kind
from wavized.journal import SqliteJournal
from wavized.journal.browsing import add_functions, list_sql
from wavized.journal.migrations import MIGRATIONS
from wavized.logic.reasons import FAILED

S = JobState
ROOT = Path("/downloads")
TO = {
    S.QUEUED: (),
    S.CLASSIFYING: (S.CLASSIFYING,),
    S.SKIPPED: (S.SKIPPED,),
    S.FAILED: (S.FAILED,),
    S.AWAITING_REVIEW: (S.CLASSIFYING, S.DECIDED, S.AWAITING_REVIEW),
    S.FILED: (S.CLASSIFYING, S.DECIDED, S.FILING, S.FILED),
    S.REVERTED: (S.CLASSIFYING, S.DECIDED, S.FILING, S.FILED, S.REVERTED),
}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path / "journal.db") as real:
        yield real


def add(
    journal: SqliteJournal,
    name: str,
    state: JobState = S.FILED,
    *,
    at: float = 1.0,
    target: str | None = None,
    **fields: object,
) -> Job:
    """A job that has come to `state`, and last changed `at`."""
    new = NewJob(Origin.WATCH, ROOT, ROOT / name, FileStat(1, 2), os.fsencode(name).hex(), FilingMode.COPY)
    [job] = journal.open_jobs([new], 0.0)
    for step in TO[state]:
        [job] = journal.advance([replace(job, state=step)], 0.0)
    [job] = journal.advance([replace(job, target=target and Path(target), **fields)], at)
    return job


def names(found: tuple[int, list[Job]]) -> list[str]:
    return [job.source.name for job in found[1]]


def test_a_page_is_part_of_a_whole_that_is_counted(journal: SqliteJournal) -> None:
    """The total tells how many there are; offset and limit cut out one page of them."""
    for n in range(7):
        add(journal, f"{n}.wav", at=float(n))
    add(journal, "other.wav", S.SKIPPED)
    total, jobs = journal.browse(states=[S.FILED], offset=2, limit=3)
    assert total == 7
    assert [job.source.name for job in jobs] == ["4.wav", "3.wav", "2.wav"]
    assert jobs[0] == journal.get(jobs[0].id)
    assert journal.browse(states=[S.FILED], offset=7) == (7, [])
    assert journal.browse(limit=0) == (8, [])


def test_newest_is_what_changed_last(journal: SqliteJournal) -> None:
    """By time the last change counts, over all states asked for; the same moment is ordered by number."""
    add(journal, "a", at=5.0)
    add(journal, "b", S.SKIPPED, at=9.0)
    add(journal, "c", at=7.0)
    add(journal, "d", S.FAILED, at=7.0)
    assert names(journal.browse()) == ["b", "d", "c", "a"]
    assert names(journal.browse(order=JobOrder.OLDEST)) == ["a", "c", "d", "b"]
    assert names(journal.browse(states=[S.SKIPPED, S.FILED])) == ["b", "c", "a"]


def test_other_orders(journal: SqliteJournal) -> None:
    """By name (not by case or accent), by category, by confidence from either end; what has none is last."""
    add(journal, "b/Alpha.wav", category="reese", confidence=0.9, at=1.0)
    add(journal, "a/beta.wav", category="acid", confidence=0.5, at=2.0)
    add(journal, "c/Émile.wav", S.SKIPPED, at=3.0)
    add(journal, "c/gamma.wav", S.AWAITING_REVIEW, candidates=("acid", "sub"), confidence=0.7, at=4.0)
    assert names(journal.browse(order=JobOrder.NAME)) == ["Alpha.wav", "beta.wav", "Émile.wav", "gamma.wav"]
    by_category = ["gamma.wav", "beta.wav", "Alpha.wav", "Émile.wav"]
    assert names(journal.browse(order=JobOrder.CATEGORY)) == by_category
    by_confidence = ["beta.wav", "gamma.wav", "Alpha.wav", "Émile.wav"]
    assert names(journal.browse(order=JobOrder.CONFIDENCE)) == by_confidence
    assert names(journal.browse(order=JobOrder.SUREST)) == [*by_confidence[2::-1], "Émile.wav"]


def test_failed_first(journal: SqliteJournal) -> None:
    """What failed can be listed before what was skipped."""
    add(journal, "a", S.FAILED, at=1.0)
    add(journal, "b", S.SKIPPED, at=9.0)
    add(journal, "c", S.FAILED, at=2.0)
    assert names(journal.browse(order=JobOrder.FAILED)) == ["c", "a", "b"]


def test_a_category_is_what_was_decided_or_the_first_guess(journal: SqliteJournal) -> None:
    """What waits for an answer is found under its likeliest category."""
    add(journal, "a", category="reese", candidates=("acid",))
    add(journal, "b", S.AWAITING_REVIEW, candidates=("reese", "acid"))
    add(journal, "c", S.AWAITING_REVIEW, candidates=("acid", "reese"))
    add(journal, "d", S.SKIPPED)
    total, jobs = journal.browse(category="reese", order=JobOrder.NAME)
    assert (total, [job.source.name for job in jobs]) == (2, ["a", "b"])
    assert journal.browse(category="reese", states=[S.AWAITING_REVIEW])[0] == 1
    assert journal.browse(category="growl") == (0, [])


def test_every_word_must_occur(journal: SqliteJournal) -> None:
    """Words are looked for in both paths, in any order and case, and may be parts of words."""
    add(journal, "Vintage Pack/Deep Growl_01.wav", target="/lib/Reese/Deep Growl_01.wav")
    add(journal, "deep sub.wav")
    assert journal.browse(search="DEEP")[0] == 2
    assert names(journal.browse(search="reese  vint")) == ["Deep Growl_01.wav"]
    assert journal.browse(search="reese sub")[0] == 0
    assert journal.browse(search="  ")[0] == 2
    assert names(journal.browse(search="deep", order=JobOrder.NAME, offset=1, limit=5)) == ["deep sub.wav"]


@pytest.mark.parametrize("character", list("%_*?[]'\"\\"))
def test_a_search_means_what_it_says(journal: SqliteJournal, character: str) -> None:
    """Characters with a meaning in patterns or SQL stand for themselves."""
    add(journal, f"a{character}b.wav")
    add(journal, "axb.wav")
    assert names(journal.browse(search=f"a{character}b")) == [f"a{character}b.wav"]


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("GRÖSSE.wav", "größe"),
        ("straße.wav", "STRASSE"),
        ("БАС.wav", "бас"),
        (unicodedata.normalize("NFD", "crème.wav"), unicodedata.normalize("NFC", "Crème")),
        (unicodedata.normalize("NFC", "crème.wav"), unicodedata.normalize("NFD", "Crème")),
        (os.fsdecode(b"kick\xff sub.wav"), "KICK sub"),
    ],
)
def test_case_and_accents_of_every_language(journal: SqliteJournal, name: str, search: str) -> None:
    """Case is folded beyond ASCII, an accent may be written either way, and stray bytes do no harm."""
    add(journal, name)
    add(journal, "other.wav")
    assert names(journal.browse(search=search)) == [name]


WORDS = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=("Cs", "Z", "Cc", "M")), min_size=1, max_size=8
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=WORDS, word=WORDS, after=WORDS)
def test_a_name_is_found_by_any_of_its_words(
    journal: SqliteJournal, before: str, word: str, after: str
) -> None:
    """Whatever a file is called, each word of its name finds it, in its own case and in capitals.

    Some letters, such as the dotless ı, have no capital of their own.
    """
    job = add(journal, f"x{before} {word} {after}")
    capitals = [word.upper()] if word.upper().casefold() == word.casefold() else []
    for search in (word, *capitals):
        total, jobs = journal.browse(search=search, limit=10_000)
        assert job in jobs
        assert total == len(jobs)


def test_named_reasons(journal: SqliteJournal) -> None:
    """What was left alone can be narrowed to one reason, or to all that failed."""
    add(journal, "twin", S.SKIPPED, reason="duplicate: the same content is in the library already")
    add(journal, "loop", S.SKIPPED, kind=Kind.LOOP, reason="Sounds like a loop (90 %)")
    add(journal, "cut", S.FAILED, kind=Kind.UNREADABLE, reason="unreadable: cut off")
    add(journal, "dead", S.FAILED, reason="worker_crashed: ended")
    both = [S.SKIPPED, S.FAILED]
    assert names(journal.browse(states=both, why="duplicate")) == ["twin"]
    assert names(journal.browse(states=both, why="loop")) == ["loop"]
    assert journal.browse(states=both, why=FAILED, order=JobOrder.NAME)[0] == 2
    assert names(journal.browse(states=both, why="unreadable", search="CUT")) == ["cut"]
    assert journal.browse(states=[S.SKIPPED], why="unreadable") == (0, [])


def test_the_tally_follows_every_change(journal: SqliteJournal) -> None:
    """The counts are what counting would give, whichever way jobs came to their states."""
    for n, state in enumerate([*TO, S.FILED, S.FILED, S.SKIPPED]):
        add(journal, f"{n}", state)
    undone = journal.browse(states=[S.FILED])[1][0]
    journal.advance([replace(undone, state=S.REVERTED)], 2.0)
    journal.advance([replace(undone, state=S.REVERTED, reason="again")], 3.0)
    assert journal.counts() == Counter(job.state for job in journal.find())


def test_the_tally_forgets_what_is_removed_by_hand(tmp_path: Path) -> None:
    """A row taken out with another program is no longer counted."""
    path = tmp_path / "journal.db"
    with SqliteJournal(path) as journal:
        add(journal, "a", S.QUEUED)
        add(journal, "b", S.QUEUED)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM transitions")
        connection.execute("DELETE FROM jobs WHERE digest = '61'")
    with SqliteJournal(path) as journal:
        assert journal.counts() == {S.QUEUED: 1}


def test_a_refused_change_leaves_the_tally(journal: SqliteJournal) -> None:
    """A batch that is rolled back is not counted either."""
    first, second = add(journal, "a", S.QUEUED), add(journal, "b", S.QUEUED)
    with pytest.raises(Exception, match="cannot go"):
        journal.advance([replace(first, state=S.SKIPPED), replace(second, state=S.FILED)], 1.0)
    assert journal.counts() == {S.QUEUED: 2}


def make_version_1(path: Path, rows: int) -> None:
    """A journal as the first version wrote it, with rows of several states."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in MIGRATIONS[0].split(";"):
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        for n in range(rows):
            state, category = [("filed", "reese"), ("awaiting_review", None), ("skipped", None)][n % 3]
            guesses = '["acid", "sub"]' if state == "awaiting_review" else "[]"
            connection.execute(
                "INSERT INTO jobs (origin, root, source, size, mtime_ns, digest, mode, state, created_at,"
                " updated_at, category, candidates, confidence, scores, evidence, reason, sidecars, attempts,"
                " corrected) VALUES ('watch', ?, ?, 1, 2, ?, 'copy', ?, ?, ?, ?, ?, 0.5, '{}', '[]', 'why',"
                " '[]', 0, 0)",
                (b"/downloads", b"/downloads/%d \xff.wav" % n, f"d{n}", state, n, n, category, guesses),
            )


def test_a_journal_of_version_1_is_brought_along(tmp_path: Path) -> None:
    """All its rows are there as they were, counted, listed and found; and it goes on being written."""
    path = tmp_path / "journal.db"
    make_version_1(path, 9)
    with SqliteJournal(path) as journal:
        assert [job.digest for job in journal.find()] == [f"d{n}" for n in range(9)]
        assert journal.counts() == {S.FILED: 3, S.AWAITING_REVIEW: 3, S.SKIPPED: 3}
        assert journal.browse(category="acid")[0] == 3
        total, [newest, *_] = journal.browse(search="DOWNLOADS")
        assert (total, newest.digest, newest.reason) == (9, "d8", "why")
        assert os.fsencode(newest.source) == b"/downloads/8 \xff.wav"
        add(journal, "new.wav")
        assert journal.counts()[S.FILED] == 4
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_failed_migration_leaves_version_1(tmp_path: Path) -> None:
    """What stands in the way of the new version leaves the old one whole."""
    path = tmp_path / "journal.db"
    make_version_1(path, 3)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE tally (mine)")
    with pytest.raises(Exception, match="tally"):
        SqliteJournal(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        columns = {row[1] for row in connection.execute("PRAGMA table_xinfo(jobs)")}
        assert "likeliest" not in columns


@pytest.mark.parametrize("order", JobOrder)
@pytest.mark.parametrize("narrowed", [False, True])
def test_lists_are_chosen_from_the_index_alone(tmp_path: Path, order: JobOrder, narrowed: bool) -> None:
    """No list reads the rows it does not show, and by time none is sorted."""
    path = tmp_path / "journal.db"
    SqliteJournal(path).close()
    words, category = (["a", "b"], "reese") if narrowed else ([], None)
    sql, values = list_sql([S.FILED, S.REVERTED], words, category, None, order)
    with closing(sqlite3.connect(path)) as connection:
        add_functions(connection)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    touched = [step for step in plan if "jobs" in step]
    assert touched
    assert all("COVERING INDEX jobs_browsed" in step for step in touched)
    if order in (JobOrder.NEWEST, JobOrder.OLDEST):
        assert not any("TEMP B-TREE" in step for step in plan)


def test_a_page_is_read_while_others_write(tmp_path: Path) -> None:
    """A page and its total are of one moment, however much is written meanwhile."""
    path = tmp_path / "journal.db"
    with SqliteJournal(path) as journal, SqliteJournal(path) as other:
        for n in range(30):
            add(other, f"{n}", S.QUEUED)
            total, jobs = journal.browse(limit=100)
            assert total == len(jobs) == n + 1
