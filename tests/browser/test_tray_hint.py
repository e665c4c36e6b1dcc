"""Where no tray icon can be seen the page says what mends it, until that is put aside."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from playwright.sync_api import expect

from support.accessible import faults
from support.desktop import Desktop

pytestmark = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")


@pytest.fixture
def trayless(program):
    """The program on a desktop without a tray of any kind."""
    desktop = Desktop()
    for name in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "NOTIFY_SOCKET"):
        program.environment.pop(name, None)
    program.environment |= {"DISPLAY": desktop.display, "BROWSER": "true %s", "PYSTRAY_BACKEND": "xorg"}
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            program.command("run", "--config", str(program.config)), env=program.environment, stderr=log
        )
    program.wait(lambda: program.status()["state"] != "stopped")
    yield program
    assert program.stop() == 0
    desktop.close()


def test_the_hint_is_shown_until_it_is_put_aside(trayless, visitor):
    """On the page Now alone, for everybody, with commands to type; closed, it does not come back."""
    page = visitor.visit("now", width=480)
    hint = page.get_by_role("region", name="About the tray icon")
    expect(hint.get_by_role("heading")).to_contain_text("tray icon")
    words = hint.get_by_text("Wavized works the same").or_(hint.get_by_text("Everything works"))
    expect(words).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Filed").first.click()
    expect(page.get_by_role("heading", name="Filed", level=1)).to_be_visible()
    expect(hint).to_have_count(0)
    page.get_by_role("link", name="Now").first.click()
    page.get_by_role("button", name="Close the hint on the tray icon").click()
    expect(hint).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Now", level=1)).to_be_visible()
    expect(hint).to_have_count(0)
