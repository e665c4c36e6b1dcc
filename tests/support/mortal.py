"""Lives of the real services in forked children that are killed with SIGKILL, and the world they leave.

A life is one start of the program: recovery, all that came meanwhile, and what the user says of it. Where it
is to die is counted: before and after each write to the journal, or before each act on the disk.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from support.checker import Before, complaints, complaints_when_undone, losses
from support.house import House
from support.packs import make_pack, tone_bytes
from wavized.clock import SystemClock
from wavized.domain.events import JobChanged
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import Arrival, FileStat, FilingMode
from wavized.errors import WavizedError
from wavized.journal.store import SqliteJournal

ACTS = frozenset(
    {
        "open",
        "os.link",
        "os.rename",
        "os.remove",
        "os.mkdir",
        "os.rmdir",
        "os.utime",
        "os.chmod",
        "os.scandir",
    }
)
OLD_NS = 1_600_000_000_000_000_000
UNFINISHED = ".crdownload"
INBOX, SORTED = "inbox", "sorted"

Work = Callable[["Fuse"], None]


class Fuse:
    """Kills its own process at the n-th tick; counts them where there is no n."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.ticks = 0

    def tick(self) -> None:
        self.ticks += 1
        if self.at is not None and self.ticks >= self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class Ticking(Protocol):
    """Told before and after each write; may end the process, or raise what stands for that."""

    def tick(self) -> None: ...


class MortalJournal(SqliteJournal):
    """A real journal whose process may die before and after each of its writes."""

    def __init__(self, path: Path, fuse: Ticking) -> None:
        self._fuse = fuse
        super().__init__(path)

    def _write(self, change: Callable[..., Any]) -> Any:
        self._fuse.tick()
        done = super()._write(change)
        self._fuse.tick()
        return done


def dies_at_writes(work: Callable[[House], None], place: Path, origin: Origin = Origin.WATCH) -> Work:
    """A life that can end at each write to the journal. A sort has an inbox of its own."""
    inbox = place / (SORTED if origin is Origin.SORT else INBOX)

    def life(fuse: Fuse) -> None:
        with House(
            place,
            origin=origin,
            inbox=inbox,
            clock=SystemClock(),
            journal=lambda path: MortalJournal(path, fuse),
        ) as house:
            work(house)

    return life


def dies_at_acts(work: Callable[[House], None], place: Path) -> Work:
    """A life that can end before each act on the disk that Python reports to its audit hooks."""

    def life(fuse: Fuse) -> None:
        sys.addaudithook(lambda event, _: fuse.tick() if event in ACTS else None)
        with House(place, clock=SystemClock()) as house:
            work(house)

    return life


def in_child(work: Work, at: int | None = None) -> int | None:
    """Do it in a forked child: None where it was killed at tick `at`, else how many ticks there were."""
    heard, told = os.pipe()
    child = fork(work, told, at)
    os.close(told)
    _, status = os.waitpid(child, 0)
    with os.fdopen(heard, "rb") as pipe:
        ticks = pipe.read()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    assert os.waitstatus_to_exitcode(status) == 0, "the life failed by itself"
    return int(ticks)


@contextmanager
def killed_after(work: Work) -> Iterator[None]:
    """Do it in a forked child, which is killed when the `with` ends; to have ended by then is an error."""
    told = os.open(os.devnull, os.O_WRONLY)
    child = fork(work, told)
    os.close(told)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the life failed by itself"


def fork(work: Work, told: int, at: int | None = None) -> int:
    """The number of a child that does this and writes how many ticks there were."""
    child = os.fork()
    if child:
        return child
    try:
        fuse = Fuse(at)
        work(fuse)
        os.write(told, str(fuse.ticks).encode())
    except BaseException:  # noqa: BLE001  # whatever it is, the parent must hear of it
        traceback.print_exc()
        os._exit(1)  # a child of the test runner must not go on as a second one
    os._exit(0)


def start_anew(house: House) -> None:
    """What the daemon, or a sort, does before anything else."""
    house.recover(carry_on=house.origin is Origin.WATCH)
    house.archives.tidy(house.origin)


def take_in_all(house: House, mode: FilingMode) -> None:
    """Whatever lies in the inbox and is not known, as a scan of the watched folder finds it."""
    fresh = arrivals(house, mode)
    house.intake.admit([one for one in fresh if one.path.suffix != ".zip"], house.library)
    for one in fresh:
        if one.path.suffix == ".zip":
            house.unpacking.add(one)


def be_busy(house: House, mode: FilingMode) -> None:
    """The real pipeline thread; what comes is delivered to it, and the user talks to it, without end."""
    house.archives.tidy(Origin.WATCH)
    pipeline = house.pipeline()
    pipeline.start()
    delivered: set[tuple[Path, FileStat]] = set()
    while True:
        fresh = [one for one in arrivals(house, mode) if (one.path, one.stat) not in delivered]
        delivered.update((one.path, one.stat) for one in fresh)
        pipeline.deliver(fresh)
        replies = [pipeline.ask(say) for say in words(house)]
        time.sleep(0.005)
        for reply in replies:
            reply.result(60)


def arrivals(house: House, mode: FilingMode) -> list[Arrival]:
    """What lies in the inbox and is not known."""
    found = []
    for path in sorted(house.inbox.rglob("*")):
        if path.suffix in (".wav", ".zip"):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # filed and moved away just now
            stat = FileStat(status.st_size, status.st_mtime_ns)
            if not house.journal.is_known(path, stat):
                found.append(Arrival(path, stat, house.inbox, mode))
    return found


def work_off(house: House) -> None:
    """Until nothing waits, archives included."""
    house.work()
    while house.unpacking.busy:
        for job in house.unpacking.step(house.library):
            house.log.publish(JobChanged(job))
        house.work()


def live(house: House, mode: FilingMode) -> None:
    """A whole life: start, take in, work off, hear the user, work off again."""
    start_anew(house)
    take_in_all(house, mode)
    work_off(house)
    for say in words(house):
        say()
    work_off(house)


def sort(house: House, mode: FilingMode) -> None:
    """A one-time sort of all there is, which lingers when it is done."""
    start_anew(house)
    take_in_all(house, mode)
    work_off(house)
    signal.pause()


def words(house: House) -> list[Callable[[], object]]:
    """What the user has to say of each sample, by its name; what has been done already is not said again."""
    said: list[Callable[[], object]] = []
    for job in house.journal.find():
        say = _word_on(house, job)
        if say is not None:
            said.append(lambda say=say: _obeyed(say))
    return said


def _obeyed(say: Callable[[], object]) -> None:
    try:
        say()
    except WavizedError:
        pass  # a refusal is an answer: nothing was done


def _word_on(house: House, job: Job) -> Callable[[], object] | None:
    name, state = job.source.stem, job.state
    if name.startswith("reese") and state is JobState.FILED and job.category == "reese":
        return lambda: house.correct(job.id, "growl")
    if name.startswith("slap") and state is JobState.FILED:
        return lambda: house.reviewing.undo(job.id)
    if " or " in name and state is JobState.AWAITING_REVIEW:
        return lambda: house.correct(job.id, "acid")
    if name.startswith("drum") and state is JobState.SKIPPED and not job.corrected:
        return lambda: house.correct(job.id, "sub")
    if name.startswith("broken") and state is JobState.FAILED:
        return lambda: house.reviewing.retry(job.id)
    return None


def undo_all(house: House) -> None:
    """The user takes everything back; every refusal is an error."""
    start_anew(house)
    for job in house.journal.find(states=(JobState.FILED,), newest_first=True):
        house.reviewing.undo(job.id)


@dataclass
class World:
    """A place to live in, and what the user has brought there."""

    place: Path
    mode: FilingMode
    before: Before = field(default_factory=lambda: Before({}, {}))

    @property
    def inbox(self) -> Path:
        return self.place / INBOX

    @property
    def sorted(self) -> Path:
        """What is sorted once, beside what is watched."""
        return self.place / SORTED

    @property
    def library(self) -> Path:
        return self.place / "library"

    def anew(self) -> None:
        """Empty, but for a sample of the user's own in the library."""
        shutil.rmtree(self.place, ignore_errors=True)
        self.inbox.mkdir(parents=True)
        self.sorted.mkdir()
        (self.library / "Sub").mkdir(parents=True)
        own = self.library / "Sub" / "sub.wav"
        own.write_bytes(b"the user's own of that name")
        self.before = Before.of(own)

    def bring(self, name: str, content: bytes, inbox: Path | None = None) -> Path:
        """A file arrives, whole at once, with the time it was made at."""
        path = (inbox or self.inbox) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + UNFINISHED)
        unfinished.write_bytes(content)
        os.utime(unfinished, ns=(OLD_NS, OLD_NS))
        unfinished.rename(path)
        self.before = self.before.joined(path)
        return path

    def assert_nothing_lost(self, when: str) -> None:
        """At any instant, also right after a kill."""
        found = losses(
            self.before, inbox=(self.inbox, self.sorted), library=self.library,
            state_db=self.place / "journal.db", mode=self.mode,
        )  # fmt: skip
        assert not found, f"{when}: {found}"

    def assert_sound(self, when: str) -> None:
        """At rest everything has to agree."""
        found = complaints(
            self.before, inbox=(self.inbox, self.sorted), library=self.library,
            state_db=self.place / "journal.db", mode=self.mode, cache=self.place / "cache",
        )  # fmt: skip
        assert not found, f"{when}: {found}"

    def assert_undone(self, when: str) -> None:
        """After the last undo."""
        found = complaints_when_undone(self.before, inbox=(self.inbox, self.sorted), library=self.library)
        assert not found, f"{when}: {found}"


def pack_of_files(place: Path, number: int = 0) -> dict[str, bytes]:
    """A pack: names that collide, twins, a sidecar, what is unsure, no bass or broken, and an archive."""
    names = (
        "reese.wav", "sub.wav", "acid or growl.wav", "drum.wav", "broken.wav", "slap.wav", "more/slap.wav",
    )  # fmt: skip
    low = 40.0 + 100 * number
    files = {name: tone_bytes(place, low + 5 * n, 0.05) for n, name in enumerate(names)}
    files["sub twin.wav"] = files["sub.wav"]
    files["reese.wav.asd"] = b"warp markers %d" % number
    inside = [
        (f"Bass/{name}.wav", tone_bytes(place, low + 50 + 5 * n, 0.05))
        for n, name in enumerate(("reese", "acid", "slap"))
    ]
    pack = make_pack(place / "pack.zip", [*inside, ("Bass/sub.wav", files["sub.wav"])])
    files["pack.zip"] = pack.read_bytes()
    pack.unlink()
    return files
