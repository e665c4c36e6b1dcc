"""How far the present flood of samples is, and how long it may still take. Pure: time is passed in.

A flood begins with the first sample that is under way and ends when none is. Any thread may call.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wavized.domain.job import Job
from wavized.logic.lifecycle import AT_REST

_WINDOW_SECONDS = 60.0
"""The pace is that of the last minute."""
_BREAK_SECONDS = 10.0
"""After so long without a sample coming to rest (a pause, a model that loads) the pace is measured anew."""
_LEAST_SECONDS = 2.0
_LEAST_DONE = 3
"""Less than this says nothing about the pace."""


@dataclass(frozen=True, slots=True)
class Flood:
    """`done` of `total` samples have come to rest; `seconds_left` is None where nobody can tell."""

    total: int
    done: int
    seconds_left: float | None


class Progress:
    """Hears of every job's change and counts; `coming` says how many samples are still to be taken in."""

    def __init__(self, coming: Callable[[], int] = lambda: 0) -> None:
        self.coming = coming
        self._lock = threading.Lock()
        self._open: set[int] = set()
        self._done = 0
        self._marks: deque[tuple[float, int]] = deque()

    def expect(self, job_ids: Iterable[int]) -> None:
        """Samples under way since an earlier start."""
        with self._lock:
            self._open.update(job_ids)

    def hear(self, job: Job, now: float) -> None:
        """A job reached a new state; `now` never goes back. What the user files by hand is no flood."""
        with self._lock:
            if job.state not in AT_REST:
                if not job.corrected:
                    self._open.add(job.id)
            elif job.id in self._open:
                self._open.remove(job.id)
                self._finish(now)

    def flood(self, now: float) -> Flood | None:
        """Where it stands; None where nothing is under way."""
        with self._lock:
            left = len(self._open) + self.coming()
            if not left:
                self._end()
                return None
            return Flood(self._done + left, self._done, self._seconds_left(now, left))

    def _finish(self, now: float) -> None:
        self._done += 1
        if self._marks and now - self._marks[-1][0] > _BREAK_SECONDS:
            self._marks.clear()
        self._marks.append((now, self._done))
        while now - self._marks[0][0] > _WINDOW_SECONDS:
            self._marks.popleft()
        if not self._open and not self.coming():
            self._end()

    def _end(self) -> None:
        self._done = 0
        self._marks.clear()

    def _seconds_left(self, now: float, left: int) -> float | None:
        if not self._marks:
            return None
        began, before = self._marks[0]
        passed, done = now - began, self._done - before
        if passed < _LEAST_SECONDS or done < _LEAST_DONE or now - self._marks[-1][0] > _BREAK_SECONDS:
            return None
        return left * passed / done
