"""Heard clips as arrays, and the figures that are had from any choice of their rows. Pure numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wavized.domain.hearing import ModelInfo
from wavized.training.evaluation.listening import Heard
from wavized.training.statistics import (
    Flags,
    Floats,
    Indices,
    Interval,
    auroc,
    bootstrap,
    calibration_error,
    ratio,
)

Figure = float | None


@dataclass(frozen=True, slots=True)
class Basses:
    """The clips that are basses, a row each.

    `truth` and `guess` index `labels` (guess is -1 where no answer came); `shares` are the probabilities
    given that it is one of the categories, shape (n, labels), all 0 for an unheard clip; `top` is the
    probability of the likeliest category among all labels, rejects included; `groups` numbers what belongs
    together.
    """

    labels: tuple[str, ...]
    truth: Indices
    guess: Indices
    shares: Floats
    top: Floats
    groups: Indices

    @property
    def right(self) -> Flags:
        """Whether the forced choice is the label."""
        return np.asarray(self.guess == self.truth, dtype=bool)

    @property
    def confidence(self) -> Floats:
        """The share of the likeliest category."""
        return np.asarray(self.shares.max(axis=1, initial=0.0), dtype=np.float64)

    def at(self, rows: Indices) -> Basses:
        """These rows, in this order; a row may be taken several times."""
        return Basses(
            self.labels,
            self.truth[rows],
            self.guess[rows],
            self.shares[rows],
            self.top[rows],
            self.groups[rows],
        )


@dataclass(frozen=True, slots=True)
class Rejection:
    """How much each clip was taken for no bass: the summed probability of all rejects, 1 for a refused file.

    Clips without an answer are left out. `names` holds each clip's label.
    """

    score: Floats
    bass: Flags
    names: NDArray[np.str_]
    groups: Indices

    def auroc(self, label: str | None = None) -> Figure:
        """Chance that a reject (of this label) has the higher sum than a bass."""
        chosen = self.bass | self.of(label)
        return auroc(self.score[chosen], ~self.bass[chosen])

    def of(self, label: str | None) -> Flags:
        """Which clips are rejects (of this label)."""
        return ~self.bass if label is None else ~self.bass & (self.names == label)

    @property
    def labels(self) -> list[str]:
        """The labels of the rejects, in the order they come in."""
        return list(dict.fromkeys(self.names[~self.bass].tolist()))

    def bound_keeping(self, share: float) -> Figure:
        """The least sum up to which at least `share` of the basses lie; None without basses."""
        kept = np.sort(self.score[self.bass])
        return float(kept[int(np.ceil(share * len(kept))) - 1]) if len(kept) else None

    def at(self, rows: Indices) -> Rejection:
        """These rows, in this order; a row may be taken several times."""
        return Rejection(self.score[rows], self.bass[rows], self.names[rows], self.groups[rows])


def basses(heard: Sequence[Heard], labels: tuple[str, ...]) -> Basses:
    """The rows of the clips whose label is a category."""
    clips = [clip for clip in heard if clip.truth in labels]
    scores = np.array([[(clip.scores or {}).get(label, 0.0) for label in labels] for clip in clips])
    scores = scores.reshape(len(clips), len(labels))
    total = scores.sum(axis=1, keepdims=True)
    unheard = np.array([clip.scores is None for clip in clips], dtype=bool)
    return Basses(
        labels=labels,
        truth=np.array([labels.index(clip.truth) for clip in clips], dtype=np.intp),
        guess=np.where(unheard, -1, scores.argmax(axis=1)),
        shares=np.divide(scores, total, out=np.zeros_like(scores), where=total > 0),
        top=np.asarray(scores.max(axis=1, initial=0.0), dtype=np.float64),
        groups=number_groups(clips),
    )


def rejection(heard: Sequence[Heard], info: ModelInfo) -> Rejection | None:
    """The same for telling basses from what is none; None for a model that knows no rejects."""
    if not info.rejects:
        return None
    clips = [clip for clip in heard if clip.scores is not None or clip.kind is not None]
    pooled = [clip.pooled((*info.categories, *info.rejects)) for clip in clips]
    sums = [1.0 if scores is None else sum(scores[label] for label in info.rejects) for scores in pooled]
    return Rejection(
        score=np.array(sums, dtype=np.float64),
        bass=np.array([clip.truth in info.categories for clip in clips], dtype=bool),
        names=np.array([clip.truth for clip in clips], dtype=np.str_),
        groups=number_groups(clips),
    )


def number_groups(clips: Sequence[Heard]) -> Indices:
    """A number for each clip's group; a clip without one is a group of its own."""
    names = [f"group {clip.group}" if clip.group else f"clip {index}" for index, clip in enumerate(clips)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.intp)


def summary(rows: Basses) -> dict[str, Figure]:
    """The figures of forced choice in one number each; None where there is nothing to measure."""
    counts = confusion(rows)
    hits = np.diag(counts).astype(float)
    support, named = counts.sum(axis=1), counts[:, : len(rows.labels)].sum(axis=0)
    there = support > 0
    f1 = 2 * hits[there] / (support + named)[there]
    known = [area for area in areas(rows).values() if area is not None]
    return {
        "accuracy": ratio(float(hits.sum()), len(rows.truth)),
        "macro_recall": float((hits[there] / support[there]).mean()) if there.any() else 0.0,
        "macro_f1": float(f1.mean()) if there.any() else 0.0,
        "auc_macro": ratio(sum(known), len(known)) if known else None,
        "auroc_confidence": auroc(rows.confidence, rows.right),
        "ece": calibration_error(rows.confidence, rows.right),
    }


def intervals(rows: Basses, *, seed: int = 0) -> dict[str, Interval | None]:
    """95 % intervals of the summary, whole groups drawn anew."""
    return bootstrap(rows.groups, lambda drawn: summary(rows.at(drawn)), seed=seed)


def confusion(rows: Basses) -> Indices:
    """Counts by label (rows) and guess (columns; a last one for unheard), shape (labels, labels + 1)."""
    size = len(rows.labels)
    guess = np.where(rows.guess < 0, size, rows.guess)
    flat = np.bincount(rows.truth * (size + 1) + guess, minlength=size * (size + 1))
    return np.asarray(flat.reshape(size, size + 1), dtype=np.intp)


def areas(rows: Basses) -> dict[str, Figure]:
    """The area under each category's ROC against the others; None where it or the others do not occur."""
    return {
        label: auroc(rows.shares[:, column], rows.truth == column) for column, label in enumerate(rows.labels)
    }
