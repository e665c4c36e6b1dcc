"""What the tray says for a status."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.job import DaemonState, Recent, Status
from wavized.tray.menu import (
    MAX_ITEM,
    MAX_TITLE,
    Action,
    Choice,
    Extras,
    MenuItem,
    Picture,
    Sections,
    build,
)

PLAIN = Extras()
WATCHING = Status(DaemonState.WATCHING, library="/lib", watching=("/in",))
KICK = Recent(7, "kick & bass.wav", "808", "/lib/808")
REESE = Recent(3, "wide.wav", "reese", "C:\\Samples\\Reese\\")
NAMES = st.text(st.characters(), max_size=300)  # surrogates too: names that are no UTF-8
STATUSES = st.builds(
    Status,
    state=st.sampled_from(DaemonState),
    pending=st.integers(0, 10**6),
    filed=st.integers(0, 10**6),
    review=st.integers(0, 10**6),
    detail=st.text(max_size=200),
    library=st.text(max_size=20),
    watching=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    paused_until=st.none() | st.floats(0, 4e9),
    filed_today=st.integers(0, 10**6),
    recent=st.lists(st.builds(Recent, st.integers(1), NAMES, NAMES, NAMES), max_size=5).map(tuple),
)
EXTRAS = st.builds(
    Extras,
    now=st.floats(0, 4e9),
    starting=st.booleans(),
    at_login=st.none() | st.booleans(),
    notifies=st.booleans(),
    muted_until=st.none() | st.floats(0, 4e9),
    version=st.sampled_from(["", "1.2.3"]),
)


def flat(sections: Sections) -> list[MenuItem]:
    """Every item, those of submenus after the one that opens them."""
    return [each for section in sections for item in section for each in (item, *flat(item.sections))]


def items(status: Status, extras: Extras = PLAIN) -> list[MenuItem]:
    return flat(build(status, extras).sections)


def texts(status: Status, extras: Extras = PLAIN) -> list[str]:
    """The lines of the menu itself, in order."""
    return [item.text for section in build(status, extras).sections for item in section]


def item(text: str, status: Status, extras: Extras = PLAIN) -> MenuItem:
    (found,) = [item for item in items(status, extras) if item.text == text]
    return found


def test_a_quiet_tray_says_that_it_watches():
    """Nothing to do: the state, what can be opened, what can be set, and the way out."""
    model = build(WATCHING)
    assert (model.picture, model.badge) == (Picture.WATCHING, "")
    assert model.title == "Wavized: Watching 1 folder"
    assert texts(WATCHING) == [
        "Watching 1 folder",
        "Open window",
        "Open library",
        "Sort a folder…",
        "Pause",
        "Mute notifications for 1 h",
        "Edit config",
        "Help",
        "Quit Wavized",
    ]


def test_a_busy_tray_tells_what_was_filed_and_what_waits():
    """Every number has its line, and all of them stand in the tooltip."""
    status = Status(
        DaemonState.WATCHING, pending=2, review=3, library="/lib", filed_today=14, recent=(KICK, REESE)
    )
    assert build(status).picture is Picture.WORKING
    assert build(status).title == "Wavized: Working, 2 samples to go · filed 14 today · 3 to review"
    assert texts(status)[:4] == [
        "Working, 2 samples to go",
        "Last filed: 808/kick & bass.wav",
        "Recent",
        "Review 3…",
    ]


def test_each_recent_sample_can_be_taken_back_and_shown():
    """What was filed last is under "Recent", each with what can be done to it."""
    status = Status(DaemonState.WATCHING, recent=(KICK, REESE))
    assert item("Last filed: 808/kick & bass.wav", status).choice == Choice(Action.SHOW_SAMPLE, KICK)
    (section,) = item("Recent", status).sections
    assert [line.text for line in section] == ["808/kick & bass.wav", "Reese/wide.wav"]
    for line, sample in zip(section, (KICK, REESE), strict=True):
        choices = [(each.text, each.choice) for each in flat(line.sections)]
        undo, show = Choice(Action.UNDO, sample), Choice(Action.SHOW_SAMPLE, sample)
        assert choices == [("Undo", undo), ("Show in folder", show)]


@pytest.mark.parametrize(("review", "badge"), [(1, "1"), (9, "9"), (10, "9+"), (4321, "9+")])
def test_the_icon_carries_how_many_wait(review, badge):
    """One figure fits; more are `9+`, and the tooltip says it exactly."""
    model = build(Status(DaemonState.WATCHING, review=review))
    assert (model.picture, model.badge) == (Picture.REVIEW, badge)
    assert model.title.endswith(f" · {review} to review")


def test_while_it_starts_it_says_so_unless_something_is_wrong():
    """The folders are looked through first; trouble is more important."""
    starting = Extras(starting=True)
    assert build(WATCHING, starting).picture is Picture.STARTING
    assert build(WATCHING, starting).title == "Wavized: Starting…"
    assert build(Status(DaemonState.DEGRADED, detail="no model"), starting).picture is Picture.DEGRADED


def test_pause_asks_for_how_long_and_says_until_when():
    """A quarter of an hour, an hour, or until resumed; then the state line tells the time."""
    lengths = [(line.text, line.choice) for line in flat(item("Pause", WATCHING).sections)]
    assert lengths == [
        ("For 15 minutes", Choice(Action.PAUSE, minutes=15.0)),
        ("For 1 hour", Choice(Action.PAUSE, minutes=60.0)),
        ("Until resumed", Choice(Action.PAUSE)),
    ]
    end = datetime(2026, 5, 4, 15, 20)
    paused = Status(DaemonState.PAUSED, paused_until=end.timestamp(), pending=2)
    today, eve = (Extras(now=(end - timedelta(hours=hours)).timestamp()) for hours in (15, 16))
    assert texts(paused, today)[0] == "Paused until 15:20, 2 samples to go"
    assert texts(paused, eve)[0] == "Paused until tomorrow 15:20, 2 samples to go"


def test_notifications_are_muted_and_heard_again():
    """The item is ticked while they are, and says until when; where they are off it is not there."""
    mute = item("Mute notifications for 1 h", WATCHING)
    assert (mute.choice, mute.checked) == (Choice(Action.MUTE, minutes=60.0), False)
    until = datetime(2026, 5, 4, 9, 5).timestamp()
    muted = item("Notifications muted until 09:05", WATCHING, Extras(now=until - 60, muted_until=until))
    assert (muted.choice, muted.checked) == (Choice(Action.UNMUTE), True)
    assert not any("otifications" in each.text for each in items(WATCHING, Extras(notifies=False)))


def test_starting_at_login_is_switched_where_the_system_can():
    """Ticked where it does, a way to the other; absent where this system cannot."""
    on, off = (item("Start at login", WATCHING, Extras(at_login=does)) for does in (True, False))
    assert (on.choice, on.checked) == (Choice(Action.NOT_AT_LOGIN), True)
    assert (off.choice, off.checked) == (Choice(Action.START_AT_LOGIN), False)
    assert "Start at login" not in texts(WATCHING)


def test_help_checks_everything_and_names_the_version():
    """What a person is asked for when something is wrong."""
    lines = flat(item("Help", WATCHING, Extras(version="1.2.3")).sections)
    assert [line.text for line in lines] == ["Is everything in order?", "Wavized 1.2.3"]
    assert lines[0].choice == Choice(Action.CHECK_UP)


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
    offered = {state: {each.text: each.enabled for each in items(Status(state))} for state in DaemonState}
    assert "Resume" in offered[DaemonState.PAUSED] and "Pause" not in offered[DaemonState.PAUSED]
    for state in (DaemonState.WATCHING, DaemonState.DEGRADED, DaemonState.STOPPED):
        assert "Resume" not in offered[state]
        assert offered[state]["Pause"] is (state is not DaemonState.STOPPED)


def test_what_waits_for_an_answer_leads_to_it():
    """The line that tells how many samples wait opens the page where they are answered."""
    assert item("Review 2…", Status(DaemonState.WATCHING, review=2)).choice == Choice(Action.OPEN_REVIEW)
    assert not any(each.text.startswith("Review") for each in items(WATCHING))


def test_without_a_library_it_cannot_be_opened():
    """A command that could not work is greyed out."""
    nowhere = Status(DaemonState.WATCHING)
    assert (item("Open library", nowhere).enabled, item("Quit Wavized", nowhere).enabled) == (False, True)


@given(status=STATUSES, extras=EXTRAS)
def test_every_menu_can_be_shown_and_left(status, extras):
    """One default, one way out, one line an item, and no text longer than the systems take."""
    model = build(status, extras)
    every = items(status, extras)
    assert [each.choice for each in every if each.default] == [Choice(Action.OPEN_WINDOW)]
    assert model.sections[-1] == (MenuItem("Quit Wavized", Choice(Action.QUIT)),)
    assert 0 < len(model.title) <= MAX_TITLE
    for text in (model.title, *(each.text for each in every)):
        assert text and text.isprintable()
    assert all(len(each.text) <= MAX_ITEM for each in every)
    for each in every:
        assert not each.enabled or bool(each.choice) is not bool(each.sections)
    assert bool(model.badge) is (model.picture is Picture.REVIEW)


def test_the_numbers_stand_in_the_tooltip_however_long_the_trouble():
    """What is cut is the sentence, not what it counts."""
    status = Status(DaemonState.DEGRADED, detail="x" * 500, filed_today=2, review=7)
    title = build(status).title
    assert len(title) == MAX_TITLE and title.endswith(" · filed 2 today · 7 to review")


def test_a_long_name_keeps_its_start_and_its_end():
    """Folder and file type stay readable."""
    status = Status(DaemonState.WATCHING, recent=(Recent(1, "x" * 200 + "_G#.wav", "808", "/lib/808"),))
    shown = next(text for text in texts(status) if text.startswith("Last filed: 808/xxx"))
    assert shown.endswith("_G#.wav") and "…" in shown and len(shown) == MAX_ITEM
