"""Sleep is told from clocks, and uses up nobody's patience."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.logic.patience import GAP_SECONDS, Patience
from wavized.logic.waking import SHORTEST_SECONDS, Moment, slept_seconds

SECONDS = st.floats(0.0, 1e6)


@given(start=SECONDS, passed=SECONDS, slept=SECONDS)
def test_a_clock_that_runs_ahead_tells_how_long_was_slept(start, passed, slept):
    """Linux and macOS: the monotonic clock stands still meanwhile, also over work that takes long."""
    before, after = Moment(start, 7.0), Moment(start + passed + slept, 7.0 + passed)
    told = slept_seconds(before, after, asked=float("inf"))
    assert told == (pytest.approx(slept, abs=1e-6) if told else 0.0)
    assert bool(told) == (slept >= SHORTEST_SECONDS) or slept == pytest.approx(SHORTEST_SECONDS)


@given(asked=SECONDS, passed=SECONDS)
def test_a_wait_that_lasts_longer_than_asked_tells_it_too(asked, passed):
    """Windows: both clocks go on. A wait cut short by a hint is no sleep."""
    told = slept_seconds(Moment(0.0, 0.0), Moment(passed, passed), asked=asked)
    assert bool(told) == (passed - asked >= SHORTEST_SECONDS)


def test_a_wall_clock_that_is_set_back_is_no_sleep():
    """Where no better clock is to be had, setting it ahead costs one look through the folders."""
    assert slept_seconds(Moment(5000.0, 0.0), Moment(1400.0, 5.0), asked=5.0) == 0.0
    assert slept_seconds(Moment(5000.0, 0.0), Moment(8605.0, 5.0), asked=5.0) == 3600.0


@given(st.lists(st.floats(0.0, GAP_SECONDS - 0.1), max_size=50))
def test_patience_runs_out_by_the_time_that_passes_while_one_looks(steps):
    patience, now = Patience(60.0, 0.0), 0.0
    for step in steps:
        now += step
        assert patience.left(now) == pytest.approx(60.0 - now)


def test_patience_is_not_used_up_by_sleep():
    """Eight hours with the lid closed leave what was left before."""
    patience = Patience(60.0, 0.0)
    assert patience.left(0.2) == pytest.approx(59.8)
    assert patience.left(0.2 + 8 * 3600) == pytest.approx(59.8)
    assert patience.left(1.2 + 8 * 3600) == pytest.approx(58.8)
