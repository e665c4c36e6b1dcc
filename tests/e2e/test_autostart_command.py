"""`wavized autostart` as a user types it, and the entry it writes really runs this program."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks at the entry of Linux desktops"
)


@pytest.fixture
def desktop(program):
    """A desktop session that systemd does not look after."""
    program.environment |= {"DISPLAY": ":99", "HOME": str(program.place)}
    program.environment.pop("XDG_RUNTIME_DIR", None)
    return program


def state(program, action):
    run = program.run("autostart", action, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_on_status_and_off(desktop):
    """The entry starts this very Python; nothing stays after `disable`."""
    assert state(desktop, "status")["enabled"] is False
    assert state(desktop, "enable") == state(desktop, "status") == state(desktop, "enable")
    assert state(desktop, "status")["enabled"] is True
    entry = desktop.place / "own/config/autostart/wavized.desktop"
    line = re.search("(?m)^Exec=(.*)$", entry.read_text())[1]
    words = re.findall('"([^"]*)"', line)
    assert words == [sys.executable, "-P", "-m", "wavized", "run"]
    version = subprocess.run([*words[:-1], "--version"], capture_output=True, text=True, check=True, cwd="/")
    assert version.stdout.startswith("wavized ")
    assert state(desktop, "disable")["enabled"] is False
    assert not entry.exists()


def test_another_config_is_named_in_the_entry(desktop):
    """What runs at login is what was switched on."""
    desktop.run("autostart", "enable", "--config", str(desktop.config))
    assert str(desktop.config) in (desktop.place / "own/config/autostart/wavized.desktop").read_text()


def test_where_nothing_can_start_it_enable_says_so(desktop):
    """No desktop, no systemd session: exit code 1 and a sentence."""
    desktop.environment.pop("DISPLAY")
    desktop.environment.pop("WAYLAND_DISPLAY", None)
    run = desktop.run("autostart", "enable")
    assert run.returncode == 1 and "no desktop" in run.stderr
