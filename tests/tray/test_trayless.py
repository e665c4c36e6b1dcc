"""The real program where no tray icon can be seen, and where the display it was shown on goes away."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.desktop import Desktop
from support.program import Program
from support.visitor import Visitor

pytestmark = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """A display without a panel."""
    desktop = Desktop()
    yield desktop
    desktop.close()


@pytest.fixture
def shown(program, desktop) -> Path:
    """The program on that display; the file gets a line for each address a browser is opened with."""
    seen = program.place / "seen"
    seen.touch()
    script = program.place / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" >> "{seen}"\n')
    script.chmod(0o755)
    for name in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "NOTIFY_SOCKET"):
        program.environment.pop(name, None)
    # xorg is what pystray falls back to without PyGObject; this Python may have one
    program.environment |= {"DISPLAY": desktop.display, "BROWSER": f"{script} %s", "PYSTRAY_BACKEND": "xorg"}
    return seen


def start(program: Program, *words: str) -> None:
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            program.command("run", "--config", str(program.config), *words),
            env=program.environment,
            stderr=log,
        )
    program.wait(lambda: program.status()["state"] != "stopped")


def told(program: Program, guest: Visitor | None = None) -> tuple[Visitor, dict[str, str] | None]:
    """A page let in, and the hint it is told."""
    if guest is None:
        address = program.run("open", "--print").stdout.strip()
        guest = Visitor(urlsplit(address).port)
        assert guest.enter(address).status == 303
    return guest, guest.ask("GET", "/api/status").json["hint"]


def test_the_window_opens_once_with_what_mends_it(program, shown):
    """The first start without an icon to be seen opens it; the next does not, until the cause is another."""
    start(program)
    program.wait(lambda: shown.read_text(), "the window to be opened")
    guest, hint = told(program)
    assert hint is not None and hint["message"] in program.log.read_text()
    assert hint["hint"].endswith("--no-tray leaves it out")
    assert program.stop() == 0
    start(program)
    program.wait(lambda: told(program, guest)[1] == hint, "it is still told")
    assert len(shown.read_text().splitlines()) == 1
    assert guest.ask("POST", "/api/hint/dismiss", {}).status == 200
    assert told(program, guest)[1] is None
    assert program.stop() == 0


def test_who_wants_no_tray_gets_no_hint(program, shown):
    start(program, "--no-tray")
    assert told(program)[1] is None and shown.read_text() == ""
    assert program.stop() == 0


def test_it_leaves_with_the_display_that_its_icon_was_shown_on(program, desktop, shown):
    """After logging out nobody could see it, and it would stand in the way of the next login's start."""
    desktop.start_tray()
    start(program)
    program.wait(lambda: desktop.icon_title() is not None, "the icon in the panel")
    desktop.close()
    assert program.daemon.wait(60) == 0
    assert "session has ended" in program.log.read_text()
    assert program.run("status").returncode == 3


def test_without_a_tray_it_outlives_the_display(program, desktop, shown):
    start(program, "--no-tray")
    desktop.close()
    assert program.status()["state"] == "watching"
    assert program.stop() == 0


def test_where_there_never_was_a_display_it_runs_on(program, shown):
    """A server, or a service started before the desktop: the files are filed all the same."""
    del program.environment["DISPLAY"], program.environment["BROWSER"]
    start(program)
    program.wait(lambda: "no graphical display" in program.log.read_text())
    assert program.status()["state"] == "watching"
    assert told(program)[1] is None
    assert program.stop() == 0
