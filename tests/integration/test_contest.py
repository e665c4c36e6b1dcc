"""A contest in small, from sounds to its table; also after an interruption, and where it cannot be held."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from filelock import FileLock
from transformers import HubertConfig, HubertForSequenceClassification

from wavized.errors import UsageError
from wavized.training.contest import command, run, thesis
from wavized.training.contest.contestants import AVERAGED, NAMES, choose
from wavized.training.contest.features import features
from wavized.training.corpus import CATEGORIES, LABELS
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


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of DistilHuBERT's kind that learns in a second."""
    folder = tmp_path_factory.mktemp("base")
    config = HubertConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        classifier_proj_size=8,
        num_labels=2,
    )
    HubertForSequenceClassification(config).save_pretrained(folder)
    return folder


def words(sounds: Path, folder: Path, *more: str) -> list[str]:
    common = ["--corpus", str(sounds), "--work", str(folder / "work"), "--out", str(folder / "out")]
    small = ["--folds", "2", "--clips", "24", "--minutes", "0.01", "--per-label", "4", "--processes", "1"]
    return [*common, *small, *more]


@pytest.fixture(scope="module")
def held(sounds: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A contest of all that ran through."""
    folder = tmp_path_factory.mktemp("held")
    assert command.main(words(sounds, folder, "--base", str(base))) == 0
    return folder


def table(folder: Path) -> dict[str, dict[str, object]]:
    data = json.loads((folder / "out" / "table.json").read_text(encoding="utf-8"))
    return {row["name"]: row for row in data["rows"]}


def test_every_contestant_answers_for_every_clip(held: Path) -> None:
    """All stand in the table, and what is averaged of some; each heard no more than the budget allows."""
    rows = table(held)
    assert set(rows) == {*NAMES, *AVERAGED}
    for row in rows.values():
        assert row["folds"] == [2]
        assert row["clips"] == 2 * len(LABELS)
        figures = row["figures"]
        assert {f"recall_{label}" for label in CATEGORIES} < set(figures)
        assert all(0 <= figures[name] <= 1 for name in ("accuracy", "macro_auc", "reject_auroc"))
        assert 0 < figures["heard"] <= 36 * len(AVERAGED.get(row["name"], "1"))
    text = (held / "out" / "table.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in text for name in rows)


def test_a_lesson_that_was_taken_is_not_taken_again(
    sounds: Path, base: Path, held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command again only writes the table; another seed takes its own lessons, and adds a spread."""
    again = ["--out", str(tmp_path / "out")]
    assert command.main(words(sounds, held, "--base", str(base), *again)) == 0
    assert "begins" not in capsys.readouterr().err
    assert table(tmp_path) == table(held)
    one = ["--contestants", "listener-linear", "--seeds", "1", "2", *again]
    assert command.main(words(sounds, held, *one)) == 0
    said = capsys.readouterr().err
    assert "seed 2, fold 1: begins" in said and "seed 1" not in said
    assert table(tmp_path)["listener-linear"]["folds"] == [2, 2]


def test_an_interrupted_contest_keeps_what_was_done(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C between lessons leaves a table of those that were taken; the rest is taken up later."""
    parsed = command.contest(command.parse(words(sounds, tmp_path, "--contestants", "handcrafted")))

    def say(text: str) -> None:
        if "fold 1: begins" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.hold(parsed, say)
    assert table(tmp_path)["handcrafted"]["folds"] == [1]
    assert command.main(words(sounds, tmp_path, "--contestants", "handcrafted")) == 0
    assert "fold 0: begins" not in capsys.readouterr().err
    assert table(tmp_path)["handcrafted"]["folds"] == [2]
    assert not list(tmp_path.rglob("*.partial*"))


def test_two_processes_share_a_contest(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lesson that another process is taking is left to it; the others are taken."""
    one = words(sounds, tmp_path, "--contestants", "handcrafted")
    assert command.main(one) == 0
    (kept,) = tmp_path.rglob("handcrafted-*-fold-0.npz")
    kept.unlink()
    with FileLock(kept.with_suffix(".lock")):
        assert command.main(one) == 0
    assert "fold 0: another process is at it" in capsys.readouterr().err
    assert table(tmp_path)["handcrafted"]["folds"] == [1]


def test_an_unknown_contestant_is_named(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who is not known does not take part, and who could is told; nothing is written."""
    assert command.main(words(sounds, tmp_path, "--contestants", "oracle")) == 2
    said = capsys.readouterr().err
    assert "No contestant is called oracle" in said and "handcrafted" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "package"), [("handcrafted", "sklearn.ensemble"), ("thesis", "accelerate")])
def test_a_missing_package_names_what_to_install(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, only those that need it cannot take part, and the extra is named."""
    module = f"wavized.training.contest.{name}"
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(UsageError, match=r"wavized\[train\]"):
        choose([name], None)
    assert choose(["transformer"], None)[0].name == "transformer"


def test_a_base_that_is_no_network_is_refused(tmp_path: Path) -> None:
    """An empty folder given as base says so, and how to do without."""
    with pytest.raises(UsageError, match="scratch"):
        thesis.network_from(str(tmp_path))


def test_the_thesis_has_the_shape_of_distilhubert() -> None:
    """Two layers of 768 behind HuBERT's convolutions."""
    config = thesis.distilled()
    assert (config.num_hidden_layers, config.hidden_size, config.num_feat_extract_layers) == (2, 768, 7)


@pytest.mark.parametrize("label", LABELS)
def test_features_do_not_depend_on_the_level(label: str) -> None:
    """The same sound 30 dB down has the same features, and no two labels' sounds have."""
    sound = render(label, np.random.default_rng(1), 16_000).mean(axis=0)
    sound = np.pad(sound, (0, 48_000))[:48_000].astype(np.float64)
    assert np.allclose(features(sound), features(sound * 0.03), equal_nan=True, atol=0.05)
    assert not np.allclose(features(sound), features(sound[::-1]), equal_nan=True, atol=1.0)
