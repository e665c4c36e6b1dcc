"""The names of all files that Wavized makes for itself, folder by folder. What is not here is not ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wavized.config import paths
from wavized.journal.aside import KEPT


class Part(StrEnum):
    """What a file is for, and so whether it goes unasked."""

    CACHE = "cache"
    LOG = "log"
    TRACE = "trace"
    LOCK = "lock"
    JOURNAL = "journal"
    SETTINGS = "settings"


EVERYTHING = frozenset(Part)
UNASKED = EVERYTHING - {Part.JOURNAL, Part.SETTINGS}
"""What goes without a word: journal and settings stay unless a person says otherwise."""

_PROCESS = r"(\.\d+)?"


@dataclass(frozen=True, slots=True)
class Known:
    """In `folder`, files whose whole name fits the pattern are ours."""

    folder: Path
    part: Part
    pattern: re.Pattern[str]


def _known(folder: Path, part: Part, pattern: str) -> Known:
    return Known(folder, part, re.compile(pattern))


def known() -> list[Known]:
    """All of it, in the folders of this user; asked anew each time, as `paths` are."""
    state, config = paths.state_dir(), paths.config_file()
    name = re.escape(config.name)
    return [
        _known(paths.cache_dir() / "previews", Part.CACHE, r"[0-9a-f]{16,128}\.\d+\.(json|png|wav)(\.part)?"),
        _known(paths.cache_dir(), Part.CACHE, r"doctor\.txt"),
        _known(paths.log_dir(), Part.LOG, r"(wavized|worker)\.log(\.\d+)?"),
        _known(state, Part.LOCK, r"(daemon|sort|filing)\.lock"),
        _known(state, Part.TRACE, rf"window-port{_PROCESS}"),
        _known(state, Part.TRACE, rf"(runtime|sessions)\.json{_PROCESS}"),
        _known(state, Part.JOURNAL, r"journal\.db(-wal|-shm|-journal|\.suspect|\.new(-journal)?)?"),
        _known(state, Part.JOURNAL, KEPT),
        _known(state, Part.LOCK, r"journal\.db\.lock"),
        _known(config.parent, Part.SETTINGS, rf"{name}|\.{name}\.[0-9a-f]{{8}}"),
    ]


def own_folders() -> list[Path]:
    """The folders that are ours alone, the inner ones first; one may lie in another."""
    whole = {paths.state_dir(), paths.cache_dir(), paths.log_dir(), paths.config_file().parent}
    whole |= {entry.folder for entry in known()}
    return sorted(whole, key=lambda folder: (-len(folder.parts), folder))
