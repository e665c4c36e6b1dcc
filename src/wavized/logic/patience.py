"""Waiting with a limit that sleep does not use up. Pure: the time is passed in at every look."""

from __future__ import annotations

GAP_SECONDS = 5.0
"""Looks come several times a second: after a longer gap between two the computer slept, or stood still."""


class Patience:
    """How much is left of so many seconds, for someone who looks often."""

    def __init__(self, seconds: float, now: float) -> None:
        self._deadline = now + seconds
        self._looked_at = now

    def left(self, now: float) -> float:
        """Seconds that are left; the time of a gap is given back."""
        gap = now - self._looked_at
        self._looked_at = now
        if gap > GAP_SECONDS:
            self._deadline += gap
        return self._deadline - now
