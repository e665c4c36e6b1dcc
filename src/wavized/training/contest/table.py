"""The table of a contest, as figures, JSON and Markdown. Only `write` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavized.training.contest.contestants import AVERAGED
from wavized.training.corpus import CATEGORIES, LABELS, UNLABELLED_BASS, Source
from wavized.training.statistics import auroc, bootstrap

Lesson = Mapping[str, NDArray[np.floating | np.integer]]
"""What a lesson kept, by name: see `run`."""
SUMMED = ("milliseconds", "megabytes", "minutes", "wall_minutes", "heard")
REPLICATES = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant: each figure's mean and its spread over seeds (0 for a single one).

    Shares are of 1. `folds` are those done of each seed; figures are over the clips of these folds only.
    """

    name: str
    folds: tuple[int, ...]
    clips: int
    figures: dict[str, float]
    spread: dict[str, float]
    interval: tuple[float, float] | None
    """95 % of the accuracy on sure clips, the first seed's, by bootstrap of families."""


def rows(sources: Sequence[Source], kept: Mapping[str, Sequence[Sequence[Lesson]]], folds: int) -> list[Row]:
    """A row for each contestant that has taken a lesson; `kept` holds its lessons by seed.

    A seed whose folds are not all done counts only where no seed is whole.
    """
    entries = {name: list(seeds) for name, seeds in kept.items()}
    for name, parts in AVERAGED.items():
        if all(part in entries for part in parts):
            together = zip(*(entries[part] for part in parts), strict=True)
            entries[name] = [_averaged(lessons) for lessons in together]
    found = []
    for name, seeds in entries.items():
        whole = [lessons for lessons in seeds if len(lessons) == folds]
        used = whole or [lessons for lessons in seeds if lessons][:1]
        if used:
            found.append(_row(name, sources, used))
    return sorted(found, key=lambda row: -row.figures["accuracy"])


def write(found: Sequence[Row], remarks: Sequence[str], out: Path) -> None:
    """Write table.md and table.json into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    data = {"remarks": list(remarks), "rows": [asdict(row) for row in found]}
    for name, text in (
        ("table.md", markdown(found, remarks)),
        ("table.json", json.dumps(data, indent=2) + "\n"),
    ):
        partial = out / f".{name}"
        partial.write_text(text, encoding="utf-8")
        partial.replace(out / name)


def markdown(found: Sequence[Row], remarks: Sequence[str]) -> str:
    """The table for people, with what must be known to read it."""
    head = ["contestant", "accuracy, sure", "95 %", "accuracy, all", "macro recall", *CATEGORIES, "macro AUC"]
    head += ["reject AUROC", "ms", "MB", "minutes", "clips heard", "folds × seeds"]
    lines = [
        "# Contestants",
        "",
        *(f"{remark}\n" for remark in remarks),
        _line(head),
        _line(["---"] * len(head)),
    ]
    for row in found:
        interval = "" if row.interval is None else f"{100 * row.interval[0]:.1f}-{100 * row.interval[1]:.1f}"
        cells = [
            row.name,
            _share(row, "accuracy"),
            interval,
            _share(row, "accuracy_all"),
            _share(row, "macro_recall"),
        ]
        cells += [_share(row, f"recall_{label}") for label in CATEGORIES]
        cells += [_share(row, "macro_auc"), _share(row, "reject_auroc")]
        cells += [f"{row.figures[name]:.1f}" for name in ("milliseconds", "megabytes", "minutes")]
        cells += [f"{row.figures['heard']:.0f}", f"{max(row.folds)} × {len(row.folds)}"]
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _share(row: Row, name: str) -> str:
    """In per cent; with the spread where there are several seeds."""
    if name not in row.figures:
        return "-"
    spread = f" ± {100 * row.spread[name]:.1f}" if len(row.folds) > 1 else ""
    return f"{100 * row.figures[name]:.1f}{spread}"


def _averaged(parts: Sequence[Sequence[Lesson]]) -> list[Lesson]:
    """The lessons of those folds that every part has taken, probabilities averaged and costs summed."""
    by_fold = [{tuple(lesson["at"].tolist()): lesson for lesson in lessons} for lessons in parts]
    common = [fold for fold in by_fold[0] if all(fold in others for others in by_fold)]
    return [
        {
            "at": np.array(fold, dtype=np.int64),
            "probabilities": np.mean([part[fold]["probabilities"] for part in by_fold], axis=0),
            **{name: np.sum([part[fold][name] for part in by_fold], axis=0) for name in SUMMED},
        }
        for fold in common
    ]


def _row(name: str, sources: Sequence[Source], seeds: Sequence[Sequence[Lesson]]) -> Row:
    each = [_figures(sources, lessons) for lessons in seeds]
    names = [figure for figure in each[0] if all(figure in one for one in each)]
    return Row(
        name=name,
        folds=tuple(len(lessons) for lessons in seeds),
        clips=sum(len(lesson["at"]) for lesson in seeds[0]),
        figures={figure: float(np.mean([one[figure] for one in each])) for figure in names},
        spread={figure: float(np.std([one[figure] for one in each], ddof=len(each) > 1)) for figure in names},
        interval=_interval(sources, seeds[0]),
    )


def _figures(sources: Sequence[Source], lessons: Sequence[Lesson]) -> dict[str, float]:
    """The figures of one seed, over the clips of all its folds; those that cannot be had are left out."""
    truth, sure, shares, rejected = _answers(sources, lessons)
    bass = (truth >= 0) & (truth < len(CATEGORIES))
    right = shares.argmax(axis=1) == truth
    found: dict[str, float | None] = {
        "accuracy": _mean(right[bass & sure]),
        "accuracy_all": _mean(right[bass]),
        "reject_auroc": auroc(rejected[sure], (truth >= len(CATEGORIES))[sure]),
    }
    recalls = {label: _mean(right[(truth == at) & sure]) for at, label in enumerate(CATEGORIES)}
    areas = [auroc(shares[bass & sure, at], truth[bass & sure] == at) for at in range(len(CATEGORIES))]
    found |= {f"recall_{label}": recall for label, recall in recalls.items()}
    for name, values in (("macro_recall", list(recalls.values())), ("macro_auc", areas)):
        known = [value for value in values if value is not None]
        found[name] = float(np.mean(known)) if known else None
    found |= {name: float(np.mean([lesson[name] for lesson in lessons])) for name in SUMMED}
    return {name: value for name, value in found.items() if value is not None}


def _answers(
    sources: Sequence[Source], lessons: Sequence[Lesson]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Of each labelled clip: its label's column, whether it is sure, the shares of seven and of rejects."""
    at = np.concatenate([lesson["at"] for lesson in lessons]).astype(np.int64)
    heard = np.concatenate([lesson["probabilities"] for lesson in lessons]).astype(np.float64)
    labelled = np.array([sources[i].label != UNLABELLED_BASS for i in at], dtype=bool)
    at, heard = at[labelled], heard[labelled]
    truth = np.array([LABELS.index(sources[i].label) for i in at], dtype=np.int64)
    sure = np.array([sources[i].sure for i in at], dtype=bool)
    bass = heard[:, : len(CATEGORIES)]
    shares = bass / np.maximum(bass.sum(axis=1, keepdims=True), 1e-12)
    return truth, sure, shares, heard[:, len(CATEGORIES) :].sum(axis=1)


def _interval(sources: Sequence[Source], lessons: Sequence[Lesson]) -> tuple[float, float] | None:
    at = np.concatenate([lesson["at"] for lesson in lessons]).astype(np.int64)
    heard = np.concatenate([lesson["probabilities"] for lesson in lessons])[:, : len(CATEGORIES)]
    used = np.array([sources[i].sure and sources[i].label in CATEGORIES for i in at], dtype=bool)
    if not used.any():
        return None
    truth = np.array([LABELS.index(sources[i].label) for i in at[used]])
    right = heard[used].argmax(axis=1) == truth
    _, families = np.unique([sources[i].family for i in at[used]], return_inverse=True)
    found = bootstrap(families, lambda drawn: {"accuracy": float(right[drawn].mean())}, replicates=REPLICATES)
    return found["accuracy"]


def _mean(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None
