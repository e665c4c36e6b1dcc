"""The journal as a file on a real disk: other processes, other versions, damage, permissions, size."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from wavized.domain.job import JobState, NewJob, Origin
from wavized.domain.sample import FileStat, FilingMode
from wavized.errors import JournalError
from wavized.journal import SqliteJournal
from wavized.journal.connections import open_writer
from wavized.journal.migrations import MIGRATIONS
from wavized.journal.queries import find_sql

ROOT = Path("/downloads")
STAT = FileStat(10, 20)

WRITER = """
import sys
from pathlib import Path
from wavized.domain.job import NewJob, Origin
from wavized.domain.sample import FileStat, FilingMode
from wavized.journal import SqliteJournal
who = sys.argv[2]
with SqliteJournal(Path(sys.argv[1])) as journal:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(50):
        path = Path(f"/{who}/{n}.wav")
        journal.open_jobs([NewJob(Origin.SORT, path.parent, path, FileStat(n, n), who, FilingMode.COPY)], n)
"""


def new(source: Path, digest: str = "ab") -> NewJob:
    return NewJob(Origin.WATCH, ROOT, source, STAT, digest, FilingMode.COPY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


def test_jobs_outlive_the_process(path: Path) -> None:
    """What was written is there when the journal is opened again."""
    with SqliteJournal(path) as journal:
        [job] = journal.open_jobs([new(ROOT / "a.wav")], 1.0)
        journal.put_setting("paused", "1")
    with SqliteJournal(path) as journal:
        assert journal.get(job.id) == job
        assert journal.setting("paused") == "1"


def test_only_its_owner_may_read_it(path: Path) -> None:
    """The file and its companions are 0600 and the folder it was given 0700, whatever the umask."""
    before = os.umask(0)
    try:
        with SqliteJournal(path) as journal:
            journal.put_setting("a", "b")
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}
    assert "journal.db-wal" in modes


def test_a_journal_open_to_others_is_closed_to_them(path: Path) -> None:
    """A journal that was restored from a backup with loose permissions gets its own again."""
    SqliteJournal(path).close()
    path.chmod(0o644)
    SqliteJournal(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_writes_are_durable(path: Path) -> None:
    """The write connection syncs in full, in write-ahead mode, and enforces references."""
    with SqliteJournal(path) as journal:

        def pragmas(connection: sqlite3.Connection) -> list[object]:
            return [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]

        # the settings of the one write connection cannot be seen from outside
        assert journal._thread.submit(pragmas, journal._writer).result() == ["wal", 2, 1]


def test_two_processes_write_side_by_side(path: Path) -> None:
    """A one-time sort and the daemon may create and write the same journal at once; nothing is lost."""
    with ExitStack() as stack:
        children = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WRITER, str(path), who],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for who in ("one", "two")
        ]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            child.communicate("go\n", timeout=180)
    assert [child.returncode for child in children] == [0, 0]
    with SqliteJournal(path) as journal:
        for who in ("one", "two"):
            assert [job.source.name for job in journal.find(digest=who)] == [f"{n}.wav" for n in range(50)]


def test_many_create_the_same_journal_in_the_same_instant(tmp_path: Path) -> None:
    """The switch to the write-ahead log, which SQLite fails at once when two ask together, is tried again."""
    for attempt in range(20):
        path = tmp_path / f"{attempt}.db"
        start = threading.Barrier(4)

        def create(path: Path = path, start: threading.Barrier = start) -> None:
            start.wait()
            open_writer(path).close()

        with ThreadPoolExecutor(4) as pool:
            for future in [pool.submit(create) for _ in range(4)]:
                future.result()


def test_a_journal_from_a_newer_version_is_left_alone(path: Path) -> None:
    """A newer format is refused with what to do, and not a byte of it changes."""
    SqliteJournal(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="newer Wavized") as caught:
        SqliteJournal(path)
    assert "Update Wavized" in caught.value.hint
    assert path.read_bytes() == before


def test_a_foreign_database_is_left_alone(path: Path) -> None:
    """A database of another program is not taken over."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    with pytest.raises(JournalError, match="another program"):
        SqliteJournal(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_damaged_file_is_named_and_kept(path: Path) -> None:
    """Damage gives an error that names the file and says what to do; the file stays."""
    path.parent.mkdir()
    path.write_bytes(b"this is no database, it is a sentence " * 200)
    before = path.read_bytes()
    with pytest.raises(JournalError, match="damaged") as caught:
        SqliteJournal(path)
    assert str(path) in caught.value.message
    assert "keeps the damaged file aside" in caught.value.hint
    assert path.read_bytes() == before


def test_damage_inside_shows_when_it_is_met(path: Path) -> None:
    """Pages overwritten inside a sound-looking file give a JournalError, not a stack trace of SQLite."""
    with SqliteJournal(path) as journal:
        journal.open_jobs([new(ROOT / f"{n}.wav") for n in range(2000)], 1.0)
    data = bytearray(path.read_bytes())
    data[4096 * 12 :] = os.urandom(len(data) - 4096 * 12)
    path.write_bytes(data)
    with pytest.raises(JournalError, match=r"journal\.db"), SqliteJournal(path) as journal:
        journal.find()


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    """A state folder that cannot exist gives a JournalError with a hint."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match="cannot be opened") as caught:
        SqliteJournal(tmp_path / "file" / "journal.db")
    assert caught.value.hint


def test_the_path_of_the_journal_may_be_any_bytes(tmp_path: Path) -> None:
    """The journal itself may lie under a name that is no UTF-8, or looks like part of a URL."""
    odd = tmp_path / os.fsdecode(b"st\xe9 ?x=1#y%41") / "journal.db"
    with SqliteJournal(odd) as journal:
        journal.put_setting("a", "b")
        assert journal.setting("a") == "b"


def test_text_with_stray_bytes_is_kept_readable(path: Path) -> None:
    """A reason that quotes a name which is no UTF-8 is stored, with a mark for the stray byte."""
    with SqliteJournal(path) as journal:
        [job] = journal.open_jobs([new(ROOT / "a.wav")], 1.0)
        journal.advance([replace(job, reason=f"{os.fsdecode(b'b' + bytes([255]))}.wav is gone")], 2.0)
        found = journal.get(job.id)
    assert found is not None
    assert found.reason == "b\ufffd.wav is gone"


def test_the_history_of_a_job_is_kept(path: Path) -> None:
    """Every change of state, and the user's word, stay on record with time and reason."""
    with SqliteJournal(path) as journal:
        [job] = journal.open_jobs([new(ROOT / "a.wav")], 1.0)
        [job] = journal.advance([replace(job, attempts=1)], 2.0)
        [job] = journal.advance([replace(job, state=JobState.SKIPPED, reason="a loop")], 3.0)
        journal.label(job, "reese", 4.0)
    with closing(sqlite3.connect(path)) as connection:
        steps = connection.execute("SELECT state_before, state_after, at, reason FROM transitions").fetchall()
        labels = connection.execute("SELECT job, digest, category, at FROM labels").fetchall()
    assert steps == [(None, "queued", 1.0, ""), ("queued", "skipped", 3.0, "a loop")]
    assert labels == [(job.id, "ab", "reese", 4.0)]


def test_a_closed_journal_says_so(path: Path) -> None:
    """After closing, the thread is gone and every call is a JournalError; closing again is harmless."""
    journal = SqliteJournal(path)
    assert "journal" in {thread.name for thread in threading.enumerate()}
    journal.close()
    journal.close()
    assert "journal" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(JournalError, match="closed"):
        journal.put_setting("a", "b")
    with pytest.raises(JournalError, match="closed"):
        journal.setting("a")


def test_readers_do_not_wait_for_a_writer(path: Path) -> None:
    """While another process holds the write lock, questions are answered from what is committed."""
    with SqliteJournal(path) as journal, closing(sqlite3.connect(path, isolation_level=None)) as other:
        journal.put_setting("a", "b")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE settings SET value = 'c'")
        assert journal.setting("a") == "b"
        other.execute("COMMIT")
        assert journal.setting("a") == "c"


QUESTIONS = {
    "by state": {"states": [JobState.QUEUED]},
    "by several states, newest first": {
        "states": [JobState.FILED, JobState.SKIPPED, JobState.FAILED], "newest_first": True, "limit": 50,
    },
    "by state and origin": {"states": [JobState.QUEUED, JobState.FILING], "origin": Origin.SORT},
    "by digest": {"digest": "d77"},
    "by digest and state": {"digest": "d77", "states": [JobState.FILED]},
    "queued and turned away unread": {"states": [JobState.QUEUED], "digest": ""},
    "by source": {"source": ROOT / "77.wav"},
    "history": {"newest_first": True, "limit": 50},
}  # fmt: skip


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of 100,000 jobs, nearly all of them filed."""
    path = tmp_path_factory.mktemp("large") / "journal.db"
    with SqliteJournal(path) as journal:
        [job] = journal.open_jobs([new(ROOT / "0.wav", "d0")], 1.0)
    with closing(sqlite3.connect(path)) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")][1:]
        like = {"source": "CAST('/downloads/' || n || '.wav' AS BLOB)", "digest": "'d' || n"}
        like["state"] = "CASE WHEN n % 1000 = 0 THEN 'queued' ELSE 'filed' END"
        columns = ", ".join(like.get(name, name) for name in names)
        connection.execute(
            "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 99999) "
            f"INSERT INTO jobs ({', '.join(names)}) SELECT {columns} FROM counted, jobs WHERE id = {job.id}"
        )
    return path


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_reads_the_whole_table(large: Path, question: str) -> None:
    """Every question follows an index, and one with a limit sorts nothing."""
    asked = {
        "states": (),
        "origin": None,
        "digest": None,
        "source": None,
        "limit": None,
        "newest_first": False,
    }
    sql, values = find_sql(**{**asked, **QUESTIONS[question]})
    with closing(sqlite3.connect(large)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    if question == "history":  # the primary key, backwards, until the limit
        assert plan == ["SCAN jobs"]
        return
    searched = "source" if "source" in question else "digest" if "digest" in question else "state"
    touched = [step for step in plan if "jobs" in step]
    assert touched
    assert all(step.startswith(f"SEARCH jobs USING INDEX jobs_by_{searched}") for step in touched)
    assert searched != "state" or not any("TEMP B-TREE" in step for step in plan)


def test_a_large_journal_answers_the_same(large: Path) -> None:
    """With 100,000 jobs the answers are the right ones."""
    with SqliteJournal(large) as journal:
        assert journal.counts() == {JobState.QUEUED: 100, JobState.FILED: 99_900}
        assert [job.id for job in journal.find(newest_first=True, limit=2)] == [100_000, 99_999]
        assert [job.source for job in journal.find(digest="d77")] == [ROOT / "77.wav"]
        assert len(journal.find(states=[JobState.QUEUED])) == 100
        queued = journal.ids(states=[JobState.QUEUED], origin=Origin.WATCH)
        assert queued == [job.id for job in journal.find(states=[JobState.QUEUED], origin=Origin.WATCH)]
