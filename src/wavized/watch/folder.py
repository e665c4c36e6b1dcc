"""One watched folder as the watch thread knows it, and what of it others may see."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wavized.config import paths
from wavized.config.model import Config, WatchFolder
from wavized.domain.sample import FilingMode
from wavized.logic.selection import Selection


class FolderState(StrEnum):
    """How a watched folder is doing."""

    WATCHING = "watching"
    POLLING = "polling"
    MISSING = "missing"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """A watched folder's state for people; `detail` says why it is not simply watched, `hint` what to do."""

    path: Path
    state: FolderState
    detail: str = ""
    hint: str = ""


@dataclass(slots=True)
class Folder:
    """A watched folder; `identity` is the device and inode it was opened with.

    Times are monotonic seconds. `identity` is None as long as the folder is not open. `told` is the trouble
    that a person was told of last, empty once all is well. `unsure` is whether the next scan comes so soon
    after events were lost that it may miss some.
    """

    config: WatchFolder
    mode: FilingMode
    selection: Selection
    state: FolderState = FolderState.MISSING
    detail: str = ""
    hint: str = ""
    identity: tuple[int, int] | None = None
    told: str = ""
    next_check: float = 0.0
    next_scan: float = 0.0
    unsure: bool = False

    @property
    def path(self) -> Path:
        """The folder as the configuration spells it; what is delivered is spelled so too."""
        return self.config.path

    @property
    def is_open(self) -> bool:
        """Whether the folder is there and was scanned since it was found."""
        return self.identity is not None

    def status(self) -> FolderStatus:
        """What others may see."""
        return FolderStatus(self.path, self.state, self.detail, self.hint)


def heard_differently(before: WatchFolder, after: WatchFolder) -> bool:
    """Whether a change of configuration means to listen to the folder in another way."""
    return (before.recursive, before.polling) != (after.recursive, after.polling)


def selections(config: Config) -> dict[Path, Selection]:
    """The rules for each watched folder, all paths resolved; of two spellings of one folder the first
    counts. The program's own cache, in which copies of samples lie for a while, is nowhere looked into.
    """
    library = _real(config.library)
    own = _real(paths.cache_dir())
    reals: dict[Path, WatchFolder] = {}
    for folder in config.watch:
        reals.setdefault(_real(folder.path), folder)
    return {
        folder.path: Selection(
            root=real,
            library=library,
            inner=tuple(other for other in (own, *reals) if other != real and other.is_relative_to(real)),
            include=folder.include,
            exclude=folder.exclude,
            recursive=folder.recursive,
            archives=config.archives,
        )
        for real, folder in reals.items()
    }


def _real(path: Path) -> Path:
    """Without links, or as far as they lead where that is in a circle; in the letters that folders list.

    On a disk to which case or composition does not matter a path may be written otherwise than it is told of.
    """
    real = Path(os.path.realpath(path))
    listed = Path(real.anchor)
    for name in real.parts[1:]:
        listed /= _as_listed(listed, name)
    return listed


def _as_listed(folder: Path, name: str) -> str:
    try:
        names = [one.name for one in folder.iterdir()]
        if name in names:
            return name
        wanted = (folder / name).lstat()
        return next((one for one in names if os.path.samestat((folder / one).lstat(), wanted)), name)
    except OSError:
        return name  # not there now, or not to be listed
