"""Pictures of an evaluation: confusion, coverage against accuracy, recall per category. Needs matplotlib."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wavized.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def require() -> None:
    """Raise UsageError where pictures cannot be drawn: to be asked before the long work."""
    if find_spec("matplotlib") is None:
        raise UsageError("Pictures need matplotlib", hint="Install it with: pip install 'wavized[train]'")


def draw(figures: dict[str, Any], folder: Path) -> None:
    """Write `confusion.png`, `coverage.png` and `recall.png`. Call `require` first."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    for name, paint in (("confusion", _confusion), ("coverage", _coverage), ("recall", _recall)):
        figure = Figure(figsize=(6.4, 5.2), layout="constrained")
        paint(figure, figures)
        figure.savefig(folder / f"{name}.png", dpi=130)


def _confusion(figure: Figure, figures: dict[str, Any]) -> None:
    rows = figures["confusion"]
    labels = list(figures["per_class"])
    axes = figure.subplots()
    counts = [[rows.get(true, {}).get(guess, 0) for guess in labels] for true in labels]
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            if count:
                axes.text(
                    x,
                    y,
                    str(count),
                    ha="center",
                    va="center",
                    color="white" if shares[y][x] > 0.5 else "black",
                )
    axes.set_xticks(range(len(labels)), labels)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("heard as")
    axes.set_ylabel("labelled")
    axes.set_title(f"{figures['n']} clips, {100 * (figures['accuracy'] or 0):.1f} % right")


def _coverage(figure: Figure, figures: dict[str, Any]) -> None:
    rows = [row for row in figures["coverage"] if row["accuracy"] is not None]
    axes = figure.subplots()
    axes.plot([100 * row["coverage"] for row in rows], [100 * row["accuracy"] for row in rows], marker="o")
    for row in rows:
        axes.annotate(f"{row['threshold']:g}", (100 * row["coverage"], 100 * row["accuracy"]))
    axes.set_xlabel("filed without asking, %")
    axes.set_ylabel("of these right, %")
    axes.set_ylim(None, 101)
    axes.grid(alpha=0.3)
    axes.set_title("What each threshold on the confidence gives")


def _recall(figure: Figure, figures: dict[str, Any]) -> None:
    rows = {label: row for label, row in figures["per_class"].items() if row["support"]}
    axes = figure.subplots()
    bars = axes.bar(list(rows), [100 * (row["recall"] or 0.0) for row in rows.values()])
    axes.bar_label(bars, [f"n={row['support']}" for row in rows.values()])
    axes.set_ylabel("recall, %")
    axes.set_ylim(0, 105)
    axes.set_title("Recall per category")
