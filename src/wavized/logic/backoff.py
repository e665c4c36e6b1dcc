"""How long to wait before trying again what has just failed. Pure: the time is passed in."""

from __future__ import annotations

from dataclasses import dataclass, replace

_MOST_DOUBLINGS = 32


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double with each failure in a row, from `first_s` up to `most_s` (both in seconds).

    Frozen: `failed` and `succeeded` give the next value. `retry_at` is on the caller's monotonic clock.
    """

    first_s: float = 0.5
    most_s: float = 60.0
    failures: int = 0
    retry_at: float | None = None

    def failed(self, now: float) -> Backoff:
        """One more failure, at `now`."""
        doublings = min(self.failures, _MOST_DOUBLINGS)
        wait_s = min(self.most_s, self.first_s * 2**doublings)
        return replace(self, failures=self.failures + 1, retry_at=now + wait_s)

    def succeeded(self) -> Backoff:
        """It works again: the next failure starts from `first_s`."""
        return replace(self, failures=0, retry_at=None)

    def wait_s(self, now: float) -> float:
        """Seconds still to wait at `now`; 0 where the next try may begin."""
        return 0.0 if self.retry_at is None else max(0.0, self.retry_at - now)
