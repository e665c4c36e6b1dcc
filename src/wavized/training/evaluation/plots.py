"""Pictures of one model's evaluation. Each painter draws on a figure of its own; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wavized.training.evaluation import tables
from wavized.training.evaluation.canvas import FAINT, INK, colour, curve, halo, legend, png, spread, square
from wavized.training.evaluation.decisions import UNHEARD
from wavized.training.evaluation.figures import KEPT, THRESHOLDS, Study
from wavized.training.statistics import BINS, auroc, bin_of, roc, wilson

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from wavized.training.evaluation.tables import Basses


def draw(study: Study) -> dict[str, bytes]:
    """PNGs by file name. What the clips do not allow (no basses, no rejects) is left out."""
    rows, rejection = study.basses, study.rejection
    painters: dict[str, Callable[[Study, Figure], None]] = {}
    if len(rows.truth):
        painters |= {"confusion": _confusion, "recall": _recall, "roc": _roc, "reliability": _reliability}
        painters["coverage"] = _coverage
        if rows.right.any() and not rows.right.all():
            painters["roc_confidence"] = _roc_confidence
    if rejection is not None and not rejection.bass.all():
        painters["reject_scores"] = _reject_scores
        if rejection.bass.any():
            painters["reject_roc"] = _reject_roc
    return {f"{name}.png": png(partial(paint, study)) for name, paint in painters.items()}


def coverage_curve(rows: Basses) -> tuple[list[float], list[float]]:
    """Share filed and share right of those, from the surest clip to all; clips that tie come together."""
    order = np.argsort(-rows.top, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(rows.top[order])), len(order) - 1) + 1
    right = np.cumsum(rows.right[order])[ends - 1]
    return (ends / len(order)).tolist(), (right / ends).tolist()


def _confusion(study: Study, figure: Figure) -> None:
    rows = study.basses
    counts = tables.confusion(rows)
    columns = [*rows.labels, UNHEARD] if counts[:, -1].any() else list(rows.labels)
    counts = counts[:, : len(columns)]
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for (y, x), count in np.ndenumerate(counts):
        if count:
            text = f"{count}\n{100 * shares[y, x]:.0f} %"
            ink = "white" if shares[y, x] > 0.55 else INK
            axes.text(x, y, text, ha="center", va="center", color=ink, fontsize=8.5, linespacing=1.1)
    axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(rows.labels)), rows.labels)
    axes.grid(visible=False)
    axes.set_xlabel("heard as")
    axes.set_ylabel("labelled")
    axes.set_title(f"{100 * rows.right.mean():.1f} % of {len(rows.truth)} basses heard rightly")


def _recall(study: Study, figure: Figure) -> None:
    counts = tables.confusion(study.basses)
    axes = figure.subplots()
    for at, row in enumerate(counts):
        hits, support = int(row[at]), int(row.sum())
        if support:
            spread(axes, hits / support, wilson(hits, support), at, colour(at))
    names = [f"{label} ({n})" for label, n in zip(study.basses.labels, counts.sum(axis=1), strict=True)]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(-1, 101)
    axes.set_xlabel("of the label's clips heard rightly, % (bar: 95 % Wilson)")
    axes.set_title("Recall by category (number of clips)")


def _roc(study: Study, figure: Figure) -> None:
    axes = figure.subplots()
    square(axes, "of the other basses taken for it, %", "of the category found, %")
    for at, (label, area) in enumerate(tables.areas(study.basses).items()):
        if area is not None:
            points = roc(study.basses.shares[:, at], study.basses.truth == at)
            curve(axes, *points, f"{label}  {area:.3f}", colour(at))
    legend(axes, "area under the curve")
    axes.set_title("Each category against the others")


def _roc_confidence(study: Study, figure: Figure) -> None:
    rows = study.basses
    axes = figure.subplots()
    square(axes, "of the wrong answers as sure, %", "of the right answers as sure, %")
    area = auroc(rows.confidence, rows.right)
    curve(axes, *roc(rows.confidence, rows.right), f"area {area:.3f}", colour(0))
    legend(axes)
    axes.set_title("Does confidence tell right from wrong?")


def _reliability(study: Study, figure: Figure) -> None:
    rows = study.basses
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    square(upper, "", "right, %")
    at = bin_of(rows.confidence)
    for index in np.unique(at):
        inside = at == index
        right, count = int(rows.right[inside].sum()), int(inside.sum())
        low, high = wilson(right, count)
        said = 100 * float(rows.confidence[inside].mean())
        upper.plot([said, said], [100 * low, 100 * high], color=colour(0), linewidth=1.4, alpha=0.5)
        upper.plot([said], [100 * right / count], "o", color=colour(0), markersize=5, clip_on=False)
        bar = lower.bar(100 * (index + 0.5) / BINS, count, width=92 / BINS, color=colour(0), alpha=0.75)
        lower.bar_label(bar, fontsize=7.5, padding=1)
    lower.margins(y=0.25)
    lower.set_xlabel("confidence (share of the guess among the categories), %")
    lower.set_ylabel("clips")
    ece = study.figures["ece"]
    upper.set_title(f"Is it right as often as it says? ECE {ece:.3f}")


def _coverage(study: Study, figure: Figure) -> None:
    axes = figure.subplots()
    filed, right = coverage_curve(study.basses)
    curve(axes, filed, right, "", colour(0))
    axes.axhline(98, color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.annotate("98 %", (100, 98), fontsize=8, color=FAINT, ha="right", va="bottom")
    top, last = study.basses.top, -100.0
    for threshold in THRESHOLDS:
        reached = top >= threshold
        x = 100 * float(reached.mean())
        if reached.any() and abs(x - last) > 7:
            y, last = 100 * float(study.basses.right[reached].mean()), x
            axes.plot([x], [y], "o", color=colour(0), markersize=4)
            halo(axes.annotate(f"{threshold:g}", (x, y), (3, 5), textcoords="offset points", fontsize=8))
    lowest = min(min(right), study.basses.right.mean())
    axes.set_xlim(-1, 103)
    axes.set_ylim(min(90.0, 100 * lowest - 4), 101.5)
    axes.set_xlabel("of the basses at or above the threshold, %")
    axes.set_ylabel("of these right, %")
    axes.set_title("What each threshold on the probability gives")


def _reject_scores(study: Study, figure: Figure) -> None:
    rejection = study.rejection
    assert rejection is not None  # `draw` asks
    kinds = {"bass": rejection.bass, **{name: rejection.of(name) for name in rejection.labels}}
    shown = {name: members for name, members in kinds.items() if members.any()}
    panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for index, (axes, (name, members)) in enumerate(zip(panels, shown.items(), strict=True)):
        scores = 100 * rejection.score[members]
        weights = np.full(len(scores), 100 / len(scores))
        axes.hist(
            scores,
            bins=np.linspace(0, 100, 26),
            weights=weights,
            color=colour(0 if name == "bass" else index),
        )
        axes.axvline(100 * study.info.reject_above, color=INK, linewidth=1.0)
        axes.set_ylim(0, 104)
        axes.set_ylabel("clips, %")
        axes.set_title(f"{name} ({len(scores)})", fontsize=9.5)
    panels[-1].set_xlim(-1, 101)
    panels[-1].set_xlabel("summed probability of the rejects, % (line: left alone from here)")


def _reject_roc(study: Study, figure: Figure) -> None:
    rejection = study.rejection
    assert rejection is not None  # `draw` asks
    axes = figure.subplots()
    square(axes, "of the basses lost, %", "of the rejects left alone, %")
    for index, name in enumerate((None, *rejection.labels)):
        chosen = rejection.bass | rejection.of(name)
        points = roc(rejection.score[chosen], ~rejection.bass[chosen])
        curve(
            axes,
            *points,
            f"{name or 'all'}  {rejection.auroc(name):.3f}",
            INK if name is None else colour(index),
        )
    axes.axvline(100 * (1 - KEPT), color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)))
    legend(axes, "area under the curve")
    axes.set_title("Basses told from everything else")
