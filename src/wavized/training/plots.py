"""Pictures of an evaluation: confusion, reliability, coverage. Needs the `train` extra, and no display."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wavized.domain.hearing import ModelInfo
from wavized.errors import UsageError
from wavized.training.evaluation import Heard

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def draw(heard: Sequence[Heard], info: ModelInfo, folder: Path) -> list[Path]:
    """Write confusion.png, reliability.png and coverage.png into `folder`; returns their paths.

    Raises UsageError where matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure  # optional and slow to import
    except ModuleNotFoundError as error:
        raise UsageError(
            "Plots need matplotlib", hint="Install it with: pip install 'wavized[train]'"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    labels = info.categories
    bass = [clip for clip in heard if clip.truth in labels and clip.scores is not None]
    scores: Floats = np.array([[(clip.scores or {})[label] for label in labels] for clip in bass]).reshape(
        -1, len(labels)
    )
    truth = np.array([labels.index(clip.truth) for clip in bass], dtype=int)
    written = []
    for name, paint in (("confusion", _confusion), ("reliability", _reliability), ("coverage", _coverage)):
        figure = Figure(figsize=(6, 5), layout="constrained")
        axes = figure.subplots()
        paint(axes, scores, truth)
        if name == "confusion":
            axes.set_xticks(range(len(labels)), labels)
            axes.set_yticks(range(len(labels)), labels)
        written.append(folder / f"{name}.png")
        figure.savefig(written[-1], dpi=120)
    return written


def _confusion(axes: Axes, scores: Floats, truth: Ints) -> None:
    table = np.zeros((scores.shape[1], scores.shape[1]), dtype=int)
    if len(truth):
        np.add.at(table, (truth, scores.argmax(axis=1)), 1)
    axes.imshow(table / np.maximum(table.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(table):
        axes.text(column, row, str(count), ha="center", va="center")
    axes.set(xlabel="heard as", ylabel="is")


def _reliability(axes: Axes, scores: Floats, truth: Ints) -> None:
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    if len(truth):
        top = scores.max(axis=1) / scores.sum(axis=1)
        right = scores.argmax(axis=1) == truth
        at = np.minimum((top * 10).astype(int), 9)
        used = np.unique(at)
        axes.plot([top[at == b].mean() for b in used], [right[at == b].mean() for b in used], marker="o")
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))


def _coverage(axes: Axes, scores: Floats, truth: Ints) -> None:
    if len(truth):
        order = np.argsort(-scores.max(axis=1))
        right = (scores.argmax(axis=1) == truth)[order]
        count = np.arange(1, len(truth) + 1)
        axes.plot(count / len(truth), np.cumsum(right) / count)
    axes.set(xlabel="share filed, surest first", ylabel="share right of those", xlim=(0, 1), ylim=(0, 1.02))
