"""The figures of an evaluation as JSON: those of the command-line contract, intervals, details. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavized.domain.hearing import ModelInfo
from wavized.ports import Classifier
from wavized.training.evaluation import tables
from wavized.training.evaluation.decisions import UNHEARD, Json, decisions, filed, misclassified
from wavized.training.evaluation.latency import percentiles
from wavized.training.evaluation.listening import Heard, Progress, listen
from wavized.training.evaluation.tables import Basses, Rejection
from wavized.training.statistics import BINS, REPLICATES, bin_of, bootstrap, ratio, wilson

KEPT = 0.95
"""The share of basses that is to be kept when the share of rejects let through is told."""
THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Study:
    """All that one model made of the clips below a folder: what it heard, as arrays, and the figures."""

    name: str
    folder: Path
    info: ModelInfo
    heard: Sequence[Heard]
    basses: Basses
    rejection: Rejection | None
    figures: dict[str, Any]


def study(
    name: str,
    folder: Path,
    heard: Sequence[Heard],
    info: ModelInfo,
    batches: Mapping[str, Json] | None = None,
) -> Study:
    """Everything that is worked out of what was heard; `batches` is what `time_batches` found."""
    bass = tables.basses(heard, info.categories)
    rejection = tables.rejection(heard, info)
    figures = {**metrics(heard, info), "latency_batches": dict(batches or {})}
    return Study(name, folder, info, heard, bass, rejection, figures)


def evaluate(folder: Path, classifier: Classifier, *, progress: Progress | None = None) -> Json:
    """The figures of `wavized evaluate` for label folders. Raises CorpusError, ModelUnusableError."""
    return metrics(listen(folder, classifier, progress=progress), classifier.info())


def metrics(heard: Sequence[Heard], info: ModelInfo) -> Json:
    """All figures of the command-line contract, and more. Shares are of 1; None where nothing is to tell."""
    rows = tables.basses(heard, info.categories)
    rejection = tables.rejection(heard, info)
    right = int(rows.right.sum())
    outcomes = decisions(heard, info)
    return {
        "model": info.model_id,
        "n": len(rows.truth),
        **tables.summary(rows),
        "accuracy_interval": list(wilson(right, len(rows.truth))),
        "intervals": _intervals(rows, rejection),
        "per_class": _per_class(rows),
        "recall_intervals": _recall_intervals(rows),
        "auc": tables.areas(rows),
        "confusion": _confusion(rows),
        "confusion_shares": _confusion_shares(rows),
        "coverage": coverage(rows),
        "reliability": _reliability(rows),
        "reject": {
            label: ratio(counts["skip"], sum(counts.values())) if any(counts.values()) else None
            for label, counts in outcomes.items()
            if label != "bass"
        },
        "rejection": _rejection(rejection),
        "decisions": outcomes,
        "filed": filed(outcomes),
        "misclassified": misclassified(heard, info),
        "latency_ms": percentiles([clip.latency_ms for clip in heard]),
    }


def coverage(rows: Basses) -> list[Json]:
    """For thresholds on the top probability among all labels: the share filed, and right of those."""
    table: list[Json] = []
    for threshold in THRESHOLDS:
        filed = rows.top >= threshold
        count, right = int(filed.sum()), int(rows.right[filed].sum())
        table.append(
            {
                "threshold": threshold,
                "coverage": ratio(count, len(rows.top)),
                "accuracy": right / count if count else None,
            }
        )
    return table


def _intervals(rows: Basses, rejection: Rejection | None) -> Json:
    """Bootstrap intervals of the summary, with how they were had."""
    found: Json = {
        "method": "95 %, bias-corrected bootstrap of groups (manifest group, else pack folder, else clip)",
        "replicates": REPLICATES,
        "groups": len(np.unique(rows.groups)),
        **tables.intervals(rows),
    }
    if rejection is not None:
        found |= bootstrap(rejection.groups, lambda drawn: {"reject_auroc": rejection.at(drawn).auroc()})
    return found


def _per_class(rows: Basses) -> dict[str, dict[str, float]]:
    counts = tables.confusion(rows)
    table = {}
    for at, label in enumerate(rows.labels):
        hits, support, named = int(counts[at, at]), int(counts[at].sum()), int(counts[:, at].sum())
        precision, recall = ratio(hits, named), ratio(hits, support)
        f1 = ratio(2 * precision * recall, precision + recall)
        table[label] = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    return table


def _recall_intervals(rows: Basses) -> Json:
    counts = tables.confusion(rows)
    return {
        label: list(wilson(int(counts[at, at]), int(counts[at].sum()))) if counts[at].any() else None
        for at, label in enumerate(rows.labels)
    }


def _confusion(rows: Basses) -> dict[str, dict[str, int]]:
    counts = tables.confusion(rows)
    columns = (*rows.labels, UNHEARD) if counts[:, -1].any() else rows.labels
    return {
        label: {column: int(counts[row, at]) for at, column in enumerate(columns)}
        for row, label in enumerate(rows.labels)
    }


def _confusion_shares(rows: Basses) -> Json:
    """The same as shares of each label's clips; None for a label without clips."""
    return {
        label: {guess: n / sum(counts.values()) for guess, n in counts.items()}
        if sum(counts.values())
        else None
        for label, counts in _confusion(rows).items()
    }


def _reliability(rows: Basses) -> list[Json]:
    """Bins of equal width over the confidence that hold a clip: what was said, and what was right."""
    at = bin_of(rows.confidence)
    table: list[Json] = []
    for index in np.unique(at):
        inside = at == index
        count, right = int(inside.sum()), int(rows.right[inside].sum())
        table.append(
            {
                "from": index / BINS,
                "to": (index + 1) / BINS,
                "n": count,
                "confidence": float(rows.confidence[inside].mean()),
                "accuracy": right / count,
                "interval": list(wilson(right, count)),
            }
        )
    return table


def _rejection(rejection: Rejection | None) -> Json | None:
    """Telling basses from rejects by the summed reject probability, over all rejects and by label."""
    if rejection is None:
        return None
    bound = rejection.bound_keeping(KEPT)
    by_label: dict[str | None, Json] = {}
    for label in (None, *rejection.labels):
        scores = rejection.score[rejection.of(label)]
        through = int((scores <= bound).sum()) if bound is not None else 0
        known = bound is not None and len(scores) > 0
        by_label[label] = {
            "n": len(scores),
            "auroc": rejection.auroc(label),
            "let_through": ratio(through, len(scores)) if known else None,
            "interval": list(wilson(through, len(scores))) if known else None,
        }
    return {"kept": KEPT, "bound": bound, "all": by_label.pop(None), "by_label": by_label}
