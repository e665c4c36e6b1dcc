"""The status in one value, read from real SQLite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from wavized.domain.job import DaemonState, JobState, NewJob, Origin, Recent
from wavized.domain.sample import FileStat, FilingMode
from wavized.journal.store import SqliteJournal
from wavized.services.status import read_status, start_of_day

NOW = datetime(2026, 5, 4, 15, 20).timestamp()
MIDNIGHT = datetime(2026, 5, 4).timestamp()
WAY = (JobState.CLASSIFYING, JobState.DECIDED, JobState.FILING, JobState.FILED)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path / "journal.db") as real:
        yield real


def file_one(journal: SqliteJournal, name: str, at: float, ways: tuple[JobState, ...] = WAY) -> int:
    """A sample that went so far, and changed last then; the number of its job."""
    source = Path("/in") / name
    new = NewJob(
        Origin.WATCH, source.parent, source, FileStat(1, 2), os.fsencode(name).hex(), FilingMode.COPY
    )
    [job] = journal.open_jobs([new], at)
    for state in ways:
        [job] = journal.advance(
            [replace(job, state=state, category="808", target=Path("/lib/808") / name)], at
        )
    return job.id


def test_today_begins_at_midnight(journal):
    """What was filed yesterday counts as filed, but not today; what waits for an answer in neither."""
    file_one(journal, "yesterday.wav", MIDNIGHT - 1.0)
    file_one(journal, "night.wav", MIDNIGHT)
    file_one(journal, "noon.wav", NOW)
    file_one(journal, "asked.wav", NOW, (*WAY[:2], JobState.AWAITING_REVIEW))
    status = read_status(journal, state=DaemonState.WATCHING, now=NOW)
    assert (status.filed, status.filed_today, status.review) == (3, 2, 1)
    assert read_status(journal, state=DaemonState.STOPPED).filed_today == 0


def test_the_five_samples_filed_last_are_told_newest_first(journal):
    """By when they were filed, not by when they came: an old one that was answered today is the newest."""
    answered = file_one(journal, "answered.wav", NOW + 100.0)
    for number in range(6):
        file_one(journal, f"{number}.wav", NOW + number)
    status = read_status(journal, state=DaemonState.WATCHING, now=NOW)
    assert [sample.name for sample in status.recent] == ["answered.wav", "5.wav", "4.wav", "3.wav", "2.wav"]
    assert status.recent[0] == Recent(answered, "answered.wav", "808", "/lib/808")
    assert status.last_filed == "808/answered.wav"


def test_an_empty_journal_has_no_last_sample(journal):
    status = read_status(journal, state=DaemonState.WATCHING, now=NOW)
    assert (status.recent, status.last_filed, status.filed_today) == ((), "", 0)


def test_midnights_follow_the_local_clock():
    """The next one is a day of the calendar away, however many hours that are."""
    assert start_of_day(NOW) == MIDNIGHT
    assert start_of_day(NOW, days=1) == datetime(2026, 5, 5).timestamp()
    assert start_of_day(MIDNIGHT) == MIDNIGHT
