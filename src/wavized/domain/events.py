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
    """Something a person should know once: a library gone, a model damaged, a bad config edit."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Paused, resumed, degraded or recovered, or the worker came or went; `services.status` knows."""


Event = JobChanged | Notice | StatusChanged
