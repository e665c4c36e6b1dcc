"""An independent look at the world after a fault: what is lost, altered, partial, doubled or untold?

It uses sqlite3, hashlib and zipfile and nothing of Wavized, so that no fault of the program can hide in it
too. It only reads.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from support.checked_journal import broken, jobs_of, path_of, sidecars

Roots = Path | Iterable[Path]

MOST_BYTES = 64_000_000
"""Larger files in an archive are not opened: it may have been made to burst."""

UNREADABLE = "journal: it cannot be read"
TEMPORARY = (".wavized-",)
COARSE_NS = 2_000_000_000
"""The coarsest file times in use (FAT) step by this much."""

_UNDER_WAY = {"queued", "classifying", "decided", "filing"}


@dataclass(frozen=True, slots=True)
class File:
    """What lies under a name: its content's sha256, its size and its time of change in nanoseconds."""

    digest: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Before:
    """What there was before Wavized came: every file by its path.

    `known` are contents that may lie in the library beside those: what archives held, and what the user has
    removed since; by digest, with where they were.
    """

    files: Mapping[Path, File]
    known: Mapping[str, str]

    @classmethod
    def of(cls, *roots: Path) -> Before:
        """Every regular file at or below these places."""
        files = tree(roots)
        known = {digest: name for path in files if path.suffix == ".zip" for digest, name in _inside(path)}
        return cls(files, known)

    def joined(self, *roots: Path) -> Before:
        """With what came since."""
        more = Before.of(*roots)
        return Before({**self.files, **more.files}, {**self.known, **more.known})

    def without(self, *paths: Path) -> Before:
        """Without what the user has removed, renamed or changed since."""
        gone = {self.files[path].digest: str(path) for path in paths if path in self.files}
        files = {path: file for path, file in self.files.items() if path not in paths}
        return Before(files, {**self.known, **gone})


def complaints(
    before: Before, *, inbox: Roots, library: Roots, state_db: Path, mode: str | None,
    at_rest: bool = True, cache: Path | None = None,
) -> list[str]:  # fmt: skip
    """All that is wrong with the world, in words; an empty list is a pass.

    `inbox` and `library` may be several folders each. `mode` is how everything was filed; None means as the
    journal says of each file. Without `at_rest`, work may still be under way in the journal. `cache` is the
    program's own folder of passing copies; where it is given it must be left empty but for what is needed.
    """
    shelves = _roots(library)
    world = _World(before, tree(_roots(inbox)), tree(shelves), mode, shelves)
    try:
        jobs = jobs_of(state_db)
        damage = list(broken(state_db, at_rest))
    except (sqlite3.Error, OSError) as error:
        jobs, damage = [], [f"{UNREADABLE}: {error}"]
    return [
        *world.lost(),
        *world.altered(jobs),
        *world.partial(),
        *world.twice(),
        *_temporary({**world.inbox, **world.library}, before),
        *damage,
        *_journal_against_disk(jobs, world),
        *_disk_against_journal(jobs, world),
        *(_left_under_way(jobs) if at_rest else ()),
        *(_left_in_cache(jobs, cache) if cache is not None and at_rest else ()),
    ]


def losses(before: Before, *, inbox: Roots, library: Roots, state_db: Path, mode: str | None) -> list[str]:
    """What is wrong at any instant, also right after a kill: parts and unfinished rows may lie about then.

    A journal that is not there yet is no loss; one that was damaged is told once there is work on it again.
    """
    found = complaints(before, inbox=inbox, library=library, state_db=state_db, mode=mode, at_rest=False)
    found = [one for one in found if not one.startswith(UNREADABLE)]
    return [one for one in found if one.startswith(("lost:", "altered:", "partial:", "journal:"))]


def complaints_when_undone(before: Before, *, inbox: Roots, library: Roots) -> list[str]:
    """All that is wrong after everything was undone: each file is to be where and what it was, no other."""
    now = tree((*_roots(inbox), *_roots(library)))
    found = [*_temporary(now, before)]
    for path, was in before.files.items():
        there = now.get(path)
        if there is None:
            found.append(f"undo: {path} is not back")
        elif there.digest != was.digest:
            found.append(f"undo: {path} came back altered")
        elif abs(there.mtime_ns - was.mtime_ns) > COARSE_NS:
            found.append(f"undo: {path} came back with another time")
    found += [f"undo: {path} was left over" for path in tree(_roots(library)) if path not in before.files]
    return found


def tree(roots: Iterable[Path]) -> dict[Path, File]:
    """Every regular file at or below these places; links are not followed."""
    found: dict[Path, File] = {}
    for root in roots:
        names = [root] if root.is_file() else [Path(a, n) for a, _, ns in os.walk(root) for n in ns]
        for path in names:
            try:
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):
                    found[path] = File(_digest(path), status.st_size, status.st_mtime_ns)
            except FileNotFoundError:
                continue  # it went just now
    return found


@dataclass(frozen=True)
class _World:
    before: Before
    inbox: Mapping[Path, File]
    library: Mapping[Path, File]
    mode: str | None
    shelves: tuple[Path, ...]

    def lost(self) -> Iterator[str]:
        """Contents that no file has any more."""
        there = {file.digest for file in (*self.inbox.values(), *self.library.values())}
        for path, was in self.before.files.items():
            if was.digest not in there:
                yield f"lost: nothing has the content of {path} any more"

    def altered(self, jobs: list[sqlite3.Row]) -> Iterator[str]:
        """Files that are not what they were where they were, though the mode leaves them there."""
        moving = [job for job in jobs if job["mode"] == "move" and job["state"] in ("filed", "filing")]
        moved = {path_of(job["source"]) for job in moving} if self.mode in ("move", None) else set()
        moved |= {source for job in moving for source, _, _ in sidecars(job) if moved}
        on_its_way = {path_of(job["source"]) for job in moving if job["state"] == "filing"} & moved
        for path, was in self.before.files.items():
            there = self.inbox.get(path) or self.library.get(path)
            if there is None:
                in_library = any(path.is_relative_to(shelf) for shelf in self.shelves)
                if in_library or not (path in moved or path.with_suffix("") in on_its_way):
                    yield f"altered: {path} is gone from where it was"
            elif there.digest != was.digest:
                yield f"altered: {path} has another content"
            elif abs(there.mtime_ns - was.mtime_ns) > COARSE_NS:
                yield f"altered: {path} has another time"

    def partial(self) -> Iterator[str]:
        """Files in the library that hold nothing the user ever had."""
        had = {file.digest for file in self.before.files.values()} | self.before.known.keys()
        for path, file in self.library.items():
            if file.digest not in had and not path.name.startswith(TEMPORARY):
                yield f"partial: {path} ({file.size} bytes) is no whole copy of anything there was"

    def twice(self) -> Iterator[str]:
        """Samples that lie in one library more often than they did before."""
        places = defaultdict(list)
        for path, file in self.library.items():
            if not _goes_along(path, self.library):
                places[_shelf(path, self.shelves), file.digest].append(path)
        had = Counter(self.before.files[path].digest for path in self.before.files if path in self.library)
        for (_, digest), paths in places.items():
            if len(paths) > max(1, had[digest]):
                yield f"twice: the same content lies at {', '.join(map(str, sorted(paths)))}"


def _shelf(path: Path, shelves: Iterable[Path]) -> Path | None:
    """The library that holds a path."""
    return next((shelf for shelf in shelves if path.is_relative_to(shelf)), None)


def _goes_along(path: Path, files: Mapping[Path, File]) -> bool:
    """Whether a file is the sidecar of another: `kick.wav.asd` beside `kick.wav`."""
    return path.with_suffix("") in files


def _temporary(files: Mapping[Path, File], before: Before) -> Iterator[str]:
    for path, file in files.items():
        if path in before.files:
            continue
        if path.name.startswith(TEMPORARY) or path.name.endswith((".part", ".tmp")):
            yield f"temporary: {path} was left behind"
        elif file.size == 0:
            yield f"temporary: {path} is an empty placeholder"


def _journal_against_disk(jobs: list[sqlite3.Row], world: _World) -> Iterator[str]:
    """What the journal says of the disk and is not so."""
    newest = {job["source"]: job["id"] for job in jobs}
    claimed: dict[Path, int] = {}
    for job in jobs:
        if job["state"] != "filed":
            continue
        name, target = f"no. {job['id']} ({path_of(job['source']).name})", path_of(job["target"])
        there = world.library.get(target)
        if there is None:
            yield f"disagree: {name} is filed, but nothing lies at {target}"
        elif there.digest != job["digest"]:
            yield f"disagree: {name} is filed, but {target} has another content"
        elif abs(there.mtime_ns - job["mtime_ns"]) > COARSE_NS:
            yield f"disagree: {name} is filed, but {target} has another time"
        if target in claimed:
            yield f"disagree: no. {claimed[target]} and {name} are both filed as {target}"
        claimed[target] = job["id"]
        if not target.is_relative_to(path_of(job["library"])):
            yield f"disagree: {name} is filed outside its library, at {target}"
        yield from _left_by_move(job, name, world, newest)
        for _, place, digest in sidecars(job):
            if place not in world.library or world.library[place].digest != digest:
                yield f"disagree: {name} has no {place} beside it any more, or another one"


def _left_by_move(job: sqlite3.Row, name: str, world: _World, newest: Mapping[bytes, int]) -> Iterator[str]:
    there = world.inbox.get(path_of(job["source"]))
    same = there is not None and there.digest == job["digest"] and newest[job["source"]] == job["id"]
    told = "left where it was" in job["reason"] or "could not be removed" in job["reason"]
    if job["mode"] == "move" and same and not told:
        yield f"disagree: {name} was moved, but also lies where it was"


def _disk_against_journal(jobs: list[sqlite3.Row], world: _World) -> Iterator[str]:
    """What lies in the library and the journal does not know."""
    filed = [job for job in jobs if job["state"] in ("filed", "filing")]
    told = {path_of(job[key]) for job in filed for key in ("target", "previous_target") if job[key]}
    told |= {place for job in filed for _, place, _ in sidecars(job)}
    for path in world.library:
        if path not in told and path not in world.before.files:
            yield f"disagree: {path} lies in the library, but the journal has nothing filed there"


def _left_under_way(jobs: list[sqlite3.Row]) -> Iterator[str]:
    for job in jobs:
        if job["state"] in _UNDER_WAY:
            yield f"stuck: no. {job['id']} ({path_of(job['source']).name}) is still {job['state']}"


def _left_in_cache(jobs: list[sqlite3.Row], cache: Path) -> Iterator[str]:
    """A passing copy is there for a sample that waits for an answer, or whose archive is gone."""
    needed = {
        path_of(job["source"]) for job in jobs
        if job["archive"] and (job["state"] == "awaiting_review" or not path_of(job["archive"]).exists())
    }  # fmt: skip
    for path in tree([cache]):
        if path not in needed and path.with_suffix("") not in needed:
            yield f"temporary: {path} was left in the cache"


def _inside(archive: Path) -> Iterator[tuple[str, str]]:
    """Digest and name of each file in an archive."""
    try:
        with zipfile.ZipFile(archive) as pack:
            for info in pack.infolist():
                if info.file_size <= MOST_BYTES and not info.is_dir():
                    yield hashlib.sha256(pack.read(info)).hexdigest(), f"{archive.name} › {info.filename}"
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return  # no archive that could be read, so nothing comes out of it


def _roots(roots: Roots) -> tuple[Path, ...]:
    return (roots,) if isinstance(roots, Path) else tuple(roots)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
