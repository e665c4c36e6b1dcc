"""The real clock, as an argument to everything that needs time."""

from __future__ import annotations

import time


class SystemClock:
    """Implements the `Clock` port."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
