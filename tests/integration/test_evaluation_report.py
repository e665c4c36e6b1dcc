"""The report and its pictures: whole, self-contained, and harmless whatever files are called."""

from __future__ import annotations

import os
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.audio import tone, write, write_tone
from support.fake_classifier import MODEL, scored
from wavized.domain.sample import Kind
from wavized.errors import UsageError
from wavized.training.evaluation import Heard, comparison, figures, saving
from wavized.training.evaluation.figures import Study
from wavized.training.evaluation.names import names_figures
from wavized.training.evaluation.report import compare_report, page_of, report
from wavized.training.evaluation.thumbnails import thumbnail

HOSTILE = "<script>alert(1)</script>.wav"
VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, its words, and whether every tag is closed."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(page.decode("utf-8"))
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.words += data

    def images(self) -> list[str]:
        return [str(attributes["src"]) for tag, attributes in self.elements if tag == "img"]


def study(folder: Path, clips: list[tuple[Path, str, str]], name: str = "bass-test") -> Study:
    """A model that heard each path, labelled as the second, as the third."""
    heard = [
        Heard(path, truth, scored(guess, 0.5 + index % 5 / 10).scores, 10.0 + index)
        for index, (path, truth, guess) in enumerate(clips)
    ]
    return figures.study(name, folder, heard, MODEL, {})


@pytest.fixture
def ordinary(tmp_path: Path) -> Study:
    """Clips of three categories and both rejects, one of them with a hostile name and wrong."""
    clips = [
        (write_tone(tmp_path / label / f"{number}.wav"), label, "808" if number == 3 else label)
        for label in ("808", "acid", "sub", "not_bass", "loop")
        for number in range(5)
    ]
    # A slash cannot be part of a name: the folder is called `<script>alert(1)<`.
    return study(tmp_path, [*clips, (write_tone(tmp_path / "acid" / HOSTILE), "acid", "808")])


def test_a_report_is_one_page_with_every_table_and_picture(ordinary: Study) -> None:
    """All figures are there, each picture is a PNG of its own and on the page, and nothing else is loaded."""
    files = report(ordinary, made_at="today")
    page = Page(files["report.html"])
    names = ["confusion", "recall", "roc", "roc_confidence", "reliability", "coverage"]
    for name in (*names, "reject_scores", "reject_roc"):
        picture = Image.open(BytesIO(files[f"{name}.png"]))
        assert picture.format == "PNG" and min(picture.size) >= 600
        assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255), "light, also on a dark page"
    wrong = len(ordinary.figures["misclassified"])
    assert len(page.images()) == 8 + wrong
    assert all(source.startswith("data:image/png;base64,") for source in page.images())
    for words in ("Macro AUC", "95 % intervals", "How long it takes", "Reject AUROC", "today", "bass-test"):
        assert words in page.words
    assert all(label in page.words for label in MODEL.categories)
    assert not any(tag in ("script", "link", "iframe") for tag, _ in page.elements)


def test_a_file_named_like_a_script_stays_a_name(ordinary: Study) -> None:
    """Its name is shown letter for letter and no element comes of it."""
    content = page_of(ordinary, {}, {}, made_at="today")
    assert HOSTILE in Page(content).words
    assert b"<script" not in content


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("quo\"te' onerror=alert(1).wav", "quo\"te' onerror=alert(1).wav"),
        ("{{ 7 * 7 }}.wav", "{{ 7 * 7 }}.wav"),
        ("line\nend \x1b[31m.wav", "line\\nend \\x1b[31m.wav"),
        ("gnp\N{RIGHT-TO-LEFT OVERRIDE}.wav", "gnp\\u202e.wav"),
        (os.fsdecode(b"no \xff text.wav"), "no \\udcff text.wav"),
        ("guitar \N{GUITAR}.wav", "guitar \N{GUITAR}.wav"),
    ],
)
def test_every_name_can_be_shown(tmp_path: Path, name: str, seen: str) -> None:
    """Quotes, braces, control characters, direction marks and bytes that are no text: shown, never obeyed."""
    found = study(tmp_path, [(tmp_path / "808" / name, "808", "sub")], name=name)
    page = Page(page_of(found, {}, {}, made_at="today"))
    assert f"808/{seen}" in page.words


def test_the_thresholds_of_each_category_are_told(tmp_path: Path) -> None:
    """What a category needs beside the model's usual confidence stands on the page."""
    clips = [Heard(tmp_path / "a.wav", "808", scored("808", 0.9).scores, 10.0)]
    careful = replace(MODEL, file_above_for={"acid": 0.955})
    page = Page(page_of(figures.study("m", tmp_path, clips, careful), {}, {}, made_at="today"))
    assert "acid from 95.5 % with a lead" in page.words


def test_what_names_add_stands_apart_where_it_was_asked_for(ordinary: Study) -> None:
    """Ear, names and both have a row each; without them nothing of it is on the page."""
    names = names_figures(ordinary.heard, ordinary.folder, MODEL)
    page = Page(page_of(ordinary, {}, {}, made_at="today", names=names))
    for words in ("What names and tags add", "names alone", f"of {ordinary.figures['n']}", "never read"):
        assert words in page.words
    assert "names alone" not in Page(page_of(ordinary, {}, {}, made_at="today")).words


def test_names_of_models_are_escaped_too(tmp_path: Path) -> None:
    """In pictures and words of a comparison a model's name is text, also with dollars and tags in it."""
    clips = [(tmp_path / f"{n}.wav", "808", "808" if n else "sub") for n in range(4)]
    studies = [study(tmp_path, clips, name=name) for name in ("<b>bold</b>", "$x^{2$ \N{GUITAR}" * 4)]
    compared = comparison.compare(studies, [tmp_path, tmp_path])
    files = compare_report(compared, studies, tmp_path, made_at="today")
    page = Page(files["report.html"])
    assert "<b>bold</b>" in page.words and "b" not in {tag for tag, _ in page.elements}
    assert {"recall.png", "roc.png", "coverage.png", "reliability.png"} <= set(files)
    assert "McNemar" in page.words


@pytest.mark.parametrize(
    "clips",
    [
        [("loop", "loop"), ("not_bass", "808")],
        [("808", "808")],
        [("808", "sub")],
        [("808", "808"), ("loop", "loop")],
    ],
)
def test_what_the_clips_do_not_tell_is_left_out(tmp_path: Path, clips: list[tuple[str, str]]) -> None:
    """No basses, no rejects, nothing right or nothing wrong: still a whole page."""
    found = study(tmp_path, [(tmp_path / f"{n}.wav", *clip) for n, clip in enumerate(clips)])
    Page(report(found, made_at="today")["report.html"])
    twice = comparison.compare([found, found], [tmp_path, tmp_path])
    Page(compare_report(twice, [found, found], tmp_path, made_at="today")["report.html"])


def test_unheard_clips_have_a_column(tmp_path: Path) -> None:
    """A crash and a silent file are in the table and in the list, without a picture of a sound."""
    heard = [
        Heard(tmp_path / "a.wav", "808", None, 1.0),
        Heard(tmp_path / "b.wav", "sub", None, 1.0, Kind.NOT_BASS),
    ]
    page = Page(page_of(figures.study("m", tmp_path, heard, MODEL), {}, {}, made_at="today"))
    assert "unheard" in page.words and "a.wav" in page.words


def test_a_thumbnail_shows_low_notes_low(tmp_path: Path) -> None:
    """A 60 Hz tone lights up near the bottom, one of 2 kHz near the top; nothing after its end."""

    def brightest_row(frequency: float) -> int:
        path = write(tmp_path / f"{frequency}.wav", tone(frequency, seconds=1.0))
        png = thumbnail(path, seconds=3.0)
        assert png is not None
        pixels = np.asarray(Image.open(BytesIO(png)).convert("L"), dtype=float)[40:]
        assert pixels[:, 20:60].max() > 200 and pixels[:, 120:].max() < 60
        return int(pixels[:, 20:60].mean(axis=1).argmax())

    assert brightest_row(2000.0) < 40 < 70 < brightest_row(60.0)


def test_a_file_that_cannot_be_heard_has_no_thumbnail(tmp_path: Path) -> None:
    """Missing, silent and foreign files give none, and no error."""
    (tmp_path / "text.wav").write_text("no sound")
    write(tmp_path / "silent.wav", np.zeros((4000, 1)))
    for name in ("text.wav", "silent.wav", "missing.wav"):
        assert thumbnail(tmp_path / name, seconds=3.0) is None


def test_a_report_is_put_in_place_whole(tmp_path: Path) -> None:
    """An older file is replaced, other files stay, and no part is left behind."""
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    saving.save(tmp_path, {"report.html": b"new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "report.html": "new",
        "mine.txt": "mine",
    }


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A file where the folder should be is told before the long work."""
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UsageError, match="cannot go to"):
            saving.prepare(place)
