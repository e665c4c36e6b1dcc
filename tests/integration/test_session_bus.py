"""Whether the desktop shows notifications, asked of a real session bus with each tool there is."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from wavized.checkup.bus import Service, ask_for_service
from wavized.checkup.desktop import NOTIFICATIONS, notifications
from wavized.config.model import Config

CONFIG = """\
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""

pytestmark = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="there is no session bus to start"
)


@pytest.fixture
def services(tmp_path, monkeypatch):
    """The folder in which services say that they can be started; the bus of this process knows no other."""
    folder = tmp_path / "services"
    folder.mkdir()
    config = tmp_path / "session.conf"
    config.write_text(CONFIG.format(services=folder), encoding="utf-8")
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
        monkeypatch.setenv("DISPLAY", ":0")
        yield folder
        bus.terminate()


@pytest.mark.parametrize("tool", ["busctl", "gdbus", "dbus-send"])
def test_each_tool_tells_what_the_bus_knows(services, tool):
    """Nobody there; somebody who could be started; somebody who runs, as the bus itself does."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")

    def has(name: str) -> bool:
        return name == tool

    assert ask_for_service(NOTIFICATIONS, has) is Service.MISSING
    text = f"[D-BUS Service]\nName={NOTIFICATIONS}\nExec=/bin/false\n"
    (services / f"{NOTIFICATIONS}.service").write_text(text, encoding="utf-8")
    subprocess.run(
        ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
         "org.freedesktop.DBus.ReloadConfig"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert ask_for_service(NOTIFICATIONS, has) is Service.STARTABLE
    assert ask_for_service("org.freedesktop.DBus", has) is Service.RUNNING


def test_a_bus_that_is_gone_tells_nothing(services, monkeypatch):
    """No claim either way."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={services}/none")
    assert ask_for_service(NOTIFICATIONS) is Service.UNKNOWN


def test_doctor_names_a_desktop_without_notifications(services, tmp_path):
    """With what to install."""
    (finding,) = notifications(Config(library=tmp_path))
    assert "nothing on this desktop" in finding.found and "install" in finding.advice
