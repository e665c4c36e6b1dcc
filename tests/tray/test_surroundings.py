"""What is found out about a real display and a real session bus."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.desktop import Desktop, wait_until
from wavized.logic.desktop_hints import Python
from wavized.tray import surroundings
from wavized.tray.surroundings import ask_for_host, display_answers, has_older_tray, look_around

needs_display = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")

WATCHER = """
import sys
from gi.repository import Gio, GLib
XML = '<node><interface name="org.kde.StatusNotifierWatcher"><property name="IsStatusNotifierHostRegistered" \
type="b" access="read"/></interface></node>'
def ready(bus, name):
    bus.register_object("/StatusNotifierWatcher", Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0],
                        None, lambda *_: GLib.Variant("b", sys.argv[1] == "host"), None)
Gio.bus_own_name(Gio.BusType.SESSION, "org.kde.StatusNotifierWatcher", 0, ready,
                 lambda *_: print("owned", flush=True), None)
GLib.MainLoop().run()
"""


def system_python() -> str | None:
    """A Python with PyGObject, for the other side."""
    for python in ("/usr/bin/python3", sys.executable):
        found = Path(python).is_file() and subprocess.run([python, "-c", "import gi"], capture_output=True)
        if found and found.returncode == 0:
            return python
    return None


needs_bus = pytest.mark.skipif(
    not (shutil.which("dbus-daemon") and shutil.which("busctl") and system_python()),
    reason="needs dbus-daemon, busctl and PyGObject",
)


@pytest.fixture
def bus(monkeypatch) -> Iterator[None]:
    """A session bus of its own."""
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as daemon:
        assert daemon.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
        yield
        daemon.kill()


@needs_bus
@pytest.mark.parametrize("kind", ["host", "no host"])
def test_a_watcher_counts_where_somebody_shows_the_icons(bus, kind):
    """KDE's service may be there without a panel; GNOME without its extension has neither."""
    assert ask_for_host() is False
    python = system_python()
    assert python is not None
    with subprocess.Popen([python, "-c", WATCHER, kind], stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout is not None and watcher.stdout.readline() == "owned\n"
        assert ask_for_host() is (kind == "host")
        watcher.kill()
    assert ask_for_host() is False


def test_without_a_bus_nobody_shows_icons(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert not ask_for_host()


@needs_display
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-xlib's own sockets
def test_a_tray_on_the_display_is_seen_while_it_runs(monkeypatch):
    """And the display itself answers until it is gone."""
    desktop = Desktop()
    try:
        monkeypatch.setenv("DISPLAY", desktop.display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        assert display_answers() and not has_older_tray()
        desktop.start_tray()
        wait_until(has_older_tray, "the tray on the display")
        assert look_around().xembed
    finally:
        desktop.close()
    assert not display_answers() and not has_older_tray()


def test_a_wayland_display_answers_while_its_socket_does(tmp_path, monkeypatch):
    """By name in the runtime folder; a socket file that nobody listens to is no display."""
    environ = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert not display_answers(environ)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        assert not display_answers(environ)
        compositor.listen()
        assert display_answers(environ)
    assert not display_answers(environ)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("pipx_metadata.json", Python.PIPX), ("uv-receipt.toml", Python.UV), ("x", Python.VENV)],
)
def test_whose_python_it_is(tmp_path, monkeypatch, name, kind):
    """pipx and uv leave a mark in the environments they make."""
    (tmp_path / name).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert surroundings.whose_python() is kind


def test_a_display_that_hangs_up_does_not_answer(monkeypatch):
    """The far end of `ssh -X` may be gone: the near one still accepts, and then closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{server.getsockname()[1] - 6000}")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

        def hang_up() -> None:
            for _ in range(2):
                server.accept()[0].close()

        caller = threading.Thread(target=hang_up)
        caller.start()
        assert not display_answers()
        assert not has_older_tray()
        caller.join()
