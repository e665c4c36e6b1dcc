"""Decide when a download is complete. Pure: stat results and monotonic time are passed in, files are never
touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wavized.domain.sample import FileStat


@dataclass(slots=True)
class _Waiting:
    stat: FileStat
    since: float  # when this stat was first seen
    due: float  # when to look again


class SettleTracker:
    """Paths that may still be growing, each released once its size and mtime have stood still.

    `settle_seconds` is how long a file has to stand still. A file that looks unfinished (empty, or its
    header promises more than is there) waits until it has stood still for `give_up_seconds`; then it is
    released as it is. Only the monotonic `now` counts, so neither clock steps nor mtimes in the future
    matter. Memory is bounded by the number of paths that wait.
    """

    def __init__(self, settle_seconds: float, give_up_seconds: float) -> None:
        self.retime(settle_seconds, give_up_seconds)
        self._waiting: dict[Path, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, path: Path) -> bool:
        return path in self._waiting

    def retime(self, settle_seconds: float, give_up_seconds: float) -> None:
        """Change the waiting times; paths that wait already feel it the next time they are looked at."""
        self._settle_seconds = settle_seconds
        self._give_up_seconds = max(give_up_seconds, settle_seconds)

    def observe(self, path: Path, stat: FileStat | None, now: float) -> None:
        """Note what a path looks like now; None means it is gone, and it is forgotten."""
        if stat is None:
            self.forget(path)
            return
        waiting = self._waiting.get(path)
        if waiting is None or waiting.stat != stat:
            self._waiting[path] = _Waiting(stat, since=now, due=now + self._settle_seconds)

    def forget(self, path: Path) -> None:
        """Stop waiting for a path, whether it was known or not."""
        self._waiting.pop(path, None)

    def quiet(self, now: float) -> list[Path]:
        """Paths that seem to have stood still for long enough: stat them again and call `settle`."""
        return [path for path, waiting in self._waiting.items() if waiting.due <= now]

    def settle(self, path: Path, stat: FileStat | None, complete: bool | None, now: float) -> bool:
        """Whether `path`, which has `stat` now, is released; if so it is forgotten.

        `complete` is what the header says (see `Header.complete`); False also stands for a header that
        cannot be read.
        """
        waiting = self._waiting.get(path)
        if stat is None or waiting is None or waiting.stat != stat:
            if waiting is not None:
                self.observe(path, stat, now)
            return False
        still_for = now - waiting.since
        if still_for < self._settle_seconds:
            waiting.due = waiting.since + self._settle_seconds
            return False
        unfinished = complete is False or stat.size == 0
        if unfinished and still_for < self._give_up_seconds:
            # look again after as long as it has stood still so far: seldom, yet in time to give up
            pause = max(still_for, self._settle_seconds)
            waiting.due = min(now + pause, waiting.since + self._give_up_seconds)
            return False
        del self._waiting[path]
        return True

    def next_due(self, now: float) -> float | None:
        """Seconds until some path is quiet (0 when one is already), or None where nothing waits."""
        if not self._waiting:
            return None
        return max(0.0, min(waiting.due for waiting in self._waiting.values()) - now)
