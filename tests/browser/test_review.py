"""Reviewing by keys alone: each answer files at once, is a label in the journal, and can be taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.audio import write_tone
from support.browsing import until
from support.program import Program

NAMES = [f"bass {number}.wav" for number in range(6)]


@pytest.fixture(scope="module")
def program(tmp_path_factory, eager_model):
    """A daemon that is never sure: everything asks."""
    settings = "file_above: 1.0\nreject_above: 1.0\nmode: move\nmax_seconds: 60\n"
    with Program(tmp_path_factory.mktemp("asking"), eager_model, settings=settings) as made:
        made.start()
        for number, name in enumerate(NAMES):
            write_tone(made.inbox / name, frequency=40.0 + 7 * number)
        made.wait(lambda: made.status()["review"] == len(NAMES), "all ask")
        yield made


def job(program, name):
    """The newest job of a file as `history --json` prints it."""
    rows = program.json("history", "--limit", "0")
    return next((one for one in rows if one["path"].endswith(f"/{name}")), None)


def named(label):
    """What a category's folder is called."""
    return label.capitalize()


def library(program):
    """Folder and name of all that is filed."""
    return {f"{path.parent.name}/{path.name}" for path in program.library.rglob("*.wav")}


def test_a_whole_queue_is_answered_without_the_mouse(visitor, program):
    """Enter takes the first guess, 1 to 7 name a category, 0 says no bass; the next comes by itself."""
    page = visitor.visit("review")
    name = page.get_by_role("heading", level=2)
    said = page.get_by_role("status")
    answered = page.get_by_text(" of 6 answered")
    page.get_by_role("combobox", name="Order").select_option("oldest")
    expect(answered).to_have_text("0 of 6 answered")
    queue = []

    def press(key):
        queue.append(name.get_by_title("bass").get_attribute("title"))
        page.keyboard.press(key)
        expect(answered).to_have_text(f"{len(queue)} of 6 answered")

    guess = page.get_by_role("group", name="The two likeliest").get_by_role("button").first
    first_guess = guess.get_attribute("data-category")
    press("Enter")
    expect(said.filter(has_text=f"Filed under {named(first_guess)}")).to_have_count(1)
    press("1")
    expect(said.filter(has_text="Filed under 808")).to_have_count(1)
    press("7")
    press("0")
    expect(said.filter(has_text="Not a bass: left alone")).to_have_count(1)
    program.wait(lambda: program.status()["review"] == 2, "four answers arrived")
    assert library(program) == {f"{named(first_guess)}/{queue[0]}", f"808/{queue[1]}", f"Sub/{queue[2]}"}
    assert {path.name for path in program.inbox.iterdir()} == {*queue[3:], *NAMES} - set(queue[:3])
    for at, label in ((0, first_guess), (1, "808"), (2, "sub")):
        row = job(program, queue[at])
        assert (row["state"], row["category"], row["corrected"]) == ("filed", label, True)
    assert job(program, queue[3])["state"] == "skipped"

    page.keyboard.press("u")
    expect(answered).to_have_text("3 of 6 answered")
    expect(page.get_by_role("heading", name=queue[3])).to_be_visible()
    page.keyboard.press("u")
    expect(answered).to_have_text("2 of 6 answered")
    expect(page.get_by_role("heading", name=queue[2])).to_be_visible()
    program.wait(lambda: f"Sub/{queue[2]}" not in library(program), "the filing was taken back")
    assert (program.inbox / queue[2]).is_file()
    for key in "3450":
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="All answered, thank you")).to_be_visible()
    program.wait(lambda: len(library(program)) == 5, "all answers arrived")
    assert f"Brass/{queue[2]}" in library(program)
    assert (program.inbox / next(one for one in NAMES if job(program, one)["state"] == "skipped")).is_file()


def test_space_plays_and_pauses_what_is_asked_about(visitor, program):
    """The sound begins by itself with the question; the space bar holds it and goes on."""
    write_tone(program.inbox / "long one.wav", seconds=8.0, frequency=55.0)
    program.wait(lambda: job(program, "long one.wav") is not None, "the long one is heard")
    page = visitor.visit("review")
    expect(page.get_by_role("heading", name="long one.wav")).to_be_visible()
    sound = page.locator("audio")
    until(page, "document.querySelector('audio')?.currentTime > 0.2")
    page.keyboard.press("Space")
    expect(sound).to_have_js_property("paused", True)
    page.keyboard.press("Space")
    expect(sound).to_have_js_property("paused", False)
    page.keyboard.press("s")
    page.keyboard.press("2")
    program.wait(lambda: "Acid/long one.wav" in library(program), "filed as acid")


def test_an_answer_that_cannot_be_carried_out_says_why_and_asks_again(visitor, program):
    """A sample whose file is gone stays in the queue with its reason."""
    lost = write_tone(program.inbox / "lost.wav", seconds=1.0, frequency=71.0)
    program.wait(lambda: job(program, "lost.wav") is not None, "it is heard")
    page = visitor.visit("review")
    expect(page.get_by_role("heading", name="lost.wav")).to_be_visible()
    lost.unlink()
    page.keyboard.press("1")
    expect(page.get_by_role("alert").filter(has_text="could not be carried out")).to_be_visible()
    expect(page.get_by_role("heading", name="lost.wav")).to_be_visible()
