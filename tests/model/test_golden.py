"""The default model on sounds of its own: stored answers, whatever the level.

`PYTHONPATH=tests python tests/model/test_golden.py` stores the answers of a new model beside this file.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from transformers import pipeline

from wavized.inference.classifier import AudioModel
from wavized.inference.manifest import check_files, read_manifest

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "bass-v3"
SOUNDS = ROOT / "tests" / "data"
GOLDEN = Path(__file__).with_name("golden.json")
CLIPS = (
    "Brass & Stabs/Low Horn Blast.wav",
    "Deep Subs/DS_sub_tri_D.flac",
    "Drum Hits Demo/Break 155bpm Loop.wav",
    "Drum Hits Demo/Closed Hat #2.wav",
    "Slap House Tools/One Shots/SHT_slap_bass_donk_E.wav",
    "Trap Essentials (Demo)/808s/808 Long Boi (C).wav",
)


def load() -> AudioModel:
    manifest = read_manifest(MODEL)
    check_files(MODEL, manifest)
    return AudioModel(MODEL, manifest, threads=1)


@pytest.fixture(scope="module")
def model() -> AudioModel:
    return load()


@pytest.mark.parametrize("name", CLIPS)
def test_the_model_answers_as_stored(model: AudioModel, name: str) -> None:
    """Probabilities are those of the day the model was made, but for rounding of other machines."""
    stored = json.loads(GOLDEN.read_text(encoding="utf-8"))[name]
    scores = model.score([model.prepare(SOUNDS / name)])[0].scores
    assert dict(scores) == pytest.approx(stored, abs=0.01)


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("level_db", [-40.0, -12.0])
def test_the_level_does_not_matter(model: AudioModel, tmp_path: Path, name: str, level_db: float) -> None:
    """A copy 40 dB quieter gets the same answer."""
    samples, rate = soundfile.read(SOUNDS / name, dtype="float32", always_2d=True)
    copies = []
    for gain in (1.0, 10.0 ** (level_db / 20.0)):
        path = tmp_path / f"{gain}.wav"
        soundfile.write(path, np.asarray(samples * gain, dtype=np.float32), rate, subtype="FLOAT")
        copies.append(dict(model.score([model.prepare(path)])[0].scores))
    assert copies[1] == pytest.approx(copies[0], abs=1e-3)


def test_a_batch_answers_like_each_alone(model: AudioModel) -> None:
    """Company does not change an answer."""
    windows = [model.prepare(SOUNDS / name) for name in CLIPS]
    together = model.score(windows)
    for window, answer in zip(windows, together, strict=True):
        assert dict(model.score([window])[0].scores) == pytest.approx(dict(answer.scores), abs=1e-4)


def test_the_pipeline_of_transformers_hears_the_same(model: AudioModel) -> None:
    """The folder loads through the pipeline of transformers and gives the same order of labels."""
    heard = pipeline("audio-classification", model=str(MODEL))
    for name in CLIPS:
        window = model.prepare(SOUNDS / name)
        ours = model.score([window])[0].scores
        stock = [row["label"] for row in heard(window, top_k=len(ours))]
        assert stock[:3] == sorted(ours, key=lambda label: -ours[label])[:3]


def test_the_folder_holds_no_code_and_no_pickle() -> None:
    """Weights are safetensors, the rest is text, and all of it is small enough to carry along."""
    names = {path.name for path in MODEL.iterdir()}
    assert names == {
        "README.md",
        "config.json",
        "manifest.json",
        "model.safetensors",
        "preprocessor_config.json",
    }
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 30e6


def store() -> None:
    """Write golden.json anew."""
    model = load()
    answers = {name: dict(model.score([model.prepare(SOUNDS / name)])[0].scores) for name in CLIPS}
    GOLDEN.write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    store()
