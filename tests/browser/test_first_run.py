"""From nothing to a filed sample on one page, as somebody new does it."""

from __future__ import annotations

import subprocess

import pytest
from playwright.sync_api import expect

from support.accessible import faults
from support.audio import write_tone


@pytest.fixture
def home(program):
    """A home folder with Downloads in it, no settings, and the program waiting for its first ones."""
    home = program.place / "home"
    (home / "Downloads").mkdir(parents=True)
    (home / "Music").mkdir()
    program.config.unlink()
    program.environment |= {"HOME": str(home), "USERPROFILE": str(home)}
    for key in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        program.environment.pop(key, None)
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            program.command("run", "--no-tray", "--config", str(program.config)),
            env=program.environment,
            stderr=log,
        )
    program.wait(lambda: program.run("status").returncode == 0, "waited for the first run")
    return home


def test_from_nothing_to_a_filed_sample(visitor, program, home):
    """The button says why it cannot be pressed until it can; then the page becomes Now and files a sample."""
    page = visitor.visit()
    start = page.get_by_role("button", name="Start watching")
    downloads = page.get_by_role("checkbox", name="Downloads")
    expect(downloads).to_be_checked()
    downloads.uncheck()
    expect(start).to_be_disabled()
    expect(start).to_have_accessible_description("Choose at least one folder to watch.")
    downloads.check()
    library = page.get_by_role("combobox", name="Library folder")
    library.fill("")
    expect(start).to_be_disabled()
    expect(start).to_have_accessible_description("Select your library.")
    library.fill(str(home / "Downloads"))
    expect(start).to_have_accessible_description("Something above needs another look.")
    expect(start).to_be_disabled()
    library.fill(str(home / "Music" / "Basses"))
    expect(start).to_be_enabled()
    assert not program.config.exists()
    page.get_by_role("radio", name="Move").check()
    expect(page.get_by_text("Splice and your projects remember where a sample lay")).to_be_visible()
    page.get_by_role("radio", name="Copy").check()
    start.click()
    expect(page.get_by_role("heading", name="Now", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="All set. Wavized is watching.")).to_be_visible()
    text = program.config.read_text(encoding="utf-8")
    assert "Basses" in text and "Downloads" in text and "#" in text

    program.config.write_text(f"{text}\nmodel: {program.model}\nsettle_seconds: 0.4\n", encoding="utf-8")
    program.wait(lambda: "new settings are in force" in program.log.read_text(), "the tiny model is used")
    sample = write_tone(home / "Downloads" / "my first bass.wav", frequency=50.0)
    latest = page.get_by_role("region", name="Just filed")
    expect(latest.get_by_role("button", name="Play my first bass.wav")).to_be_visible()
    [filed] = (home / "Music" / "Basses").rglob("my first bass.wav")
    assert filed.read_bytes() == sample.read_bytes()


def test_the_first_page_is_for_everybody(visitor, home):
    """In light and dark, wide and narrow."""
    found = {}
    for width in (1280, 400):
        for dark in (False, True):
            page = visitor.visit(width=width, dark=dark)
            expect(page.get_by_role("button", name="Start watching")).to_be_enabled()
            found[width, dark] = faults(page)
    assert {where: all_ for where, all_ in found.items() if all_} == {}
