"""How long filing is held back: until resumed, or until a time of day. Kept over a restart as a setting.

Any thread may call. Time is read from the clock it was given; it never waits by itself.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import asdict, dataclass

from wavized.errors import UsageError
from wavized.ports import Clock, Journal

PAUSED = "paused"
"""Setting that keeps a pause over restarts: `1` until resumed, else when it began and ends, as JSON."""

MOST_MINUTES = 24 * 60.0
"""A pause with an end lasts a day at most, whatever its end is said to be."""


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds since the epoch."""

    since: float
    until: float


class Pausing:
    """Whether filing is held back, and when that ends by itself.

    The end is a time of day, so that a machine that slept goes on at once when it wakes after it. Beside it
    the steady clock measures the length: where the time of day is set back, the pause is no longer for it.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._lock = threading.Lock()
        self._span: Span | None = None
        self._ends_at = math.inf
        kept = journal.setting(PAUSED)
        self._held = kept is not None
        if kept is not None:
            self._take(_read(kept))

    @property
    def held(self) -> bool:
        """Whether filing is held back."""
        return self._held

    @property
    def until(self) -> float | None:
        """When it ends by itself (seconds since the epoch); None where it does not, or nothing is held."""
        span = self._span
        return None if span is None else span.until

    def hold(self, until: float | None) -> None:
        """Hold filing back until then (seconds since the epoch), or until `release` where it is None."""
        span = None if until is None else Span(self._clock.now(), until)
        with self._lock:
            self._journal.put_setting(PAUSED, "1" if span is None else json.dumps(asdict(span)))
            self._take(span)
            self._held = True

    def release(self) -> None:
        """Go on."""
        with self._lock:
            self._journal.put_setting(PAUSED, None)
            self._held = False
            self._take(None)

    def seconds_left(self) -> float | None:
        """How long to wait for the end, 0 where it has come; None where there is none."""
        with self._lock:
            return self._left()

    def end_if_over(self) -> bool:
        """Go on if the time has come; True where this ended the pause."""
        with self._lock:
            left = self._left()
            if left is None or left > 0:
                return False
            self._held = False
            self._take(None)
            self._journal.put_setting(PAUSED, None)  # if this fails the next start sees that it is over
            return True

    def _left(self) -> float | None:
        if self._span is None:
            return None
        return max(0.0, min(self._span.until - self._clock.now(), self._ends_at - self._clock.monotonic()))

    def _take(self, span: Span | None) -> None:
        self._span = span
        self._ends_at = math.inf
        if span is not None:
            # Where the time of day was set back while nothing ran, the whole length is the most there can be.
            left = min(span.until - self._clock.now(), span.until - span.since, MOST_MINUTES * 60)
            self._ends_at = self._clock.monotonic() + left


def read_minutes(value: object) -> float | None:
    """How long a pause was asked for, in minutes; None stays None. Raises UsageError."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_MINUTES:
        raise UsageError(
            f"A pause lasts more than 0 and at most {MOST_MINUTES:.0f} minutes (a day)",
            hint="Without a length it lasts until you resume",
        )
    return float(value)


def _read(kept: str) -> Span | None:
    """What was kept; None (until resumed) for anything but a span."""
    try:
        span = Span(**json.loads(kept))
        return span if math.isfinite(span.since + span.until) else None
    except (ValueError, TypeError):
        return None
