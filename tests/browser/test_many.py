"""A journal of 10,000 samples: it scrolls to its end, draws few rows, and finds one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

MOST_ROWS = 60


@pytest.fixture
def program(stocked):
    return stocked


@pytest.mark.parametrize("width", [1280, 400])
def test_a_long_list_scrolls_to_its_end_and_draws_only_what_is_in_view(visitor, width):
    """The last row is reached by a key; the page never holds more rows than a screen and a bit."""
    page = visitor.visit("filed", width=width)
    grid = page.get_by_role("grid", name="Filed samples")
    rows = grid.get_by_role("row")
    expect(page.get_by_role("status").filter(has_text="10,003 samples")).to_be_visible()
    expect(rows.filter(has_text="rolling sub.wav")).to_be_visible()
    assert rows.count() < MOST_ROWS
    grid.focus()
    page.keyboard.press("End")
    expect(rows.filter(has_text="one shot 00000.wav")).to_be_in_viewport()
    assert rows.count() < MOST_ROWS
    expect(rows.filter(has_text="one shot 00000.wav")).to_have_attribute("aria-rowindex", "10003")
    page.keyboard.press("Home")
    expect(rows.filter(has_text="rolling sub.wav")).to_be_in_viewport()
    page.get_by_role("main").evaluate("(main) => main.scrollTo(0, main.scrollHeight / 2)")
    expect(rows.filter(has_text="one shot 05")).not_to_have_count(0)
    assert rows.count() < MOST_ROWS


def test_search_finds_one_of_many(visitor):
    """Every word counts, wherever it stands; `Show all` ends it."""
    page = visitor.visit("filed")
    rows = page.get_by_role("grid", name="Filed samples").get_by_role("row")
    page.get_by_role("searchbox").fill("04321 ONE")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("one shot 04321.wav")
    page.get_by_role("searchbox").fill("%")
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    page.get_by_role("button", name="Show all").first.click()
    expect(page.get_by_role("status").filter(has_text="10,003 samples")).to_be_visible()


def test_filters_and_order_work_on_all_of_them(visitor):
    """A category is shown alone, and the order is the whole list's."""
    page = visitor.visit("filed")
    rows = page.get_by_role("grid", name="Filed samples").get_by_role("row")
    page.get_by_role("combobox", name="Category").select_option("acid")
    expect(page.get_by_role("status").filter(has_text="1,430 samples")).to_be_visible()
    page.get_by_role("combobox", name="Order").select_option("oldest")
    expect(rows.first).to_contain_text("one shot 00001.wav")
