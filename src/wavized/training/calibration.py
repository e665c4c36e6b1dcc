"""Temperature and thresholds from held-out scores. Pure numpy.

Every class counts alike, however many clips it has. The thresholds keep what is filed wrongly below a bound,
rejects filed as bass included, and then file as much as that leaves; failing that, they are cautious.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CAUTIOUS = (0.95, 0.9)
"""Probability and margin to file where held-out clips do not tell: clearly ahead of all others."""
UNPROVEN = 0.98
"""What a category asks for that held-out clips do not show to be filed rightly."""
PROVEN_SOUNDS, PROVEN_FAMILIES = 20, 3
"""A threshold is shown to hold by at least so many sounds that it files, of so many families: productions of
one sound prove no more than it, and packs and engines differ in what they call a sound."""
MOST_WRONG = 0.01
"""Aimed at among held-out clips, to keep below 2 % out there: thresholds that were fitted without a fold had
more wrong in it than in what they were fitted on."""
LEAST_SURE = 0.9
"""No category is filed from less, however well its held-out clips went, for the same reason."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """As in a model's manifest, with what they gave on the held-out clips (shares of 1)."""

    file_above: float
    margin: float
    reject_above: float
    filed: float
    wrong_among_filed: float
    file_above_for: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origins:
    """Of each held-out clip: the sound it is or was produced from, and the family that was held out."""

    sounds: NDArray[np.str_]
    families: NDArray[np.str_]


def probabilities(logits: NDArray[np.floating], temperature: float) -> Floats:
    """Softmax of logits / temperature over the last axis."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    odds = np.exp(scaled)
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def class_weights(truth: NDArray[np.integer]) -> Floats:
    """A weight for each clip, such that every class has the same sum and all weights sum to 1."""
    _, index, counts = np.unique(truth, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[index] / len(counts), dtype=np.float64)


def temperature(logits: NDArray[np.floating], truth: NDArray[np.integer]) -> float:
    """The temperature of least weighted log loss (Guo et al. 2017), over a grid from 0.3 to 6."""
    weights = class_weights(truth)
    rows = np.arange(len(truth))

    def loss(value: float) -> float:
        right = probabilities(logits, value)[rows, truth]
        return float(-(weights * np.log(np.maximum(right, 1e-12))).sum())

    grid = [float(value) for value in np.geomspace(0.3, 6.0, 121)]
    return round(grid[int(np.argmin([loss(value) for value in grid]))], 4)


def thresholds(
    scores: Floats,
    truth: NDArray[np.integer],
    categories: int,
    *,
    most_wrong: float = MOST_WRONG,
    least_filed: float = 0.05,
) -> Thresholds:
    """The thresholds that file most while at most `most_wrong` of what is filed is wrong.

    The first `categories` columns of `scores` are the categories, the others rejects. A clip whose true class
    is a reject is wrong wherever it is filed. Where no setting keeps the bound and files at least
    `least_filed`, the cautious setting is taken and what it gave is told.
    """
    reject_above = _reject_above(scores, truth, categories)
    weights = class_weights(truth)
    bass = scores[:, :categories]
    ranked = np.sort(bass, axis=1)
    top, lead = ranked[:, -1], ranked[:, -1] - ranked[:, -2]
    heard = scores[:, categories:].sum(axis=1) < reject_above
    wrong = bass.argmax(axis=1) != truth

    def measured(file_above: float, margin: float) -> Thresholds:
        filed = heard & (top >= file_above) & (lead >= margin)
        share = float(weights[filed].sum())
        error = float(weights[filed & wrong].sum() / share) if share else 0.0
        return Thresholds(round(file_above, 3), round(margin, 2), reject_above, share, error)

    grid = [
        measured(float(file_above), float(margin))
        for file_above in np.arange(0.50, 0.996, 0.005)
        for margin in np.arange(0.0, 0.96, 0.05)
    ]
    kept = [found for found in grid if found.wrong_among_filed <= most_wrong and found.filed >= least_filed]
    return max(kept, key=lambda found: found.filed) if kept else measured(*CAUTIOUS)


def by_category(
    scores: Floats,
    truth: NDArray[np.integer],
    origins: Origins,
    categories: Sequence[str],
    chosen: Thresholds,
) -> Thresholds:
    """The chosen thresholds, with one for each category: the lowest from which on all of them keep the bound.

    A category whose bound is not shown to be kept asks for UNPROVEN. With what these file altogether, and how
    much of it wrongly.
    """
    weights = class_weights(truth)
    bass = scores[:, : len(categories)]
    ranked = np.sort(bass, axis=1)
    top, guess = ranked[:, -1], bass.argmax(axis=1)
    may = (scores[:, len(categories) :].sum(axis=1) < chosen.reject_above) & (
        top - ranked[:, -2] >= chosen.margin
    )
    needed = {}
    for at, category in enumerate(categories):
        needed[category] = UNPROVEN
        for threshold in np.arange(0.975, 0.495, -0.005):
            filed = may & (guess == at) & (top >= threshold)
            if weights[filed & (truth != at)].sum() > MOST_WRONG * weights[filed].sum():
                break
            sounds, families = set(origins.sounds[filed]), set(origins.families[filed])
            if len(sounds) >= PROVEN_SOUNDS and len(families) >= PROVEN_FAMILIES:
                needed[category] = max(round(float(threshold), 3), LEAST_SURE)
    filed = may & (top >= np.array([needed[category] for category in categories])[guess])
    share = float(weights[filed].sum())
    error = float(weights[filed & (guess != truth)].sum() / share) if share else 0.0
    return replace(chosen, filed=share, wrong_among_filed=error, file_above_for=needed)


def coverage(
    scores: Floats, truth: NDArray[np.integer], categories: int, chosen: Thresholds
) -> list[dict[str, float]]:
    """For several thresholds, with the chosen margin: the share filed and the share of it that is wrong.

    Of all held-out clips, rejects included, every class counting alike: what a user who files more or less
    unattended has to expect.
    """
    weights = class_weights(truth)
    bass = scores[:, :categories]
    ranked = np.sort(bass, axis=1)
    may = (scores[:, categories:].sum(axis=1) < chosen.reject_above) & (
        ranked[:, -1] - ranked[:, -2] >= chosen.margin
    )
    wrong = bass.argmax(axis=1) != truth
    table = []
    for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99):
        filed = may & (ranked[:, -1] >= threshold)
        share = float(weights[filed].sum())
        error = float(weights[filed & wrong].sum() / share) if share else 0.0
        table.append({"threshold": threshold, "filed": round(share, 4), "wrong": round(error, 4)})
    return table


def _reject_above(
    scores: Floats, truth: NDArray[np.integer], categories: int, *, most_lost: float = 0.03
) -> float:
    """The lowest bound on the summed reject probability, 0.5 to 0.9, that loses at most 3 % of basses."""
    rejected = scores[:, categories:].sum(axis=1)
    bass = truth < categories
    if not bass.any():
        return 0.5
    weights = class_weights(truth[bass])
    for bound in np.arange(0.50, 0.90, 0.01):
        if weights[rejected[bass] >= bound].sum() <= most_lost:
            return round(float(bound), 2)
    return 0.9


def summary(
    logits: NDArray[np.floating],
    truth: NDArray[np.integer],
    labels: Sequence[str],
    categories: int,
) -> dict[str, object]:
    """What the held-out clips gave: accuracy and recall by class, forced choice."""
    guess = np.asarray(logits)[:, :categories].argmax(axis=1)
    bass = truth < categories
    recall = {
        labels[column]: round(float((guess[truth == column] == column).mean()), 4)
        for column in range(categories)
        if (truth == column).any()
    }
    return {
        "n": int(bass.sum()),
        "accuracy": round(float((guess[bass] == truth[bass]).mean()), 4) if bass.any() else None,
        "recall": recall,
        "macro_recall": round(sum(recall.values()) / len(recall), 4) if recall else None,
    }
