"""Remove what a plan names: file by file, then the folders that are empty. Stops at nothing that fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wavized.removal.plan import Item, Plan, is_own, plain_size
from wavized.removal.table import Part


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went, and what could not be removed with the system's reason."""

    removed: tuple[Path, ...]
    failed: tuple[tuple[Path, str], ...]


def carry_out(plan: Plan, parts: Iterable[Part]) -> Outcome:
    """Remove the files of these parts, and our folders where nothing else is in them."""
    removed: list[Path] = []
    failed: list[tuple[Path, str]] = []
    for item in plan.of(parts):
        try:
            if _remove(item):
                removed.append(item.path)
        except OSError as error:
            failed.append((item.path, error.strerror or str(error)))
    for folder in plan.folders:
        try:
            if is_own(folder):
                folder.rmdir()
                removed.append(folder)
        except OSError:
            continue  # something is left in it, and is told by its name
    return Outcome(tuple(removed), tuple(failed))


def _remove(item: Item) -> bool:
    """False where it is gone already, or has become something else since it was looked at."""
    if not (is_own(item.path.parent) and plain_size(item.path) is not None):
        return False
    item.path.unlink()
    return True
