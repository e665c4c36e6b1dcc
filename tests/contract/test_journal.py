"""What every journal promises: the fake in memory and the real one in SQLite pass the same suite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.fake_journal import FakeJournal
from wavized.domain.hearing import Evidence
from wavized.domain.job import Job, JobState, NewJob, Origin, PlacedFile
from wavized.domain.sample import FileStat, FilingMode, Kind
from wavized.errors import IllegalTransitionError, JournalError
from wavized.journal import SqliteJournal
from wavized.ports import Journal

S = JobState
ROOT = Path("/downloads")
STAT = FileStat(size=1000, mtime_ns=1_700_000_000_123_456_789)


@pytest.fixture(params=["fake", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    if request.param == "fake":
        yield FakeJournal()
        return
    with closing(SqliteJournal(tmp_path / "journal.db")) as real:
        yield real


def new(name: str = "kick.wav", digest: str = "ab" * 32, origin: Origin = Origin.WATCH) -> NewJob:
    return NewJob(origin, ROOT, ROOT / name, STAT, digest, FilingMode.COPY)


def opened(journal: Journal, *names: str) -> list[Job]:
    return journal.open_jobs([new(name, digest=name.encode().hex()) for name in names], 1.0)


def walk(journal: Journal, job: Job, *states: JobState) -> Job:
    for state in states:
        [job] = journal.advance([replace(job, state=state)], job.updated_at + 1)
    return job


def test_a_new_job_is_queued_and_its_file_known(journal: Journal) -> None:
    """A job opens as queued with what intake knew, and its file counts as dealt with."""
    [job] = journal.open_jobs([new()], 5.0)
    assert (job.state, job.created_at, job.updated_at) == (S.QUEUED, 5.0, 5.0)
    assert (job.source, job.stat, job.root) == (ROOT / "kick.wav", STAT, ROOT)
    assert journal.get(job.id) == job
    assert journal.is_known(job.source, STAT)


def test_a_new_job_names_its_archive(journal: Journal) -> None:
    """What was read from one says which; all else says none."""
    loose, packed = journal.open_jobs([new("a.wav"), replace(new("b.wav"), archive=ROOT / "p.zip")], 5.0)
    found = {job.id: job.archive for job in journal.find()}
    assert found == {loose.id: None, packed.id: ROOT / "p.zip"}


def test_what_was_turned_away_unread_is_found_by_its_empty_digest(journal: Journal) -> None:
    """Of those in a state, whatever else has none."""
    journal.open_jobs([new("heard.wav"), new("unread.wav", digest=""), new("closed.wav", digest="")], 1.0)
    [closed] = journal.find(source=ROOT / "closed.wav")
    walk(journal, closed, S.SKIPPED)
    assert [job.source.name for job in journal.find(states=(S.QUEUED,), digest="")] == ["unread.wav"]
    assert len(journal.find(digest="")) == 2


def test_ids_grow_in_the_order_of_opening(journal: Journal) -> None:
    """Jobs come back in the order they were opened in."""
    jobs = opened(journal, "a", "b", "c")
    assert [job.id for job in jobs] == sorted({job.id for job in jobs})
    assert journal.find() == jobs
    assert journal.find(newest_first=True) == jobs[::-1]


def test_every_field_survives(journal: Journal) -> None:
    """What is written of a job is read again, to the last field and byte."""
    [job] = opened(journal, "kick.wav")
    odd = Path(os.fsdecode(b"/lib/\xff\xfe \xe2\x82\xac 'q\"\n.wav"))
    full = replace(
        walk(journal, job, S.CLASSIFYING, S.DECIDED),
        state=S.FILING, kind=Kind.ONE_SHOT, category="acid", candidates=("acid", "reese"),
        confidence=0.1 + 0.2, scores={"acid": 1 / 3, "größe": 1e-300}, reason="clear: acid",
        model_id="wavized-1", library=Path("/lib"),
        evidence=(Evidence("ear", {"acid": 0.9}), Evidence("name", {"sub": 0.5}, 0.25, "says 'sub'")),
        target=odd, previous_target=Path("/lib/sub/kick.wav"), attempts=2, corrected=True,
        sidecars=(PlacedFile(odd, odd.with_suffix(".asd"), "cd" * 32),), archive=odd.with_suffix(".zip"),
    )  # fmt: skip
    [written] = journal.advance([full], 9.0)
    assert written == replace(full, updated_at=9.0)
    assert journal.get(job.id) == written
    assert os.fsencode(written.sidecars[0].source) == os.fsencode(odd)


def test_an_unknown_id_is_no_job(journal: Journal) -> None:
    """Asking for a job that never was gives None; advancing it is an error."""
    [job] = opened(journal, "a")
    assert journal.get(job.id + 1) is None
    with pytest.raises(JournalError):
        journal.advance([replace(job, id=job.id + 1)], 2.0)


def test_a_forbidden_move_writes_nothing(journal: Journal) -> None:
    """One illegal move in a batch leaves the whole batch unwritten."""
    first, second = opened(journal, "a", "b")
    with pytest.raises(IllegalTransitionError):
        journal.advance([replace(first, state=S.CLASSIFYING), replace(second, state=S.FILED)], 2.0)
    assert journal.find() == [first, second]


def test_legality_is_judged_by_what_is_written(journal: Journal) -> None:
    """A stale copy of a job cannot push it where its present state does not allow."""
    [job] = opened(journal, "a")
    walk(journal, job, S.SKIPPED)
    with pytest.raises(IllegalTransitionError):
        journal.advance([replace(job, state=S.CLASSIFYING)], 3.0)


def test_keeping_the_state_records_new_fields(journal: Journal) -> None:
    """A job may be advanced to the state it has, to note something more."""
    [job] = opened(journal, "a")
    [noted] = journal.advance([replace(job, attempts=3)], 2.0)
    assert journal.get(job.id) == noted
    assert (noted.attempts, noted.state) == (3, S.QUEUED)


def test_find_meets_every_condition(journal: Journal) -> None:
    """Conditions narrow each other; several states widen; a limit cuts in the order asked for."""
    a, b, c, d = opened(journal, "a", "b", "c", "d")
    b, d = walk(journal, b, S.CLASSIFYING), walk(journal, d, S.SKIPPED)
    [e] = journal.open_jobs([new("e", digest=a.digest, origin=Origin.SORT)], 1.0)
    assert journal.find(states=[S.QUEUED]) == [a, c, e]
    assert journal.find(states={S.CLASSIFYING, S.QUEUED}, limit=3) == [a, b, c]
    assert journal.find(states={S.CLASSIFYING, S.QUEUED, S.SKIPPED}, limit=2, newest_first=True) == [e, d]
    assert journal.find(digest=a.digest) == [a, e]
    assert journal.find(digest=a.digest, origin=Origin.WATCH) == [a]
    assert journal.find(digest=a.digest, states=[S.SKIPPED]) == []
    assert journal.find(source=c.source, states=[S.QUEUED], digest=c.digest) == [c]
    assert journal.find(origin=Origin.SORT, states=[S.QUEUED, S.FILED]) == [e]
    assert journal.find(limit=0) == []


def test_counts_leave_empty_states_out(journal: Journal) -> None:
    """Each state that holds jobs is counted; the others are absent."""
    assert journal.counts() == {}
    jobs = opened(journal, "a", "b", "c")
    walk(journal, jobs[0], S.SKIPPED)
    assert journal.counts() == {S.QUEUED: 2, S.SKIPPED: 1}


def test_settings_are_kept_replaced_and_removed(journal: Journal) -> None:
    """A setting is absent, then what was last put, then absent again."""
    assert journal.setting("paused") is None
    journal.put_setting("paused", "1")
    journal.put_setting("paused", "until tomorrow")
    assert journal.setting("paused") == "until tomorrow"
    journal.put_setting("paused", None)
    journal.put_setting("paused", None)
    assert journal.setting("paused") is None


def test_a_changed_file_is_not_known(journal: Journal) -> None:
    """Known means this path with this size and this mtime."""
    path = ROOT / "old.wav"
    assert not journal.is_known(path, STAT)
    journal.remember([(path, STAT)])
    assert journal.is_known(path, STAT)
    assert not journal.is_known(path, replace(STAT, size=STAT.size + 1))
    assert not journal.is_known(path, replace(STAT, mtime_ns=STAT.mtime_ns + 1))
    assert not journal.is_known(ROOT / "other.wav", STAT)
    assert journal.find() == []


def test_a_folder_is_adopted_once(journal: Journal) -> None:
    """A folder stays adopted, however often it is said."""
    assert not journal.is_adopted(ROOT)
    assert journal.adopted_at(ROOT) is None
    journal.adopt(ROOT, 1.25)
    journal.adopt(ROOT, 2.0)
    assert journal.is_adopted(ROOT)
    assert journal.adopted_at(ROOT) == 1.25
    assert not journal.is_adopted(ROOT / "packs")


def test_a_label_needs_its_job(journal: Journal) -> None:
    """The user's word is kept for a job there is, and refused for one there is not."""
    [job] = opened(journal, "a")
    journal.label(job, "acid", 2.0)
    with pytest.raises(JournalError):
        journal.label(replace(job, id=job.id + 1), "acid", 2.0)


def test_many_threads_may_call_at_once(journal: Journal) -> None:
    """Calls from many threads at once all take effect, each as a whole."""

    def work(n: int) -> JobState:
        jobs = journal.open_jobs([new(f"{n}-{i}", digest=f"{n}") for i in range(3)], float(n))
        journal.advance([replace(job, state=S.CLASSIFYING) for job in jobs], n + 0.5)
        found = journal.find(digest=f"{n}")
        assert [job.id for job in found] == [job.id for job in jobs]
        return found[0].state

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(work, range(24))) == {S.CLASSIFYING}
    assert journal.counts() == {S.CLASSIFYING: 72}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.binary(min_size=1, max_size=60).filter(
        lambda b: not set(b) & {0, 0x2F} and b not in (b".", b"..")
    )
)
def test_any_name_survives(journal: Journal, name: bytes) -> None:
    """Whatever bytes a file name is made of come back as they were, in columns and in sidecars."""
    path = ROOT / os.fsdecode(name)
    [job] = journal.open_jobs([replace(new(), source=path)], 1.0)
    journal.advance([replace(job, sidecars=(PlacedFile(path, path, "d"),), reason="because")], 2.0)
    found = journal.find(source=path)[-1]
    assert os.fsencode(found.source) == os.fsencode(found.sidecars[0].target) == b"/downloads/" + name
    assert journal.is_known(path, STAT)
