"""What the tray shows, says and does for a daemon; nothing is drawn."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from support.desktop import wait_until
from wavized.autostart.choose import choose_autostart
from wavized.config.model import Config
from wavized.config.program import login_command
from wavized.domain.events import Event, Notice
from wavized.domain.job import DaemonState, Job, Recent, Status
from wavized.errors import WavizedError
from wavized.services.hub import EventHub
from wavized.tray.menu import Action, Choice, MenuModel, Picture
from wavized.trayside import TraySide

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="uses Linux's ways to open and to start")
SAMPLE = Recent(7, "kick.wav", "808", "/lib/808")


class StubDaemon:
    """Keeps what was asked of it; `undone` is what the next undo comes to."""

    def __init__(self, library: Path) -> None:
        self.events = EventHub()
        self.config = Config(library=library)
        self.is_ready = True
        self.asked: list[object] = []
        self.heard: list[Event] = []
        self.undone: Future[Job] = Future()
        self.events.subscribe(self.heard.append)

    def status(self) -> Status:
        return Status(DaemonState.WATCHING, library=str(self.config.library))

    def pause(self, minutes: float | None = None) -> None:
        self.asked.append(("pause", minutes))

    def resume(self) -> None:
        self.asked.append("resume")

    def undo(self, job_id: int) -> Future[Job]:
        self.asked.append(("undo", job_id))
        return self.undone

    def show(self, page: str = "") -> None:
        self.asked.append(("show", page))

    def stop(self) -> None:
        self.asked.append("stop")


@pytest.fixture
def daemon(tmp_path) -> StubDaemon:
    (tmp_path / "library").mkdir()
    return StubDaemon(tmp_path / "library")


@pytest.fixture
def tools(tmp_path, monkeypatch) -> Path:
    """The one folder in which programs are looked for."""
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    return tools


@pytest.fixture
def opened(tools) -> Callable[[], list[str]]:
    """What a stand-in for the system's opener was given so far."""
    answer = tools.parent / "opened"
    opener = tools / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$@" >> "{answer}"\n')
    opener.chmod(0o755)
    return lambda: answer.read_text().splitlines() if answer.exists() else []


@pytest.fixture
def side(daemon, tmp_path, monkeypatch) -> TraySide:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    config = tmp_path / "config.yaml"
    config.write_text(f"library: {tmp_path / 'library'}\n")
    side = TraySide(daemon, config, choose_autostart(login_command(config)))
    side.stop()  # it is never shown
    return side


def texts(model: MenuModel) -> list[str]:
    return [item.text for section in model.sections for item in section]


def notices(daemon: StubDaemon) -> list[str]:
    return [event.message for event in daemon.heard if isinstance(event, Notice)]


@pytest.mark.parametrize(
    ("choice", "asked"),
    [
        (Choice(Action.PAUSE, minutes=15.0), ("pause", 15.0)),
        (Choice(Action.PAUSE), ("pause", None)),
        (Choice(Action.RESUME), "resume"),
        (Choice(Action.OPEN_WINDOW), ("show", "")),
        (Choice(Action.OPEN_REVIEW), ("show", "review")),
        (Choice(Action.OPEN_SORT), ("show", "sort")),
        (Choice(Action.UNDO, sample=SAMPLE), ("undo", 7)),
        (Choice(Action.QUIT), "stop"),
    ],
)
def test_the_daemon_is_asked_what_was_chosen(daemon, side, choice, asked):
    side.choose(choice)
    assert daemon.asked == [asked]


def test_until_the_folders_were_looked_through_it_is_starting(daemon, side):
    """What `is_ready` says decides the picture."""
    daemon.is_ready = False
    assert side.model().picture is Picture.STARTING
    daemon.is_ready = True
    assert side.model().picture is Picture.WATCHING


def test_an_undo_is_waited_for_by_nobody_and_answered(daemon, side):
    """The answer comes when the pipeline has done it."""
    side.choose(Choice(Action.UNDO, sample=SAMPLE))
    assert side.messages() == []
    daemon.undone.set_result(None)
    (message,) = side.messages()
    assert (message.title, message.text) == ("Taken back", "kick.wav is where it came from")
    assert side.messages() == []


def test_an_undo_that_fails_says_why(daemon, side):
    """The reason is a problem that window and log hear of too."""
    side.choose(Choice(Action.UNDO, sample=SAMPLE))
    daemon.undone.set_exception(WavizedError("It was changed since", hint="Look at it"))
    assert notices(daemon) == ["kick.wav was not taken back: It was changed since"]


def test_with_notifications_off_not_even_answers_pop_up(daemon, side):
    """The config's word holds for all of them."""
    daemon.config = daemon.config.model_copy(update={"notifications": False})
    side.choose(Choice(Action.UNDO, sample=SAMPLE))
    daemon.undone.set_result(None)
    daemon.events.publish(Notice("The library is away"))
    assert side.messages() == []
    assert not any("otifications" in text for text in texts(side.model()))


def test_problems_pop_up_and_news_do_not(daemon, side):
    """What is no problem is told by the window alone."""
    daemon.events.publish(Notice("The new settings are in force", problem=False))
    daemon.events.publish(Notice("The library is away", "Plug it in"))
    (message,) = side.messages()
    assert "The library is away" in f"{message.title} {message.text}"


def test_muted_for_an_hour_the_menu_says_until_when_and_wakes_at_the_end(side):
    """The tick goes by itself, and earlier by a click."""
    side.choose(Choice(Action.MUTE, minutes=60.0))
    assert any(text.startswith("Notifications muted until ") for text in texts(side.model()))
    patience = side.patience()
    assert patience is not None and 0 < patience <= 3600
    side.choose(Choice(Action.UNMUTE))
    assert "Mute notifications for 1 h" in texts(side.model())
    side.choose(Choice(Action.MUTE, minutes=0.0))
    assert "Mute notifications for 1 h" in texts(side.model())


def test_it_is_looked_at_again_when_the_day_is_over(side):
    """What was filed today is counted anew then."""
    patience = side.patience()
    assert patience is not None and 0 <= patience <= 25 * 3600


def test_library_and_samples_are_opened_where_they_lie(daemon, side, opened, tmp_path):
    """By the system's file manager; a folder that is gone is an error."""
    side.choose(Choice(Action.OPEN_LIBRARY))
    library = tmp_path / "library"
    wait_until(lambda: opened() == [str(library)], "the library opened")
    (library / "808").mkdir()
    (library / "808" / "kick.wav").touch()
    side.choose(Choice(Action.SHOW_SAMPLE, sample=Recent(7, "kick.wav", "808", str(library / "808"))))
    wait_until(lambda: opened() == [str(library), str(library / "808")], "the sample's folder opened")
    with pytest.raises(WavizedError, match="no folder"):
        side.choose(Choice(Action.SHOW_SAMPLE, sample=SAMPLE))


def test_the_config_is_opened_in_an_editor(side, opened, tmp_path):
    """Without a shell, and not on the thread that holds the menu."""
    side.choose(Choice(Action.EDIT_CONFIG))
    wait_until(lambda: opened() == [str(tmp_path / "config.yaml")], "the config opened")


def test_without_an_editor_the_file_is_named(daemon, side, tools):
    """Nothing here opens texts: the person can still find it."""
    side.choose(Choice(Action.EDIT_CONFIG))
    wait_until(lambda: notices(daemon) != [], "an answer")
    assert notices(daemon) == ["No editor could be started"]


def test_starting_at_login_is_switched_without_asking_on_every_update(daemon, side, tmp_path):
    """Its files are looked at now and then, and at once after a switch of our own."""

    def ticked() -> bool | None:
        items = [item for section in side.model().sections for item in section]
        return next((item.checked for item in items if item.text == "Start at login"), None)

    assert ticked() is False
    side.choose(Choice(Action.START_AT_LOGIN))
    wait_until(lambda: ticked() is True, "the tick")
    entry = tmp_path / "config" / "autostart" / "wavized.desktop"
    entry.unlink()
    assert ticked() is True
    side.choose(Choice(Action.NOT_AT_LOGIN))
    wait_until(lambda: ticked() is False, "no tick")


def test_a_check_up_ends_with_the_tray(side, opened):
    """Whoever quits does not wait for it."""
    began = time.monotonic()
    side.choose(Choice(Action.CHECK_UP))
    busy = [thread for thread in threading.enumerate() if thread.name.startswith("tray-errands")]
    assert busy
    side._errands.shutdown(wait=True)
    assert time.monotonic() - began < 60
    assert opened() == []


def test_the_check_up_is_what_doctor_says(daemon, tmp_path, monkeypatch, opened):
    """Its text is opened like any other."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    config = tmp_path / "config.yaml"
    config.write_text(f"library: {tmp_path / 'library'}\n")
    side = TraySide(daemon, config, choose_autostart(login_command(config)))
    side.choose(Choice(Action.CHECK_UP))
    wait_until(lambda: opened() != [], "the report opened")
    (report,) = opened()
    text = Path(report).read_text(encoding="utf-8")
    assert str(tmp_path / "library") in text and os.linesep in text
    side.stop()
    side.run()
