"""How `evaluate --names` prints what names and tags are worth, always apart from the ear."""

from __future__ import annotations

from typing import Any

from wavized.cli.output import console, table
from wavized.training.evaluation.words import interval, share


def show_names(figures: dict[str, Any]) -> None:
    """Ear, names, and both, always apart."""
    alone, both = figures["names"]["names_alone"], figures["names"]["both"]
    said = f"{alone['n_with_evidence']} of {alone['n']}"
    rows = []
    for name, block, spoken in (("ear alone", figures, ""), ("names alone", alone, said), ("both", both, "")):
        right = f"{share(block['accuracy'])} ({interval(block['accuracy_interval'], percent=True)})"
        filed = block.get("filed")
        unasked = f"{filed['n']}, {filed['wrong']} of them wrongly" if filed else "never"
        rows.append((name, right, spoken, unasked))
    console().print()
    table(("heard and read", "right (Wilson 95 % interval)", "say something", "filed without asking"), rows)
    console().print(
        f"Names and tags put {len(both['gained'])} right that the ear has wrong, "
        f"and {len(both['lost'])} wrong that it has right.",
        soft_wrap=True,
    )
