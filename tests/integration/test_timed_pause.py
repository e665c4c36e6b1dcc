"""The pipeline's thread under a pause with an end: what waits, what wakes it, what a restart keeps."""

from __future__ import annotations

import pytest

from support.house import House
from wavized.clock import SystemClock
from wavized.domain.events import StatusChanged
from wavized.services.pausing import PAUSED


@pytest.fixture
def house(tmp_path):
    with House(tmp_path) as made:
        yield made


@pytest.fixture
def held(house, wait_for):
    """A running pipeline, paused for an hour, with one sample that waits."""
    pipeline = house.pipeline()
    pipeline.set_paused(True, house.clock.now() + 3600)
    pipeline.start()
    pipeline.deliver([house.arrival(house.tone("reese.wav"))])
    wait_for(lambda: house.states() == {"reese.wav": "queued"})
    yield pipeline
    pipeline.stop()


def test_it_goes_on_by_itself_when_the_time_has_come(house, wait_for):
    """With the real clock: nobody says a word, the sample is filed after the end, and the others are told."""
    house.clock = SystemClock()
    pipeline = house.pipeline()
    until = house.clock.now() + 1.5
    pipeline.set_paused(True, until)
    assert pipeline.paused_until == until
    pipeline.start()
    try:
        pipeline.deliver([house.arrival(house.tone("reese.wav"))])
        wait_for(lambda: house.states() == {"reese.wav": "queued"} or house.clock.now() > until)
        wait_for(lambda: house.states() == {"reese.wav": "filed"})
        assert house.clock.now() >= until
        assert house.log.events.count(StatusChanged()) >= 2  # when it began and when it ended
        assert not pipeline.paused and pipeline.paused_until is None
    finally:
        pipeline.stop()


def test_until_then_nothing_is_filed_and_commands_are_answered(house, held, wait_for):
    """Only filing is held back; resume ends it early."""
    house.clock.leap(3000)
    held.ask(lambda: None).result(120)
    assert house.states() == {"reese.wav": "queued"}
    held.set_paused(False)
    wait_for(lambda: house.states() == {"reese.wav": "filed"})
    assert held.paused_until is None


def test_a_plain_pause_outlasts_the_end_of_the_one_before(house, held):
    """ "Until I resume" means it."""
    held.set_paused(True)
    house.clock.leap(7200)
    held.ask(lambda: None).result(120)
    held.ask(lambda: None).result(120)
    assert held.paused
    assert house.states() == {"reese.wav": "queued"}


def test_waking_up_after_the_end_is_enough(house, held, wait_for):
    """The machine slept through it: whoever wakes the pipeline ends the pause."""
    house.clock.leap(7200)
    held.wake()
    wait_for(lambda: house.states() == {"reese.wav": "filed"})
    assert house.journal.setting(PAUSED) is None


def test_asking_after_the_end_is_enough(house, held, wait_for):
    """Nobody told it of waking up, but a page asks for the status."""
    house.clock.leap(7200)
    wait_for(lambda: not held.paused)
    wait_for(lambda: house.states() == {"reese.wav": "filed"})


def test_a_restart_keeps_the_end(tmp_path, wait_for):
    """Before it the pause stands with its end; after it the next start files what waited at once."""
    with House(tmp_path) as house:
        pipeline = house.pipeline()
        pipeline.set_paused(True, house.clock.time + 3600)
        until = pipeline.paused_until
        house.take_in(house.tone("reese.wav"))
    with House(tmp_path) as later:
        assert later.pipeline().paused
        assert later.pipeline().paused_until == until
    with House(tmp_path) as last:
        last.clock.leap(7200)
        pipeline = last.pipeline()
        pipeline.start()
        try:
            wait_for(lambda: last.states() == {"reese.wav": "filed"})
            assert not pipeline.paused
        finally:
            pipeline.stop()
