"""The real clock, as an argument to everything that needs time."""

from __future__ import annotations

import time


def real_seconds() -> float:
    """Seconds that go on while the computer sleeps; only differences mean anything."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)  # Linux alone has it
    return time.time() if boottime is None else time.clock_gettime(boottime)


class SystemClock:
    """Implements the `Clock` port."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
