"""One content is filed once, however many copies of it there are and whoever hears them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.house import House, tree
from wavized.domain.job import JobState, Origin, Placed, Placement
from wavized.domain.sample import FilingMode
from wavized.library.filer import LibraryFiler


class InterruptedFiler(LibraryFiler):
    """Does something else between the decision to file a sample and the act."""

    def __init__(self, first: Callable[[], None]) -> None:
        super().__init__((".asd",))
        self._first = first

    def place(self, placement: Placement, announce: Callable[[Path], None]) -> Placed:
        self._first()
        return super().place(placement, announce)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        yield made


def test_two_processes_that_hear_the_same_content_at_once_file_it_once(house: House, tmp_path: Path) -> None:
    """The daemon is about to file a sample when a sort beside it comes to a copy: that one is a duplicate."""
    with House(tmp_path, origin=Origin.SORT) as other:
        house.take_in(house.tone("reese.wav", frequency=50.0))
        other.take_in(other.tone("sub.wav", frequency=50.0))
        beside = threading.Thread(target=other.work, name="sort")

        def let_the_other_go_on() -> None:
            beside.start()
            beside.join(1.0)  # either it files in this second, or it waits for its turn

        house.filing.filer = InterruptedFiler(let_the_other_go_on)
        house.work()
        beside.join()
        assert house.states() == {"reese.wav": "filed", "sub.wav": "skipped"}
    assert tree(house.library) == {"Reese": ["reese.wav"]}


def test_what_a_killed_process_left_half_noted_counts_as_filed(house: House, tmp_path: Path) -> None:
    """A sort was killed after its sample had its name: the daemon does not file a copy of it before that is
    settled, and recovery then finds one sample.
    """
    with House(tmp_path, origin=Origin.SORT) as killed:
        (job,) = killed.take_in(killed.tone("reese.wav", frequency=50.0))
        killed.work()
        job = killed.job(job.id)
        with killed.journal._readers.lend():  # the journal is the real one; the row is put back by hand
            killed.journal._change("UPDATE jobs SET state = 'filing' WHERE id = ?", [(job.id,)])
    house.take_in(house.tone("sub.wav", frequency=50.0))
    house.work()
    assert house.states() == {"reese.wav": "filing", "sub.wav": "skipped"}
    house.origin = Origin.SORT
    house.recover(carry_on=False)
    assert house.states() == {"reese.wav": "filed", "sub.wav": "skipped"}
    assert tree(house.library) == {"Reese": ["reese.wav"]}


def test_a_copy_that_waits_for_an_answer_does_not_hide_the_one_that_is_filed(house: House) -> None:
    """Of three copies the first asks; the user files the second, then the third: it is a duplicate."""
    jobs = house.take_in(*(house.tone(f"acid or growl {n}.wav", frequency=50.0) for n in range(3)))
    house.work()
    assert house.job(jobs[0].id).state is JobState.AWAITING_REVIEW
    for job in jobs[1:]:
        house.correct(job.id, "slap")
    assert [house.job(job.id).state for job in jobs[1:]] == ["filed", "skipped"]
    assert tree(house.library) == {"Slap": ["acid or growl 1.wav"]}


@pytest.mark.parametrize("mode", list(FilingMode))
def test_copies_that_come_at_once_are_filed_once(house: House, mode: FilingMode) -> None:
    """Twins in one batch: the first is filed, the others are duplicates and stay where they are."""
    sounds = [house.tone(f"sub {n}.wav", frequency=50.0) for n in range(3)]
    house.take_in(*sounds, mode=mode)
    house.work()
    assert sorted(house.states().values()) == ["filed", "skipped", "skipped"]
    assert all(sound.exists() for sound in sounds[1:])
