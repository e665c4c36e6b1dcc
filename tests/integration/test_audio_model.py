"""`wavized.inference.classifier`: a model folder as a function of sound, here with a tiny network."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from support.audio import write_tone
from support.tiny_model import CATEGORIES, REJECTS, make_tiny_model, write_manifest
from wavized.errors import ModelUnusableError
from wavized.inference.classifier import AudioModel
from wavized.inference.manifest import read_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tiny_model(tmp_path / "model")


def load(folder: Path) -> AudioModel:
    return AudioModel(folder, read_manifest(folder), threads=1)


def test_prepares_what_the_model_hears(folder: Path, tmp_path: Path):
    """A file of any length and rate becomes one window at the model's rate."""
    model = load(folder)
    window = model.prepare(write_tone(tmp_path / "a.wav", seconds=0.2, rate=44_100))
    assert window.shape == (16_000,)
    assert window.dtype == np.float32


def test_a_model_without_loops_is_told_no_rhythm(folder: Path, tmp_path: Path):
    """The rhythm speaks of every label where some are loops, and says nothing where none is."""
    path = write_tone(tmp_path / "a.wav", seconds=2.0)
    (witness,) = load(folder).open(path).evidence
    assert witness.source == "rhythm" and witness.detail == "1 onset in 2.0 s"
    assert witness.scores.keys() == {*CATEGORIES, *REJECTS}
    write_manifest(folder, rejects=dict.fromkeys(REJECTS, "not_bass"))
    assert load(folder).open(path).evidence == ()


def test_temperature_divides_the_logits(folder: Path, tmp_path: Path):
    """Twice the temperature halves every log-odds."""
    path = write_tone(tmp_path / "a.wav")
    log_odds = []
    for temperature in (1.0, 2.0):
        write_manifest(folder, temperature=temperature)
        model = load(folder)
        (scored,) = model.score([model.prepare(path)])
        log_odds.append(math.log(scored.scores["808"] / scored.scores["slap"]))
    assert abs(log_odds[0]) > 1e-4
    assert log_odds[0] == pytest.approx(2 * log_odds[1], rel=1e-4)


def test_weights_are_never_invented(folder: Path):
    """A network that lacks some of its weights is refused, though transformers would make them up."""
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: value for name, value in weights.items() if not name.startswith("classifier")},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    write_manifest(folder)
    with pytest.raises(ModelUnusableError, match="lacks"):
        load(folder)


def test_a_front_end_of_another_rate_is_refused(folder: Path):
    """A feature extractor that expects another sample rate than the declared one is refused."""
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"sampling_rate": 44_100}))
    write_manifest(folder)
    with pytest.raises(ModelUnusableError, match="cannot be loaded"):
        load(folder)


def test_values_that_are_no_numbers_are_refused(folder: Path):
    """A network whose answers are not finite is refused when it is tried."""
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.startswith("classifier"))
    weights[name] = np.full_like(weights[name], np.nan)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    write_manifest(folder)
    with pytest.raises(ModelUnusableError, match="no numbers"):
        load(folder)


class Mine:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


def test_pickles_are_never_opened(folder: Path, tmp_path: Path):
    """Pickled weights beside damaged ones are not taken in their place."""
    mark = tmp_path / "exploded"
    for name in ("pytorch_model.bin", "model.pt", "model.pkl"):
        (folder / name).write_bytes(pickle.dumps(Mine(mark)))
    (folder / "model.safetensors").write_bytes(b"no weights")
    write_manifest(folder)
    with pytest.raises(ModelUnusableError):
        load(folder)
    assert not mark.exists()
