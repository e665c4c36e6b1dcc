"""The demonstration set: what lies in `tests/data` is what its listing says and what its maker makes."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support import make_demo_set
from wavized.training.synthesis import LABELS

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="module")
def meant() -> dict[str, dict[str, str]]:
    return json.loads((DATA / "demo.json").read_text(encoding="utf-8"))


def test_the_listing_names_every_file_but_sidecars(meant: dict) -> None:
    """Nothing lies in the folder that is neither listed, nor the listing, nor a sidecar."""
    present = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()}
    assert present == set(meant) | {"demo.json"} | set(make_demo_set.SIDECARS)


def test_every_label_is_shown(meant: dict) -> None:
    """Two sounds or more for each label, silence, and three files that cannot be read."""
    counts = Counter(entry["label"] for entry in meant.values())
    assert all(counts[label] >= 2 for label in LABELS)
    assert counts["silence"] == 1
    assert counts["unreadable"] == 3


def test_whatever_is_not_called_unreadable_opens(meant: dict) -> None:
    """Every format is what it is said to be, and what should sound does."""
    for name, entry in meant.items():
        data = (DATA / name).read_bytes()
        if name in ("odd/nothing.wav", "odd/really a web page.wav"):
            with pytest.raises(soundfile.LibsndfileError):
                soundfile.read(io.BytesIO(data))
        elif entry["label"] != "unreadable":
            samples, _ = soundfile.read(io.BytesIO(data), always_2d=True)
            assert (np.abs(samples).max() > 0.3) == (entry["label"] != "silence")


def test_the_odd_formats_are_there() -> None:
    """Containers, depths, rates and channel counts that downloads come in."""
    seen = set()
    for path in DATA.rglob("*"):
        if path.suffix.lower() in {".wav", ".aiff", ".flac", ".ogg", ".mp3"}:
            try:
                info = soundfile.info(io.BytesIO(path.read_bytes()))
            except soundfile.LibsndfileError:
                continue
            seen |= {info.format, info.subtype, info.samplerate, f"{info.channels} channels"}
    assert seen >= {"WAV", "WAVEX", "RF64", "AIFF", "FLAC", "OGG", "MP3"}
    assert seen >= {"PCM_U8", "PCM_16", "PCM_24", "FLOAT"}
    assert seen >= {22050, 44100, 96000, "1 channels", "2 channels", "6 channels"}


def test_a_cut_off_download_promises_more_than_it_holds() -> None:
    """The header of the truncated WAV claims four times the bytes that are there."""
    data = (DATA / "odd/Half a Download.wav").read_bytes()
    assert int.from_bytes(data[4:8], "little") + 8 == pytest.approx(4 * len(data), abs=8)


def test_the_set_can_be_made_again(meant: dict) -> None:
    """Its maker gives the same files, up to rounding in the last bits."""
    made = make_demo_set.contents()
    assert json.loads(made["demo.json"]) == meant
    for name, data in made.items():
        stored = (DATA / name).read_bytes()
        if stored == data:
            continue
        assert meant[name]["label"] in LABELS
        ours, theirs = (soundfile.read(io.BytesIO(piece))[0] for piece in (data, stored))
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() < 0.02


def test_the_set_is_small() -> None:
    """It stays under four megabytes."""
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 4_000_000
