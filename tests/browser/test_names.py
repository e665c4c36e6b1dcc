"""Names are text: a file called like a piece of HTML is shown as it is called, everywhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.audio import write_tone
from support.stock import NASTY

STEM = NASTY.removesuffix(".wav")


@pytest.fixture
def program(stocked):
    return stocked


@pytest.fixture
def page(visitor):
    """A tab in which nothing may open a dialog."""
    tab = visitor.visit("now")
    tab.on("dialog", lambda dialog: (visitor.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    expect(tab.get_by_role("heading", name="Now", exact=True)).to_be_visible()
    return tab


def go(page, name):
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()


def test_a_name_like_html_is_text_on_every_page(page):
    """In lists, details, reviews and reasons; no picture is made of it."""
    expect(page.get_by_role("main").get_by_title(NASTY, exact=True)).to_contain_text(NASTY)
    for link, name in (("Filed", NASTY), ("Left alone", f"{STEM} loop.wav")):
        go(page, link)
        row = page.get_by_role("row").filter(has_text=name)
        row.get_by_role("button", name="More for").click()
        page.get_by_role("button", name="Details").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("heading", name=name)).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    go(page, "Review")
    page.get_by_role("complementary", name="Up next").get_by_role("button").filter(
        has_text=STEM
    ).first.click()
    expect(page.get_by_role("heading", name=f"{STEM} ask.wav")).to_be_visible()
    assert page.locator("img[src='x']").count() == 0


def test_a_sort_of_such_names_shows_them_as_they_are(page, program):
    """The folder and the samples in it."""
    folder = program.place / "<b>pack</b>"
    write_tone(folder / NASTY)
    go(page, "Sort a folder")
    page.get_by_role("combobox", name="Folder or .zip to sort").fill(str(folder))
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("region", name="Preview")).to_contain_text("<b>pack</b>")
    expect(page.get_by_role("table").get_by_role("rowheader", name=NASTY)).to_be_visible()
    assert page.locator("img[src='x']").count() == 0
