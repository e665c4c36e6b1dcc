"""Pictures that lay the curves of several models over each other. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wavized.training.evaluation import tables
from wavized.training.evaluation.canvas import FAINT, colour, curve, legend, png, spread, square
from wavized.training.evaluation.figures import Study
from wavized.training.evaluation.plots import coverage_curve
from wavized.training.evaluation.words import number, shown
from wavized.training.statistics import Floats, auroc, bin_of, roc, wilson

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from wavized.training.evaluation.tables import Basses

COARSE_BINS = 5
"""Of confidence, so that lines over each other can be read; ECE has finer ones."""

Paint = Callable[[Sequence[Study], "Figure"], None]


def draw(studies: Sequence[Study]) -> dict[str, bytes]:
    """PNGs by file name. What the clips do not allow is left out."""
    painters: dict[str, Paint] = {}
    if len(studies[0].basses.truth):
        painters |= {"recall": _recall, "roc": _roc, "roc_confidence": _roc_confidence}
        painters |= {"reliability": _reliability, "coverage": _coverage}
    if any(_tells_rejects(study) for study in studies):
        painters["reject_roc"] = _reject_roc
    return {f"{name}.png": png(partial(paint, studies)) for name, paint in painters.items()}


def macro_roc(rows: Basses) -> tuple[Floats, Floats]:
    """Mean true positive rate of the categories that occur, by false positive rate; empty without any."""
    false = np.linspace(0.0, 1.0, 201)
    curves = [
        np.interp(false, *_with_steps(*points))
        for at in range(len(rows.labels))
        if len((points := roc(rows.shares[:, at], rows.truth == at))[0])
    ]
    if not curves:
        return np.empty(0), np.empty(0)
    return np.append(0.0, false), np.append(0.0, np.mean(curves, axis=0))


def _with_steps(false: Floats, true: Floats) -> tuple[Floats, Floats]:
    """The highest true rate of each false rate, which `interp` needs to be unique."""
    ends = np.append(np.flatnonzero(np.diff(false)), len(false) - 1)
    return false[ends], true[ends]


def _name(study: Study, value: float | None = None) -> str:
    name = shown(study.name)
    short = name if len(name) <= 28 else f"…{name[-27:]}"
    return short if value is None else f"{short}  {number(value)}"


def _recall(studies: Sequence[Study], figure: Figure) -> None:
    labels = studies[0].basses.labels
    axes = figure.subplots()
    step = 0.7 / len(studies)
    for index, study in enumerate(studies):
        counts = tables.confusion(study.basses)
        for at, label in enumerate(study.basses.labels):
            hits, support = int(counts[at, at]), int(counts[at].sum())
            if support:
                y = labels.index(label) + step * (index - (len(studies) - 1) / 2)
                spread(axes, hits / support, wilson(hits, support), y, colour(index))
        axes.plot([], [], "o", color=colour(index), label=_name(study))
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(-1, 101)
    axes.set_xlabel("of the label's clips heard rightly, % (bar: 95 % Wilson)")
    figure.legend(loc="outside upper left", ncols=2)
    axes.set_title("Recall by category")


def _roc(studies: Sequence[Study], figure: Figure) -> None:
    axes = figure.subplots()
    square(axes, "of the other basses taken for it, %", "of the category found, %")
    for index, study in enumerate(studies):
        curve(axes, *macro_roc(study.basses), _name(study, study.figures["auc_macro"]), colour(index))
    legend(axes, "macro AUC")
    axes.set_title("Categories against the others, mean of all")


def _roc_confidence(studies: Sequence[Study], figure: Figure) -> None:
    axes = figure.subplots()
    square(axes, "of the wrong answers as sure, %", "of the right answers as sure, %")
    for index, study in enumerate(studies):
        rows = study.basses
        area = auroc(rows.confidence, rows.right)
        curve(axes, *roc(rows.confidence, rows.right), _name(study, area), colour(index))
    legend(axes, "AUROC of confidence")
    axes.set_title("Does confidence tell right from wrong?")


def _reliability(studies: Sequence[Study], figure: Figure) -> None:
    axes = figure.subplots()
    square(axes, "confidence, %", "right, %")
    for index, study in enumerate(studies):
        rows = study.basses
        at = bin_of(rows.confidence, COARSE_BINS)
        bins = [at == index for index in np.unique(at)]
        said = [100 * float(rows.confidence[inside].mean()) for inside in bins]
        right = [100 * float(rows.right[inside].mean()) for inside in bins]
        axes.plot(said, right, color=colour(index), linewidth=1.2, alpha=0.6)
        sizes = [12 + 160 * float(inside.mean()) for inside in bins]
        axes.scatter(said, right, sizes, color=colour(index), alpha=0.85, clip_on=False)
        axes.plot([], [], "o", color=colour(index), label=_name(study, study.figures["ece"]))
    figure.legend(loc="outside upper left", ncols=2, title="ECE")
    axes.set_title("Right as often as said? (size: share of clips)")


def _coverage(studies: Sequence[Study], figure: Figure) -> None:
    axes = figure.subplots()
    lowest = 100.0
    for index, study in enumerate(studies):
        filed, right = coverage_curve(study.basses)
        lowest = min(lowest, *(100 * value for value in right))
        curve(axes, filed, right, _name(study), colour(index))
    axes.axhline(98, color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.set_xlim(-1, 101)
    axes.set_ylim(max(0.0, min(90.0, lowest - 4)), 101.5)
    axes.set_xlabel("of the basses, the surest first, %")
    axes.set_ylabel("of these right, % (dashed: 98 %)")
    legend(axes, left=True)
    axes.set_title("How much could be filed how rightly")


def _reject_roc(studies: Sequence[Study], figure: Figure) -> None:
    axes = figure.subplots()
    square(axes, "of the basses lost, %", "of the rejects left alone, %")
    for index, study in enumerate(studies):
        rejection = study.rejection
        if rejection is not None and _tells_rejects(study):
            points = roc(rejection.score, ~rejection.bass)
            curve(axes, *points, _name(study, rejection.auroc()), colour(index))
    legend(axes, "reject AUROC")
    axes.set_title("Basses told from everything else")


def _tells_rejects(study: Study) -> bool:
    rejection = study.rejection
    return rejection is not None and bool(rejection.bass.any()) and not bool(rejection.bass.all())
