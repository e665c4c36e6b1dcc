"""A file is released once it has stood still, never while it grows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.sample import FileStat
from wavized.logic.settling import SettleTracker

KICK = Path("kick.wav")
SMALL = FileStat(100, 1)
LARGE = FileStat(200, 2)
EMPTY = FileStat(0, 1)


def tracker() -> SettleTracker:
    return SettleTracker(settle_seconds=3.0, give_up_seconds=30.0)


def test_a_file_that_stood_still_is_released_once() -> None:
    """Unchanged for the settle time and complete: released, and forgotten with it."""
    waiting = tracker()
    waiting.observe(KICK, SMALL, now=10.0)
    assert waiting.quiet(12.9) == []
    assert waiting.next_due(12.0) == 1.0
    assert waiting.quiet(13.0) == [KICK]
    assert waiting.settle(KICK, SMALL, True, now=13.0)
    assert not waiting.settle(KICK, SMALL, True, now=14.0)
    assert len(waiting) == 0
    assert waiting.next_due(14.0) is None


@pytest.mark.parametrize("changed", [FileStat(200, 1), FileStat(100, 2), FileStat(50, 1), FileStat(100, -5)])
def test_any_change_of_size_or_mtime_starts_the_wait_anew(changed: FileStat) -> None:
    """Growing, shrinking, and an mtime that moves either way all count as a change."""
    waiting = tracker()
    waiting.observe(KICK, SMALL, now=0.0)
    waiting.observe(KICK, changed, now=2.0)
    assert waiting.quiet(3.0) == []
    assert not waiting.settle(KICK, changed, True, now=4.9)
    assert waiting.settle(KICK, changed, True, now=5.0)


def test_repeated_hints_do_not_prolong_the_wait() -> None:
    """Seeing the same stat again leaves the time at which the file is due."""
    waiting = tracker()
    for now in (0.0, 1.0, 2.0, 2.9):
        waiting.observe(KICK, SMALL, now=now)
    assert waiting.quiet(3.0) == [KICK]


def test_a_change_found_only_at_the_last_look_keeps_it_waiting() -> None:
    """When the final stat differs the file is not released, and waits from that moment on."""
    waiting = tracker()
    waiting.observe(KICK, SMALL, now=0.0)
    assert not waiting.settle(KICK, LARGE, True, now=3.0)
    assert waiting.quiet(5.9) == []
    assert waiting.settle(KICK, LARGE, True, now=6.0)


def test_a_file_that_vanished_is_forgotten() -> None:
    """Neither a vanished path seen by a hint nor one that is gone at the last look comes back."""
    waiting = tracker()
    waiting.observe(KICK, SMALL, now=0.0)
    waiting.observe(KICK, None, now=1.0)
    assert waiting.quiet(100.0) == []
    waiting.observe(KICK, SMALL, now=100.0)
    assert not waiting.settle(KICK, None, None, now=103.0)
    assert len(waiting) == 0


@pytest.mark.parametrize(("stat", "complete"), [(SMALL, False), (EMPTY, None), (EMPTY, True)])
def test_an_unfinished_or_empty_file_waits_until_it_is_given_up(
    stat: FileStat, complete: bool | None
) -> None:
    """It is looked at again now and then, and released as it is after the time to give up."""
    waiting = tracker()
    waiting.observe(KICK, stat, now=0.0)
    now, looks = 0.0, 0
    while True:
        now += waiting.next_due(now) or 0.0
        assert waiting.quiet(now) == [KICK]
        if waiting.settle(KICK, stat, complete, now=now):
            break
        looks += 1
    assert now == 30.0
    assert 2 <= looks <= 6


def test_an_unfinished_file_that_grows_on_is_not_given_up() -> None:
    """Each change starts the time to give up anew."""
    waiting = tracker()
    for second in range(0, 100, 10):
        waiting.observe(KICK, FileStat(second, second), now=float(second))
        assert not waiting.settle(KICK, FileStat(second, second), False, now=second + 9.0)


def test_a_format_that_does_not_tell_its_length_settles_like_a_complete_one() -> None:
    """`complete` None does not hold a file back."""
    waiting = tracker()
    waiting.observe(KICK, SMALL, now=0.0)
    assert waiting.settle(KICK, SMALL, None, now=3.0)


def test_a_new_waiting_time_holds_for_files_that_wait_already() -> None:
    """After a change of configuration a file is due by the new time at the latest once it is looked at."""
    waiting = tracker()
    waiting.observe(KICK, SMALL, now=0.0)
    waiting.retime(6.0, 60.0)
    assert waiting.quiet(3.0) == [KICK]
    assert not waiting.settle(KICK, SMALL, True, now=3.0)
    assert waiting.quiet(5.9) == []
    assert waiting.settle(KICK, SMALL, True, now=6.0)


STEPS = st.lists(
    st.tuples(
        st.floats(0.0, 5.0),  # seconds that pass
        st.sampled_from(["write", "touch", "hint", "look", "look", "vanish"]),
        st.sampled_from([True, False, None]),
    ),
    max_size=60,
)


@given(STEPS)
def test_a_file_is_never_released_within_the_settle_time_after_a_change_and_once_per_change(
    steps: list[tuple[float, str, bool | None]],
) -> None:
    """Whatever order writes, hints and looks come in, and however many changes no hint was seen for."""
    waiting = tracker()
    now, changed_at, version = 0.0, 0.0, 0
    stat: FileStat | None = FileStat(1, 0)
    released: list[FileStat] = []
    for passed, what, complete in steps:
        now += passed
        if what in {"write", "touch"}:
            version += 1
            stat, changed_at = FileStat(version if what == "write" else 1, version), now
        elif what == "vanish":
            stat = None
        elif what == "hint":
            if stat not in released:  # the watcher observes no version anew that was delivered
                waiting.observe(KICK, stat, now)
        elif KICK in waiting.quiet(now) and waiting.settle(KICK, stat, complete, now):
            assert stat is not None
            assert now - changed_at >= 3.0
            assert complete is not False or now - changed_at >= 30.0
            assert stat not in released
            released.append(stat)
            assert KICK not in waiting
        assert len(waiting) <= 1
