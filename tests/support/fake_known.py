"""A KnownFiles in memory; safe to ask from several threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from wavized.domain.sample import FileStat


class FakeKnown:
    """Remembers files and adopted folders; `questions` counts the calls of `is_known`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.files: dict[Path, FileStat] = {}
        self.adopted: dict[Path, float] = {}
        self.questions = 0

    def is_known(self, path: Path, stat: FileStat) -> bool:
        with self._lock:
            self.questions += 1
            return self.files.get(path) == stat

    def remember(self, files: Sequence[tuple[Path, FileStat]]) -> None:
        with self._lock:
            self.files.update(files)

    def is_adopted(self, root: Path) -> bool:
        with self._lock:
            return root in self.adopted

    def adopt(self, root: Path, now: float) -> None:
        with self._lock:
            self.adopted.setdefault(root, now)

    def adopted_at(self, root: Path) -> float | None:
        with self._lock:
            return self.adopted.get(root)
