"""How likely a rhythm is that of a loop, against that of one sound: a small logistic regression kept as data.

Runs in the worker, never in the daemon. `looping.json` holds the coefficients and where they come from;
`wavized.training.looping` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from wavized.audio.rhythm import Rhythm

Floats = npt.NDArray[np.float64]

LOOP_S = (1.2, 2.5)
LOOP_ONSETS = (2, 6)
"""Up to the first a rhythm never speaks for a loop (a fill, a roll or a wobble is as likely), from the second
on with its whole weight."""
ACCENTS_DB, GAP_SPREAD = (1.0, 2.5), (0.1, 0.3)
"""The same for how much onsets differ in strength or time: what comes again just as it was may be an LFO."""
MOST_FOR, MOST_AGAINST = 10.0, 3.0
"""So many times likelier, at most, may a rhythm make a loop, or one sound: it rests on few real loops. A bass
called a loop is lost to the library, a loop called a bass is filed wrongly: both are dear."""

TRAITS = (
    "count",
    "sharpness",
    "evenness",
    "periodicity",
    "variety",
    "accents",
    "gaps",
    "lift",
    "loud end",
    "steadiness",
    "whole beats",
)
"""What the coefficients stand for, each between -1 and 1."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Log odds of a loop, among as many loops as others: `intercept` + the sum of `weights` times traits."""

    intercept: float
    weights: Mapping[str, float]


def traits(rhythm: Rhythm) -> Floats:
    """The measurements as the regression takes them, in the order of TRAITS."""
    count = min(1.0, np.log2(max(1, rhythm.onsets)) / 4)
    sharpness = min(1.0, rhythm.rise_db / 12)
    near_whole = float(np.cos(2 * np.pi * rhythm.beats)) if rhythm.beats >= 2 else 0.0
    return np.array(
        [
            count,
            sharpness,
            rhythm.evenness * count,
            rhythm.periodicity,
            min(1.0, rhythm.variety_db / 8) * count,
            min(1.0, rhythm.accent_db / 4) * count,
            min(1.0, 2 * rhythm.gap_spread) * count,
            min(1.0, rhythm.lift_db / 15) * count,
            max(-1.0, rhythm.end_db / 24),
            max(-1.0, rhythm.steadiness_db / 24),
            near_whole * rhythm.periodicity * count,
        ]
    )


def likelihood_ratio(rhythm: Rhythm, coefficients: Coefficients | None = None) -> float:
    """How many times likelier this rhythm is in a loop than in another sound: 1 / MOST_AGAINST to MOST_FOR.

    How far it goes for a loop grows from 1 with the length of the file, the number of onsets and how much
    they differ.
    """
    known = coefficients or stored()
    weights = np.array([known.weights[name] for name in TRAITS])
    log_odds = known.intercept + float(weights @ traits(rhythm))
    differ = max(_share(rhythm.accent_db, ACCENTS_DB), _share(rhythm.gap_spread, GAP_SPREAD))
    trust = min(_share(rhythm.length_s, LOOP_S), _share(rhythm.onsets, LOOP_ONSETS), differ)
    return float(np.exp(np.clip(log_odds, -np.log(MOST_AGAINST), np.log(MOST_FOR) * trust)))


def _share(value: float, span: tuple[float, float]) -> float:
    """How far a value has come from one end of the span to the other, from 0 to 1."""
    return float(np.clip((value - span[0]) / (span[1] - span[0]), 0.0, 1.0))


@lru_cache(maxsize=1)
def stored() -> Coefficients:
    """The coefficients that come with this version."""
    data = json.loads((files("wavized.audio") / "looping.json").read_text(encoding="utf-8"))
    return Coefficients(float(data["intercept"]), {name: float(data["weights"][name]) for name in TRAITS})
