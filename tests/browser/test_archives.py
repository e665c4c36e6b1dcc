"""A pack that arrives as an archive, as its owner sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from support.audio import write_tone
from support.browsing import until
from support.packs import make_pack, patched, tones
from support.program import Program


@pytest.fixture(scope="module")
def program(tmp_path_factory, eager_model):
    """A daemon that files everything but what is longer than a second."""
    settings = "names: no\nmax_seconds: 1\n"
    with Program(tmp_path_factory.mktemp("archives"), eager_model, settings=settings) as made:
        made.start()
        yield made


def test_a_pack_is_told_by_its_name_and_its_left_alone_samples_are_heard(visitor, program):
    """Lists say which archive a sample came from; what is left alone is played out of it."""
    long = write_tone(program.place / "long.wav", seconds=1.5).read_bytes()
    files = [*tones(program.place, "Bass/one.wav", "two.wav"), ("Bass/long.wav", long)]
    make_pack(program.place / "made", files).rename(program.inbox / "Neuro Vol 2.zip")
    secret = patched(make_pack(program.place / "made", files[1:2]), b"two.wav", 8, b"\1\0")
    secret.rename(program.inbox / "Secret.zip")
    program.wait_until_at_rest(4)
    filed = visitor.visit("filed")
    rows = filed.get_by_role("grid", name="Filed samples").get_by_role("row")
    expect(rows.filter(has_text="one.wav")).to_contain_text("from Neuro Vol 2.zip › Bass")
    filed.get_by_role("searchbox").fill("neuro vol")
    expect(filed.get_by_role("status").filter(has_text="2 samples")).to_be_visible()
    left = visitor.visit("skipped")
    rows = left.get_by_role("grid", name="Samples left alone").get_by_role("row")
    long_one = rows.filter(has_text="long.wav")
    long_one.get_by_role("button", name="Play").click()
    until(left, "document.querySelector('audio') && document.querySelector('audio').currentTime > 0.1")
    archive = rows.filter(has_text="Secret.zip")
    expect(archive).to_contain_text("It is protected by a password (Unpack it yourself")
    expect(archive.get_by_role("button", name="Play")).to_have_count(0)
    expect(archive.get_by_role("button", name="File")).to_have_count(0)
    left.get_by_role("combobox", name="Reason").select_option("archive")
    expect(long_one).to_have_count(0)
    expect(archive).to_be_visible()


def test_the_switch_stands_in_the_file_afterwards(visitor, program):
    """Archives stay closed once it is off."""
    page = visitor.visit("settings")
    page.get_by_role("switch", name="Look into .zip archives").click()
    page.get_by_role("button", name="Save").click()
    program.wait(lambda: "archives: no" in program.config.read_text(encoding="utf-8"))
