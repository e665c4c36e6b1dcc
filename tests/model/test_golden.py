"""The default model: it loads anywhere, answers as it did when it was chosen, and does not mind the level."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from support.golden import DATA, GOLDEN, demo_clips, hear
from wavized.audio import decode
from wavized.config import paths
from wavized.inference.manifest import check_files, read_manifest

TOLERANCE = 0.02
"""Between processors, float32 sums differ in the last digits; a changed front end shows far above this."""


def test_the_demonstration_set_is_heard_as_when_the_model_was_chosen():
    """Stored probabilities, label by label."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert set(golden) == set(demo_clips())
    names = sorted(golden)
    for name, scores in zip(names, hear([DATA / name for name in names]), strict=True):
        for label, probability in golden[name].items():
            assert scores[label] == pytest.approx(probability, abs=TOLERANCE), (name, label)


def test_a_quiet_file_gets_the_same_answer(tmp_path):
    """At -40 dBFS peak, in float, every demonstration clip is heard as before."""
    names = [name for name in sorted(demo_clips()) if name.lower().endswith((".wav", ".flac"))]
    quiet = []
    for number, name in enumerate(names):
        samples, rate = soundfile.read(DATA / name, always_2d=True)
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, samples / np.abs(samples).max() * 0.01, rate, subtype="FLOAT")
        quiet.append(path)
    for name, loud, soft in zip(names, hear([DATA / name for name in names]), hear(quiet), strict=True):
        assert soft == pytest.approx(loud, abs=0.01), name


def test_stock_transformers_loads_it_and_agrees():
    """`pipeline("audio-classification")` knows nothing of Wavized and names the same winner."""
    from transformers import pipeline

    folder = paths.bundled_model()
    info = read_manifest(folder).info
    stock = pipeline("audio-classification", model=str(folder), device="cpu", top_k=1)
    for name in ("Deep Subs/Sub - Pure Sine (F).wav", "Drum Hits Demo/Snare 03.wav"):
        path = next(DATA.rglob(name.rsplit("/", 1)[1]))
        clip = decode.load(path, sample_rate=info.sample_rate, window_s=info.window_s)
        window = decode.to_model_input(clip.samples, sample_rate=info.sample_rate, window_s=info.window_s)
        ours = hear([path])[0]
        theirs = stock({"raw": window, "sampling_rate": info.sample_rate})
        assert theirs[0]["label"] == max(ours, key=lambda label: ours[label])


def test_the_folder_is_whole_safe_and_small():
    """Digests agree, nothing is pickled, it fits its limit, and a card comes along."""
    folder = paths.bundled_model()
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    names = {path.name for path in folder.iterdir()}
    assert {"README.md", "manifest.json", "config.json", "model.safetensors"} <= names
    assert not any(name.endswith((".bin", ".pt", ".pkl")) for name in names)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 30e6
    assert manifest.info.categories == ("808", "acid", "brass", "growl", "reese", "slap", "sub")
