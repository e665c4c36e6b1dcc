"""Several models beside each other on the same clips: who is better, and could that be chance? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wavized.domain.hearing import ModelInfo
from wavized.errors import UsageError
from wavized.inference.manifest import MANIFEST_NAME
from wavized.training.corpus import CorpusError
from wavized.training.evaluation import tables
from wavized.training.evaluation.decisions import Json
from wavized.training.evaluation.figures import Study
from wavized.training.evaluation.listening import empty_labels, find
from wavized.training.evaluation.words import interval, number, share
from wavized.training.statistics import Indices, bootstrap, mcnemar


def must_be_several(models: Sequence[Path]) -> None:
    """Raise UsageError unless these are two or more folders."""
    if len(models) < 2:
        raise UsageError(
            "A comparison needs two models or more", hint="Give --model DIR twice, or use wavized evaluate"
        )
    _must_differ(models, [str(model.resolve()) for model in models])


def must_differ(models: Sequence[Path]) -> None:
    """Raise UsageError where two folders, whose files were checked, declare the same (copies, that is)."""
    _must_differ(models, [(model / MANIFEST_NAME).read_text(encoding="utf-8") for model in models])


def _must_differ(models: Sequence[Path], marks: Sequence[str]) -> None:
    for index, mark in enumerate(marks):
        if mark in marks[:index]:
            twin = models[marks.index(mark)]
            raise UsageError(f"{twin} and {models[index]} are the same model", hint="Leave one of them out")


def names(models: Sequence[Path]) -> list[str]:
    """A name for each model: its folder's, or its whole path where two folders have one name."""
    short = [model.resolve().name for model in models]
    return [name if short.count(name) == 1 else str(model) for name, model in zip(short, models, strict=True)]


def clips_for_all(folder: Path, infos: Sequence[ModelInfo]) -> list[tuple[Path, str]]:
    """The labelled clips that every model is asked about.

    Raises UsageError where the models have different categories, CorpusError where a label folder is empty.
    """
    categories = infos[0].categories
    for info in infos[1:]:
        if set(info.categories) != set(categories):
            raise UsageError(
                f"{infos[0].model_id} and {info.model_id} have different categories",
                hint="Only models of the same categories can be compared",
            )
    labels = tuple(dict.fromkeys((*categories, *(reject for info in infos for reject in info.rejects))))
    clips = find(folder, labels)
    empty = empty_labels(folder, labels)
    if empty:
        raise CorpusError(
            f"No sound was found in {', '.join(str(folder / label) for label in empty)}",
            hint="Put sounds there, or take the empty folder away",
        )
    return clips


def megabytes(model: Path) -> float:
    """What a model folder takes on disk, in MB (10^6 bytes)."""
    return sum(path.stat().st_size for path in model.rglob("*") if path.is_file()) / 1e6


def compare(studies: Sequence[Study], models: Sequence[Path]) -> dict[str, Any]:
    """All figures of each model, and how each but the first differs from the first."""
    return {
        "n": len(studies[0].basses.truth),
        "models": [
            {"name": study.name, "path": str(model), "megabytes": megabytes(model), **study.figures}
            for study, model in zip(studies, models, strict=True)
        ],
        "differences": [difference(studies[0], other) for other in studies[1:]],
    }


def difference(first: Study, other: Study) -> Json:
    """Figures of the other less those of the first, with paired bootstrap intervals, and McNemar's test.

    Both heard the same basses in the same order; each draw takes the same groups for both.
    """

    def less(rows: Indices) -> dict[str, float | None]:
        before, after = tables.summary(first.basses.at(rows)), tables.summary(other.basses.at(rows))
        return {name: _less(value, before[name]) for name, value in after.items()}

    changes = less(np.arange(len(first.basses.truth)))
    ends = bootstrap(first.basses.groups, less)
    only_first, only_other, chance = mcnemar(first.basses.right, other.basses.right)
    return {
        "first": first.name,
        "other": other.name,
        **{name: {"difference": change, "interval": ends[name]} for name, change in changes.items()},
        "mcnemar": {"only_first_right": only_first, "only_other_right": only_other, "p": chance},
    }


def _less(value: float | None, was: float | None) -> float | None:
    return None if value is None or was is None else value - was


def rows(compared: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """The one table: what, the figure of each model, and its interval (or a remark)."""
    models: list[dict[str, Any]] = compared["models"]
    plain = {
        "macro recall": "macro_recall",
        "macro F1": "macro_f1",
        "macro AUC": "auc_macro",
        "AUROC of confidence": "auroc_confidence",
        "ECE": "ece",
    }
    table = [
        ("accuracy", [share(m["accuracy"]) for m in models], _intervals(models, "accuracy", percent=True))
    ]
    for what, key in plain.items():
        table.append((what, [number(m[key]) for m in models], _intervals(models, key)))
    rejecting = [number(m["rejection"] and m["rejection"]["all"]["auroc"]) for m in models]
    table.append(("reject AUROC", rejecting, _intervals(models, "reject_auroc")))
    for label in models[0]["per_class"]:
        known = models[0]["per_class"][label]["support"] > 0
        recalls = [share(m["per_class"][label]["recall"] if known else None) for m in models]
        ranges = [interval(m["recall_intervals"][label], percent=True) for m in models]
        table.append((f"recall {label}", recalls, ranges))
    filed = [f"{m['filed']['n']} in all" for m in models]
    table.append(("basses filed", [share(m["filed"]["share_of_basses"]) for m in models], filed))
    wrong = [interval(m["filed"]["wrong_interval"], percent=True) for m in models]
    table.append(("wrong among filed", [share(m["filed"]["wrong_share"]) for m in models], wrong))
    table.append(
        ("ms a clip (median)", [f"{m['latency_ms']['p50']:.1f}" for m in models], [""] * len(models))
    )
    for size in models[0]["latency_batches"]:
        timed = [m["latency_batches"][size] for m in models]
        slow = [f"95th percentile {row['p95']:.0f}" for row in timed]
        table.append((f"ms for {size} at once (median)", [f"{row['p50']:.0f}" for row in timed], slow))
    table.append(("MB", [f"{m['megabytes']:.1f}" for m in models], [""] * len(models)))
    return table


def _intervals(models: Sequence[dict[str, Any]], key: str, *, percent: bool = False) -> list[str]:
    return [interval(m["intervals"].get(key), percent=percent) for m in models]
