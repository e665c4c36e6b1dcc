"""A letter box for what may have changed: filled by watchdog's threads, emptied by the watch thread.

It never blocks the sender and its memory is bounded: too many hints become the one hint that something was
lost.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

MOST_HINTS = 20_000


@dataclass(frozen=True, slots=True)
class Hints:
    """Files and whole folders to look at; `lost` says that there was more than was noted."""

    files: tuple[Path, ...] = ()
    trees: tuple[Path, ...] = ()
    lost: bool = False

    def outermost_trees(self) -> list[Path]:
        """The folders that lie in no other of them."""
        kept: list[Path] = []
        for tree in sorted(self.trees):
            if not kept or not tree.is_relative_to(kept[-1]):
                kept.append(tree)
        return kept


class HintBox:
    """Collects each path once until it is emptied."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._files: dict[Path, None] = {}
        self._trees: dict[Path, None] = {}
        self._lost = False
        self._woken = False

    def file(self, path: Path) -> None:
        """Something may have happened to this file."""
        self._note(self._files, path)

    def tree(self, path: Path) -> None:
        """A folder appeared, perhaps with content."""
        self._note(self._trees, path)

    def lost(self) -> None:
        """Something happened, but not what: everything has to be looked at."""
        with self._changed:
            self._lost = True
            self._wake()

    def wake(self) -> None:
        """End the wait without a hint."""
        with self._changed:
            self._wake()

    def wait(self, timeout: float) -> bool:
        """Sleep until there is a hint, a wake-up, or `timeout` seconds have passed (then False)."""
        with self._changed:
            return self._changed.wait_for(lambda: self._woken, timeout)

    def empty(self) -> Hints:
        """Take everything out."""
        with self._changed:
            hints = Hints(tuple(self._files), tuple(self._trees), self._lost)
            self._files.clear()
            self._trees.clear()
            self._lost = self._woken = False
            return hints

    def holds(self, path: Path) -> bool:
        """Whether a hint for this file, or for a folder above it, has come and was not taken out yet."""
        with self._changed:
            if path in self._files or path in self._trees:
                return True
            return bool(self._trees) and any(above in self._trees for above in path.parents)

    def _note(self, kind: dict[Path, None], path: Path) -> None:
        with self._changed:
            if self._lost:
                return
            kind[path] = None
            if len(kind) > MOST_HINTS:
                kind.clear()
                self._lost = True
            self._wake()

    def _wake(self) -> None:
        self._woken = True
        self._changed.notify_all()
