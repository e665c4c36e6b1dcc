"""`wavized.logic.backoff`: how long to wait after failures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wavized.logic.backoff import Backoff

moments = st.floats(min_value=0, max_value=1e9)


def test_first_try_waits_for_nothing():
    """Before any failure there is no wait."""
    assert Backoff().wait_s(now=123.0) == 0.0


def test_waits_double():
    """Each failure in a row doubles the wait."""
    backoff = Backoff(first_s=1.0, most_s=100.0)
    waits = []
    for _ in range(4):
        backoff = backoff.failed(now=10.0)
        waits.append(backoff.wait_s(now=10.0))
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_waiting_passes():
    """What has been waited already counts."""
    backoff = Backoff(first_s=4.0).failed(now=10.0)
    assert [backoff.wait_s(now) for now in (10.0, 13.0, 14.0, 99.0)] == [4.0, 1.0, 0.0, 0.0]


def test_success_forgets():
    """After a success the next failure starts small again."""
    backoff = Backoff(first_s=1.0).failed(0.0).failed(0.0).succeeded()
    assert backoff.wait_s(0.0) == 0.0
    assert backoff.failed(0.0).wait_s(0.0) == 1.0


@given(st.integers(min_value=1, max_value=2000), moments)
def test_never_longer_than_the_longest(failures: int, now: float):
    """However many failures, a wait is bounded and never negative."""
    backoff = Backoff(first_s=0.5, most_s=60.0)
    for _ in range(failures):
        backoff = backoff.failed(now)
    assert backoff.failures == failures
    assert 0.0 <= backoff.wait_s(now) <= 60.0 + 1e-3
