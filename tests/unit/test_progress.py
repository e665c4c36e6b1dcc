"""How far a flood of samples is and how long it may still take."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FileStat, FilingMode
from wavized.services.progress import Flood, Progress


def job(number: int, state: JobState = JobState.QUEUED, *, corrected: bool = False) -> Job:
    path = Path(f"/in/{number}.wav")
    stat = FileStat(1, 1)
    return Job(
        number,
        Origin.WATCH,
        Path("/in"),
        path,
        stat,
        "d",
        FilingMode.COPY,
        state,
        0.0,
        0.0,
        corrected=corrected,
    )


def test_where_nothing_is_under_way_there_is_no_flood():
    """Neither at first, nor after the last sample came to rest."""
    progress = Progress()
    assert progress.flood(0.0) is None
    progress.hear(job(1), 0.0)
    assert progress.flood(0.0) == Flood(1, 0, None)
    progress.hear(job(1, JobState.FILED), 1.0)
    assert progress.flood(1.0) is None


def test_the_time_left_follows_the_pace():
    """One a second, 20 of 30 done: ten seconds to go."""
    progress = Progress()
    for number in range(30):
        progress.hear(job(number), 0.0)
    for number in range(20):
        progress.hear(job(number, JobState.FILED), 5.0 + number)
    flood = progress.flood(24.0)
    assert (flood.total, flood.done) == (30, 20)
    assert flood.seconds_left == pytest.approx(10.0)


def test_what_is_still_to_be_read_from_an_archive_belongs_to_the_flood():
    """Its sounds come a few at a time; between two lots nothing is under way, and yet it goes on."""
    coming = 20
    progress = Progress(lambda: coming)
    for number in range(10):
        progress.hear(job(number), 0.0)
    for number in range(10):
        progress.hear(job(number, JobState.FILED), 1.0 + number)
    flood = progress.flood(10.0)
    assert (flood.total, flood.done) == (30, 10)
    assert flood.seconds_left == pytest.approx(20.0)
    coming = 0
    assert progress.flood(11.0) is None
    progress.hear(job(99), 12.0)
    assert progress.flood(12.0) == Flood(1, 0, None)


def test_a_break_does_not_count_as_slowness():
    """After a pause nothing is promised until the pace is known anew."""
    progress = Progress()
    for number in range(30):
        progress.hear(job(number), 0.0)
    for number in range(10):
        progress.hear(job(number, JobState.FILED), float(number))
    assert progress.flood(600.0).seconds_left is None
    for number in range(10, 20):
        progress.hear(job(number, JobState.SKIPPED), 590.0 + number)
    assert progress.flood(609.0).seconds_left == pytest.approx(10.0)


def test_what_was_under_way_at_the_start_counts():
    """A restart in the middle of a pack shows what is left of it."""
    progress = Progress()
    progress.expect([1, 2, 3])
    progress.hear(job(1, JobState.CLASSIFYING), 0.0)
    progress.hear(job(1, JobState.AWAITING_REVIEW), 1.0)
    assert progress.flood(1.0) == Flood(3, 1, None)


def test_a_correction_is_no_flood():
    """Nor is a sample that was turned away at once."""
    progress = Progress()
    progress.hear(job(1, JobState.FILING, corrected=True), 0.0)
    progress.hear(job(2, JobState.SKIPPED), 0.0)
    assert progress.flood(0.0) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(JobState), st.floats(0, 100)), max_size=60))
def test_done_never_exceeds_the_total(moves):
    """Whatever happens in whatever order, the bar can be drawn."""
    progress, now = Progress(), 0.0
    for number, state, later in moves:
        now += later
        progress.hear(job(number, state), now)
        flood = progress.flood(now)
        if flood is not None:
            assert 0 <= flood.done < flood.total
            assert flood.seconds_left is None or flood.seconds_left >= 0.0
