"""What the desktop offers: tray, notifications, starting at login. Asks, switches nothing."""

from __future__ import annotations

from collections.abc import Iterator

from wavized.checkup.finding import Finding, note, ok
from wavized.tray.backend import why_unavailable


def tray() -> Iterator[Finding]:
    """Can an icon be shown?"""
    reason = why_unavailable()
    if reason is None:
        yield ok("tray", "an icon can be shown")
    else:
        yield note("tray", reason.message, reason.hint or "Wavized runs without it")
