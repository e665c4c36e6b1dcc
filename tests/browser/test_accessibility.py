"""Every page as axe and a small screen see it, in light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.accessible import faults
from support.browsing import until

PAGES = {
    "now": "Now",
    "filed": "Filed",
    "review": "Review",
    "skipped": "Left alone",
    "sort": "Sort a folder",
    "settings": "Settings",
}


@pytest.fixture
def program(stocked):
    return stocked


def rest(page, name):
    """Wait until the page has what it shows."""
    expect(page.get_by_role("heading", name=PAGES[name], level=1)).to_be_visible()
    until(page, "!document.querySelector('main .spinner, main [aria-busy=true]')")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_every_page_is_for_everybody(visitor, width, dark):
    """axe finds nothing, and nothing is wider than the screen."""
    page = visitor.visit("now", width=width, dark=dark)
    found = {}
    for name in PAGES:
        page.evaluate("(name) => { location.hash = `#/${name}`; }", name)
        rest(page, name)
        found[name] = faults(page)
    page.evaluate("location.hash = '#/filed'")
    rest(page, "filed")
    row = page.get_by_role("row").filter(has_text="rolling sub.wav")
    row.get_by_role("button", name="choose another").click()
    found["menu"] = faults(page)
    page.keyboard.press("Escape")
    row.get_by_role("button", name="More for").click()
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_role("dialog").get_by_text("Came from")).to_be_visible()
    found["details"] = faults(page)
    assert {name: all_ for name, all_ in found.items() if all_} == {}


def test_whoever_is_not_let_in_can_read_why(visitor, program):
    """The page that refuses is a page like the others."""
    page = visitor.tab(width=400)
    page.goto(visitor.address().partition("ticket=")[0] + "ticket=wrong")
    expect(page.get_by_role("heading", name="Please open it again")).to_be_visible()
    assert faults(page) == []


def test_the_keyboard_reaches_everything_that_is_on_a_page(visitor):
    """Tab goes from the link to the content through the navigation, and what has the focus shows it."""
    page = visitor.visit("now")
    expect(page.get_by_role("heading", name="Just filed")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    for name in ("Now", "Filed", "Review", "Left alone", "Sort a folder", "Settings"):
        page.keyboard.press("Tab")
        focused = page.get_by_role("navigation", name="Pages").get_by_role("link", name=name)
        expect(focused).to_be_focused()
        assert focused.evaluate("(link) => getComputedStyle(link).outlineStyle") != "none"
