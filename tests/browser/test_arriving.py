"""A pack coming in while the window is open; hearing, correcting and undoing what was filed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.audio import tone, write, write_tone
from support.browsing import until
from support.program import Program

PACK = 40
PLACE = "document.querySelector('audio').currentTime"


@pytest.fixture(scope="module")
def program(tmp_path_factory, eager_model):
    """A daemon that files everything."""
    with Program(
        tmp_path_factory.mktemp("eager"), eager_model, settings="reject_above: 1.0\nmax_seconds: 60\n"
    ) as made:
        made.start()
        yield made


def row_of(page, name):
    return page.get_by_role("grid", name="Filed samples").get_by_role("row").filter(has_text=name)


def where(program, name):
    """The folder of the library a sample lies in."""
    return [path.parent.name for path in program.library.rglob(name)]


def test_a_pack_comes_in_live(visitor, program):
    """Progress moves while it is heard, the counts follow, and rows appear on an open list by themselves."""
    now, filed = visitor.visit("now"), visitor.visit("filed")
    expect(now.get_by_role("heading", name="All caught up")).to_be_visible()
    expect(filed.get_by_role("heading", name="Nothing is filed yet")).to_be_visible()
    aside = program.place / "pack"
    for number in range(PACK):
        write_tone(aside / f"shot {number:02d}.wav", frequency=30.0 + 3 * number)
    aside.rename(program.inbox / "pack")
    expect(now.get_by_role("progressbar", name="Samples heard")).to_be_visible()
    expect(now.get_by_role("link", name=f"Filed {PACK}")).to_be_visible()
    expect(now.get_by_role("heading", name="All caught up")).to_be_visible()
    expect(now.get_by_role("progressbar", name="Samples heard")).to_have_count(0)
    expect(now.get_by_role("region", name="Just filed").get_by_role("listitem")).to_have_count(8)
    expect(filed.get_by_role("status").filter(has_text=f"{PACK} samples")).to_be_visible()
    expect(filed.get_by_role("grid", name="Filed samples")).to_have_attribute("aria-rowcount", str(PACK))
    assert len(program.filed()) == PACK


@pytest.mark.parametrize(
    ("name", "format"), [("long one.wav", "WAV"), ("long one.aiff", "AIFF"), ("long one.flac", "FLAC")]
)
def test_a_sample_plays_pauses_and_is_sought_in(visitor, program, name, format):
    """The sound really advances, Space holds it, keys and clicks on the waveform move it; AIFF plays too."""
    write(program.inbox / name, tone(50.0 + len(name), seconds=20.0), format=format)
    page = visitor.visit("filed")
    row = row_of(page, name)
    expect(row).to_be_visible()
    row.get_by_title(name, exact=True).first.click()
    page.keyboard.press("Space")
    until(page, f"document.querySelector('audio') && {PLACE} > 0.3")
    before = page.evaluate(PLACE)
    until(page, f"{PLACE} > {before}")
    page.keyboard.press("Space")
    sound = page.locator("audio")
    expect(sound).to_have_js_property("paused", True)
    slider = row.get_by_role("slider")
    slider.focus()
    held = page.evaluate(PLACE)
    page.keyboard.press("ArrowRight")
    until(page, f"Math.abs({PLACE} - {held} - 1) < 0.2")
    page.keyboard.press("End")
    until(page, f"{PLACE} > 19")
    page.keyboard.press("Home")
    until(page, f"{PLACE} === 0")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    until(page, f"{PLACE} > 9.5")
    expect(sound).to_have_js_property("paused", False)
    row.get_by_role("button", name=f"Pause {name}").click()
    expect(sound).to_have_js_property("paused", True)
    assert page.evaluate("document.querySelector('audio').duration") == pytest.approx(20.0, abs=0.1)


def test_details_show_how_it_looks_and_why_it_is_there(visitor, program):
    """Waveform and spectrogram are drawn, the scores stand in numbers."""
    write_tone(program.inbox / "looked at.wav", seconds=1.0, frequency=47.0)
    page = visitor.visit("filed")
    expect(row_of(page, "looked at.wav")).to_be_visible()
    row_of(page, "looked at.wav").get_by_role("button", name="More for").click()
    page.get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog")
    until(page, "document.querySelector('dialog img')?.naturalWidth === 480")
    expect(dialog.get_by_role("heading", name="What it could be")).to_be_visible()
    expect(dialog.get_by_text("1.00 s, peak -6.0 dBFS")).to_be_visible()
    expect(
        dialog.get_by_role("definition").filter(has_text=str(program.inbox / "looked at.wav"))
    ).to_be_visible()
    shown = "[...document.querySelectorAll('dialog canvas')].some((c) => c.getContext('2d')"
    until(page, f"{shown}.getImageData(0, 0, c.width, c.height).data.some((value) => value))")


def test_a_correction_and_its_undo_move_the_file(visitor, program):
    """Another category is chosen on the row; the message takes it back; `U` takes it out of the library."""
    write_tone(program.inbox / "corrected.wav", seconds=1.1, frequency=63.0)
    page = visitor.visit("filed")
    row = row_of(page, "corrected.wav")
    expect(row).to_be_visible()
    [heard] = where(program, "corrected.wav")
    other = "Sub" if heard != "Sub" else "Reese"
    row.get_by_role("button", name="choose another").click()
    page.get_by_role("dialog").get_by_role("button", name=other).click()
    expect(row.get_by_role("button", name=f"Filed under {other}")).to_be_visible()
    assert where(program, "corrected.wav") == [other]
    newest = program.json("history", "--limit", "1")[0]
    assert (newest["category"], newest["corrected"]) == (other.lower(), True)

    page.get_by_role("status").filter(has_text="is filed under").get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name=f"Filed under {heard}")).to_be_visible()
    assert where(program, "corrected.wav") == [heard]
    row.get_by_title("corrected.wav", exact=True).first.click()
    page.keyboard.press("u")
    expect(row.get_by_text("Undone")).to_be_visible()
    assert where(program, "corrected.wav") == []
    assert (program.inbox / "corrected.wav").is_file()
    row.get_by_role("button", name="File corrected.wav again").click()
    expect(row.get_by_role("button", name=f"Filed under {heard}")).to_be_visible()
    assert where(program, "corrected.wav") == [heard]


def test_pause_and_resume_are_told_in_words(visitor, program):
    """Paused, new samples wait; resumed, they are filed."""
    page = visitor.visit("now")
    page.get_by_role("main").get_by_role("button", name="Pause").click()
    page.get_by_role("dialog", name="Pause").get_by_role("button", name="Until I resume").click()
    expect(page.get_by_role("heading", name="Paused", exact=True)).to_be_visible()
    write_tone(program.inbox / "waits.wav", seconds=0.9, frequency=39.0)
    expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Paused, 1 to go")
    assert where(program, "waits.wav") == []
    page.get_by_role("main").get_by_role("button", name="Resume").click()
    expect(
        page.get_by_role("region", name="Just filed").get_by_title("waits.wav", exact=True)
    ).to_be_visible()
    assert len(where(program, "waits.wav")) == 1


def test_a_restart_under_an_open_page_is_told_and_outlived(visitor, program):
    """The page says that nobody answers, connects by itself, is still signed in, and goes on live."""
    page = visitor.visit("filed")
    rows = page.get_by_role("grid", name="Filed samples").get_by_role("row")
    expect(rows.first).to_be_visible()
    assert program.stop() == 0
    expect(page.get_by_role("alert").filter(has_text="Wavized does not answer")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Not connected")
    program.start()
    expect(page.get_by_role("status").filter(has_text="Wavized was restarted")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="does not answer")).to_have_count(0)
    write_tone(program.inbox / "after the restart.wav", seconds=0.8, frequency=33.0)
    expect(rows.filter(has_text="after the restart.wav")).to_be_visible()
