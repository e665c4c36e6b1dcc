"""A whole training in small: bank, folds, calibration, a folder that loads; also after an interruption."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.numpy import load_file
from torch.nn import functional
from transformers import pipeline

from wavized.audio import decode
from wavized.errors import UsageError
from wavized.inference.classifier import AudioModel
from wavized.inference.manifest import check_files, read_manifest
from wavized.training import bank, command, corpus, fit, network, train
from wavized.training.corpus import LABELS
from wavized.training.synthesis import render
from wavized.training.teacher import Teacher, hand_over


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
        corpus=sounds,
        out=folder / "model",
        work=folder / "work",
        folds=2,
        processes=1,
        threads=1,
        teachers=1,
        size=network.Size(width=64, layers=1, heads=2, inner=16),
        shares=bank.Shares(per_label=8),
        teaching=fit.Settings(epochs=1, batch=16, draws=32),
        settings=fit.Settings(epochs=2, batch=16, draws=32, seed=3),
        finish=fit.Settings(epochs=2, batch=16, draws=32),
    )


@pytest.fixture(scope="module")
def whole(sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model folder of a training that ran through."""
    training = small(sounds, tmp_path_factory.mktemp("whole"))
    train.train(training, Messages())
    return training.out


class Messages(list[str]):
    """Collects what is said and presses Ctrl-C after a message that contains `stop_at`."""

    def __init__(self, stop_at: str = "\0") -> None:
        super().__init__()
        self.stop_at = stop_at

    def __call__(self, text: str) -> None:
        self.append(text)
        if self.stop_at in text:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stop_at", ["model: epoch 1 of 2", "finish: epoch 1 of 2"])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    sounds: Path, whole: Path, tmp_path: Path, stop_at: str
) -> None:
    """Ctrl-C after an epoch loses nothing: taken up again, the same weights come out, and the model loads."""
    broken = small(sounds, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        train.train(broken, Messages(stop_at=stop_at))
    assert not broken.out.exists()
    said = Messages()
    train.train(broken, said)
    assert f"{stop_at.split(':')[0]}: going on after epoch 1" in said

    first, second = (load_file(folder / "model.safetensors") for folder in (whole, broken.out))
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert_loads(broken.out)


def assert_loads(folder: Path) -> None:
    """The folder is whole, loads in the product and in stock transformers, and both agree."""
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    assert manifest.labels == LABELS
    assert not [file.name for file in folder.iterdir() if file.suffix in {".bin", ".pt", ".pkl", ".py"}]
    rng = np.random.default_rng(0)
    window = decode.to_model_input(
        render("acid", rng, network.SAMPLE_RATE), sample_rate=network.SAMPLE_RATE, window_s=network.WINDOW_S
    )
    answer = pipeline("audio-classification", model=str(folder))(window, top_k=9)
    stock = {row["label"]: row["score"] for row in answer}
    ours = AudioModel(folder, manifest, threads=1).score([window])[0].scores
    tempered = {label: stock[label] ** (1 / manifest.temperature) for label in LABELS}
    total = sum(tempered.values())
    assert {label: value / total for label, value in tempered.items()} == pytest.approx(dict(ours), abs=1e-5)


def test_a_model_takes_over_its_teachers_stem() -> None:
    """The two convolutions written out densely, with the norms folded in, are the same function."""
    torch.manual_seed(1)
    pupil = network.build(LABELS, network.Size(width=64, layers=1, heads=2, inner=16))
    teacher = Teacher(len(LABELS), 64)
    teacher(torch.randn(6, network.MELS, network.FRAMES) * 2 + 1)  # moves the norms off their start
    teacher.eval()
    hand_over(teacher, pupil)
    seen = torch.randn(3, network.MELS, network.FRAMES)
    with torch.inference_mode():
        inner = functional.gelu(pupil.encoder.conv1(seen))
        assert torch.allclose(
            functional.gelu(pupil.encoder.conv2(inner)), teacher.stem(seen).flatten(1, 2), atol=1e-5
        )


def test_a_bank_that_was_cut_off_is_finished_not_made_anew(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shards that are there are kept as they are; the missing ones are made as they would have been."""
    sources = corpus.for_training(corpus.read(sounds))
    recipes = bank.plan(sources, bank.Shares(per_label=3), 1)
    monkeypatch.setattr(bank, "SHARD", 12)  # several shards out of a bank that takes a second
    list(bank.build(sources, recipes, tmp_path, 1))
    whole = bank.read(tmp_path, len(recipes))
    shards = sorted(tmp_path.glob("*.npy"))
    kept_at = shards[0].stat().st_mtime_ns
    shards[-1].unlink()
    steps = list(bank.build(sources, recipes, tmp_path, 1))
    assert steps[0] >= 12 and steps[-1] == len(recipes)
    assert shards[0].stat().st_mtime_ns == kept_at
    assert np.array_equal(bank.read(tmp_path, len(recipes)), whole)


def test_bank_and_product_hear_the_same(sounds: Path) -> None:
    """The features of a clip in training equal those the worker would compute for its file."""
    sources = corpus.for_training(corpus.read(sounds))[:3]
    extractor = network.front_end()
    for source, trained_on in zip(sources, bank.hear(sources), strict=True):
        clip = decode.load(source.path, sample_rate=network.SAMPLE_RATE, window_s=network.WINDOW_S)
        window = decode.to_model_input(
            clip.samples, sample_rate=network.SAMPLE_RATE, window_s=network.WINDOW_S
        )
        heard = extractor(window, sampling_rate=network.SAMPLE_RATE, return_tensors="np")["input_features"][0]
        assert np.allclose(trained_on, heard, atol=2e-3)


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_the_command_refuses_what_cannot_work(sounds: Path, tmp_path: Path) -> None:
    """A count of nought and a base that would be overwritten are usage errors."""
    common = ("--corpus", str(sounds), "--out", str(tmp_path / "m"), "--work", str(tmp_path / "w"))
    with pytest.raises(UsageError):
        command.run(arguments(*common, "--epochs", "0"))
    with pytest.raises(UsageError, match="cannot be one folder"):
        command.run(arguments(*common, "--base", str(tmp_path / "m")))
