"""`wavized run` where one runs already: its window is shown and the second leaves."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.visitor import Visitor
from wavized.config import paths
from wavized.control.instance import InstanceLock


@pytest.fixture
def browser(program) -> Path:
    """A stand-in for the user's browser; the file it writes holds the address it was given."""
    seen = program.place / "seen"
    script = program.place / "browser"
    script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{seen}.part"\nmv "{seen}.part" "{seen}"\n')
    script.chmod(0o755)
    return seen


@pytest.fixture
def bare(program):
    """No display and no browser, whatever the tests run on."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "NOTIFY_SOCKET"):
        program.environment.pop(name, None)
    return program


def with_browser(program, browser: Path) -> None:
    program.environment["BROWSER"] = f"{browser.with_name('browser')} %s"


def test_the_second_start_opens_the_window_of_the_first(bare, browser):
    """On its own display, with a ticket of the first, which has none; exit code 0, and the first runs on."""
    bare.start()
    with_browser(bare, browser)
    second = bare.run("run", "--config", str(bare.config))
    assert (second.returncode, second.stdout) == (0, "")
    assert f"already running (process {bare.daemon.pid}); its window was opened" in second.stderr
    bare.wait(browser.exists, "the stand-in browser was started")
    assert Visitor(urlsplit(browser.read_text()).port).enter(browser.read_text()).status == 303
    assert bare.status()["state"] == "watching"
    assert not list((bare.place / "own/state/wavized/log").glob("*.log.*")), "the log is the first's alone"


def test_without_a_screen_the_second_start_says_what_to_do(bare):
    """Still exit code 0: Wavized runs, as was asked."""
    bare.start()
    second = bare.run("run", "--no-tray", "--config", str(bare.config))
    assert second.returncode == 0
    assert str(bare.daemon.pid) in second.stderr and "wavized open --print" in second.stderr


def test_where_the_first_has_no_window_the_second_says_so(bare, browser):
    with_browser(bare, browser)
    with bare.log.open("ab") as log:
        bare.daemon = subprocess.Popen(
            bare.command("run", "--no-tray", "--no-window", "--config", str(bare.config)),
            env=bare.environment,
            stderr=log,
        )
    bare.wait(lambda: bare.status()["state"] != "stopped")
    second = bare.run("run", "--config", str(bare.config))
    assert second.returncode == 0 and "without a window" in second.stderr
    assert not browser.exists()


def test_another_configuration_is_not_passed_over(bare, browser):
    """Both are named; a link to the same file is the same. Without --config any running one will do."""
    bare.start()
    with_browser(bare, browser)
    other = bare.place / "other.yaml"
    other.write_text(bare.config.read_text())
    refused = bare.run("run", "--config", str(other))
    assert refused.returncode == 2 and not browser.exists()
    assert "another configuration" in refused.stderr and str(bare.config) in refused.stderr
    link = bare.place / "link.yaml"
    link.symlink_to(bare.config)
    assert bare.run("run", "--config", str(link)).returncode == 0
    bare.wait(browser.exists)
    browser.unlink()
    assert bare.run("run").returncode == 0
    bare.wait(browser.exists)


def test_a_mistake_in_the_configuration_does_not_keep_the_window_shut(bare, browser):
    """The first runs on with its last good settings; its window is where one would look."""
    bare.start()
    bare.config.write_text("libary: nonsense\n")
    with_browser(bare, browser)
    assert bare.run("run", "--config", str(bare.config)).returncode == 0
    bare.wait(browser.exists)


def test_who_wants_no_window_gets_an_error(bare):
    """`--no-window` asks for a daemon, not for a look at one: a script should know that it got none."""
    bare.start()
    second = bare.run("run", "--no-tray", "--no-window", "--config", str(bare.config))
    assert second.returncode == 2 and str(bare.daemon.pid) in second.stderr


def test_the_window_of_a_first_run_is_shown_too(bare, browser):
    """Before there are settings the window asks for them."""
    bare.config.unlink()
    with bare.log.open("ab") as log:
        bare.daemon = subprocess.Popen(
            bare.command("run", "--no-tray", "--config", str(bare.config)), env=bare.environment, stderr=log
        )
    bare.wait(lambda: bare.run("status").returncode == 0)
    with_browser(bare, browser)
    second = bare.run("run", "--config", str(bare.config))
    assert second.returncode == 0 and "its window was opened" in second.stderr
    bare.wait(browser.exists)
    assert not bare.config.exists()


def start_and_wait_in_vain(bare):
    """Start a daemon while somebody holds the lock: it neither runs nor leaves."""
    with bare.log.open("ab") as log:
        bare.daemon = subprocess.Popen(
            bare.command("run", "--no-tray", "--config", str(bare.config)), env=bare.environment, stderr=log
        )
    with pytest.raises(subprocess.TimeoutExpired):
        bare.daemon.wait(4)


def test_a_start_while_the_first_is_leaving_goes_on(bare, monkeypatch):
    """Quit and a click right after: the second waits for the lock, then runs."""
    monkeypatch.setenv("XDG_STATE_HOME", bare.environment["XDG_STATE_HOME"])
    with InstanceLock(paths.state_dir(create=True) / "daemon.lock", runtime=paths.runtime_file()):
        start_and_wait_in_vain(bare)
    bare.wait(lambda: bare.status()["state"] == "watching")
    assert bare.status()["pid"] == bare.daemon.pid
    assert bare.stop() == 0


def test_systemd_is_not_asked_to_try_again(bare, browser, tmp_path):
    """Started by a unit beside a running one it leaves without a window: systemd hears that all is well."""
    bare.start()
    with_browser(bare, browser)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(60)
        bare.environment["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        assert bare.run("run", "--config", str(bare.config)).returncode == 0
        assert ear.recv(4096).startswith(b"READY=1\n")
    assert not browser.exists()


def test_started_by_systemd_it_waits_for_a_command_at_work(bare, monkeypatch, tmp_path):
    """`wavized undo` holds the lock for a moment where nothing runs: that is no reason to stay away."""
    monkeypatch.setenv("XDG_STATE_HOME", bare.environment["XDG_STATE_HOME"])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(60)
        bare.environment["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        with InstanceLock(paths.state_dir(create=True) / "daemon.lock", runtime=paths.runtime_file()):
            start_and_wait_in_vain(bare)
        assert ear.recv(4096).decode() == f"READY=1\nSTATUS=Watching {bare.inbox}"
    del bare.environment["NOTIFY_SOCKET"]
    assert bare.stop() == 0
