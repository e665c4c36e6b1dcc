"""A search in small: two trials, the best kept; also taken up again, refused, and read back."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wavized.errors import UsageError
from wavized.inference.ear import EarConfig
from wavized.training import bank, fit, lessons, search, setting
from wavized.training.corpus import LABELS, Source
from wavized.training.lessons import Course
from wavized.training.setting import Setting
from wavized.training.synthesis import render


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips a label in label folders, each a family of its own."""
    folder = tmp_path_factory.mktemp("corpus")
    for label in LABELS:
        (folder / label).mkdir()
        for index, name in enumerate(("one", "two")):
            samples = render(label, np.random.default_rng((len(label), index)), 22_050)
            soundfile.write(folder / label / f"{name}.wav", samples.T, 22_050)
    return folder


def words(sounds: Path, folder: Path, *more: str) -> list[str]:
    common = ["--corpus", str(sounds), "--work", str(folder), "--best", str(folder / "best.json")]
    return [*common, "--folds", "2", "--clips", "16", "--per-label", "4", "--processes", "1", *more]


def test_a_search_keeps_the_best_of_its_trials_and_goes_on(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trials taken before count; the first is what is in force today; the best setting reads back."""
    assert command(sounds, tmp_path, "1") == 0
    assert "trial 0" in capsys.readouterr().err
    assert command(sounds, tmp_path, "2") == 0
    said = capsys.readouterr().err
    assert "trial 1" in said and "trial 0" not in said
    assert command(sounds, tmp_path, "2") == 0
    assert "trial " not in capsys.readouterr().err

    study = json.loads((tmp_path / "best.json").read_text(encoding="utf-8"))["study"]
    values = [np.mean(trial["by_fold"]) for trial in study["trials"]]
    assert study["best"] == pytest.approx(max(values), abs=1e-3)
    best = study["trials"][int(np.argmax(values))]["parameters"]
    found = setting.read(tmp_path / "best.json")
    assert found is not None
    assert (found.width, found.dropout, found.fit.batch) == (best["width"], best["dropout"], best["batch"])
    assert (found.fit.epochs, found.fit.draws) == (fit.Settings().epochs, fit.Settings().draws)
    first = study["trials"][0]["parameters"]
    assert first["peak_rate"] == fit.Settings().peak_rate
    assert not list(tmp_path.rglob("*.checkpoint"))


def command(sounds: Path, folder: Path, trials: str) -> int:
    return search.main(words(sounds, folder, "--trials", trials))


def test_a_missing_package_names_what_to_install(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without Optuna there is no search, and nothing is written."""
    monkeypatch.setitem(sys.modules, "optuna", None)  # as if it were not installed
    assert command(sounds, tmp_path, "1") == 2
    assert "wavized[train]" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("more", [("--measured", "3"), ("--trials", "0"), ("--clips", "0")])
def test_what_cannot_be_searched_is_refused(sounds: Path, tmp_path: Path, more: tuple[str, str]) -> None:
    """No trials, no clips, or more folds measured than made."""
    assert search.main(words(sounds, tmp_path, *more)) == 2


def test_no_setting_is_none_and_a_damaged_one_an_error(tmp_path: Path) -> None:
    """A setting comes back as it was written; what is no setting is named."""
    path = tmp_path / "best.json"
    assert setting.read(path) is None
    known = Setting(fit=fit.Settings(batch=7), width=9, open_recording=2.5)
    setting.write(known, {}, path)
    assert setting.read(path) == known
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"best\.json is damaged"):
        setting.read(path)


def test_what_is_drawn_follows_the_setting_and_labels_count_alike() -> None:
    """Share synthesized and weight of recordings are what was asked for; held-out entries stay out."""
    clips = tuple(
        Source(Path(f"{label}-{real}"), label, f"{label}-{real}", "", 1.0, real=real)
        for label in LABELS
        for real in (True, False)
    )
    recipes = [bank.Recipe(clip.label, (at,), 0) for at, clip in enumerate(clips)]
    recipes += [bank.Recipe(label, (), 0) for label in LABELS]
    course = Course(EarConfig(), fit.Settings(), clips, tuple(recipes), (), (), Path(), Path())
    chance = lessons.chances(course, np.ones(len(recipes), dtype=bool), 0.2, 8.0)
    assert chance.sum() == pytest.approx(1.0)
    for number, label in enumerate(LABELS):
        own = np.array([recipe.label == label for recipe in recipes])
        assert chance[own].sum() == pytest.approx(1 / len(LABELS))
        assert chance[18 + number] == pytest.approx(0.2 / len(LABELS))
        assert chance[2 * number] == pytest.approx(2 * chance[2 * number + 1])
    held = np.arange(len(recipes)) != 0
    without = lessons.chances(course, held, 0.2, 8.0)
    assert without[0] == 0
    assert without[18] == pytest.approx(0.2 / len(LABELS))
