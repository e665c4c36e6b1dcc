"""What is known of a file before it is heard: its stat, its header, its content digest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileStat:
    """Size in bytes and modification time in nanoseconds since the epoch."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a container says of itself, read without decoding.

    `duration_s` is in seconds, `sample_rate` in Hz. `complete` is False where the container promises more
    bytes than the file holds (still being written, or cut off), True where they agree, and None where the
    format does not tell.
    """

    format: str
    sample_rate: int
    channels: int
    duration_s: float
    complete: bool | None


class Kind(StrEnum):
    """What a file is, apart from which bass it is."""

    ONE_SHOT = "one_shot"
    LOOP = "loop"
    NOT_BASS = "not_bass"
    UNREADABLE = "unreadable"


class FilingMode(StrEnum):
    """How a sample gets into the library."""

    COPY = "copy"
    MOVE = "move"
    HARDLINK = "hardlink"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A settled file of a watched folder (`root`) or of a one-time sort, ready for intake.

    `root` is the watched or sorted folder it was found in; `mode` how it is to be filed. A sample read from
    an archive lies in a passing folder `root` of its own.
    """

    path: Path
    stat: FileStat
    root: Path
    mode: FilingMode
    archive: Path | None = None
