"""`evaluate --names`: what names alone and both are worth, apart from the ear, and blind to the label."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from support.audio import tone
from support.house import LABELS, MODEL
from wavized.domain.sample import Kind
from wavized.training.evaluation import Heard
from wavized.training.evaluation.names import evidence_of, names_figures

ROOT = Path("/labelled")


def clip(path: str, hears: str = "", share: float = 0.9, *, kind: Kind | None = None) -> Heard:
    """A clip at this path below its label folder, of which the ear hears one label most."""
    rest = (1.0 - share) / (len(LABELS) - 1)
    scores = {label: share if label == hears else rest for label in LABELS} if hears else None
    return Heard(ROOT / path, Path(path).parts[0], scores, 1.0, kind)


def figures(*clips: Heard) -> tuple[dict, dict]:
    found = names_figures(clips, ROOT, MODEL)
    assert set(found) == {"names_alone", "both"}
    return found["names_alone"], found["both"]


@pytest.mark.parametrize("below", ["x.wav", "Some Pack/x.wav", "Some Pack/Hits/x.wav"])
def test_the_label_folder_is_never_seen(below):
    """Neither as a folder nor as a pack: it holds the answer."""
    assert evidence_of(ROOT / "reese" / below, ROOT / "reese") == ()


def test_name_and_folders_below_the_label_are_seen():
    """As in the product: the file's own name, its nearest folder, the outermost as its pack."""
    said = evidence_of(ROOT / "sub/Acid Lines/Growls/808.wav", ROOT / "sub")
    assert [(witness.source, witness.detail) for witness in said] == [
        ("name", "808"),
        ("folder", "growls"),
        ("pack", "acid"),
    ]


def test_tags_inside_the_file_are_seen(tmp_path):
    """What a pack's maker wrote into the file is evidence like its name."""
    path = tmp_path / "sub/0001.flac"
    path.parent.mkdir()
    with soundfile.SoundFile(path, "w", 44_100, 1, format="FLAC") as file:
        file.title = "Deep Sub"
        file.write(tone(seconds=0.1))
    assert [witness.source for witness in evidence_of(path, tmp_path / "sub")] == ["tags"]


def test_names_alone_are_wrong_where_they_are_silent():
    """Accuracy counts every bass, as the ear's does; the share among those with evidence is told apart."""
    alone, _ = figures(
        clip("reese/reese 1.wav", "growl"),
        clip("reese/acid 1.wav", "reese"),
        clip("reese/0001.wav", "reese"),
        clip("sub/loop 120 bpm.wav", "sub"),
        clip("loop/reese loop.wav", "loop"),
    )
    assert (alone["n"], alone["n_with_evidence"]) == (4, 2)
    assert alone["accuracy"] == 0.25 and alone["accuracy_with_evidence"] == 0.5
    assert alone["per_class"]["reese"] == {"recall": pytest.approx(1 / 3), "support": 3}
    assert alone["sources"] == {"name": 4}


def test_both_tell_what_names_change_for_better_and_for_worse():
    """A narrow mistake is put right, a narrow right is spoilt, a sure ear is not moved; each is listed."""
    gained, lost = clip("reese/reese 1.wav", "growl", 0.2), clip("sub/reese 2.wav", "sub", 0.2)
    _, both = figures(gained, lost, clip("sub/reese 3.wav", "sub"), clip("acid/0001.wav", "acid"))
    assert both["gained"] == [str(gained.path)]
    assert both["lost"] == [str(lost.path)]
    assert (both["n"], both["accuracy"]) == (4, 0.75)


def test_decisions_are_those_of_the_product():
    """A contradicted clip is asked about, an agreed one filed, a refused one left alone."""
    _, both = figures(
        clip("reese/reese.wav", "reese", 0.72),
        clip("reese/0001.wav", "reese", 0.72),
        clip("sub/reese.wav", "sub", 0.99),
        clip("not_bass/reese.wav", "not_bass", 0.99),
        clip("not_bass/silent.wav", kind=Kind.NOT_BASS),
        clip("growl/broken.wav"),
    )
    assert both["decisions"]["bass"] == {"file": 1, "file_wrong": 0, "review": 2, "skip": 0, "failed": 1}
    assert both["decisions"]["not_bass"]["skip"] == 2
    assert both["filed"]["n"] == 1 and both["filed"]["wrong"] == 0


def test_names_that_say_nothing_leave_the_ear_as_it_is():
    """Without a word in any name, both are the ear alone."""
    alone, both = figures(clip("reese/1.wav", "reese"), clip("sub/2.wav", "808"))
    assert alone["n_with_evidence"] == 0 and alone["accuracy_with_evidence"] is None
    assert both["accuracy"] == 0.5 and both["gained"] == both["lost"] == []
