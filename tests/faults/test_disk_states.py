"""Disks that are full, go away or lie, clocks that jump, others who are quicker: all is filed in the end.

The journal's disk and the library's are real ones (FUSE, tmpfs); what is left is judged by the checker.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count, product
from pathlib import Path

import pytest

from support.audio import write_tone
from support.checker import Before, complaints
from support.faulty_disk import Fault, FaultyDisk, faulty_disk, why_not
from support.house import House, SteppingClock
from support.packs import make_pack, tones
from support.program import Program
from support.torture import Trial
from wavized.domain.job import Job, JobState
from wavized.domain.sample import FilingMode
from wavized.errors import JournalDamagedError, LibraryUnavailableError, WavizedError
from wavized.journal import connections
from wavized.journal.store import SqliteJournal

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


def fresh(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()


def carry_on(house: House, sources: Sequence[Path], mode: FilingMode) -> None:
    """What the pipeline does after a failure: recover, look again at what it does not know, go on."""
    house.recover()
    for source in sources:
        if source.exists() and not house.journal.is_known(source, house.arrival(source).stat):
            house.take_in(source, mode=mode)
    house.work()


@every_mode
def test_each_write_of_the_journal_failing(
    trial: Trial, disk: FaultyDisk, quick: Path, mode: FilingMode
) -> None:
    """Each call to the journal's disk fails while samples are filed, put elsewhere and undone."""
    kinds = ("write", "fsync", "create", "open", "truncate", "unlink", "read")
    errors = (errno.ENOSPC, errno.EIO, errno.EROFS) if trial.full else (errno.ENOSPC,)
    # What SQLite maps into memory (-shm) is left out: a disk that fails there ends the process, whoever asks.
    files = ("journal.db", "-wal")
    for kind, file, error, stays in product(kinds, files, errors, (False, True) if trial.full else (True,)):
        for number in count(1) if trial.full else (1, 2, 5, 11, 23, 47, 95):
            if not _journal_fault(disk, quick, mode, Fault(kind, number, error, stays=stays, suffix=file)):
                break
            trial.count()


def _journal_fault(disk: FaultyDisk, quick: Path, mode: FilingMode, fault: Fault) -> bool:
    """One life with one fault; whether it came about."""
    fresh(disk.behind / "state", quick / "inbox", quick / "library")
    state = disk.path / "state"
    with House(state, inbox=quick / "inbox", library=quick / "library") as house:
        sources = [house.tone(name) for name in ("reese 1.wav", "sub 2.wav")]
        before = Before.of(quick / "inbox")
        disk.fail(fault)
        try:
            house.take_in(*sources, mode=mode)
            house.work()
            filed = house.journal.find(states=(JobState.FILED,))
            house.correct(filed[0].id, "growl")
            house.reviewing.undo(filed[1].id)
        except WavizedError as error:
            assert error.message
        came = disk.heal()
        carry_on(house, sources, mode)
        states = house.states()
    wrong = complaints(
        before, inbox=quick / "inbox", library=quick / "library", state_db=disk.behind / "state/journal.db",
        mode=None,
    )  # fmt: skip
    assert wrong == [], f"{fault}: {wrong} {states}"
    return came


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Path]:
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small filesystem is not permitted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room there is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC
    return filler


def test_nothing_is_filed_that_cannot_be_written_down(tmp_path: Path, eager_model: Path) -> None:
    """While the disk of journal and log is full the daemon files nothing and says so; then it goes on."""
    with small_disk(tmp_path / "own" / "state", 4000) as state, Program(tmp_path, eager_model) as program:
        program.start()
        filler = fill(state)
        source = write_tone(program.inbox / "one.wav", frequency=50.0, seconds=0.4)
        program.wait(lambda: "journal" in program.status()["detail"], "it is not said")
        assert program.filed() == {}
        filler.unlink()
        program.write_config("names: false\n")  # new settings have it look again at once
        program.wait_until_at_rest(1)
        (filed,) = program.filed().values()
        assert filed == source.read_bytes()
        assert program.stop() == 0


def test_a_start_on_a_full_disk_says_so(tmp_path: Path, eager_model: Path) -> None:
    """Where not even a journal can be begun the program leaves with a plain reason, and touches nothing."""
    with small_disk(tmp_path / "own" / "state", 40) as state, Program(tmp_path, eager_model) as program:
        fill(state)
        source = write_tone(program.inbox / "one.wav", frequency=50.0, seconds=0.4)
        content = source.read_bytes()
        for words in (
            ("run", "--no-tray", "--no-window", "--config", str(program.config)),
            ("sort", str(source), "--library", str(program.library)),
        ):
            done = program.run(*words)
            assert done.returncode == 1
            assert "Traceback" not in done.stderr
            assert "No space" in done.stderr or "full" in done.stderr
        assert program.filed() == {} and source.read_bytes() == content


class DamagedLater(SqliteJournal):
    """Found damaged while it is in use."""

    damaged = False

    def advance(self, jobs: Sequence[Job], now: float) -> list[Job]:
        if self.damaged:
            raise JournalDamagedError("The journal is damaged")
        return super().advance(jobs, now)


def test_damage_that_shows_under_way(tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """A journal that turns out damaged while it is in use: nothing is filed any more, and it is said."""
    with House(tmp_path, journal=DamagedLater) as house:
        house.journal.damaged = True
        pipeline = house.pipeline()
        pipeline.start()
        try:
            pipeline.deliver([house.arrival(house.tone("reese.wav"))])
            wait_for(lambda: "damaged" in pipeline.health.degraded)
            assert not list(house.library.rglob("*.wav"))
        finally:
            pipeline.stop()


def test_a_full_cache_holds_up_archives_alone(tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """An archive waits for room where it is opened; what needs none of it is filed meanwhile."""
    with small_disk(tmp_path / "cache", 64), House(tmp_path) as house:
        pipeline = house.pipeline()
        pipeline.start()
        try:
            pack = make_pack(house.inbox / "p.zip", tones(tmp_path, "reese in.wav"))
            pipeline.deliver([house.arrival(pack)])
            wait_for(lambda: "archives" in pipeline.health.waiting)
            pipeline.deliver([house.arrival(house.tone("sub loose.wav"))])
            wait_for(lambda: house.clock.leap(31.0) or house.states() == {"sub loose.wav": "filed"})
            wait_for(lambda: house.clock.leap(31.0) or "archives" in pipeline.health.waiting)
        finally:
            pipeline.stop()


@every_mode
def test_a_library_that_is_unplugged_and_comes_back(
    trial: Trial, quick: Path, tmp_path: Path, mode: FilingMode
) -> None:
    """The library's disk goes away in the middle of a copy and comes back: all is filed, once."""
    if why_not():
        pytest.skip(why_not())
    for number in range(trial.times(3, 40)):
        fresh(quick / "behind-library", quick / "inbox")
        place = tmp_path / str(number)
        place.mkdir()
        with ExitStack() as stack:
            first = stack.enter_context(faulty_disk(quick / "drive", quick / "behind-library"))
            (first.path / "shelf").mkdir()
            house = stack.enter_context(House(place, inbox=quick / "inbox", library=first.path / "shelf"))
            sources = [house.tone(f"reese {one}.wav") for one in range(4)]
            before = Before.of(quick / "inbox")
            house.take_in(*sources, mode=mode)
            kinds = ("write", "fsync", "link", "unlink", "create", "getattr")
            # the disk answers no more from this call on, as one that was pulled out
            first.fail(Fault(kinds[number % len(kinds)], 1 + number, errno.ENOTCONN, stays=True))
            try:
                house.work()
            except LibraryUnavailableError as error:
                assert error.hint
            first.unplug()
            with pytest.raises(LibraryUnavailableError):
                house.take_in(house.tone("sub late.wav"), mode=mode)
                house.work()
            before = before.joined(quick / "inbox")
            stack.enter_context(faulty_disk(quick / "drive", quick / "behind-library"))
            carry_on(house, sources, mode)
            states = house.states()
            assert set(states.values()) == {"filed"}, states
            wrong = complaints(
                before, inbox=quick / "inbox", library=first.path / "shelf", state_db=place / "journal.db",
                mode=None,
            )  # fmt: skip
            assert wrong == []
        trial.count()


@every_mode
def test_short_writes_and_slow_ones(trial: Trial, disk: FaultyDisk, quick: Path, mode: FilingMode) -> None:
    """A disk takes half of each write, is slow, or finds at closing that it had no room after all."""
    faults = (
        Fault("write", 1, short=True, stays=True, part="/library"),
        Fault("read", 1, short=True, stays=True, part="/inbox"),
        Fault("write", 1, hangs=0.3, part="/library"),
        Fault("flush", 1, errno.ENOSPC, part=".part"),
        Fault("fsync", 1, errno.ENOSPC, part=".part"),
        Fault("write", 1, errno.EFBIG, part="/library"),
    )
    for fault in faults:
        fresh(disk.behind / "inbox", disk.behind / "library", quick / "place")
        with House(quick / "place", inbox=disk.path / "inbox", library=disk.path / "library") as house:
            source = house.tone("reese.wav", seconds=4.0)
            before = Before.of(disk.path / "inbox")
            (job,) = house.take_in(source, mode=mode)
            disk.fail(fault)
            try:
                house.work()
            except LibraryUnavailableError as error:
                assert error.hint
            disk.heal()
            carry_on(house, [source], mode)
            if house.job(job.id).state is JobState.FAILED:
                house.reviewing.retry(job.id)
                house.work()
            assert house.job(job.id).state is JobState.FILED, (fault, house.job(job.id).reason)
        wrong = complaints(
            before, inbox=disk.path / "inbox", library=disk.path / "library",
            state_db=quick / "place/journal.db", mode=mode.value,
        )  # fmt: skip
        assert wrong == [], fault
        trial.count()


class Intruder(SqliteJournal):
    """Somebody who takes each name in the instant in which the journal has noted it."""

    names = 0

    def advance(self, jobs: Sequence[Job], now: float) -> list[Job]:
        written = super().advance(jobs, now)
        for job in jobs:
            if job.state is JobState.FILING and job.target is not None and self.names < 5:
                self.names += 1
                job.target.write_bytes(b"somebody else's %d" % self.names)
        return written


@every_mode
def test_a_name_that_somebody_takes_in_the_same_instant(tmp_path: Path, mode: FilingMode) -> None:
    """Others take the very name between the look and the act: it stays theirs, the next one is used."""
    with House(tmp_path, journal=Intruder) as house:
        (job,) = house.file("reese.wav", mode=mode)
        assert job.state is JobState.FILED
        assert job.target is not None
        theirs = {path.read_bytes() for path in house.library.rglob("*.wav") if path != job.target}
    assert theirs == {b"somebody else's %d" % number for number in range(1, 6)}


@every_mode
def test_a_source_that_is_gone_before_it_is_copied(tmp_path: Path, mode: FilingMode) -> None:
    """What is deleted between settling and filing fails with the reason, and the next is filed."""
    with House(tmp_path) as house:
        jobs = house.take_in(house.tone("reese 1.wav"), house.tone("reese 2.wav"), mode=mode)
        jobs[0].source.unlink()
        house.work()
        gone = house.job(jobs[0].id)
        assert gone.state is JobState.FAILED and "gone" in gone.reason
        assert house.job(jobs[1].id).state is JobState.FILED


class JumpingClock(SteppingClock):
    """The time of day jumps by hours, back and forth, at every look; the steady clock does not."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance

    def now(self) -> float:
        return max(0.0, 1_800_000_000.0 + self.chance.uniform(-1e8, 1e8))

    def monotonic(self) -> float:
        return super().now()


@every_mode
def test_a_clock_that_jumps(trial: Trial, tmp_path: Path, mode: FilingMode) -> None:
    """The clock jumps while samples are filed, put elsewhere and undone: nothing depends on it."""
    seed = int(os.environ.get("WAVIZED_SEED", "0")) or random.randrange(1 << 32)
    for number in range(trial.times(4, 200)):
        place = tmp_path / str(number)
        place.mkdir()
        with House(place, clock=JumpingClock(random.Random(seed + number))) as house:
            sources = [house.tone(f"reese {one}.wav") for one in range(4)]
            before = Before.of(house.inbox)
            jobs = house.take_in(*sources, mode=mode)
            house.work()
            house.correct(jobs[0].id, "growl")
            house.reviewing.undo(jobs[1].id)
            house.recover()
            house.work()
            states = [house.job(job.id).state for job in jobs]
        wrong = complaints(
            before, inbox=place / "inbox", library=place / "library", state_db=place / "journal.db", mode=None
        )
        assert wrong == [], f"WAVIZED_SEED={seed + number}"
        assert states == [JobState.FILED, JobState.REVERTED, JobState.FILED, JobState.FILED]
        trial.count()


@pytest.mark.parametrize("seconds", [4_000_000_000, 1, 0, -1_000_000_000])
@every_mode
def test_times_that_cannot_be(tmp_path: Path, mode: FilingMode, seconds: int) -> None:
    """A sample from the future, or from before there was a Unix, is filed as any other and keeps its time."""
    with House(tmp_path) as house:
        source = house.tone("reese.wav")
        os.utime(source, (seconds, seconds))
        (job,) = house.take_in(source, mode=mode)
        house.work()
        done = house.job(job.id)
        assert done.state is JobState.FILED and done.target is not None
        assert done.target.stat().st_mtime == seconds


def test_a_journal_locked_by_another(
    tmp_path: Path, wait_for: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process keeps the journal locked beyond all patience: the pipeline waits and says so."""
    monkeypatch.setattr(connections, "BUSY_TIMEOUT_S", 0.2)
    with (
        House(tmp_path) as house,
        closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other,
    ):
        pipeline = house.pipeline()
        pipeline.start()
        try:
            pipeline.ask(lambda: None).result(60)
            other.execute("BEGIN IMMEDIATE")
            pipeline.deliver([house.arrival(house.tone("reese.wav"))])
            wait_for(lambda: "locked" in pipeline.health.waiting)
            assert house.states() == {}
            other.execute("COMMIT")
            pipeline.wake()
            wait_for(lambda: house.states() == {"reese.wav": "filed"})
        finally:
            pipeline.stop()
