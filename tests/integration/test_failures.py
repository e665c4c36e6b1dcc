"""The journal or the library fails in the middle: the thread lives on, and nothing is stuck."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import pytest

from support.house import House, tree
from wavized.domain.job import Job, JobState, Origin, Placed
from wavized.domain.sample import FilingMode
from wavized.errors import ChangedByUserError, FilingError, JournalError
from wavized.journal.store import SqliteJournal
from wavized.library.filer import LibraryFiler
from wavized.services import pipeline as pipeline_module
from wavized.services.review import UNDOING


class FullDisk(SqliteJournal):
    """Refuses to write while `full`; from the state `full_at` on, where one is given."""

    full = False
    full_at: JobState | None = None

    def advance(self, jobs: Sequence[Job], now: float) -> list[Job]:
        if self.full or any(job.state is self.full_at for job in jobs):
            self.full = True
            raise JournalError("The journal's disk is full")
        return super().advance(jobs, now)

    def open_up(self) -> None:
        self.full, self.full_at = False, None


class FullHouse(House):
    """A House whose journal can run out of disk."""

    def __init__(self, place, **options):
        super().__init__(place, **options)
        self.journal.close()
        self.journal = FullDisk(place / "journal.db")
        for part in (self.filing, self.intake, self.sorting, self.reviewing):
            part._journal = self.journal


class RefusingFiler(LibraryFiler):
    """Will not say what a crash left."""

    def recover(self, job: Job) -> Placed | None:
        raise FilingError(f"no. {job.id} cannot be looked at")


@pytest.fixture
def house(tmp_path):
    with FullHouse(tmp_path) as made:
        yield made


@pytest.mark.parametrize("state", ["classifying", "decided", "filing", "filed", "failed"])
def test_a_journal_that_fails_midway_ends_nothing(house, wait_for, state):
    """The pipeline waits while the journal's disk is full; then every sample comes to rest, filed once."""
    house.journal.full_at = JobState(state)
    running = house.pipeline()
    running.start()
    try:
        empty = house.inbox / "empty.wav"
        empty.touch()
        running.deliver([house.arrival(house.tone("reese.wav")), house.arrival(empty)])
        wait_for(lambda: bool(running.health.waiting))
        house.journal.open_up()
        running.wake()
        wait_for(lambda: house.states() == {"reese.wav": "filed", "empty.wav": "failed"})
        assert len(house.journal.find()) == 2
    finally:
        running.stop()
    assert tree(house.library) == {"Reese": ["reese.wav"]}


def test_a_fault_in_the_ear_ends_nothing(house, wait_for):
    """An error that nobody foresaw is told, and the sample is heard when it is over."""
    house.ear.trouble = OSError("no more processes")
    running = house.pipeline()
    running.start()
    try:
        running.deliver([house.arrival(house.tone("reese.wav"))])
        wait_for(lambda: "no more processes" in running.health.waiting)
        house.ear.trouble = None
        running.wake()
        wait_for(lambda: house.states() == {"reese.wav": "filed"})
    finally:
        running.stop()


def test_what_was_being_filed_when_the_library_went_is_settled_when_it_is_back(house, wait_for):
    """A row left in `filing` by a kill does not wait for another restart."""
    job = house.take_in(house.tone("reese.wav"))[0]
    for state in ("classifying", "decided", "filing"):
        job = replace(job, state=JobState(state), category="reese", library=house.library)
        house.journal.advance([job], 1.0)
    away = house.library.with_name("unplugged")
    house.library.rename(away)
    running = house.pipeline()
    running.start()
    try:
        running.ask(lambda: None).result(120)
        assert house.states() == {"reese.wav": "filing"}
        away.rename(house.library)
        running.wake()
        wait_for(lambda: house.states() == {"reese.wav": "filed"})
    finally:
        running.stop()


def test_a_pause_during_a_hindrance_lets_the_thread_sleep(house, wait_for):
    """Paused while the library is away, the thread has nothing left to wait for once the retry is due."""
    house.library.rmdir()
    running = house.pipeline()
    running.start()
    try:
        running.deliver([house.arrival(house.tone("reese.wav"))])
        wait_for(lambda: bool(running.health.waiting))
        running.set_paused(True)
        house.clock.leap(pipeline_module.RETRY_SECONDS + 1)
        running.ask(lambda: None).result(120)
        running.ask(lambda: None).result(120)
        assert (running._patience() or 3600.0) > 60.0
    finally:
        running.stop()


def test_a_new_library_is_not_held_up_by_one_that_is_gone(house):
    """What was decided for a library that the user has since replaced is filed into the new one."""
    job = house.take_in(house.tone("reese.wav"))[0]
    gone = house.library.with_name("gone")
    for state in ("classifying", "decided"):
        job = replace(job, state=JobState(state), category="reese", library=gone)
        house.journal.advance([job], 1.0)
    house.work()
    assert house.states() == {"reese.wav": "filed"}
    assert tree(house.library) == {"Reese": ["reese.wav"]}


def test_an_undo_that_the_journal_missed_is_noted_by_recovery(house):
    """The sample left the library and the journal could not say so: it does, once it can."""
    job = house.file("reese.wav", mode=FilingMode.MOVE)[0]
    house.journal.full_at = JobState.REVERTED
    with pytest.raises(JournalError):
        house.reviewing.undo(job.id)
    house.journal.open_up()
    house.recover()
    assert house.states() == {"reese.wav": "reverted"}
    assert house.journal.setting(UNDOING) is None
    assert job.source.exists()


def test_undos_that_the_journal_missed_are_all_noted_by_recovery(house):
    """It failed between several undos, and one of them was asked for twice: none is forgotten."""
    jobs = house.file("reese.wav", "sub.wav", "acid.wav")
    house.journal.full_at = JobState.REVERTED
    for job in (*jobs[:2], jobs[0]):
        with pytest.raises((JournalError, ChangedByUserError)):
            house.reviewing.undo(job.id)
    house.journal.open_up()
    house.reviewing.undo(jobs[2].id)
    house.recover()
    assert set(house.states().values()) == {"reverted"}
    assert house.journal.setting(UNDOING) is None
    assert tree(house.library) == {}


def test_an_undo_is_not_settled_while_the_library_is_away(house):
    """A kill during an undo, then the drive is gone: nobody claims that the sample was taken out."""
    job = house.file("reese.wav")[0]
    house.journal.put_setting(UNDOING, str(job.id))
    away = house.library.with_name("unplugged")
    house.library.rename(away)
    house.recover()
    assert house.states() == {"reese.wav": "filed"}
    away.rename(house.library)
    house.recover()
    assert house.states() == {"reese.wav": "filed"}
    assert house.journal.setting(UNDOING) is None


def test_a_sort_beside_the_daemon_does_not_settle_its_undo(tmp_path):
    """Only the daemon's own recovery looks at an undo."""
    with House(tmp_path, origin=Origin.SORT) as house:
        job = house.file("reese.wav")[0]
        house.journal.put_setting(UNDOING, str(job.id))
        house.recover(carry_on=False)
        assert house.journal.setting(UNDOING) == str(job.id)


def test_a_retried_sample_of_a_sort_is_taken_up_by_the_daemon(tmp_path):
    """What the user asks for belongs to the daemon, whoever heard the sample first."""
    with House(tmp_path, origin=Origin.SORT) as house:
        house.ear.crash_on = {"reese.wav"}
        job = house.file("reese.wav")[0]
        house.work()
        assert house.states() == {"reese.wav": "failed"}
        house.reviewing.retry(job.id)
    with House(tmp_path) as daemon:
        daemon.work()
        assert daemon.states() == {"reese.wav": "filed"}


def test_a_retry_of_a_file_that_is_gone_says_so(house):
    """No naked OSError."""
    path = house.inbox / "empty.wav"
    path.touch()
    job = house.take_in(path)[0]
    path.unlink()
    with pytest.raises(FilingError, match="cannot be read"):
        house.reviewing.retry(job.id)


def test_a_correction_that_recovery_cannot_finish_stays_where_it_was(house):
    """A relocation that the filer will not look into: the sample is still filed at its old place."""
    job = house.file("reese.wav")[0]
    running = replace(
        job, state=JobState.FILING, previous_target=job.target, target=None, candidates=("sub",)
    )
    house.journal.advance([running], 2.0)
    house.filer = RefusingFiler()
    house.recover()
    settled = house.job(job.id)
    assert settled.state is JobState.FILED
    assert settled.target == job.target


def test_a_write_that_ctrl_c_no_longer_waited_for_is_settled_too(house, tmp_path):
    """After a flush, recovery sees every write that was begun, also one whose caller has left."""
    (job,) = house.take_in(house.tone("reese.wav"))
    for state in (JobState.CLASSIFYING, JobState.DECIDED):
        (job,) = house.journal.advance([replace(job, state=state, category="reese")], 1.0)
    with closing(sqlite3.connect(tmp_path / "journal.db", check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")  # a slow disk: nothing is written until this one lets go
        with pytest.raises(KeyboardInterrupt):
            threading.Timer(0.2, signal.pthread_kill, [threading.get_ident(), signal.SIGINT]).start()
            house.journal.advance([replace(job, state=JobState.FILING)], 2.0)
        release = threading.Timer(0.2, other.rollback)
        release.start()
        house.journal.flush()
        house.recover()
        release.join()
        house.journal.advance((), 3.0)  # writes run in turn: whatever was begun is written now
    assert house.job(job.id).state is JobState.DECIDED
