"""The real daemon with its icon in a real tray: what the menu says is done, and what is done shows."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator

import pytest

from support.audio import write_tone
from support.desktop import Desktop, wait_until
from support.program import Program
from support.session_bus import has_bus, notification_service, session_bus
from wavized.tray.artwork import DESIGNS
from wavized.tray.menu import Picture

pytestmark = pytest.mark.skipif(not has_bus(), reason="dbus-daemon is not installed")

PAUSE = 3
"""Enabled lines above "Pause" where nothing has been filed: open window, open library, sort a folder."""
FILED = 2
"""Lines more where something has: the last one, and the recent ones."""


@pytest.fixture
def bus() -> Iterator[str]:
    with session_bus() as address:
        yield address


@pytest.fixture
def shown(gtk_desktop, bus, program) -> Program:
    """A daemon whose icon lies in the tray, with a session bus and no service on it."""
    gtk_desktop.environ["DBUS_SESSION_BUS_ADDRESS"] = bus
    gtk_desktop.start_tray()
    settings = ("DISPLAY", "PYSTRAY_BACKEND", "PYTHONPATH", "GTK_THEME", "NO_AT_BRIDGE")
    for name in (*settings, "DBUS_SESSION_BUS_ADDRESS"):
        program.environment[name] = gtk_desktop.environ[name]
    program.environment["BROWSER"] = "true"  # where the window would be opened
    start(program)
    wait_until(lambda: shows(gtk_desktop, Picture.WATCHING), "the icon of a program that watches")
    return program


def start(program: Program) -> None:
    """As `Program.start`, with the tray."""
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            program.command("run", "--config", str(program.config)),
            env=program.environment,
            stderr=log,
        )
    program.wait(lambda: program.status()["state"] != "stopped")


def shows(desktop: Desktop, picture: Picture) -> bool:
    return desktop.shows(DESIGNS[picture].tile)


def test_pause_in_the_menu_pauses_for_a_while_and_resume_goes_on(gtk_desktop, shown):
    """What is clicked in the tray is what `wavized status` says, and what the icon shows."""
    gtk_desktop.choose(PAUSE, 0)
    shown.wait(lambda: shown.status()["state"] == "paused", "paused by the tray")
    assert 0 < shown.status()["paused_until"] - time.time() <= 15 * 60
    wait_until(lambda: shows(gtk_desktop, Picture.PAUSED), "the picture of a pause")
    write_tone(shown.inbox / "later.wav", frequency=55.0)
    shown.wait(lambda: shown.status()["pending"] == 1, "a sample that waits for the end of the pause")
    assert shown.filed() == {}
    gtk_desktop.choose(PAUSE)
    shown.wait_until_at_rest(1)
    assert list(shown.filed()) == ["later.wav"]
    wait_until(lambda: shows(gtk_desktop, Picture.WATCHING), "the icon of a program that watches")


def test_quit_in_the_menu_ends_the_program(gtk_desktop, shown):
    """In order, with exit code 0, and the icon goes with it."""
    gtk_desktop.open_menu()
    gtk_desktop.press("End", "Return")
    assert shown.daemon is not None
    assert shown.daemon.wait(120) == 0
    assert not shows(gtk_desktop, Picture.WATCHING)
    assert "Traceback" not in shown.log.read_text()


def test_a_filing_is_taken_back_from_the_tray(gtk_desktop, shown):
    """Recent, the sample, Undo: it is gone from the library and whole where it came from."""
    source = write_tone(shown.inbox / "mistake.wav", frequency=55.0)
    whole = source.read_bytes()
    shown.wait_until_at_rest(1)
    wait_until(lambda: shows(gtk_desktop, Picture.WATCHING), "the icon at rest")
    with notification_service(shown.environment) as service:
        gtk_desktop.choose(1, 0, 0)
        shown.wait(lambda: shown.states() == {"mistake.wav": ["reverted"]}, "taken back by the tray")
        assert shown.filed() == {} and source.read_bytes() == whole
        wait_until(lambda: any(line.startswith('{"from"') for line in heard(service)), "the answer")
        (answer,) = [json.loads(line) for line in heard(service) if line.startswith('{"from"')]
    assert (answer["title"], answer["text"]) == ("Taken back", "mistake.wav is where it came from")


def heard(service) -> list[str]:
    service.has_said("")
    return service.said


def test_starting_at_login_is_switched_on_and_off(gtk_desktop, shown):
    """The tick is the state of the files in the user's own configuration folder."""

    def enabled() -> bool:
        return bool(shown.json("autostart", "status")[0]["enabled"])

    assert not enabled()
    gtk_desktop.choose(PAUSE + 2)
    shown.wait(enabled, "started at login")
    gtk_desktop.choose(PAUSE + 2)
    shown.wait(lambda: not enabled(), "not started at login")


def test_what_is_filed_is_told_once_for_all_of_it_unless_muted(gtk_desktop, shown):
    """Few words and grouped; while muted the next samples are filed without any."""
    with notification_service(shown.environment) as service:

        def told() -> list[str]:
            return [line for line in heard(service) if line.startswith('{"from"')]

        for number in range(3):
            write_tone(shown.inbox / "Pack 2" / f"bass {number}.wav", frequency=50.0 + number)
        shown.wait_until_at_rest(3)
        wait_until(lambda: told() != [], "a message about the samples")
        assert len(told()) == 1 and "3 " in told()[0] and "Pack 2" in told()[0]
        wait_until(lambda: shows(gtk_desktop, Picture.WATCHING), "the icon at rest")
        gtk_desktop.choose(PAUSE + FILED + 1)
        write_tone(shown.inbox / "quiet.wav", frequency=60.0)
        shown.wait_until_at_rest(4)
        time.sleep(7)  # longer than a message would take to come
        assert len(told()) == 1


def test_without_a_notification_service_it_files_and_quits_in_order(gtk_desktop, shown):
    """Messages are lost and nothing else."""
    write_tone(shown.inbox / "bass.wav", frequency=50.0)
    shown.wait_until_at_rest(1)
    shown.wait(lambda: "shows no messages" in shown.log.read_text(), "a message that could not be shown")
    gtk_desktop.open_menu()
    gtk_desktop.press("End", "Return")
    assert shown.daemon is not None
    assert shown.daemon.wait(120) == 0
    assert "Traceback" not in shown.log.read_text()
