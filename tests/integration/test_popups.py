"""What pops up of what the real services tell: arrivals, corrections, undo, a library that is away."""

from __future__ import annotations

import pytest

from support.house import House
from wavized.domain.events import Notice
from wavized.errors import LibraryUnavailableError
from wavized.services.notifications import Notifications


@pytest.fixture
def house(tmp_path):
    with House(tmp_path) as made:
        made.notifications = Notifications()
        made.log.subscribe(lambda event: made.notifications.hear(event, 0.0))
        yield made


def told(house) -> list[str]:
    """What pops up an hour later."""
    return [message.text for message in house.notifications.due(3600.0)]


def deliver(house, wait_for, *names: str) -> None:
    """Let the pipeline's thread take them to rest."""
    pipeline = house.pipeline()
    pipeline.start()
    try:
        pipeline.deliver([house.arrival(house.tone(name)) for name in names])
        done = {"filed", "skipped", "failed", "awaiting_review"}
        wait_for(lambda: len(house.states()) >= len(names) and set(house.states().values()) <= done)
    finally:
        pipeline.stop()


def test_a_pack_is_one_message(house, wait_for):
    """Filed ones, and those that ask; drums and broken files are not worth a word."""
    names = (
        "Neuro/reese 1.wav",
        "Neuro/sub.wav",
        "Neuro/acid or growl.wav",
        "Neuro/drum.wav",
        "Neuro/broken.wav",
    )
    deliver(house, wait_for, *names)
    assert told(house) == ["2 basses filed from 'Neuro', 1 to review"]
    assert told(house) == []


def test_a_single_sample_is_called_by_its_name(house, wait_for):
    """And by the folder it lies in now."""
    deliver(house, wait_for, "reese 1.wav")
    assert told(house) == ["reese 1.wav filed in Reese"]


def test_what_was_touched_by_hand_is_not_told(house, wait_for):
    """An answer, a correction, an undo, an answer that could not be carried out: not one pop-up."""
    deliver(house, wait_for, "acid or growl.wav", "reese 1.wav", "sub.wav", "growl or sub.wav")
    ids = {job.source.name: job.id for job in house.journal.find()}
    assert told(house) == ["2 basses filed from 'inbox', 2 to review"]
    house.correct(ids["acid or growl.wav"], "acid")
    house.correct(ids["reese 1.wav"], "growl")
    house.reviewing.undo(ids["sub.wav"])
    house.library.rename(house.library.with_name("unplugged"))
    with pytest.raises(LibraryUnavailableError):
        house.correct(ids["growl or sub.wav"], "sub")
    assert told(house) == []


def test_a_library_that_is_away_is_told_once(house, wait_for):
    """At once, with what to do; the samples are told when they are filed."""
    house.library.rename(house.library.with_name("unplugged"))
    pipeline = house.pipeline()
    pipeline.start()
    try:
        pipeline.deliver([house.arrival(house.tone("reese 1.wav"))])
        wait_for(lambda: bool(pipeline.health.waiting))
    finally:
        pipeline.stop()
    notices = [event for event in house.log.events if isinstance(event, Notice)]
    assert len(notices) == 1 and notices[0].problem
    assert len(house.notifications.due(0.0)) == 1
