"""Learn how much names and tags may count beside the ear, on groups held out. Pure but for `read`.

Weights are bounded by 0 and 1 and fitted by log loss, which is convex in them (log-linear pooling is a
multinomial logistic model, Genest & Zidek 1986). What is learned is then shrunk until no fold loses by it, in
accuracy or in log loss: names must help the ear or be silent. Labels that were taken from the names make
those look right by definition: leave such clips out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from wavized.logic.names import saying

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FLOOR = 1e-6
"""As in `wavized.logic.pooling`."""
_SHARES = tuple(step / 20 for step in range(20, -1, -1))
"""How much of the fitted weights is kept: all of them, ... 5 %, nothing."""
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Statements:
    """What was said of `n` clips: the ear's and each other source's (n, labels), the true column, the group.

    A row of a source that says nothing is all alike.
    """

    ear: Floats
    others: Mapping[str, Floats]
    truth: Integers
    groups: NDArray[np.str_]

    def __post_init__(self) -> None:
        if any(scores.shape != self.ear.shape for scores in self.others.values()) or not (
            len(self.ear) == len(self.truth) == len(self.groups)
        ):
            raise ValueError("every source must have a row for each clip and a column for each label")
        if not self.others or not len(self.ear):
            raise ValueError("it takes at least one clip, and one source beside the ear")

    def part(self, rows: NDArray[np.bool_]) -> Statements:
        """Some of the clips."""
        others = {source: scores[rows] for source, scores in self.others.items()}
        return Statements(self.ear[rows], others, self.truth[rows], self.groups[rows])

    @property
    def logs(self) -> Floats:
        """Log likelihoods of the other sources, (sources, n, labels)."""
        return np.log(np.maximum(np.stack(list(self.others.values())), _FLOOR))


@dataclass(frozen=True, slots=True)
class Gain:
    """The ear alone and all together on some clips: share right of the forced choice, and mean log loss."""

    n: int
    ear_accuracy: float
    pooled_accuracy: float
    ear_loss: float
    pooled_loss: float

    @property
    def lowers(self) -> bool:
        """Whether the ear would have done better alone."""
        worse = self.pooled_accuracy < self.ear_accuracy - _SLACK
        return worse or self.pooled_loss > self.ear_loss + _SLACK


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights to use, and what they are worth.

    `weights` are safe on all clips: no fold loses by them. `held_out` has for each fold what weights learned
    on the other folds gave there, which is the honest figure; `with_weights` what `weights` give on each.
    """

    weights: Mapping[str, float]
    held_out: tuple[Gain, ...]
    with_weights: tuple[Gain, ...]


def learn(statements: Statements, *, folds: int = 7) -> Learned:
    """Learn a weight for each source by grouped folds: the least that was found on any of them and the whole.

    Raises ValueError where all clips are of one group.
    """
    place = assign_folds(statements.groups, folds)
    if not place.any():
        raise ValueError(
            "it takes at least two groups, lest weights are measured on what they were learned from"
        )
    held_out, found = [], []
    for fold in np.unique(place):
        rest = statements.part(place != fold)
        weights = _safe(rest, place[place != fold], _fit(rest))
        found.append(weights)
        held_out.append(measure(statements.part(place == fold), weights))
    found.append(_fit(statements))
    weights = _safe(statements, place, np.min(found, axis=0))
    return Learned(
        weights=dict(zip(statements.others, (round(float(weight), 4) for weight in weights), strict=True)),
        held_out=tuple(held_out),
        with_weights=tuple(measure(statements.part(place == fold), weights) for fold in np.unique(place)),
    )


def measure(statements: Statements, weights: Floats | Mapping[str, float]) -> Gain:
    """What these weights give on these clips, beside the ear alone."""
    if isinstance(weights, Mapping):
        weights = np.array([weights.get(source, 0.0) for source in statements.others])
    alone = _pooled_logs(statements, np.zeros(len(statements.others)))
    together = _pooled_logs(statements, weights)
    rows = np.arange(len(statements.truth))
    return Gain(
        n=len(rows),
        ear_accuracy=float((alone.argmax(axis=1) == statements.truth).mean()),
        pooled_accuracy=float((together.argmax(axis=1) == statements.truth).mean()),
        ear_loss=float(-alone[rows, statements.truth].mean()),
        pooled_loss=float(-together[rows, statements.truth].mean()),
    )


def assign_folds(groups: Sequence[str] | NDArray[np.str_], count: int) -> Integers:
    """A fold for each clip: groups stay whole; the biggest first, each goes where there is most room."""
    names, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    load = np.zeros(min(count, len(names)), dtype=np.int64)
    place = np.zeros(len(names), dtype=np.int64)
    for group in np.lexsort((names, -sizes)):
        place[group] = load.argmin()
        load[place[group]] += sizes[group]
    return np.asarray(place[index], dtype=np.int64)


def said_by_names(paths: Sequence[str], labels: Sequence[str]) -> dict[str, Floats]:
    """What file name, folder and pack of each path say, as rows over `labels`; `/` between the parts."""
    silent = np.full(len(labels), 1.0 / len(labels))
    table = {source: np.tile(silent, (len(paths), 1)) for source in (saying.NAME, saying.FOLDER, saying.PACK)}
    for row, path in enumerate(paths):
        pure = Path(path)
        for said in saying.from_names(pure.stem, *saying.folders_of(pure)):
            neutral = sum(said.scores.values()) / len(said.scores)
            table[said.source][row] = [said.scores.get(label, neutral) for label in labels]
    return table


def read(file: Path) -> Statements:
    """Statements from the out_of_fold.npz of a training, of the clips whose label is sure.

    `probabilities` (n, labels), `labels`, `truth`, `sure`, `families`, and `files`, paths whose first folder
    is the label's: it is the answer and is not read. Of each array called `source:NAME` a source is made.
    """
    with np.load(file, allow_pickle=False) as stored:
        labels = [str(label) for label in stored["labels"]]
        kept = stored["sure"] & np.isin(stored["truth"], labels)
        paths = [str(PurePosixPath(*PurePosixPath(path).parts[1:])) for path in stored["files"][kept]]
        others = said_by_names(paths, labels)
        for key in stored.files:
            if key.startswith("source:"):
                others[key.removeprefix("source:")] = np.asarray(stored[key][kept], dtype=np.float64)
        truth = np.array([labels.index(str(label)) for label in stored["truth"][kept]], dtype=np.int64)
        ear = np.asarray(stored["probabilities"][kept], dtype=np.float64)
        return Statements(ear, others, truth, stored["families"][kept].astype(str))


def _fit(statements: Statements) -> Floats:
    """The weights of least log loss within [0, 1]."""
    from scipy.optimize import minimize  # of the `train` extra, wanted only here

    logs, rows = statements.logs, np.arange(len(statements.truth))
    said_of_truth = logs[:, rows, statements.truth]

    def loss(weights: Floats) -> tuple[float, Floats]:
        pooled = _pooled_logs(statements, weights)
        expected = (np.exp(pooled) * logs).sum(axis=2)
        slope = (expected - said_of_truth).mean(axis=1)
        return float(-pooled[rows, statements.truth].mean()), slope

    start = np.full(len(logs), 0.5)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * len(logs))
    return np.clip(np.asarray(found.x, dtype=np.float64), 0.0, 1.0)


def _safe(statements: Statements, place: Integers, weights: Floats) -> Floats:
    """The largest share of the weights by which no fold loses; nothing is always safe."""
    folds = [statements.part(place == fold) for fold in np.unique(place)]
    share = next(s for s in _SHARES if not any(measure(fold, s * weights).lowers for fold in folds))
    return share * weights


def _pooled_logs(statements: Statements, weights: Floats) -> Floats:
    """Log probabilities of all together, (n, labels), as `wavized.logic.pooling.pool` gives them."""
    logs = np.log(np.maximum(statements.ear, _FLOOR)) + np.tensordot(weights, statements.logs, axes=1)
    logs -= logs.max(axis=1, keepdims=True)
    return np.asarray(logs - np.log(np.exp(logs).sum(axis=1, keepdims=True)))
