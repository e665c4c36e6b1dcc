"""Walk a watched folder: the truth about which files are there. Runs on the watch thread; only looks, opens
no file.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from wavized.domain.sample import FileStat
from wavized.logic.selection import Selection


def file_stat(status: os.stat_result) -> FileStat:
    """What of a stat result tells one version of a file from the next."""
    return FileStat(status.st_size, status.st_mtime_ns)


def look(path: Path) -> os.stat_result | None:
    """The stat of a regular file; None where there is none.

    A symbolic link counts as none: what it points at has a place of its own, is watched there if it is to be
    watched at all, and moving or hard-linking a link would file the link and not the sample.
    """
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    return status if modes.S_ISREG(status.st_mode) else None


def walk(
    root: Path,
    selection: Selection,
    stopped: Callable[[], bool],
    unreadable: Callable[[Path, OSError], None],
    below: PurePath | None = None,
) -> Iterator[tuple[Path, os.stat_result]]:
    """Every wanted regular file in `root`, or in its subfolder `below`, with its stat.

    Links to folders are not followed: one that stays inside leads to what is walked anyway, one that leaves
    leads to what nobody asked to watch. A subfolder that cannot be read is told to `unreadable` and the walk
    goes on; an OSError of the first folder is raised. Ends early once `stopped()`. Memory: one entry a
    folder.
    """
    start = below or PurePath()
    top = root / start
    visited = _library_identity(selection)  # on a case-blind disk it may be met under another spelling
    waiting = [(top, start)]  # both spellings, since to join two long paths takes long
    while waiting and not stopped():
        path, folder = waiting.pop()
        try:
            identity = identify(path)  # bind mounts and Windows junctions can make loops without any link
            if identity in visited:
                continue
            visited.add(identity)
            with os.scandir(path) as entries:
                for entry in entries:
                    relative = folder / entry.name
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            if selection.enters(relative):
                                waiting.append((path / entry.name, relative))
                        elif selection.takes(relative) and entry.is_file(follow_symlinks=False):
                            # DirEntry.stat may be stale on Windows, where the folder holds a copy
                            file = path / entry.name
                            status = look(file)
                            if status is not None:
                                yield file, status
                    except OSError:
                        continue  # gone since it was listed
                    if stopped():
                        return
        except OSError as error:
            if folder == start:
                raise
            if not isinstance(error, FileNotFoundError):
                unreadable(path, error)


def identify(folder: Path) -> tuple[int, int]:
    """What tells this folder from another of the same name; raises OSError where there is none."""
    status = folder.stat()
    return status.st_dev, status.st_ino


def _library_identity(selection: Selection) -> set[tuple[int, int]]:
    try:
        return {identify(selection.library)}
    except OSError:
        return set()  # not there now, so it cannot be met either
