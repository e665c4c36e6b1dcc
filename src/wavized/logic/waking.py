"""Tells from clocks that the computer slept. Pure: the times are passed in."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST_SECONDS = 10.0
"""A shorter sleep, or a machine as slow as that, is passed over."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`real` goes on while the computer sleeps; whether `monotonic` does depends on the system."""

    real: float
    monotonic: float


def slept_seconds(before: Moment, after: Moment, *, asked: float) -> float:
    """How long the computer slept during a wait of at most `asked` seconds; 0 where it did not.

    Where the monotonic clock stands still meanwhile (Linux, macOS) the real one runs ahead of it; where it
    goes on (Windows) the wait lasts longer than asked. A wall clock that is set ahead looks like sleep.
    """
    passed = after.monotonic - before.monotonic
    ahead = after.real - before.real - passed
    slept = max(ahead, passed - asked)
    return slept if slept >= SHORTEST_SECONDS else 0.0
