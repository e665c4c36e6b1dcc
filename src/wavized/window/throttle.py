"""A bucket of requests that fills again with time. Pure: time is passed in; one thread at a time asks."""

from __future__ import annotations


class Throttle:
    """Lets `most` requests through at once and `per_second` in the long run."""

    def __init__(self, most: int, per_second: float) -> None:
        self._most = most
        self._per_second = per_second
        self._left = float(most)
        self._asked_at = float("-inf")

    def admits(self, now: float) -> bool:
        """Take one request out of the bucket; False where it is empty. `now` never goes back."""
        gained = (now - self._asked_at) * self._per_second
        self._left = min(float(self._most), self._left + gained)
        self._asked_at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
