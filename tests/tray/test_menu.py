"""The icon's menu on a real display, in a real tray, by GTK: shown, used with the mouse, and pop-ups."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.desktop import DARK, LIGHT, Desktop, Program, find_indicator, running, wait_until
from support.session_bus import NO_BUS, has_bus, notification_service, session_bus
from wavized.tray.artwork import DESIGNS
from wavized.tray.menu import Picture

SCRIPT = Path(__file__).with_name("program.py")
SHOTS = os.environ.get("WAVIZED_SHOTS")
"""A folder to keep pictures of the screen in, for people to look at."""

BUSY = {
    "state": "watching",
    "review": 3,
    "filed_today": 14,
    "watching": ["/in", "/packs"],
    "library": "/lib",
    "recent": [[4, "kick & long.wav", "808", "/lib/808"], [3, "wide.wav", "reese", "/lib/Reese"]],
    "extras": {"at_login": True, "version": "0.1.0"},
}


@contextmanager
def shown(desktop: Desktop) -> Iterator[Program]:
    """A program whose icon lies in the panel."""
    with running(SCRIPT, desktop.environ) as program:
        wait_until(lambda: shows(desktop, Picture.WATCHING), "the icon on the screen")
        yield program


def shows(desktop: Desktop, picture: Picture) -> bool:
    return desktop.shows(DESIGNS[picture].tile)


def keep(desktop: Desktop, name: str) -> None:
    if SHOTS:
        desktop.screenshot().save(Path(SHOTS) / f"{name}.png")


def ended_well(program: Program) -> None:
    """The program ended in order: no thread was left, nothing complained, Ctrl-C means what it did before."""
    assert program.end() == (0, "")
    assert program.said[-3:] == ["ended", "threads MainThread", "interrupt kept"]


@pytest.fixture
def program(gtk_desktop) -> Iterator[Program]:
    gtk_desktop.start_tray()
    with shown(gtk_desktop) as program:
        yield program


@pytest.mark.parametrize(("name", "colour"), [("dark", DARK), ("light", LIGHT)])
def test_the_right_button_opens_a_menu_whose_items_do_what_they_say(gtk_desktop, name, colour):
    """Items and those of submenus are clicked with the mouse; what is done runs on the main thread."""
    gtk_desktop.start_tray(colour)
    with shown(gtk_desktop) as program:
        program.tell(BUSY)
        wait_until(lambda: shows(gtk_desktop, Picture.REVIEW), "the number to review")
        keep(gtk_desktop, f"tray-{name}")
        for ways, chosen in {
            (0,): "show_sample kick & long.wav",
            (1, 1, 0): "undo wide.wav",
            (1, 0, 1): "show_sample kick & long.wav",
            (2,): "open_review None",
            (6, 0): "pause 15.0",
            (6, 2): "pause None",
            (7,): "mute 60.0",
            (8,): "not_at_login None",
            (11,): "quit None",
        }.items():
            gtk_desktop.choose(*ways)
            program.wait_for(f"chosen {chosen} on MainThread")
        for number, keys in enumerate(([], ["Down", "Right", "Right"], ["Down"] * 6 + ["Right"])):
            gtk_desktop.open_menu()
            gtk_desktop.press(*keys)
            keep(gtk_desktop, f"menu-{name}-{number}")
            gtk_desktop.close_menu()
        program.tell("stop")
        ended_well(program)


def test_a_left_click_opens_the_window(gtk_desktop, program):
    """The default item, without opening the menu; its failure is told and ends nothing."""
    gtk_desktop.click_icon()
    program.wait_for("chosen open_window None on MainThread")
    program.wait_for("told There is no display")
    program.tell("stop")
    ended_well(program)


def test_an_open_menu_stays_as_it_is_until_it_is_closed(gtk_desktop, program):
    """Samples filed meanwhile do not take it from under the pointer, nor change what an item does."""
    program.tell(BUSY)
    wait_until(lambda: shows(gtk_desktop, Picture.REVIEW), "the number to review")
    gtk_desktop.open_menu()
    for number in range(5):
        newer = [[9 + number, f"new {number}.wav", "808", "/lib/808"], *BUSY["recent"]]
        program.tell({**BUSY, "state": "paused", "recent": newer})
    wait_until(lambda: shows(gtk_desktop, Picture.PAUSED), "the picture of the newest state")
    assert gtk_desktop.selected() is not None
    gtk_desktop.press("Return")
    program.wait_for("chosen show_sample kick & long.wav on MainThread")
    gtk_desktop.choose(0)
    program.wait_for("chosen show_sample new 4.wav on MainThread")
    program.tell("stop")
    ended_well(program)


def test_each_state_changes_the_picture(gtk_desktop, program):
    """As on plain X11."""
    for picture, status in {
        Picture.WORKING: {"state": "watching", "pending": 3},
        Picture.PAUSED: {"state": "paused"},
        Picture.REVIEW: {"state": "watching", "review": 12},
        Picture.DEGRADED: {"state": "degraded", "detail": "低音 model is missing …"},
        Picture.STARTING: {"state": "watching", "extras": {"starting": True}},
    }.items():
        program.tell(status)
        wait_until(lambda picture=picture: shows(gtk_desktop, picture), f"the picture for {picture}")
    program.signal(signal.SIGTERM)
    ended_well(program)


# --- notifications ------------------------------------------------------------------------------------


def alive_after_a_message(desktop: Desktop, program: Program, lost: str) -> None:
    """The icon goes on after something was to pop up, and can be taken away."""
    program.tell("notify 14 basses filed from <Neuro> & more")

    def said_why() -> bool:
        program.has_said("")
        return any(line.startswith(f"logged {lost}") for line in program.said)

    wait_until(said_why, "the reason why nothing popped up")
    program.tell({"state": "paused"})
    wait_until(lambda: shows(desktop, Picture.PAUSED), "the icon alive after the message")
    program.tell("stop")
    ended_well(program)


def test_without_a_session_bus_icon_and_menu_are_the_same(gtk_desktop):
    """pystray by itself would not even show the icon."""
    gtk_desktop.environ["DBUS_SESSION_BUS_ADDRESS"] = NO_BUS
    gtk_desktop.start_tray()
    with shown(gtk_desktop) as program:
        gtk_desktop.choose(0)
        program.wait_for("chosen open_window None on MainThread")
        alive_after_a_message(gtk_desktop, program, "There is no session bus")


@pytest.mark.skipif(not has_bus(), reason="dbus-daemon is not installed")
def test_without_a_notification_service_a_message_is_lost_and_nothing_else(gtk_desktop):
    """pystray by itself raises when it is stopped there."""
    with session_bus() as address:
        gtk_desktop.environ["DBUS_SESSION_BUS_ADDRESS"] = address
        gtk_desktop.start_tray()
        with shown(gtk_desktop) as program:
            alive_after_a_message(gtk_desktop, program, "The desktop shows no messages")


@pytest.mark.skipif(not has_bus(), reason="dbus-daemon is not installed")
@pytest.mark.parametrize("answers", [True, False], ids=["answers", "never answers"])
def test_a_message_pops_up_as_plain_text(gtk_desktop, answers):
    """Names are no markup, whatever they hold; a service that never answers keeps nobody waiting."""
    with session_bus() as address:
        gtk_desktop.environ["DBUS_SESSION_BUS_ADDRESS"] = address
        with notification_service(gtk_desktop.environ, answers=answers) as service:
            gtk_desktop.start_tray()
            with shown(gtk_desktop) as program:
                program.tell("notify 14 basses filed from <Neuro> & more")
                wanted = {
                    "from": "Wavized",
                    "title": "The library is away",
                    "text": "14 basses filed from &lt;Neuro&gt; &amp; more",
                    "picture": [64, 64],
                }
                service.wait_for(json.dumps(wanted))
                program.tell({"state": "paused"})
                wait_until(lambda: shows(gtk_desktop, Picture.PAUSED), "the icon alive after the message")
                program.tell("stop")
                ended_well(program)


@pytest.mark.skipif(not has_bus(), reason="dbus-daemon is not installed")
def test_a_message_pops_up_though_the_status_cannot_be_read(gtk_desktop):
    """What keeps the status from being read is the very thing to tell."""
    with session_bus() as address:
        gtk_desktop.environ["DBUS_SESSION_BUS_ADDRESS"] = address
        with notification_service(gtk_desktop.environ) as service:
            gtk_desktop.start_tray()
            with shown(gtk_desktop) as program:
                program.tell("break")
                program.tell("notify The disk is full")
                wanted = {"from": "Wavized", "title": "The library is away", "text": "The disk is full"}
                service.wait_for(json.dumps(wanted | {"picture": [64, 64]}))
                program.tell("stop")
                ended_well(program)


@pytest.mark.parametrize("bus", [True, False], ids=["bus", "no bus"])
def test_by_appindicator_it_is_shown_and_leaves_in_order_too(gtk_desktop, bus):
    """Without a desktop that knows such icons the library itself puts it into the older kind of tray."""
    if not find_indicator() or not has_bus():
        pytest.skip("gir1.2-ayatanaappindicator3-0.1 or dbus-daemon is not installed")
    gtk_desktop.environ["PYSTRAY_BACKEND"] = "appindicator"
    with session_bus() as address:
        gtk_desktop.environ["DBUS_SESSION_BUS_ADDRESS"] = address if bus else NO_BUS
        gtk_desktop.start_tray()
        with shown(gtk_desktop) as program:
            program.tell("notify 14 basses filed")
            program.tell({"state": "paused"})
            wait_until(lambda: shows(gtk_desktop, Picture.PAUSED), "the icon alive after the message")
            program.tell("stop")
            assert program.end()[0] == 0  # GTK's own warnings are not ours
            assert program.said[-3:] == ["ended", "threads MainThread", "interrupt kept"]
