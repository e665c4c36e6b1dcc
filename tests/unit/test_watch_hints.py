"""The letter box between watchdog's threads and the watch."""

from __future__ import annotations

from pathlib import Path

from wavized.watch.hints import MOST_HINTS, HintBox, Hints

KICK = Path("/in/pack/kick.wav")


def test_each_path_is_kept_once_until_the_box_is_emptied() -> None:
    """Many events of one file are one hint."""
    box = HintBox()
    for _ in range(5):
        box.file(KICK)
    box.tree(KICK.parent)
    assert box.wait(0.0)
    assert box.empty() == Hints(files=(KICK,), trees=(KICK.parent,))
    assert box.empty() == Hints()
    assert not box.wait(0.0)


def test_a_wake_up_ends_the_wait_without_a_hint() -> None:
    """Stop and reconfigure wake the watch so."""
    box = HintBox()
    box.wake()
    assert box.wait(0.0)
    assert box.empty() == Hints()


def test_too_many_hints_become_one_that_something_was_lost() -> None:
    """Memory is bounded whatever happens on the disk."""
    box = HintBox()
    for number in range(MOST_HINTS + 10):
        box.file(Path(f"/in/{number}.wav"))
    assert box.empty() == Hints(lost=True)
    box.file(KICK)
    assert box.empty() == Hints(files=(KICK,))


def test_a_file_is_held_by_its_own_hint_and_by_those_of_folders_above_it() -> None:
    """So an adoption tells what came while it went on."""
    box = HintBox()
    box.file(KICK)
    assert box.holds(KICK)
    assert not box.holds(Path("/in/pack/other.wav"))
    box.tree(Path("/in/pack"))
    assert box.holds(Path("/in/pack/deep/other.wav"))
    assert not box.holds(Path("/in/pack 2/other.wav"))
