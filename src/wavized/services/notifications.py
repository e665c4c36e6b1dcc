"""What is worth a pop-up, and when: few, grouped, never one a sample. Pure: time is passed in.

Any thread may call. `now` and every time given back are seconds of one clock that never goes back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from wavized.domain.events import Event


@dataclass(frozen=True, slots=True)
class Message:
    """A pop-up: one line each, `title` at most 63 characters, `text` at most 200."""

    title: str
    text: str


class Notifications:
    """Hears every event, and says what to tell when: `hear`, then `due` no later than `next_at`.

    `wanted` is asked whether pop-ups are wanted at all (the config's `notifications`).
    """

    def __init__(self, wanted: Callable[[], bool] = lambda: True) -> None:
        self._lock = threading.Lock()
        self._wanted = wanted

    def hear(self, event: Event, now: float) -> None:
        """Take note of what happened."""

    def due(self, now: float) -> list[Message]:
        """What is to be shown now; each message is given once."""
        return []

    def next_at(self) -> float | None:
        """When to ask `due` again if nothing more is heard; None: not before something is."""
        return None

    def snooze(self, until: float | None) -> None:
        """Tell of problems alone until then; None ends it. What is filed meanwhile is not told later."""

    def snoozed_until(self, now: float) -> float | None:
        """When the snooze ends; None where there is none."""
        return None
