"""What happened, told to tray, window and terminal."""

from __future__ import annotations

from dataclasses import dataclass

from wavized.domain.job import Job


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job reached a new state."""

    job: Job


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know once: a library gone, a model damaged, a bad config edit.

    Where it is no `problem` (new settings in force, say) nobody is disturbed for it: the window tells it.
    """

    message: str
    hint: str = ""
    problem: bool = True


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Paused, resumed, degraded or recovered, or the worker came or went; `services.status` knows."""


Event = JobChanged | Notice | StatusChanged
