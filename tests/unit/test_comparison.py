"""Models side by side: what may be compared, and whether a difference could be chance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from support.audio import write_tone
from support.fake_classifier import MODEL, scored
from support.tiny_model import make_paper_model, write_manifest
from wavized.errors import UsageError
from wavized.training.corpus import CorpusError
from wavized.training.evaluation import Heard, comparison, figures
from wavized.training.evaluation.figures import Study

FOLDER = Path("clips")


def study(name: str, guesses: list[str], truth: list[str]) -> Study:
    """A model that is 0.9 sure of each guess; every clip is a pack of its own."""
    heard = [
        Heard(FOLDER / label / f"{index}.wav", label, scored(guess, 0.9).scores, 10.0)
        for index, (guess, label) in enumerate(zip(guesses, truth, strict=True))
    ]
    return figures.study(name, FOLDER, heard, MODEL)


TRUTH = ["808"] * 10 + ["sub"] * 10 + ["loop"] * 2


def test_a_difference_is_the_others_less_the_firsts(tmp_path: Path) -> None:
    """Six clips more of twenty are 30 points, with an interval around them and McNemar's chance."""
    first = study("first", ["808"] * 14 + ["sub"] * 6 + ["loop"] * 2, TRUTH)
    other = study("other", ["808"] * 10 + ["sub"] * 8 + ["808"] * 2 + ["loop", "808"], TRUTH)
    found = comparison.compare([first, other], [tmp_path, tmp_path])
    assert found["n"] == 20
    (change,) = found["differences"]
    assert change["accuracy"]["difference"] == pytest.approx(0.1)
    low, high = change["accuracy"]["interval"]
    assert low <= 0.1 <= high
    assert change["mcnemar"]["only_other_right"] - change["mcnemar"]["only_first_right"] == 2
    rows = {what: values for what, values, _ in comparison.rows(found)}
    assert rows["accuracy"] == ["80.0 %", "90.0 %"]
    assert rows["recall sub"] == ["60.0 %", "80.0 %"]
    assert rows["recall acid"] == ["-", "-"], "no clip of it was there"
    assert rows["reject AUROC"] == ["1.000", "0.750"]


def test_a_model_beside_its_twin_does_not_differ(tmp_path: Path) -> None:
    """The same answers give nought, without any doubt."""
    one = study("one", TRUTH, TRUTH)
    (change,) = comparison.compare([one, one], [tmp_path, tmp_path])["differences"]
    assert change["accuracy"] == {"difference": 0.0, "interval": (0.0, 0.0)}
    assert change["mcnemar"] == {"only_first_right": 0, "only_other_right": 0, "p": 1.0}


def test_a_comparison_needs_different_models(tmp_path: Path) -> None:
    """None, one, the same twice by path, link or copy are refused; two that differ are not."""
    first = make_paper_model(tmp_path / "first")
    copy = make_paper_model(tmp_path / "copy")
    link = tmp_path / "link"
    link.symlink_to(first)
    for models in ([], [first], [first, first], [first, link], [first, tmp_path / "x" / ".." / "first"]):
        with pytest.raises(UsageError):
            comparison.must_be_several(models)
    comparison.must_be_several([first, copy])
    with pytest.raises(UsageError, match="are the same model"):
        comparison.must_differ([first, copy])
    write_manifest(copy, temperature=1.0)
    comparison.must_differ([first, copy])


def test_models_are_named_apart(tmp_path: Path) -> None:
    """Two folders of one name are told by their paths."""
    models = [Path("a/bass"), Path("b/bass"), Path("b/other")]
    assert comparison.names(models) == [str(Path("a/bass")), str(Path("b/bass")), "other"]


def test_clips_are_those_that_any_of_the_models_has_a_label_for(tmp_path: Path) -> None:
    """A reject that only one model knows is heard by all; other categories cannot be compared."""
    for name in ("808/a.wav", "loop/b.wav", "pad/c.wav"):
        write_tone(tmp_path / name)
    plain = replace(MODEL, rejects={})
    clips = comparison.clips_for_all(tmp_path, [plain, MODEL])
    assert [label for _, label in clips] == ["808", "loop"]
    with pytest.raises(UsageError, match="different categories"):
        comparison.clips_for_all(tmp_path, [MODEL, replace(MODEL, categories=("808", "pad"))])
    (tmp_path / "acid").mkdir()
    (tmp_path / "acid" / "notes.txt").write_text("no sound")
    with pytest.raises(CorpusError, match="acid"):
        comparison.clips_for_all(tmp_path, [MODEL, plain])
