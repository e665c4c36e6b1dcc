"""Doubtful labels by confident learning (Northcutt, Jiang and Chuang 2021), from out-of-fold probabilities.

The probabilities come from a training, or from a stand-in fitted here on hand features. Pure but for reading
that one file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wavized.errors import UsageError
from wavized.training import corpus
from wavized.training.audit.hearing import Heard
from wavized.training.audit.traits import row
from wavized.training.corpus import LABELS

Floats = npt.NDArray[np.float64]
STAND_IN_FOLDS = 7
BANDS, SPANS = 24, 4


@dataclass(frozen=True, slots=True)
class Doubt:
    """One clip whose label others of its kind do not share. Probabilities are those of a model that never
    heard its family.
    """

    name: str
    label: str
    likelier: str
    of_label: float
    of_likelier: float

    @property
    def margin(self) -> float:
        """By how much the other label is likelier."""
        return self.of_likelier - self.of_label


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`joint[given][true]`: how many clips of each given label seem to be of each label."""

    doubts: tuple[Doubt, ...]
    joint: dict[str, dict[str, int]]
    accuracy: float
    judged: int
    by: str


def read_probabilities(path: Path) -> dict[str, dict[str, float]]:
    """Name to label to probability from an .npz with `files`, `labels` and `probabilities` (files, labels).

    Raises UsageError where it is something else.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            files, labels, table = held["files"], held["labels"], held["probabilities"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path} holds no out-of-fold probabilities: {error}",
            hint="It is an .npz with the arrays files, labels and probabilities, as a training writes it",
        ) from error
    if table.shape != (len(files), len(labels)) or not np.isfinite(table).all():
        raise UsageError(f"{path}: {len(files)} files and {len(labels)} labels, but a table of {table.shape}")
    columns = [str(label) for label in labels]
    return {
        str(name): dict(zip(columns, (float(value) for value in values), strict=True))
        for name, values in zip(files, table, strict=True)
    }


def judge(heard: Sequence[Heard], known: Mapping[str, Mapping[str, float]], by: str) -> Verdicts:
    """List the clips that belong, with confidence, to another label than the one given.

    A label's threshold is the mean probability of it among the clips that carry it; a clip counts for the
    likeliest label whose threshold it reaches (the confident joint). No clip is moved or dropped.
    """
    asked = [clip for clip in heard if clip.name in known and clip.source.label in LABELS]
    if not asked:
        return Verdicts((), {}, float("nan"), 0, by)
    table = np.array([[known[clip.name].get(label, 0.0) for label in LABELS] for clip in asked])
    given = np.array([LABELS.index(clip.source.label) for clip in asked])
    thresholds = np.array(
        [table[given == at, at].mean() if (given == at).any() else np.inf for at in range(len(LABELS))]
    )
    reached = np.where(table >= thresholds, table, -1.0)
    believed = np.where(reached.max(axis=1) >= 0.0, reached.argmax(axis=1), -1)
    joint = {
        label: {other: int(((given == i) & (believed == j)).sum()) for j, other in enumerate(LABELS)}
        for i, label in enumerate(LABELS)
    }
    doubts = [
        Doubt(clip.name, LABELS[own], LABELS[other], float(values[own]), float(values[other]))
        for clip, own, other, values in zip(asked, given, believed, table, strict=True)
        if other >= 0 and other != own and values[other] > values[own]
    ]
    right = float((table.argmax(axis=1) == given).mean())
    return Verdicts(tuple(sorted(doubts, key=lambda doubt: -doubt.margin)), joint, right, len(asked), by)


def stand_in(heard: Sequence[Heard]) -> dict[str, dict[str, float]]:
    """Out-of-fold probabilities of a logistic regression on hand features.

    Takes of one sound stay together; those of one maker do not, for this is about labels, not about what is
    heard of strangers. Labels of a single sound are left out. Raises CorpusError where nothing can be parted.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = _parted([clip for clip in heard if clip.traits and clip.source.label in LABELS])
    takes = [replace(clip.source, family=clip.source.group) for clip in known]
    count = max(2, min(STAND_IN_FOLDS, len({take.family for take in takes})))
    place = np.array(corpus.folds(takes, count))
    table = np.stack([_features(clip) for clip in known])
    given = np.array([clip.source.label for clip in known])
    answers: dict[str, dict[str, float]] = {}
    for fold in range(count):
        held, rest = place == fold, place != fold
        if not held.any() or len(set(given[rest])) < 2:
            continue
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=0.03, class_weight="balanced", max_iter=500)
        )
        model.fit(table[rest], given[rest])
        for at, values in zip(np.flatnonzero(held), model.predict_proba(table[held]), strict=True):
            answers[known[at].name] = dict(zip(model.classes_, map(float, values), strict=True))
    return answers


def _parted(clips: Sequence[Heard]) -> list[Heard]:
    """The clips of labels that have takes of more than one sound."""
    groups = {label: {c.source.group for c in clips if c.source.label == label} for label in LABELS}
    return [clip for clip in clips if len(groups[clip.source.label]) > 1]


def _features(clip: Heard) -> Floats:
    """The hand features, and the print in a few broad bands over a few spans of time."""
    assert clip.traits is not None
    numbers = np.nan_to_num(row(clip.traits), nan=0.0)
    rows = np.array_split(clip.print, BANDS, axis=0)
    edges = np.unique(np.geomspace(1, clip.print.shape[1], SPANS + 1).astype(int))
    cells = [band[:, a:b].mean() for band in rows for a, b in pairwise(edges)]
    return np.concatenate([numbers, np.array(cells) / 10.0])
