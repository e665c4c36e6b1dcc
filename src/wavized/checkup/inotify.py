"""Linux' limits of watched folders against the folders there are. Reads `/proc`, changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok
from wavized.config.model import Config

_LIMITS = Path("/proc/sys/fs/inotify")


def limits(config: Config | None) -> Iterator[Finding]:
    """Nothing where the system has no such limits."""
    del config
    if not sys.platform.startswith("linux"):
        return
    try:
        watches = int((_LIMITS / "max_user_watches").read_text())
    except (OSError, ValueError):
        return
    if watches < 65536:
        advice = "For very large sample folders:"
        yield note(
            "inotify",
            f"at most {watches} folders can be watched",
            advice,
            "sudo sysctl fs.inotify.max_user_watches=524288",
        )
    else:
        yield ok("inotify", f"up to {watches} folders can be watched")
