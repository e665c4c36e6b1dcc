"""Sorting a folder from the page: a preview that changes nothing, the real thing, and Stop in the middle."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.audio import write_tone
from support.program import Program

MANY = 300


@pytest.fixture(scope="module")
def program(tmp_path_factory, eager_model):
    with Program(tmp_path_factory.mktemp("sorts"), eager_model, settings="reject_above: 1.0\n") as made:
        made.start()
        yield made


def tree(folder):
    """Every file and what is in it."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def choose(page, folder):
    page.get_by_role("combobox", name="Folder or .zip to sort").fill(str(folder))


def test_a_preview_changes_nothing_and_then_it_is_done(visitor, program):
    """The table shows each sample and where it would go; filing them puts them exactly there."""
    folder = program.place / "old drive"
    for number in range(6):
        write_tone(folder / "pack" / f"old {number}.wav", frequency=35.0 + 8 * number)
    page = visitor.visit("sort")
    look = page.get_by_role("button", name="Show what would happen")
    expect(look).to_be_disabled()
    expect(page.get_by_text("Choose a folder or a .zip first.")).to_be_visible()
    choose(page, folder)
    before = tree(program.place / "old drive") | tree(program.library)
    look.click()
    expect(page.get_by_role("heading", name="6 samples would be filed")).to_be_focused()
    planned = {}
    for row in page.get_by_role("table").get_by_role("row").all()[1:]:
        name = row.get_by_role("rowheader").get_by_title("old").get_attribute("title")
        planned[name] = row.get_by_role("cell").first.inner_text().strip()
    assert sorted(planned) == [f"old {number}.wav" for number in range(6)]
    assert tree(folder) | tree(program.library) == before
    assert program.json("history") == []

    page.get_by_role("button", name="File 6 samples").click()
    summary = page.get_by_role("region", name="Summary")
    expect(summary.get_by_role("heading", name="6 samples filed")).to_be_visible()
    filed = {path.name: path.parent.name for path in program.library.rglob("*.wav")}
    assert filed == planned
    assert all(path.is_file() for path in before)
    summary.get_by_role("link", name="See what was filed").click()
    expect(page.get_by_role("grid", name="Filed samples")).to_have_attribute("aria-rowcount", "6")


def test_a_folder_that_is_not_there_is_named(visitor, program):
    """The field says what is wrong, and nothing is begun."""
    page = visitor.visit("sort")
    again = page.get_by_role("button", name="Another folder")
    folder = page.get_by_role("combobox", name="Folder or .zip to sort")
    expect(again.or_(folder)).to_be_visible()
    if again.is_visible():
        again.click()
    choose(page, program.place / "nowhere")
    page.get_by_role("button", name="Show what would happen").click()
    expect(folder).to_have_attribute("aria-invalid", "true")
    expect(folder).to_be_focused()


def test_stop_in_the_middle_leaves_nothing_half_done(visitor, program):
    """What the page says was filed lies whole in the library; everything else is where it was."""
    folder = program.place / "many"
    for number in range(MANY):
        write_tone(folder / f"many {number:03d}.wav", frequency=30.0 + number / 2)
    before = tree(folder)
    page = visitor.visit("sort")
    again = page.get_by_role("button", name="Another folder")
    expect(again.or_(page.get_by_role("combobox", name="Folder or .zip to sort"))).to_be_visible()
    if again.is_visible():
        again.click()
    choose(page, folder)
    page.get_by_role("button", name="File without a preview").click()
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="You stopped.")).to_be_visible()
    told = int(page.get_by_role("region", name="Summary").get_by_role("definition").first.inner_text())
    inside = {path.name: data for path, data in tree(program.library).items() if path.name.startswith("many")}
    assert 0 < told == len(inside) < MANY
    assert tree(folder) == before
    assert inside == {path.name: data for path, data in before.items() if path.name in inside}
    states = [one["state"] for one in program.json("history", "--limit", "0") if "/many/" in one["path"]]
    assert states.count("filed") == len(inside) and not {"filing", "decided", "classifying"} & set(states)
