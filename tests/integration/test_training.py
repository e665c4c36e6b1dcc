"""A whole training in small: bank, folds, calibration, a folder that loads; also after an interruption."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from safetensors.numpy import load_file
from transformers import pipeline

from wavized.audio import decode
from wavized.errors import UsageError
from wavized.inference.classifier import AudioModel
from wavized.inference.ear import LINEAR, LOGARITHMIC, EarConfig, Listener
from wavized.inference.manifest import check_files, read_manifest
from wavized.training import bank, command, corpus, fit, lessons, setting, train
from wavized.training.corpus import LABELS
from wavized.training.synthesis import render

RATE = EarConfig().sample_rate


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips a label in label folders, each a family of its own."""
    folder = tmp_path_factory.mktemp("corpus")
    for label in LABELS:
        (folder / label).mkdir()
        for index, name in enumerate(("one", "two", "three")):
            samples = render(label, np.random.default_rng((len(label), index)), 22_050)
            soundfile.write(folder / label / f"{name}.wav", samples.T, 22_050)
    return folder


def small(sounds: Path, folder: Path) -> train.Training:
    """A training that takes seconds."""
    return train.Training(
        corpora=(sounds,),
        out=folder / "model",
        work=folder / "work",
        folds=2,
        processes=1,
        members=(LOGARITHMIC, LINEAR),
        width=4,
        shares=bank.Shares(per_label=8),
        settings=fit.Settings(epochs=2, batch=16, draws=32, seed=3),
    )


@pytest.fixture(scope="module")
def whole(sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> train.Training:
    """A training that ran through."""
    training = small(sounds, tmp_path_factory.mktemp("whole"))
    train.train(training, Messages())
    return training


class Messages(list[str]):
    """Collects what is said and presses Ctrl-C after a message that contains `stop_at`."""

    def __init__(self, stop_at: str = "\0") -> None:
        super().__init__()
        self.stop_at = stop_at

    def __call__(self, text: str) -> None:
        self.append(text)
        if self.stop_at in text:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stop_at", ["fold-1-member-0: epoch 1 of 2", "all-member-1: epoch 1 of 2"])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    sounds: Path, whole: train.Training, tmp_path: Path, stop_at: str
) -> None:
    """Ctrl-C after an epoch loses nothing: taken up again, the same weights come out, and the model loads."""
    broken = small(sounds, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        train.train(broken, Messages(stop_at=stop_at))
    assert not broken.out.exists()
    said = Messages()
    train.train(broken, said)
    lesson = stop_at.split(":")[0]
    assert [text for text in said if text.startswith(lesson)] == [
        re.sub(r"epoch 1", "epoch 2", text) for text in said if text.startswith(lesson)
    ]

    first, second = (load_file(folder / "model.safetensors") for folder in (whole.out, broken.out))
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert_loads(broken.out)


def assert_loads(folder: Path) -> None:
    """The folder is whole, loads in the product and in the pipeline of transformers, and both agree."""
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    assert manifest.labels == LABELS
    assert not [file.name for file in folder.iterdir() if file.suffix in {".bin", ".pt", ".pkl", ".py"}]
    rng = np.random.default_rng(0)
    window = decode.to_model_input(render("acid", rng, RATE), sample_rate=RATE, window_s=3.0)
    answer = pipeline("audio-classification", model=str(folder))(window, top_k=9)
    stock = {row["label"]: row["score"] for row in answer}
    ours = AudioModel(folder, manifest, threads=1).score([window])[0].scores
    tempered = {label: stock[label] ** (1 / manifest.temperature) for label in LABELS}
    total = sum(tempered.values())
    assert {label: value / total for label, value in tempered.items()} == pytest.approx(dict(ours), abs=1e-5)


def test_every_clip_is_answered_for_by_listeners_that_never_heard_its_family(whole: train.Training) -> None:
    """What was heard of held-out clips is kept: a row for each clip, and each row is a distribution."""
    kept = np.load(next(whole.work.glob("runs/*/out_of_fold.npz")))
    assert sorted(kept["files"]) == sorted(
        f"{label}/{name}.wav" for label in LABELS for name in ("one", "two", "three")
    )
    assert list(kept["labels"]) == list(LABELS)
    assert kept["probabilities"].sum(axis=1) == pytest.approx(np.ones(27), abs=1e-5)
    assert [file.split("/")[0] for file in kept["files"]] == list(kept["truth"])
    assert len(kept["families"]) == 27


def test_a_training_in_several_processes_stops_at_once(sounds: Path, tmp_path: Path) -> None:
    """Ctrl-C ends the command with all its processes and keeps what they learned; no model is written."""
    words = [
        *("wavized", "train", "--members", "logarithmic", "--width", "4", "--folds", "2", "--epochs", "30"),
        *("--draws", "16", "--per-label", "6", "--resume", "--corpus", str(sounds)),
        *("--out", str(tmp_path / "m"), "--work", str(tmp_path / "w")),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", *words], stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "epoch 2 of 30" in line:
                break
        started = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
        assert running.wait(180) == 1
    assert "--resume goes on from here" in rest
    assert list(tmp_path.glob("w/runs/*/*.checkpoint"))
    assert not (tmp_path / "m").exists()
    assert len(started) > 1
    assert psutil.wait_procs(started, timeout=120)[1] == []


def test_a_fold_that_is_asked_about_no_production_is_no_fault(tmp_path: Path) -> None:
    """Where chance left out all productions of a fold, its clips are answered for all the same."""
    training = replace(small(tmp_path, tmp_path), members=(LOGARITHMIC,))
    sources = tuple(corpus.Source(tmp_path, label, label, label, 1.0) for label in ("808", "acid"))
    course = lessons.Course(
        config=training.config(),
        settings=training.settings,
        sources=sources,
        recipes=(bank.Recipe("808", (0,), 1),),
        folds=(0, 1),
        recipe_folds=(0,),
        bank=tmp_path,
        folder=tmp_path,
    )
    listener, sure = Listener(course.config), np.eye(len(LABELS), dtype=np.float32)[:1]
    for fold, asked in enumerate(([0], [])):
        answered = fit.probabilities(listener, np.zeros((len(asked), 2, 96, 112), np.float16))
        path = lessons.Lesson(fold, 0).answers(course)
        np.savez(path, clean_at=[fold], clean=sure, produced_at=np.array(asked, dtype=int), produced=answered)
    held = train.hold_out(course, training, Messages())
    assert held.clean.sum(axis=1).tolist() == [1.0, 1.0]
    assert held.produced.shape == (1, len(LABELS))


def test_without_a_corpus_everything_is_synthesized(sounds: Path, tmp_path: Path) -> None:
    """The generator alone makes a model; families of synthesis are held out in turn to calibrate it."""
    training = replace(small(sounds, tmp_path), corpora=(), members=(LOGARITHMIC,))
    said = Messages()
    train.train(training, said)
    assert_loads(training.out)
    manifest = read_manifest(training.out)
    assert said[0].startswith("0 sounds, ")
    held_out = manifest.metrics["held_out"]
    assert isinstance(held_out, dict)
    assert set(held_out) >= {"clean_and_produced", "filed", "wrong_among_filed"}


def test_a_bank_that_was_cut_off_is_finished_not_made_anew(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shards that are there are kept as they are; the missing ones are made as they would have been."""
    sources = corpus.for_training(corpus.read(sounds))
    recipes = bank.plan(sources, bank.Shares(per_label=3), 1)
    monkeypatch.setattr(bank, "SHARD", 12)  # several shards out of a bank that takes a second
    list(bank.build(sources, recipes, tmp_path, 1))
    whole = np.concatenate(list(bank.read(tmp_path, len(recipes))))
    shards = sorted(tmp_path.glob("*.npy"))
    kept_at = shards[0].stat().st_mtime_ns
    shards[-1].unlink()
    steps = list(bank.build(sources, recipes, tmp_path, 1))
    assert steps[0] >= 12 and steps[-1] == len(recipes)
    assert shards[0].stat().st_mtime_ns == kept_at
    assert np.array_equal(np.concatenate(list(bank.read(tmp_path, len(recipes)))), whole)


def test_bank_and_product_hear_the_same(sounds: Path, whole: train.Training) -> None:
    """A recording in training is what the worker hears of its file, but for the rounding to 16 bits."""
    model = AudioModel(whole.out, read_manifest(whole.out), threads=1)
    sources = corpus.for_training(corpus.read(sounds))[:3]
    for source, trained_on in zip(sources, bank.hear(sources, EarConfig()), strict=True):
        assert np.allclose(trained_on / bank.UNIT, model.prepare(source.path), atol=1 / bank.UNIT)


def test_embeddings_tell_alike_from_unlike(sounds: Path, whole: train.Training) -> None:
    """A row for each clip, of length 1, the same for the same sound at another level."""
    model = AudioModel(whole.out, read_manifest(whole.out), threads=1)
    windows = [model.prepare(sounds / label / "one.wav") for label in LABELS]
    rows = model.embed(windows)
    assert rows.shape == (len(LABELS), 2 * EarConfig().embedding)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(LABELS)), abs=1e-5)
    quiet = model.embed([window * np.float32(0.1) for window in windows])
    assert (rows * quiet).sum(axis=1) == pytest.approx(np.ones(len(LABELS)), abs=1e-3)
    assert not np.allclose(rows @ rows.T, 1.0, atol=1e-3)


def test_a_folder_that_is_no_model_is_refused_before_the_work(sounds: Path, tmp_path: Path) -> None:
    """Hours of training must not end in a folder that may not be replaced."""
    out = tmp_path / "music"
    out.mkdir()
    (out / "song.wav").touch()
    words = ("--corpus", str(sounds), "--out", str(out), "--work", str(tmp_path / "work"))
    with pytest.raises(UsageError, match="no model folder"):
        command.run(arguments(*words))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["music", "song.wav"]


def test_an_older_model_is_replaced_but_for_its_card(whole: train.Training, tmp_path: Path) -> None:
    """The new model is whole before the older one goes; nothing else is left beside it."""
    out = tmp_path / "model"
    shutil.copytree(whole.out, out)
    (out / "README.md").write_text("the card")
    (out / "left.over").touch()
    train.train(replace(whole, out=out), Messages())
    assert (out / "README.md").read_text() == "the card"
    assert_loads(out)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert not (out / "left.over").exists()


def test_a_setting_that_a_search_found_is_followed(sounds: Path, tmp_path: Path) -> None:
    """Width, fit, dropout and what is drawn come from the file; how long is learned, from the command."""
    best = tmp_path / "best.json"
    found = setting.Setting(fit=fit.Settings(batch=8, epochs=9), width=5, dropout=0.4, synthesized=0.6)
    setting.write(found, {}, best)
    words = ["--corpus", str(sounds), "--out", str(tmp_path / "m"), "--work", str(tmp_path / "w")]
    words += ["--epochs", "1", "--draws", "16", "--folds", "2", "--per-label", "6", "--processes", "1"]
    words += ["--members", LOGARITHMIC, "--settings", str(best)]
    assert command.run(arguments(*words)) == 0
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    assert (config["width"], config["members"]) == (5, [LOGARITHMIC])
    setting.write(replace(found, dropout=0.1), {}, best)
    assert command.run(arguments(*words, "--resume")) == 0
    assert len(list((tmp_path / "w" / "runs").iterdir())) == 2, "another setting is another run"
    with pytest.raises(UsageError, match="no file"):
        command.run(arguments(*words, "--settings", str(tmp_path / "none.json")))


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize("words", [("--epochs", "0"), ("--folds", "1"), ("--width", "0")])
def test_the_command_refuses_what_cannot_work(sounds: Path, tmp_path: Path, words: tuple[str, str]) -> None:
    """A count of nought and a single fold are usage errors."""
    common = ("--corpus", str(sounds), "--out", str(tmp_path / "m"), "--work", str(tmp_path / "w"))
    with pytest.raises(UsageError):
        command.run(arguments(*common, *words))
