"""The tray icon on a real display, in a real tray: shown, changed, clicked, lost and taken away."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.desktop import Desktop, Program, running, wait_until
from wavized.services.notifications import Message
from wavized.tray.artwork import DESIGNS
from wavized.tray.icon import TrayIcon, TrayUnavailableError
from wavized.tray.menu import Choice, MenuModel, Picture

SCRIPT = Path(__file__).with_name("program.py")


@pytest.fixture
def program(desktop) -> Iterator[Program]:
    """A program whose icon lies in a panel."""
    desktop.start_tray()
    with running(SCRIPT, desktop.environ) as program:
        wait_until(lambda: desktop.icon_title() is not None, "the icon's window in the panel")
        yield program


def ended_well(program: Program) -> None:
    """The program ended in order: no thread was left, nothing complained, Ctrl-C means what it did before."""
    assert program.end() == (0, "")
    assert program.said[-3:] == ["ended", "threads MainThread", "interrupt kept"]


def shows(desktop: Desktop, picture: Picture) -> bool:
    return desktop.shows(DESIGNS[picture].tile)


def test_the_icon_appears_in_the_tray_and_goes_when_stopped(desktop, program):
    """`run` shows the icon and returns once another thread calls `stop`."""
    wait_until(lambda: shows(desktop, Picture.WATCHING), "the icon on the screen")
    assert desktop.icon_title() == "Wavized: Watching 1 folder"
    program.tell("stop")
    ended_well(program)
    assert desktop.icon_title() is None
    assert not shows(desktop, Picture.WATCHING)


def test_an_update_changes_picture_and_tooltip(desktop, program):
    """Each state has its own picture on the screen; a tooltip may hold any character."""
    states = {
        Picture.WORKING: {"state": "watching", "pending": 3},
        Picture.PAUSED: {"state": "paused"},
        Picture.REVIEW: {"state": "watching", "review": 2},
        Picture.STARTING: {"state": "watching", "extras": {"starting": True}},
        Picture.DEGRADED: {"state": "degraded", "detail": "低音 model is missing …"},
        Picture.WATCHING: {"state": "watching"},
    }
    for picture, status in states.items():
        program.tell(status)
        wait_until(lambda picture=picture: shows(desktop, picture), f"the picture for {picture}")
    wait_until(lambda: desktop.icon_title() == "Wavized: Watching no folder", "the new tooltip")
    program.tell("stop")
    ended_well(program)


def test_many_updates_end_in_the_last_one(desktop, program):
    """A flood of events does not leave an old state on the screen, nor block who sends it."""
    for number in range(500):
        program.tell({"state": "watching", "pending": number})
    wait_until(lambda: desktop.icon_title() == "Wavized: Working, 499 samples to go", "the last state")
    program.tell("stop")
    ended_well(program)


def test_a_message_that_cannot_pop_up_does_no_harm(desktop, program):
    """Plain X11 has no notifications: the icon goes on as if nothing had been said."""
    program.tell("notify Is its drive plugged in?")
    program.tell({"state": "paused"})
    wait_until(lambda: shows(desktop, Picture.PAUSED), "the icon alive after the message")
    program.tell("stop")
    ended_well(program)


def test_sigterm_ends_the_icon(desktop, program):
    """A signal handler may call `stop` while the main thread is in the tray's loop."""
    program.signal(signal.SIGTERM)
    ended_well(program)


def test_a_click_opens_the_window_and_a_failing_command_is_told(desktop, program):
    """Without a menu the click does the default thing, on the main thread, and its failure ends nothing."""
    program.wait_for("logged The tray icon has no menu on this system: a click opens the window")
    desktop.click_icon()
    program.wait_for("chosen open_window None on MainThread")
    program.wait_for("told There is no display")
    program.tell({"state": "paused"})
    wait_until(lambda: shows(desktop, Picture.PAUSED), "the icon alive after the failure")
    program.tell("stop")
    ended_well(program)


def test_a_status_that_cannot_be_read_leaves_the_icon_as_it_was(desktop, program):
    """The journal may be closed while the icon is still there."""
    program.tell("break")
    program.tell({"state": "paused"})
    wait_until(lambda: shows(desktop, Picture.PAUSED), "the icon alive after the failure")
    program.tell("stop")
    assert program.end()[0] == 0
    assert program.said[-3:] == ["ended", "threads MainThread", "interrupt kept"]


def test_the_icon_waits_for_a_tray_and_comes_back_after_its_crash(desktop):
    """At login the panel starts after Wavized; a panel that died is found again when it returns."""
    with running(SCRIPT, desktop.environ) as program:
        program.wait_for("logged No tray has taken the icon yet; it is offered again until one does")
        for _ in range(2):
            assert not shows(desktop, Picture.WATCHING)
            desktop.start_tray()
            wait_until(lambda: shows(desktop, Picture.WATCHING), "the icon in the panel")
            desktop.kill_tray()
            wait_until(lambda: not shows(desktop, Picture.WATCHING), "the icon gone with its panel")
        program.tell("stop")
        ended_well(program)
    assert (
        program.said.count("logged No tray has taken the icon yet; it is offered again until one does") == 1
    )


def test_a_lost_display_ends_the_icon_with_an_error_and_leaves_no_thread(desktop, program):
    """Logging out must not leave a daemon that can never end."""
    desktop.close()
    assert program.end()[0] == 0
    assert program.said[-3:] == [
        "unavailable The tray icon was lost with its display",
        "threads MainThread",
        "interrupt kept",
    ]


@pytest.mark.parametrize("display", [None, "", ":9999", "nonsense"])
def test_without_a_display_the_reason_is_said(desktop, display):
    """pystray's own errors of many kinds become one that a person understands."""
    environ = {name: value for name, value in desktop.environ.items() if name != "DISPLAY"}
    with running(SCRIPT, environ if display is None else {**environ, "DISPLAY": display}) as program:
        assert program.end() == (0, "")
    reason, threads, _ = (line for line in program.said if not line.startswith("logged "))
    assert threads == "threads MainThread"
    assert reason.startswith("unavailable No tray icon: ")
    assert ("there is no graphical display" in reason) is (not display)


class Nobody:
    """An owner who is asked nothing."""

    def model(self) -> MenuModel:
        raise AssertionError("shown all the same")

    def messages(self) -> list[Message]:
        return []

    def patience(self) -> float | None:
        return None

    def choose(self, choice: Choice) -> None: ...
    def tell(self, message: str, hint: str) -> None: ...


def test_an_icon_stopped_before_it_runs_is_never_shown():
    """A daemon told to leave while it starts needs no display to obey."""
    icon = TrayIcon(Nobody())
    icon.stop()
    icon.run()


class Broken(Nobody):
    """An owner who cannot say what to show."""

    def model(self) -> MenuModel:
        raise OSError("no such table")


def test_whatever_keeps_the_icon_from_being_made_is_a_missing_icon():
    """Wavized runs on without it: a part of the desktop's libraries may be missing, or Pillow's."""
    with pytest.raises(TrayUnavailableError, match="no such table"):
        TrayIcon(Broken()).run()
