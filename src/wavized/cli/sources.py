"""The files meant by the folders and files named on the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from wavized.config import paths
from wavized.domain.sample import FileStat
from wavized.errors import UsageError
from wavized.logic.selection import Selection
from wavized.watch.scan import file_stat, walk

NOTHING_THERE = "There is no audio in there."


def find_files(
    sources: Sequence[Path], *, library: Path | None = None, archives: bool = False
) -> list[tuple[Path, FileStat]]:
    """Every audio file below the folders, and the files as named, each once; not the library nor our cache.

    With `archives` those below the folders are among them; one that is named always is. Raises UsageError at
    once where a source does not exist.
    """
    found = [resolved(source) for source in sources]
    for source in found:
        if not source.exists():
            raise UsageError(f"There is no file or folder {source}")
    return list(_walk(found, library, archives))


def resolved(source: Path) -> Path:
    """The path without `~` and links. Raises UsageError for links in a circle and the `~` of nobody."""
    if os.path.lexists(source):  # whatever it is called: a file may be called ~mine.wav
        return Path(os.path.realpath(source))
    try:
        return source.expanduser().resolve()
    except RuntimeError as error:
        raise UsageError(str(error)) from error


def _walk(sources: Sequence[Path], library: Path | None, archives: bool) -> Iterator[tuple[Path, FileStat]]:
    seen: set[Path] = set()
    for source in sources:
        for path, stat in _below(source, library, archives):
            if path not in seen:
                seen.add(path)
                yield path, stat


def _below(source: Path, library: Path | None, archives: bool) -> Iterator[tuple[Path, FileStat]]:
    if not source.is_dir():
        yield source, file_stat(source.stat())
        return
    nowhere = Path(os.devnull)
    own = paths.cache_dir().resolve()
    selection = Selection(root=source, library=library or nowhere, inner=(own,), archives=archives)
    for path, status in walk(source, selection, lambda: False, _tell):
        yield path, file_stat(status)


def _tell(folder: Path, error: OSError) -> None:
    print(f"wavized: {folder} cannot be read and is left out: {error.strerror}", file=sys.stderr)
