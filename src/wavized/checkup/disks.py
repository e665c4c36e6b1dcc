"""Free space where the library, the journal and the cache lie. Only asks the system."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok, problem
from wavized.config import paths
from wavized.config.model import Config
from wavized.config.proposal import listing

FEW_BYTES = 500_000_000
"""Less free space than this is worth a warning."""
TOO_FEW_BYTES = 20_000_000
"""With less than this even the journal stops."""


def room(config: Config | None) -> Iterator[Finding]:
    """One finding for each disk, named after what lies on it."""
    places = {"journal": paths.state_dir(), "cache": paths.cache_dir()}
    if config is not None and config.library.is_dir():
        places = {"library": config.library, **places}
    yield from judge_room(_disks(places))


def judge_room(free: Mapping[str, int]) -> Iterator[Finding]:
    """`free` is the number of bytes by what lies on a disk."""
    for what, size in free.items():
        if size >= FEW_BYTES:
            yield ok("disk", f"{size / 1e9:.0f} GB free for {what}" if size >= 1e9 else _few(what, size))
        elif size >= TOO_FEW_BYTES:
            yield note("disk", f"only {_few(what, size)}", "Make room on that disk")
        else:
            advice = "Make room on that disk: nothing can be filed and nothing be written down"
            yield problem("disk", f"only {_few(what, size)}", advice)


def _few(what: str, size: int) -> str:
    return f"{size / 1e6:.0f} MB free for {what}"


def _disks(places: Mapping[str, Path]) -> dict[str, int]:
    """What shares a disk is told together."""
    names: dict[int, list[str]] = {}
    free: dict[int, int] = {}
    for what, path in places.items():
        there = next((folder for folder in (path, *path.parents) if folder.is_dir()), None)
        if there is not None:
            device = there.stat().st_dev
            names.setdefault(device, []).append(what)
            free[device] = shutil.disk_usage(there).free
    return {listing(names[device]): size for device, size in free.items()}
