"""The window with the real program: the first run, the way in, a restart under an open page, and the end."""

from __future__ import annotations

import signal
import subprocess
from urllib.parse import urlsplit

import psutil
import pytest

from support.audio import write_tone
from support.visitor import Visitor


def enter(program, *words) -> Visitor:
    """A browser let in by `wavized open --print`."""
    done = program.run("open", "--print", *words)
    assert done.returncode == 0, done.stderr
    address = done.stdout.strip()
    guest = Visitor(urlsplit(address).port)
    assert guest.enter(address).status == 303
    return guest


def start_first_run(program) -> None:
    """`wavized run` while there is no config."""
    program.config.unlink(missing_ok=True)
    environment = {
        key: value
        for key, value in program.environment.items()
        if key not in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    }
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            program.command("run", "--no-tray", "--config", str(program.config)), env=environment, stderr=log
        )
    program.wait(lambda: program.run("status").returncode == 0, "waited for the first run")


def test_from_nothing_to_a_filed_sample_in_one_page(program):
    """The first run asks, the daemon goes on behind the same page, and a sample arrives in it."""
    start_first_run(program)
    assert program.status()["state"] == "stopped"
    guest = enter(program)
    events = guest.listen()
    assert next(events)[1]["setup"] is True
    assert next(events)[1]["detail"] == "Waiting for its first settings"
    refused = program.run("pause")
    assert refused.returncode == 1 and "first settings" in refused.stderr
    choice = {"library": str(program.library), "watch": [{"path": str(program.inbox)}], "mode": "copy"}
    saved = guest.ask("POST", "/api/setup", choice)
    assert saved.status == 200, saved.body
    assert next(content for kind, content in events if kind == "hello")["setup"] is False
    assert next(content for kind, content in events if kind == "status")["state"] == "watching"
    with program.config.open("a") as config:
        config.write(f"\nmodel: {program.model}\nsettle_seconds: 0.4\n")
    program.wait(lambda: "new settings are in force" in program.log.read_text())
    write_tone(program.inbox / "bass.wav", frequency=50.0)
    for kind, content in events:
        if kind == "jobs" and content["jobs"][0]["state"] == "filed":
            assert content["jobs"][0]["name"] == "bass.wav"
            break
    assert list(program.filed()) == ["bass.wav"]
    guest.close()
    assert program.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_first_run_can_be_left(program, number):
    """Nothing was chosen and nothing was written; open pages do not hold it up."""
    start_first_run(program)
    guest = enter(program)
    events = guest.listen()
    next(events)
    program.daemon.send_signal(number)
    assert program.daemon.wait(60) == 0
    assert all(kind == "status" for kind, _ in events)
    guest.close()
    assert not program.config.exists()
    assert program.run("status").returncode == 3


def test_a_config_from_elsewhere_ends_the_first_run_too(program):
    """`config init` in another terminal, or an editor: Wavized goes on by itself, once it can be used."""
    start_first_run(program)
    program.config.write_text("libary: nonsense\n")
    program.wait(lambda: "libary" in program.log.read_text(), "the mistake is named")
    assert program.status()["state"] == "stopped"
    program.write_config()
    program.wait(lambda: program.status()["state"] == "watching")
    assert program.stop() == 0


def test_without_a_window_a_missing_config_is_an_error(program):
    """Nobody could be asked."""
    program.config.unlink()
    done = program.run("run", "--no-tray", "--no-window", "--config", str(program.config))
    assert done.returncode == 2 and "wavized config init" in done.stderr


def test_an_open_page_outlives_a_restart(program):
    """Its cookie opens the next start on the same port."""
    program.start()
    guest = enter(program, "review")
    before = guest.ask("GET", "/api/about").json
    assert program.stop() == 0
    program.start()
    after = guest.ask("GET", "/api/about").json
    assert before["boot"] != after["boot"]
    assert {key: before[key] for key in before if key != "boot"} == {
        key: after[key] for key in after if key != "boot"
    }


def test_open_needs_a_daemon_and_a_window(program):
    """Exit code 3 without a daemon; a daemon without a window says so and serves no page."""
    assert program.run("open", "--print").returncode == 3
    assert program.run("open", "nowhere").returncode == 2
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            program.command("run", "--no-tray", "--no-window", "--config", str(program.config)),
            env=program.environment,
            stderr=log,
        )
    program.wait(lambda: program.status()["state"] != "stopped")
    done = program.run("open", "--print")
    assert done.returncode == 2 and "--no-window" in done.stderr
    port = next(
        one.laddr.port
        for one in psutil.Process(program.daemon.pid).net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    )
    for path in ("/", "/static/app.js", "/enter", "/api/events"):
        assert Visitor(port).ask("GET", path).status in (401, 404)


def test_open_starts_the_users_browser(program):
    """The browser gets a one-time address that works; the address is in no argument of Wavized's own."""
    program.start()
    seen = program.place / "seen"
    browser = program.place / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{seen}.part"\nmv "{seen}.part" "{seen}"\n')
    browser.chmod(0o755)
    program.environment["BROWSER"] = f"{browser} %s"
    assert program.run("open", "filed").returncode == 0
    program.wait(seen.exists, "the stand-in browser was started")
    address = seen.read_text()
    assert address.endswith("#/filed")
    assert Visitor(urlsplit(address).port).enter(address).status == 303


def test_the_running_program_imports_nothing_that_hears(program):
    """With the window open, too, the daemon has neither numpy nor torch in its memory."""
    program.start()
    guest = enter(program)
    events = guest.listen()
    next(events)
    for path in ("/", "/api/about", "/api/status", "/static/app.js"):
        assert guest.ask("GET", path).status == 200
    maps = {entry.path for entry in psutil.Process(program.daemon.pid).memory_maps()}
    assert not [path for path in maps if "/numpy/" in path or "/torch/" in path or "soundfile" in path]
    guest.close()
