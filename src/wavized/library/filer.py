"""The Filer: puts samples into the library. On the pipeline's thread. Never overwrites, and leaves the source
until the target is whole and on disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from wavized.domain.job import Job, Placed, Placement
from wavized.domain.sample import FilingMode
from wavized.errors import ChangedByUserError, FilingError
from wavized.library import crash, undo
from wavized.library.digest import is_whole, sha256_of
from wavized.library.faults import library_faults, source_faults
from wavized.library.folders import (
    Shelf,
    by_a_name_it_takes,
    find_same,
    free_targets,
    missing_room,
    prepare_folder,
    refuse_exchanged,
    refuse_inside,
    require_library,
    sync_folder,
)
from wavized.library.moves import move_file, remove_original, remove_second
from wavized.library.noclobber import CANNOT_LINK, rename
from wavized.library.parts import part_of
from wavized.library.sidecars import bring, follow, reserve_for

Announce = Callable[[Path], None]

_CANNOT_LINK_HERE = CANNOT_LINK | {errno.EXDEV}


class LibraryFiler:
    """Implements `wavized.ports.Filer`. `sidecar_suffixes` name the files that go along (`kick.wav.asd`)."""

    def __init__(self, sidecar_suffixes: Sequence[str] = (".asd",)) -> None:
        self._suffixes = tuple(sidecar_suffixes)

    def place(self, placement: Placement, announce: Announce) -> Placed:
        """See `wavized.ports.Filer.place`. A name with the same content already is a duplicate."""
        source, library, mode = placement.source, placement.library, placement.mode
        require_library(library)
        with source_faults(source):
            source.stat()
        with library_faults(library):
            refuse_inside(source, library)
            shelf = prepare_folder(placement)
            room = reserve_for(source, self._suffixes) + missing_room(placement.folder)
            put, note = by_a_name_it_takes(placement, room, lambda plan: _put(plan, room, announce))
            if put.duplicate:
                return put
            target = put.target
            _keep_only_inside(target, placement, shelf)
            notes = [one for one in (note, put.note) if one]
            sync_folder(placement.folder)
        move = mode is FilingMode.MOVE
        sidecars, more = bring(source, target, self._suffixes, placement.digest, move=move)
        notes += more
        if move:
            notes += remove_original(source, target, placement.digest)
        return Placed(target, sidecars, note="; ".join(notes))

    def relocate(self, job: Job, placement: Placement, announce: Announce) -> Placed:
        """See `wavized.ports.Filer.relocate`. Sidecars follow."""
        require_library(placement.library)
        old = job.target
        with library_faults(placement.library):
            if old is None or not is_whole(old, job.digest):
                raise ChangedByUserError(
                    "The sample in the library was altered, moved or removed", hint=f"It was at {old}"
                )
            shelf = prepare_folder(placement)
            if old.parent.samefile(placement.folder):
                return Placed(old, job.sidecars)
            room = reserve_for(old, self._suffixes) + missing_room(placement.folder)
            new, note = by_a_name_it_takes(
                placement, room, lambda plan: _move_within(old, plan, room, announce)
            )
            try:
                refuse_exchanged(placement.folder, shelf)
            except FilingError:
                move_file(new, old, job.digest, job.digest)
                raise
            sidecars, notes = follow(job, old, new, self._suffixes)
        return Placed(new, sidecars, note="; ".join([note, *notes] if note else notes))

    def take_back(self, job: Job) -> None:
        """See `wavized.ports.Filer.take_back`. Never removes the only copy."""
        undo.take_back(job)

    def recover(self, job: Job) -> Placed | None:
        """See `wavized.ports.Filer.recover`. May be called again after a crash in the middle of it."""
        return crash.recover(job, self._suffixes)


def _put(placement: Placement, reserve: int, announce: Announce) -> Placed:
    """The sample alone, under one of the plan's names; the folder is there."""
    same = find_same(placement, reserve)
    if same is not None:
        return Placed(same, duplicate=True)
    target = None if placement.mode is FilingMode.COPY else _link_in(placement, reserve, announce)
    if target is not None:
        return Placed(target)
    linked = placement.mode is FilingMode.HARDLINK
    note = "Copied, as a hard link is not possible there" if linked else ""
    return Placed(_copy_in(placement, reserve, announce), note=note)


def _keep_only_inside(target: Path, placement: Placement, shelf: Shelf) -> None:
    """Withdraw what was placed where the folder was exchanged meanwhile: it may lead out of the library.

    By now the target's path may lead to the original itself, which stays.
    """
    try:
        refuse_exchanged(placement.folder, shelf)
    except FilingError:
        remove_second(target, placement.source, placement.digest)
        raise


def _copy_in(placement: Placement, reserve: int, announce: Announce) -> Path:
    with part_of(placement.source, placement.folder, placement.digest, placement.digest) as part:
        for target in free_targets(placement, reserve):
            announce(target)
            try:
                rename(part, target)
            except FileExistsError:
                continue  # taken between the look and the act
            return target
    raise AssertionError("candidate names never end")


def _move_within(old: Path, placement: Placement, reserve: int, announce: Announce) -> Path:
    for target in free_targets(placement, reserve):
        announce(target)
        try:
            move_file(old, target, placement.digest, placement.digest)
        except FileExistsError:
            continue  # taken between the look and the act
        return target
    raise AssertionError("candidate names never end")


def _link_in(placement: Placement, reserve: int, announce: Announce) -> Path | None:
    """Link the source into its folder; None where only a copy is possible."""
    source = placement.source
    with source_faults(source):
        before = source.lstat()
        changed = not source.is_symlink() and sha256_of(source) != placement.digest
    if changed:
        raise FilingError(f"{source.name} changed since it was heard")
    if source.is_symlink() or before.st_dev != placement.folder.stat().st_dev:
        return None
    for target in free_targets(placement, reserve):
        announce(target)
        try:
            os.link(source, target, follow_symlinks=False)
        except FileExistsError:
            continue  # taken between the look and the act
        except OSError as error:
            if error.errno in _CANNOT_LINK_HERE:
                return None
            with source_faults(source):
                source.lstat()  # if it is the source that is gone, say so
            raise
        _keep_only_unchanged(target, before, source)
        return target
    raise AssertionError("candidate names never end")


def _keep_only_unchanged(target: Path, before: os.stat_result, source: Path) -> None:
    """Make a new link durable, or withdraw it where the source became another file since it was read."""
    after = target.lstat()
    same = os.path.samestat(before, after) and (before.st_size, before.st_mtime_ns) == (
        after.st_size,
        after.st_mtime_ns,
    )
    if not same:
        target.unlink()
        raise FilingError(f"{source.name} changed since it was heard")
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
