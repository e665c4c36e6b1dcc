"""A pause that ends by itself: at its time of day, and never much later, whatever the clocks do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fake_journal import FakeJournal
from wavized.errors import UsageError
from wavized.services.pausing import PAUSED, Pausing, read_minutes

MORNING = 1_700_000_000.0


class TwoClocks:
    """The time of day, which may be set, and the steady one, which stands still while the machine sleeps."""

    def __init__(self) -> None:
        self.day = MORNING
        self.steady = 50.0

    def now(self) -> float:
        return self.day

    def monotonic(self) -> float:
        return self.steady

    def run(self, seconds: float) -> None:
        self.day += seconds
        self.steady += seconds


@pytest.fixture
def clock() -> TwoClocks:
    return TwoClocks()


@pytest.fixture
def journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture
def pausing(journal, clock) -> Pausing:
    return Pausing(journal, clock)


def test_it_ends_at_its_time_and_not_before(pausing, clock):
    """One wait is enough: the time that is left."""
    pausing.hold(MORNING + 900)
    assert (pausing.held, pausing.until, pausing.seconds_left()) == (True, MORNING + 900, 900)
    clock.run(899)
    assert not pausing.end_if_over()
    clock.run(1)
    assert pausing.end_if_over()
    assert (pausing.held, pausing.until, pausing.seconds_left()) == (False, None, None)
    assert not pausing.end_if_over()


def test_a_plain_pause_stays(pausing, clock):
    """It has no end, however long it lasts."""
    pausing.hold(None)
    clock.run(1e9)
    assert pausing.seconds_left() is None
    assert not pausing.end_if_over()
    assert pausing.held


def test_a_nonsensical_end_is_a_day_at_most(journal, clock):
    """Whatever wrote it."""
    journal.put_setting(PAUSED, '{"since": 0, "until": 1e300}')
    assert Pausing(journal, clock).seconds_left() == 86400


def test_the_last_word_counts(pausing, clock, journal):
    """A plain pause takes a timed one's end away, a timed one gives a plain one an end, resume ends both."""
    pausing.hold(MORNING + 900)
    pausing.hold(None)
    clock.run(1000)
    assert not pausing.end_if_over() and pausing.held
    pausing.hold(clock.day + 60)
    clock.run(60)
    assert pausing.end_if_over()
    pausing.hold(clock.day + 60)
    pausing.release()
    clock.run(60)
    assert not pausing.held and not pausing.end_if_over()
    assert journal.setting(PAUSED) is None


def test_the_end_is_kept_over_a_restart(journal, clock):
    """The next start counts on; one that comes after the end goes on at once."""
    Pausing(journal, clock).hold(MORNING + 900)
    clock.day, clock.steady = MORNING + 600, 3.0
    later = Pausing(journal, clock)
    assert (later.held, later.until, later.seconds_left()) == (True, MORNING + 900, 300)
    clock.day = MORNING + 5000
    last = Pausing(journal, clock)
    assert last.seconds_left() == 0
    assert last.end_if_over() and not last.held
    assert journal.setting(PAUSED) is None


def test_a_machine_that_slept_through_the_end_goes_on_when_it_wakes(pausing, clock):
    """The steady clock stood still meanwhile; the time of day did not."""
    pausing.hold(MORNING + 900)
    clock.day += 3600
    assert pausing.end_if_over()


def test_a_clock_set_back_makes_no_pause_longer(pausing, clock):
    """Set back by a day: a quarter of an hour is over after a quarter of an hour."""
    pausing.hold(MORNING + 900)
    clock.day -= 86400
    assert pausing.seconds_left() == 900
    clock.run(900)
    assert pausing.end_if_over()


def test_a_clock_set_back_while_nothing_runs_costs_one_length_at_most(journal, clock):
    """How long it stood still is not known then; it begins anew at worst."""
    Pausing(journal, clock).hold(MORNING + 900)
    clock.day -= 86400
    assert Pausing(journal, clock).seconds_left() == 900


UNREADABLE = (
    *("1", "", "yes", "{", "[1]", "NaN", '{"since": 1}'),
    *('{"since": "a", "until": "b"}', '{"since": 1, "until": NaN}', '{"since": 1, "until": 2, "more": 3}'),
)


@pytest.mark.parametrize("kept", UNREADABLE)
def test_what_cannot_be_read_is_a_pause_until_resumed(journal, clock, kept):
    """Also the plain `1`: rather wait for a word than file against one."""
    journal.put_setting(PAUSED, kept)
    pausing = Pausing(journal, clock)
    assert pausing.held and pausing.until is None
    assert not pausing.end_if_over()


@given(
    st.floats(1.0, 86400.0),
    st.lists(
        st.tuples(st.sampled_from(("run", "sleep", "set")), st.floats(0.0, 5e4), st.booleans()), max_size=12
    ),
)
def test_it_never_lasts_longer_than_asked(length, happenings):
    """In time that one start has run, whatever sleeps and is set in between; nor past its time of day."""
    clock, journal = TwoClocks(), FakeJournal()
    pausing = Pausing(journal, clock)
    pausing.hold(MORNING + length)
    ran = 0.0
    for what, seconds, restart in happenings:
        if what == "run":
            clock.run(seconds)
            ran += seconds
        elif what == "sleep":
            clock.day += seconds
        else:
            clock.day = MORNING - seconds
        if restart:
            pausing, ran = Pausing(journal, clock), 0.0
        left = pausing.seconds_left()
        assert left is not None
        assert 0 <= left <= length + 1e-5  # a time of day is that of a float: a quarter of a microsecond
        if ran >= length or clock.day >= MORNING + length:
            assert left == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("said", [None, 1, 15, 0.5, 1440])
def test_a_sensible_length_is_taken(said):
    """More than nothing, a day at most; nothing said is no length."""
    assert read_minutes(said) == said


@pytest.mark.parametrize("said", [0, -1, 1440.01, float("nan"), float("inf"), 10**400, True, "15", [15], {}])
def test_any_other_is_refused_in_a_sentence(said):
    """The sentence says what is possible."""
    with pytest.raises(UsageError, match="at most 1440 minutes"):
        read_minutes(said)
