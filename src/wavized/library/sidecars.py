"""Files that go along with a sample (`<name>.asd`). Never overwrites; what cannot go along becomes a note."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from wavized.domain.job import Job, PlacedFile
from wavized.errors import WavizedError
from wavized.library.digest import is_whole, sha256_of
from wavized.library.folders import sync_folder
from wavized.library.moves import move_file, remove_original, remove_second
from wavized.library.noclobber import rename
from wavized.library.parts import part_of

Taken = tuple[tuple[PlacedFile, ...], list[str]]
"""The sidecars that went along, and notes on those that did not."""


def beside(sample: Path, suffix: str) -> Path:
    """Where a sample's sidecar lies."""
    return sample.with_name(sample.name + suffix)


def is_regular(path: Path) -> bool:
    """Whether a regular file, and no link, has this name."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def reserve_for(sample: Path, suffixes: Sequence[str]) -> int:
    """How many bytes a target name must leave for the sidecars that this sample has."""
    return max((len(os.fsencode(s)) for s in suffixes if is_regular(beside(sample, s))), default=0)


def bring(
    source: Path, target: Path, suffixes: Sequence[str], tag: str, *, move: bool, resume: bool = False
) -> Taken:
    """Take a sample's sidecars into the library. `resume` accepts what an interrupted run brought already."""
    taken: list[PlacedFile] = []
    notes: list[str] = []
    for suffix in suffixes:
        one = beside(source, suffix)
        try:
            placed = _bring_one(one, beside(target, suffix), tag, move=move, resume=resume)
        except (OSError, WavizedError) as error:
            notes.append(_could_not(one, error))
            continue
        if placed is not None:
            taken.append(placed)
            notes += remove_original(one, placed.target, placed.digest) if move else []
    return tuple(taken), notes


def _bring_one(source: Path, target: Path, tag: str, *, move: bool, resume: bool) -> PlacedFile | None:
    if not is_regular(source):
        moved_before = resume and move and is_regular(target)
        return PlacedFile(source, target, sha256_of(target)) if moved_before else None
    digest = sha256_of(source)
    if not (resume and is_whole(target, digest)):
        with part_of(source, target.parent, digest, tag) as part:
            rename(part, target)
        sync_folder(target.parent)
    return PlacedFile(source, target, digest)


def follow(job: Job, old: Path, new: Path, suffixes: Sequence[str]) -> Taken:
    """Move the sidecars beside `old` to beside `new`, those included that came up in the library since.

    Those the job brought stay on its record, with the content they came with.
    """
    recorded = {one.target: one for one in job.sidecars}
    known = [one.target.name.removeprefix(old.name) for one in job.sidecars]
    taken: list[PlacedFile] = []
    notes: list[str] = []
    for suffix in dict.fromkeys((*known, *suffixes)):
        one, goal = beside(old, suffix), beside(new, suffix)
        try:
            _follow_one(one, goal, job.digest)
        except (OSError, WavizedError) as error:
            notes.append(_could_not(one, error))
            goal = one
        if one in recorded:
            taken.append(PlacedFile(recorded[one].source, goal, recorded[one].digest))
    return tuple(taken), notes


def _follow_one(one: Path, goal: Path, tag: str) -> None:
    if not is_regular(one):
        return
    digest = sha256_of(one)
    try:
        move_file(one, goal, digest, tag)
    except FileExistsError:
        if not remove_second(one, goal, digest):
            raise


def _could_not(one: Path, error: OSError | WavizedError) -> str:
    why = error.message if isinstance(error, WavizedError) else error.strerror or str(error)
    return f"{one.name} did not go along: {why}"
