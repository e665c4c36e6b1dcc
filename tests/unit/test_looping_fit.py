"""The fit that tells loops from single sounds by their rhythm."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wavized.audio import looping
from wavized.audio.looping import TRAITS
from wavized.audio.rhythm import Rhythm
from wavized.training.corpus import Source
from wavized.training.looping import Example, figures, fit, from_corpus, from_synthesis, held_out, write


def example(loop: bool, number: int, origin: str = "made") -> Example:
    """A clear loop or a clear one-shot; no two are the same."""
    rng = np.random.default_rng((int(loop), number))
    if loop:
        rhythm = Rhythm(
            4.0, 4.0, onsets=int(rng.integers(8, 20)), rise_db=12, evenness=0.9, periodicity=0.6,
            tempo_bpm=120, beats=8.0, variety_db=5, accent_db=4, gap_spread=0.4, lift_db=15, end_db=-1,
            steadiness_db=-2,
        )  # fmt: skip
    else:
        rhythm = Rhythm(4.0, 4.0, onsets=1, end_db=-float(rng.uniform(5, 40)), steadiness_db=-20)
    label = "loop" if loop else ("808", "growl", "not_bass")[number % 3]
    return Example(rhythm, label, f"family {loop} {number}", origin, f"{number}")


CLEAR = [example(loop, number) for loop in (True, False) for number in range(12)]


def test_clear_cases_are_told_apart_by_a_fit_without_them() -> None:
    """Held out, every loop is likelier a loop and every other sound likelier one sound."""
    ratios = held_out(CLEAR, folds=3)
    assert [bool(ratio > 1) for ratio in ratios] == [one.loop for one in CLEAR]
    told = figures(CLEAR, ratios)["made"]
    assert isinstance(told, dict) and told["auroc"] == 1.0 and told["loops"] == 12


def test_origins_count_alike() -> None:
    """Hundreds of made sounds do not outvote a few recorded ones that look otherwise."""
    odd = [replace(example(False, number), label="loop", origin="recorded") for number in range(20, 24)]
    believed = looping.likelihood_ratio(odd[0].rhythm, fit([*CLEAR, *odd]))
    outnumbered = looping.likelihood_ratio(odd[0].rhythm, fit([*CLEAR * 10, *odd]))
    assert outnumbered == pytest.approx(believed, rel=0.2)


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    """The file holds every coefficient that the product reads, and where they come from."""
    target = tmp_path / "looping.json"
    write(fit(CLEAR), {"seed": 7}, target)
    data = json.loads(target.read_text())
    assert data["weights"].keys() == set(TRAITS)
    assert data["provenance"] == {"seed": 7}


def test_the_stored_coefficients_say_where_they_come_from() -> None:
    """What the product ships was measured on families held out."""
    data = json.loads(Path(looping.__file__).with_suffix(".json").read_text())
    assert data["weights"].keys() == set(TRAITS)
    assert data["provenance"]["held_out"]["recorded"]["loops"] >= 30


def test_made_sounds_are_what_they_say() -> None:
    """The same seed makes the same sounds, one of each kind in turn."""
    made = from_synthesis(1, seed=3)
    assert [one.loop for one in made] == [True, False, False]
    assert made == from_synthesis(1, seed=3)


@pytest.mark.parametrize("use", ["evaluate", "exclude"])
def test_clips_kept_for_measuring_are_never_heard(use: str, tmp_path: Path) -> None:
    """A clip that may not be fitted on is not even opened."""
    absent = Source(tmp_path / "absent.wav", "loop", "f", "p", 1.0, use=use)
    assert from_corpus([absent]) == []
