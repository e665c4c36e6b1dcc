"""Measure a classifier on label folders, by the answers the product itself would get.

Forced choice among the categories from audio alone; file names are never seen. Reads samples only through the
classifier; never writes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wavized.domain.hearing import Evidence, FileIt, ModelInfo, Refused, Scored, Skip
from wavized.domain.sample import Kind
from wavized.logic.policy import Thresholds, judge
from wavized.ports import Classifier
from wavized.training.corpus import SUFFIXES, CorpusError
from wavized.training.statistics import Flags, Floats, auroc, calibration_error, ratio, wilson

UNHEARD = "unheard"
"""Stands in the confusion table where no answer came; such a clip counts as wrong."""

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip: what it is, what the ear gave for each label (None: no answer), and how long that took.

    `kind` is set where the file was refused: it is left alone without any scores.
    """

    path: Path
    truth: str
    scores: Mapping[str, float] | None
    latency_ms: float
    kind: Kind | None = None


def find(folder: Path, labels: Sequence[str]) -> list[tuple[Path, str]]:
    """Every audio file below the label folders, with its label. Raises CorpusError where there is none."""
    found = [
        (path, label)
        for label in labels
        for path in sorted((folder / label).rglob("*"))
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    ]
    if not found:
        raise CorpusError(
            f"No labelled sound was found in {folder}",
            hint=f"It needs one folder for each label, such as {', '.join(labels)}",
        )
    return found


def listen(
    folder: Path, classifier: Classifier, *, progress: Callable[[int, int], None] | None = None
) -> list[Heard]:
    """Ask the classifier about every clip, one at a time, after one unmeasured question that wakes it.

    Raises CorpusError, ModelUnusableError.
    """
    info = classifier.info()
    clips = find(folder, (*info.categories, *info.rejects))
    classifier.classify([clips[0][0]])
    heard = []
    for done, (path, label) in enumerate(clips, 1):
        start = time.perf_counter()
        answer = classifier.classify([path])[0]
        took_ms = 1000.0 * (time.perf_counter() - start)
        scores = answer.scores if isinstance(answer, Scored) else None
        kind = answer.kind if isinstance(answer, Refused) else None
        heard.append(Heard(path, label, scores, took_ms, kind))
        if progress:
            progress(done, len(clips))
    return heard


def evaluate(
    folder: Path, classifier: Classifier, *, progress: Callable[[int, int], None] | None = None
) -> Json:
    """The figures of `wavized evaluate` for label folders. Raises CorpusError, ModelUnusableError."""
    return metrics(listen(folder, classifier, progress=progress), classifier.info())


def metrics(heard: Sequence[Heard], info: ModelInfo) -> Json:
    """All figures of the command-line contract. Shares are of 1; None where there is nothing to measure."""
    labels = info.categories
    bass = [clip for clip in heard if clip.truth in labels]
    guesses = [_forced(clip, labels) for clip in bass]
    right = np.array([guess == clip.truth for guess, clip in zip(guesses, bass, strict=True)], dtype=bool)
    shares = np.array([_among(clip, labels) for clip in bass]).reshape(len(bass), len(labels))
    per_class = _per_class([clip.truth for clip in bass], guesses, labels)
    supported = [row["f1"] for row in per_class.values() if row["support"]]
    return {
        "n": len(bass),
        "accuracy": ratio(int(right.sum()), len(bass)),
        "accuracy_interval": list(wilson(int(right.sum()), len(bass))),
        "per_class": per_class,
        "macro_f1": ratio(sum(supported), len(supported)),
        "confusion": _confusion([clip.truth for clip in bass], guesses, labels),
        "auc_macro": _auc_macro(shares, [clip.truth for clip in bass], labels),
        "auroc_confidence": auroc(shares.max(axis=1, initial=0.0), right),
        "ece": calibration_error(shares.max(axis=1, initial=0.0), right),
        "coverage": coverage(bass, right, labels),
        "reject": {label: _left_alone(heard, label, info) for label in info.rejects},
        "decisions": _decisions(heard, info),
        "latency_ms": _latency([clip.latency_ms for clip in heard]),
    }


def coverage(bass: Sequence[Heard], right: Flags, labels: Sequence[str]) -> list[Json]:
    """For thresholds on the top probability among all labels: the share filed, and right of those."""
    tops = np.array([max((clip.scores or {}).get(label, 0.0) for label in labels) for clip in bass])
    table: list[Json] = []
    for threshold in (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99):
        filed = tops >= threshold
        count = int(filed.sum())
        table.append(
            {
                "threshold": threshold,
                "coverage": ratio(count, len(bass)),
                "accuracy": float(right[filed].mean()) if count else None,
            }
        )
    return table


def _forced(clip: Heard, labels: Sequence[str]) -> str:
    if clip.scores is None:
        return UNHEARD
    return max(labels, key=lambda label: clip.scores[label] if clip.scores else 0.0)


def _among(clip: Heard, labels: Sequence[str]) -> Floats:
    """Probabilities given that it is one of the categories; all 0 for an unheard clip."""
    row = np.array([(clip.scores or {}).get(label, 0.0) for label in labels])
    return row / row.sum() if row.sum() > 0 else row


def _per_class(
    truth: Sequence[str], guesses: Sequence[str], labels: Sequence[str]
) -> dict[str, dict[str, float]]:
    table = {}
    for label in labels:
        hits = sum(t == label == g for t, g in zip(truth, guesses, strict=True))
        support, named = truth.count(label), guesses.count(label)
        precision, recall = ratio(hits, named), ratio(hits, support)
        f1 = ratio(2 * precision * recall, precision + recall)
        table[label] = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    return table


def _confusion(
    truth: Sequence[str], guesses: Sequence[str], labels: Sequence[str]
) -> dict[str, dict[str, int]]:
    columns = (*labels, UNHEARD) if UNHEARD in guesses else tuple(labels)
    pairs = list(zip(truth, guesses, strict=True))
    return {row: {column: pairs.count((row, column)) for column in columns} for row in labels}


def _auc_macro(shares: Floats, truth: Sequence[str], labels: Sequence[str]) -> float | None:
    """Mean area of each class against the rest, over the classes that occur."""
    names = np.array(truth)
    areas = [auroc(shares[:, column], names == label) for column, label in enumerate(labels)]
    known = [area for area in areas if area is not None]
    return sum(known) / len(known) if known else None


def _decision(clip: Heard, info: ModelInfo) -> str:
    """`file`, `review` or `skip`, as the product decides by the model's own thresholds and by ear alone."""
    if clip.kind is not None:
        return "skip"
    if clip.scores is None:
        return "failed"
    decision = judge([Evidence("ear", clip.scores)], info, Thresholds.of(info)).decision
    if isinstance(decision, FileIt):
        return "file" if decision.category == clip.truth else "file_wrong"
    return "skip" if isinstance(decision, Skip) else "review"


def _decisions(heard: Sequence[Heard], info: ModelInfo) -> Json:
    """For bass and each reject: how many were filed rightly, wrongly, reviewed, left alone, failed."""
    table: Json = {}
    for name, members in {"bass": info.categories, **{label: (label,) for label in info.rejects}}.items():
        outcomes = [_decision(clip, info) for clip in heard if clip.truth in members]
        verdicts = ("file", "file_wrong", "review", "skip", "failed")
        table[name] = {verdict: outcomes.count(verdict) for verdict in verdicts}
    return table


def _left_alone(heard: Sequence[Heard], label: str, info: ModelInfo) -> float | None:
    """The share of these that the product leaves alone."""
    outcomes = [_decision(clip, info) for clip in heard if clip.truth == label]
    return outcomes.count("skip") / len(outcomes) if outcomes else None


def _latency(took_ms: Sequence[float]) -> dict[str, float | None]:
    points = (50, 90, 95, 99)
    return {f"p{p}": float(np.percentile(took_ms, p)) if took_ms else None for p in points}
