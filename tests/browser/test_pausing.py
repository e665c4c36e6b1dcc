"""Pausing from the window: the menu of lengths, what it says of the end, and going on."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from support.accessible import faults
from support.audio import write_tone
from support.program import Program


@pytest.fixture(scope="module")
def started(tmp_path_factory, eager_model):
    with Program(tmp_path_factory.mktemp("pausing"), eager_model, settings="reject_above: 1.0\n") as made:
        made.start()
        yield made


@pytest.fixture
def program(started):
    yield started
    started.run("resume")


def menu(page: Page):
    return page.get_by_role("dialog", name="Pause")


def words(until: float) -> str:
    """How the page says that time."""
    end = datetime.fromtimestamp(until)
    return f"{end:%H:%M}" if end.date() == datetime.now().date() else f"tomorrow {end:%H:%M}"


@pytest.mark.parametrize(("choice", "minutes"), [("For 15 minutes", 15), ("For 1 hour", 60)])
def test_a_pause_for_a_while_says_until_when(visitor, program, choice, minutes):
    """The page and its frame say the time, in this tab and in any other one."""
    page, other = visitor.visit("now"), visitor.visit("settings")
    before = time.time()
    page.get_by_role("main").get_by_role("button", name="Pause").click()
    menu(page).get_by_role("button", name=choice).click()
    expect(page.get_by_role("main").get_by_role("button", name="Resume")).to_be_visible()
    until = program.status()["paused_until"]
    assert before + minutes * 60 <= until <= time.time() + minutes * 60
    expect(page.get_by_role("heading", name=f"Paused until {words(until)}")).to_be_visible()
    expect(other.get_by_role("banner").get_by_role("status")).to_have_text(f"Paused until {words(until)}")
    other.get_by_role("banner").get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name="All caught up")).to_be_visible()
    assert program.status()["paused_until"] is None


def test_the_end_of_a_pause_shows_by_itself(visitor, program):
    """When the time has come the open page says so and what waited is filed."""
    page = visitor.visit("now")
    program.run("pause", "--for", "0.2m")
    expect(page.get_by_role("heading", name="Paused until")).to_be_visible()
    write_tone(program.inbox / "waits.wav", frequency=44.0)
    expect(page.get_by_role("heading", name="All caught up")).to_be_visible()
    expect(
        page.get_by_role("region", name="Just filed").get_by_title("waits.wav", exact=True)
    ).to_be_visible()


def test_the_keyboard_alone_pauses_and_resumes(visitor, program):
    """Enter opens the menu, arrows move in it, Escape leaves it; the focus never gets lost."""
    page = visitor.visit("now")
    pause = page.get_by_role("main").get_by_role("button", name="Pause")
    pause.focus()
    page.keyboard.press("Enter")
    expect(menu(page).get_by_role("button", name="For 15 minutes")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu(page)).to_have_count(0)
    expect(pause).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    expect(menu(page).get_by_role("button", name="Until I resume")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Paused", exact=True)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name="Resume")).to_be_focused()
    page.keyboard.press("Enter")
    expect(pause).to_be_focused()
    assert program.status()["state"] == "watching"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_menu_and_the_pause_are_for_everybody(visitor, program, width, dark):
    """axe finds nothing, and nothing is wider than the screen, with the menu open and while paused."""
    page = visitor.visit("now", width=width, dark=dark)
    page.get_by_role("main").get_by_role("button", name="Pause").click()
    expect(menu(page)).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("banner").get_by_role("button", name="Pause").click()
    assert faults(page) == []
    box = menu(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    menu(page).get_by_role("button", name="For 1 hour").click()
    expect(page.get_by_role("heading", name="Paused until")).to_be_visible()
    assert faults(page) == []
