"""Linux' limits of watched folders against the folders there are. Only looks; no file is opened."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok
from wavized.checkup.folders import is_share
from wavized.config.model import Config

COUNT_SECONDS = 5.0
MOST_FOLDERS = 1_000_000
"""So long, and so far, folders are counted."""

SETTINGS_FILE = "/etc/sysctl.d/60-wavized.conf"
_LIMITS = Path("/proc/sys/fs/inotify")
_LEAST_WATCHES, _LEAST_INSTANCES = 524_288, 512
_SHARE = 0.5
"""Other programs watch too: more than this part of the limit is worth a word."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many folders there are; `whole` is False where counting was given up."""

    folders: int
    whole: bool = True


def limits(config: Config | None) -> Iterator[Finding]:
    """Nothing where the system has no such limits, or nothing is watched."""
    if config is None or not sys.platform.startswith("linux"):
        return
    watches = _limit("max_user_watches")
    if watches is not None:
        yield judge_watches(count_folders(_listened_to(config), COUNT_SECONDS), watches)
    if can_have_one_more() is False:
        yield judge_instances(_limit("max_user_instances") or 0)


def judge_watches(count: Count, limit: int) -> Finding:
    """The limit holds for all programs of the user together."""
    more = "" if count.whole else "more than "
    number = "one folder" if count.folders == 1 else f"{count.folders} folders"
    said = f"{more}{number} to watch, the system allows {limit}"
    if count.folders <= limit * _SHARE and (count.whole or limit >= _LEAST_WATCHES):
        return ok("inotify", said)
    wanted = max(_LEAST_WATCHES, 1 << (2 * count.folders).bit_length())
    beyond = count.folders >= limit
    advice = "Folders beyond the limit are only looked through now and then. " if beyond else ""
    return note("inotify", said, f"{advice}Raise it for good:", *raise_limit("max_user_watches", wanted))


def judge_instances(limit: int) -> Finding:
    """The limit of programs that watch is reached."""
    wanted = max(_LEAST_INSTANCES, 2 * limit)
    said = f"no further program may watch folders: the limit of {limit} is reached"
    return note("inotify", said, "Raise it for good:", *raise_limit("max_user_instances", wanted))


def raise_limit(key: str, value: int) -> tuple[str, str]:
    """The commands that set a limit now and at every start of the system."""
    line = f"fs.inotify.{key}={value}"
    return f"echo {line} | sudo tee -a {SETTINGS_FILE}", f"sudo sysctl -p {SETTINGS_FILE}"


def count_folders(roots: Sequence[tuple[Path, bool]], seconds: float, most: int = MOST_FOLDERS) -> Count:
    """The folders in and below each root (below only where that is asked for); links are not followed."""
    deadline = time.monotonic() + seconds
    waiting = list(roots)
    count = 0
    while waiting:
        if count >= most or time.monotonic() > deadline:
            return Count(count, whole=False)
        folder, below = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                count += 1
                if below:
                    waiting += [
                        (Path(entry.path), True) for entry in entries if entry.is_dir(follow_symlinks=False)
                    ]
        except OSError:
            continue  # may not be read, so it cannot be watched either
    return Count(count)


def can_have_one_more() -> bool | None:
    """Whether this user may have one more program that watches; None where that cannot be tried."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        descriptor = libc.inotify_init1(os.O_CLOEXEC)
    except (AttributeError, OSError):
        return None
    if descriptor >= 0:
        os.close(descriptor)
        return True
    return ctypes.get_errno() != errno.EMFILE


def _listened_to(config: Config) -> list[tuple[Path, bool]]:
    """The folders of which the system is asked to tell changes."""
    return [
        (folder.path, folder.recursive)
        for folder in config.watch
        if folder.polling is not True and (folder.polling is False or not is_share(folder.path))
    ]


def _limit(key: str) -> int | None:
    try:
        return int((_LIMITS / key).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
