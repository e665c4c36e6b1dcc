"""Every call to a disk fails once, or from then on: nothing is lost, and the sample is filed in the end.

The disk is a real one (FUSE) whose n-th call of a kind answers with an error. For each way to file, undo and
correct, each kind of call is failed first at its first time, then at its second, until none is left to fail;
of calls that only look, some.
"""

from __future__ import annotations

import errno
import random
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, count, product
from pathlib import Path

import pytest

from support.faulty_disk import CHANGING, KINDS, Fault, FaultyDisk, faulty_disk, why_not
from support.filing import read_tree
from support.house import House
from support.torture import Trial
from wavized.domain.job import Job, JobState
from wavized.domain.sample import FilingMode
from wavized.errors import WavizedError

WARP = b"warp markers"
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.ESTALE)
every_mode = pytest.mark.parametrize("mode", list(FilingMode))


@pytest.fixture(scope="module")
def quick() -> Iterator[Path]:
    """A folder where syncing costs nothing."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="wavized-test-", dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def disk(quick: Path) -> Iterator[FaultyDisk]:
    if why_not():
        pytest.skip(why_not())
    with faulty_disk(quick / "mount", quick / "behind") as made:
        yield made


@dataclass
class Scene:
    """One sample with its sidecar, in an inbox and with a library that lie on one faulty disk or on two."""

    house: House
    disk: FaultyDisk
    sound: bytes
    job: Job

    def filed(self) -> None:
        self.house.work()

    def undone(self) -> None:
        self.house.reviewing.undo(self.job.id)

    def corrected(self) -> None:
        self.house.correct(self.job.id, "acid")

    def now(self) -> Job:
        return self.house.job(self.job.id)

    def inbox(self) -> dict[str, bytes]:
        return read_tree(self._behind(self.house.inbox))

    def library(self) -> dict[str, bytes]:
        return read_tree(self._behind(self.house.library))

    def _behind(self, folder: Path) -> Path:
        """The same folder, looked at without the faulty disk."""
        mounted = folder.is_relative_to(self.disk.path)
        return self.disk.behind / folder.relative_to(self.disk.path) if mounted else folder

    def try_again(self, act: Callable[[Scene], None], goal: JobState) -> None:
        """What the pipeline does once the disk is well, and a person where it said that it failed."""
        self.house.recover()
        self.house.work()
        if self.now().state is JobState.FAILED and goal is JobState.FILED:
            self.house.reviewing.retry(self.job.id)
            self.house.work()
        if self.now().state is not goal or act is Scene.corrected:
            try:
                act(self)
            except WavizedError as error:
                raise AssertionError(f"after the fault: {error}") from error

    def complaints(self) -> list[str]:
        """What must never be, whatever the disk did: a sample lost, or half a file under its name."""
        inbox, library = self.inbox(), self.library()
        said = []
        if self.sound not in (*inbox.values(), *library.values()):
            said.append("the sample is lost")
        if WARP not in (*inbox.values(), *library.values()):
            said.append("the sidecar is lost")
        for name, content in library.items():
            if ".part" not in name and content not in (self.sound, WARP):
                said.append(f"{name} is not whole: {len(content)} bytes")
        if not set(inbox) <= {"pack/reese.wav", "pack/reese.wav.asd"}:
            said.append(f"the inbox holds {sorted(inbox)}")
        if self.now().state is JobState.FAILED and not self.now().reason:
            said.append("it failed without a reason")
        return said


_NUMBERS = count(1)


def scene(disk: FaultyDisk, place: Path, mode: FilingMode, *, two_disks: bool) -> Scene:
    """All anew, in folders of new names: what changes behind a mount is not its business."""
    shutil.rmtree(place, ignore_errors=True)
    for old in disk.behind.iterdir():
        shutil.rmtree(old)
    place.mkdir()
    number = next(_NUMBERS)
    inbox = place / "inbox" if two_disks else disk.path / f"inbox {number}"
    house = House(place, inbox=inbox, library=disk.path / f"library {number}")
    (house.inbox / "pack").mkdir(parents=True)
    source = house.tone("pack/reese.wav", seconds=2.0)
    (house.inbox / "pack" / "reese.wav.asd").write_bytes(WARP)
    (job,) = house.take_in(source, mode=mode)
    return Scene(house, disk, source.read_bytes(), job)


def each_fault(
    trial: Trial, kinds: tuple[str, ...], parts: tuple[str, ...], *, stays: tuple[bool, ...]
) -> Iterator[Callable[[bool], Fault | None]]:
    """For each series of faults a function that gives the next one, told whether the last one came about."""
    chance = random.Random(trial.test)  # the short form tries a part, each test another one
    chosen = list(product(kinds, parts))
    for kind, part in chosen if trial.full else chance.sample(chosen, 12):
        errors = ERRORS if kind in CHANGING else (errno.EIO,)
        for error, stay in product(errors if trial.full else (chance.choice(errors),), stays):
            if trial.full or stay is chance.choice(stays):
                yield partial(_next_fault, _numbers(kind, trial), kind, part, error, stay)


def _numbers(kind: str, trial: Trial) -> Iterator[int]:
    """Which calls of a kind are to fail, one after the other."""
    if kind in CHANGING:
        return count(1)
    return chain(range(1, 20), count(20, 5)) if trial.full else iter((1, 5, 30))


def _next_fault(
    numbers: Iterator[int], kind: str, part: str, error: int, stay: bool, came: bool
) -> Fault | None:
    number = next(numbers, None) if came else None
    return None if number is None else Fault(kind, number, error, stays=stay, part=part)


def check_all(
    trial: Trial,
    disk: FaultyDisk,
    place: Path,
    mode: FilingMode,
    act: Callable[[Scene], None],
    *,
    two_disks: bool = False,
    kinds: tuple[str, ...] = KINDS,
) -> None:
    """Fail each call of `act` in turn."""
    wrong: list[str] = []
    waited = failed = 0
    parts = ("/library",) if two_disks else ("/library", "/inbox")
    for following in each_fault(trial, kinds, parts, stays=(False, True)):
        fault = following(True)
        while fault is not None:
            one = scene(disk, place, mode, two_disks=two_disks)
            with one.house:
                if act is not Scene.filed:
                    one.house.work()
                came, said = meet(one, act, fault)
                waited += one.now().state is JobState.DECIDED
                failed += one.now().state is JobState.FAILED
                wrong += [f"{fault} ({said}): {problem}" for problem in settle(one, act, said)]
            trial.count(lost=sum("lost" in problem for problem in wrong))
            assert fault.nth < 500
            fault = following(came)
    trial.note(f"{waited} waited, {failed} failed with a reason and were tried again")
    assert not wrong, "\n".join(wrong)


def meet(one: Scene, act: Callable[[Scene], None], fault: Fault) -> tuple[bool, str]:
    """Act while the disk fails; whether it did, and what was said of it."""
    one.disk.fail(fault)
    try:
        act(one)
    except WavizedError as error:
        assert error.message
        said = str(error)
    except OSError as error:
        said = f"nobody foresaw: {error!r} at {traceback.extract_tb(error.__traceback__)[-4:]}"
    else:
        said = one.now().reason
    return one.disk.heal(), said


def settle(one: Scene, act: Callable[[Scene], None], said: str) -> list[str]:
    """What is wrong right after the fault, and once all was tried again."""
    wrong = [f"at once: {problem}" for problem in one.complaints()]
    if "nobody foresaw" in said:
        wrong.append(said)
    goal = JobState.REVERTED if act is Scene.undone else JobState.FILED
    try:
        one.try_again(act, goal)
    except AssertionError as error:
        return [*wrong, str(error)]
    return [*wrong, *one.complaints(), *in_the_end(one, act, goal)]


def in_the_end(one: Scene, act: Callable[[Scene], None], goal: JobState) -> list[str]:
    """What is not as it would be without any fault."""
    job = one.now()
    if job.state is not goal:
        return [f"it is {job.state}: {job.reason}"]
    if any(".part" in name for name in one.library()):  # which the disk would not let go: the next one does
        other = one.house.file("sub.wav")[0]
        one.house.reviewing.undo(other.id)
        other.source.unlink()
    inbox, library = one.inbox(), one.library()
    folder = "Acid" if act is Scene.corrected else "Reese"
    wanted = {} if goal is JobState.REVERTED else {f"{folder}/reese.wav": one.sound}
    wrong = []
    if {name: content for name, content in library.items() if content != WARP} != wanted:
        wrong.append(f"the library holds {sorted(library)} ({job.reason})")
    gone = job.mode is FilingMode.MOVE and goal is not JobState.REVERTED
    if gone and "reese.wav was filed but could not be" not in job.reason:
        if "pack/reese.wav" in inbox:
            wrong.append("the original was to go and is there")
    elif inbox.get("pack/reese.wav") != one.sound:
        wrong.append(f"the inbox holds {sorted(inbox)}")
    return wrong


@every_mode
def test_filing_with_each_call_failing(trial: Trial, disk: FaultyDisk, quick: Path, mode: FilingMode) -> None:
    """Each call to the disk fails while a sample is filed."""
    check_all(trial, disk, quick / "place", mode, Scene.filed)


@pytest.mark.parametrize("mode", [FilingMode.COPY, FilingMode.MOVE])
def test_filing_to_another_disk_with_each_call_failing(
    trial: Trial, disk: FaultyDisk, quick: Path, mode: FilingMode
) -> None:
    """Each call to the library's disk fails while a sample of another disk is filed."""
    check_all(trial, disk, quick / "place", mode, Scene.filed, two_disks=True)


@every_mode
def test_undo_with_each_call_failing(trial: Trial, disk: FaultyDisk, quick: Path, mode: FilingMode) -> None:
    """Each call to the disk fails while a filing is undone."""
    check_all(trial, disk, quick / "place", mode, Scene.undone)


@pytest.mark.parametrize("mode", [FilingMode.COPY, FilingMode.MOVE])
def test_correction_with_each_call_failing(
    trial: Trial, disk: FaultyDisk, quick: Path, mode: FilingMode
) -> None:
    """Each call to the disk fails while a sample is put into another category."""
    check_all(trial, disk, quick / "place", mode, Scene.corrected)
