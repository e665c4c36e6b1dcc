"""How `evaluate` and `compare` print figures for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape

from wavized.cli.output import console, printable, table
from wavized.training.evaluation import comparison
from wavized.training.evaluation.words import chance, interval, number, points, share

LISTED = 20
"""So many of the surest mistakes are printed."""


def show_intervals(figures: dict[str, Any]) -> None:
    """The main figures with how far they can be trusted, and how that was worked out."""
    found = figures["intervals"]
    names = {
        "macro_recall": "macro recall",
        "macro_f1": "macro F1",
        "auc_macro": "macro AUC",
        "auroc_confidence": "AUROC of confidence",
        "ece": "ECE",
    }
    rows = [("accuracy", number(figures["accuracy"]), interval(found["accuracy"]))]
    rows += [(name, number(figures[key]), interval(found[key])) for key, name in names.items()]
    rejection = figures["rejection"]
    if rejection and rejection["all"]["auroc"] is not None:
        rows.append(("reject AUROC", number(rejection["all"]["auroc"]), interval(found["reject_auroc"])))
    console().print()
    table(("figure", "value", "95 % interval"), rows)
    console().print(
        f"Intervals: {found['method'].removeprefix('95 %, ')}; {found['groups']} groups of basses, "
        f"{found['replicates']} draws",
        soft_wrap=True,
        markup=False,
    )


def show_batches(batches: dict[str, Any]) -> None:
    """How long so many clips take when they come together."""
    if batches:
        said = ", ".join(f"{size} in {row['p50']:.0f} ms" for size, row in batches.items())
        runs = next(iter(batches.values()))["runs"]
        console().print(f"Asked together: {said} (median of {runs})", soft_wrap=True)


def show_rejection(figures: dict[str, Any]) -> None:
    """What is let through of the rejects."""
    rejection = figures["rejection"]
    if rejection is None:
        return
    for name, row in {"other sounds in all": rejection["all"], **rejection["by_label"]}.items():
        if row["let_through"] is not None:
            sure = interval(row["interval"], percent=True)
            console().print(
                f"{name}: {share(row['let_through'])} of {row['n']} let through ({sure}) "
                f"with {100 * rejection['kept']:.0f} % of the basses kept",
                soft_wrap=True,
                markup=False,
            )


def show_mistakes(mistakes: Sequence[dict[str, Any]], folder: Path, *, reported: bool) -> None:
    """The surest mistakes, and how to see the rest."""
    if not mistakes:
        return
    out = console()
    out.print(f"\nHeard wrongly: {len(mistakes)} clips, the surest first", soft_wrap=True)
    rows = [
        (
            _below(row["path"], folder),
            row["truth"],
            f"{row['guess']} {share(row['probability'])}",
            f"{row['second']} {share(row['second_probability'])}" if row["second"] else "-",
        )
        for row in mistakes[:LISTED]
    ]
    table(("clip", "is", "heard as", "or"), rows)
    if len(mistakes) > LISTED and not reported:
        out.print(
            f"{len(mistakes) - LISTED} more: --json lists all of them, --plots DIR shows them in a report",
            soft_wrap=True,
        )


def show_comparison(compared: dict[str, Any], plots: Path | None) -> None:
    """Models as columns; then how each differs from the first."""
    out = console()
    names = [model["name"] for model in compared["models"]]
    table(
        ("figure", *(escape(printable(name)) for name in names)),
        [
            (
                what,
                *(
                    f"{value}  ({ends})" if ends else value
                    for value, ends in zip(values, ranges, strict=True)
                ),
            )
            for what, values, ranges in comparison.rows(compared)
        ],
    )
    how = compared["models"][0]["intervals"]
    method = how["method"].removeprefix("95 %, ")
    out.print("In brackets 95 % intervals: Wilson's for recalls and what is filed, for the others a")
    out.print(f"{method}; {how['groups']} groups of basses\n", soft_wrap=True, markup=False)
    columns = (
        "less the first",
        "accuracy, points",
        "95 % interval",
        "only it right",
        "only the first",
        "McNemar p",
    )
    table(columns, [_difference(found) for found in compared["differences"]])
    if plots:
        out.print(f"The report is {plots / 'report.html'}", markup=False, soft_wrap=True)


def _difference(found: dict[str, Any]) -> tuple[str, ...]:
    change, odds = found["accuracy"], found["mcnemar"]
    return (
        found["other"],
        points(change["difference"]),
        " to ".join(points(end) for end in change["interval"] or ()),
        str(odds["only_other_right"]),
        str(odds["only_first_right"]),
        chance(odds["p"]),
    )


def _below(path: str, folder: Path) -> str:
    return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path
