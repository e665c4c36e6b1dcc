"""Settings: what is changed on the page stands in the YAML afterwards, and the user's own lines stay."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from support.program import Program

COMMENT = "# my own remark about the library"
SAVED = re.compile(r"^\s*Saved")
"""The message after saving; the bar before it says "Not saved yet"."""


@pytest.fixture(scope="module")
def program(tmp_path_factory, eager_model):
    with Program(tmp_path_factory.mktemp("settings"), eager_model) as made:
        text = made.config.read_text(encoding="utf-8")
        made.config.write_text(f"{COMMENT}\n{text}margin: 0.1  # so it is", encoding="utf-8")
        made.start()
        yield made


def test_a_folder_name_and_the_slider_are_saved_beside_the_users_remarks(visitor, program):
    """Nothing is written before Save; then the file has both, its comments, and the daemon follows."""
    page = visitor.visit("settings")
    before = program.config.read_text(encoding="utf-8")
    page.get_by_role("textbox", name="reese").fill("Reese & friends")
    page.get_by_role("radio", name="One level of my own").check()
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "91 % sure")
    bar = page.get_by_role("region", name="Unsaved changes")
    expect(bar).to_contain_text("folder names, how sure")
    assert program.config.read_text(encoding="utf-8") == before
    bar.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    after = program.config.read_text(encoding="utf-8")
    assert set(before.splitlines()) <= set(after.splitlines())
    assert after.startswith(COMMENT) and "# so it is" in after
    assert "file_above: 0.91" in after and "Reese & friends" in after
    program.wait(lambda: "new settings are in force" in program.log.read_text(), "the daemon follows")
    page.reload()
    expect(page.get_by_role("textbox", name="reese")).to_have_value("Reese & friends")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Filed").click()
    expect(page.get_by_role("option", name="Reese & friends")).to_have_count(1)


def test_what_cannot_be_is_named_at_its_field(visitor, program):
    """A folder name with a slash is refused with words, and the file stays as it is."""
    before = program.config.read_text(encoding="utf-8")
    page = visitor.visit("settings")
    page.get_by_role("textbox", name="acid").fill("../acid")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("textbox", name="acid")).to_have_attribute("aria-invalid", "true")
    assert program.config.read_text(encoding="utf-8") == before
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("textbox", name="acid")).to_have_value("Acid")


def test_a_file_that_was_edited_meanwhile_is_not_overwritten(visitor, program):
    """The page says so, loads it again on request, and keeps what was changed on it."""
    page = visitor.visit("settings")
    page.get_by_role("textbox", name="slap").fill("Slaps")
    text = program.config.read_text(encoding="utf-8")
    program.config.write_text(f"{text}\n# written elsewhere\n", encoding="utf-8")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The file was changed elsewhere meanwhile")).to_be_visible()
    page.get_by_role("button", name="Load again, keep my changes").click()
    expect(page.get_by_role("textbox", name="slap")).to_have_value("Slaps")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text=SAVED)).to_be_visible()
    after = program.config.read_text(encoding="utf-8")
    assert "# written elsewhere" in after and "Slaps" in after
