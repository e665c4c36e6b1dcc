"""What the tray says for a status."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.job import DaemonState, Status
from wavized.tray.menu import MAX_ITEM, MAX_TITLE, Action, MenuItem, Picture, build

WATCHING = Status(DaemonState.WATCHING, library="/lib", watching=("/in",))
STATUSES = st.builds(
    Status,
    state=st.sampled_from(DaemonState),
    pending=st.integers(0, 10**6),
    filed=st.integers(0, 10**6),
    review=st.integers(0, 10**6),
    detail=st.text(max_size=200),
    last_filed=st.text(st.characters(), max_size=300),  # surrogates too: names that are no UTF-8
    library=st.text(max_size=20),
    watching=st.lists(st.text(max_size=5), max_size=3).map(tuple),
)


def texts(status: Status) -> list[str]:
    """All items, in order."""
    return [item.text for section in build(status).sections for item in section]


def items(status: Status) -> list[MenuItem]:
    return [item for section in build(status).sections for item in section]


def test_a_quiet_tray_says_that_it_watches():
    """Nothing to do: the state, two commands, and the way out."""
    model = build(WATCHING)
    assert (model.picture, model.title) == (Picture.WATCHING, "Wavized: Watching 1 folder")
    assert texts(WATCHING) == ["Watching 1 folder", "Open window", "Open library", "Pause", "Quit Wavized"]


def test_a_busy_tray_tells_what_was_filed_and_what_waits():
    """Every number has its line."""
    status = Status(
        DaemonState.WATCHING,
        pending=2,
        review=1,
        last_filed="808/kick & bass.wav",
        library="/lib",
        watching=("/in",),
    )
    assert build(status).picture is Picture.WORKING
    assert build(status).title == "Wavized: Working, 2 samples to go, 1 sample waits for your word"
    assert texts(status) == [
        "Working, 2 samples to go",
        "1 sample waits for your word",
        "Last filed: 808/kick & bass.wav",
        "Open window",
        "Open library",
        "Pause",
        "Quit Wavized",
    ]


@pytest.mark.parametrize(
    ("status", "picture", "line"),
    [
        (Status(DaemonState.WATCHING), Picture.WATCHING, "Watching no folder"),
        (Status(DaemonState.WATCHING, review=3, watching=("a", "b")), Picture.REVIEW, "Watching 2 folders"),
        (Status(DaemonState.WATCHING, review=3, pending=1), Picture.WORKING, "Working, 1 sample to go"),
        (Status(DaemonState.PAUSED, review=3, pending=4), Picture.PAUSED, "Paused, 4 samples to go"),
        (Status(DaemonState.PAUSED, detail="library away"), Picture.PAUSED, "Paused"),
        (Status(DaemonState.STOPPED), Picture.PAUSED, "Stopped"),
        (Status(DaemonState.DEGRADED, pending=1), Picture.DEGRADED, "Needs attention"),
        (Status(DaemonState.DEGRADED, detail="no model"), Picture.DEGRADED, "Needs attention: no model"),
        (
            Status(DaemonState.WATCHING, pending=1, detail="library away"),
            Picture.DEGRADED,
            "Needs attention: library away",
        ),
    ],
)
def test_the_picture_is_the_state_that_a_person_should_know_of_most(status, picture, line):
    """Trouble before pause, pause before work, work before questions."""
    assert build(status).picture is picture
    assert texts(status)[0] == line


def test_pause_and_resume_take_turns():
    """One of the two is offered: the one that changes something."""
    actions = {state: [item.action for item in items(Status(state))] for state in DaemonState}
    assert Action.RESUME in actions[DaemonState.PAUSED] and Action.PAUSE not in actions[DaemonState.PAUSED]
    for state in (DaemonState.WATCHING, DaemonState.DEGRADED):
        assert Action.PAUSE in actions[state] and Action.RESUME not in actions[state]


def test_what_waits_for_an_answer_leads_to_it():
    """The line that tells how many samples wait opens the page where they are answered."""
    waiting = {item.text: item.action for item in items(Status(DaemonState.WATCHING, review=2))}
    assert waiting["2 samples wait for your word"] is Action.OPEN_REVIEW
    assert Action.OPEN_REVIEW not in [item.action for item in items(Status(DaemonState.WATCHING))]


def test_without_a_library_it_cannot_be_opened():
    """A command that could not work is greyed out."""
    enabled = {item.action: item.enabled for item in items(Status(DaemonState.WATCHING))}
    assert (enabled[Action.OPEN_LIBRARY], enabled[Action.QUIT]) == (False, True)


@given(status=STATUSES)
def test_every_menu_can_be_shown_and_left(status):
    """One default, one way out, one line an item, and no text longer than the systems take."""
    model = build(status)
    assert [item.action for item in items(status) if item.default] == [Action.OPEN_WINDOW]
    assert items(status)[-1] == MenuItem("Quit Wavized", Action.QUIT)
    assert 0 < len(model.title) <= MAX_TITLE
    for text in (model.title, *texts(status)):
        assert text and text.isprintable()
    assert all(len(text) <= MAX_ITEM for text in texts(status))
    assert not any(item.enabled for item in items(status) if item.action is None)


def test_a_long_name_keeps_its_start_and_its_end():
    """Folder and file type stay readable."""
    status = Status(DaemonState.WATCHING, last_filed="808/" + "x" * 200 + "_G#.wav")
    shown = next(text for text in texts(status) if text.startswith("Last filed: 808/xxx"))
    assert shown.endswith("_G#.wav") and "…" in shown and len(shown) == MAX_ITEM
