"""How `evaluate` and `compare` print figures for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wavized.cli.output import console, table

LISTED = 20
"""So many of the surest mistakes are printed."""


def share(value: float | None) -> str:
    """A share of 1 in percent, one digit."""
    return "-" if value is None else f"{100 * value:.1f} %"


def number(value: float | None) -> str:
    """A figure of 1, three digits."""
    return "-" if value is None else f"{value:.3f}"


def interval(ends: Sequence[float] | None, *, percent: bool = False) -> str:
    """`0.812 to 0.903`, or in percent; empty where there is none."""
    if not ends:
        return ""
    return " to ".join(f"{100 * end:.1f}" if percent else f"{end:.3f}" for end in ends)


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
    for name, row in (rejection or {}).items():
        if isinstance(row, dict) and row["let_through"] is not None:
            said = "other sounds in all" if name == "all" else name
            sure = interval(row["interval"], percent=True)
            console().print(
                f"{said}: {share(row['let_through'])} of {row['n']} let through ({sure}) "
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


def _below(path: str, folder: Path) -> str:
    return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path
