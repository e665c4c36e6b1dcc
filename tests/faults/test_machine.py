"""Random lives of samples, with crashes at any write: none is lost, none is filed twice, nothing is stuck.

The pipeline is the real one, worked by hand on this thread, and so is all behind it but the ear.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from support.audio import write_tone
from support.checker import Before, complaints, tree
from support.house import House
from support.mortal import MortalJournal, start_anew
from support.packs import make_pack, tone_bytes
from support.torture import Trial
from wavized.config.model import DEFAULT_FOLDERS
from wavized.domain.job import Job
from wavized.domain.sample import FilingMode
from wavized.errors import WavizedError
from wavized.logic.lifecycle import PENDING
from wavized.services.filing import Shelves
from wavized.services.pipeline import RETRY_SECONDS

NAMES = ("reese.wav", "sub one.wav", "acid or growl.wav", "drum.wav", "broken.wav", "slap.wav")
CATEGORIES = ("reese", "sub", "acid", "not_bass")
FOLDERS = (DEFAULT_FOLDERS, {"reese": "Low", "sub": "Low", "acid": "303"})


class Killed(BaseException):
    """Stands for `kill -9`: nothing that catches errors may catch it."""


class Fuse:
    """Blows at the n-th act from now; everything after it fails too, as a dead process does nothing more."""

    def __init__(self) -> None:
        self.left: int | None = None

    def tick(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = 0
            raise Killed


class Lives(RuleBasedStateMachine):
    """One inbox, two libraries, one journal. `made` are the contents that must exist somewhere."""

    steps = kills = 0

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.place = Path(tempfile.mkdtemp(prefix="wavized-", dir=memory if memory.is_dir() else None))
        self.fuse = Fuse()
        self.before = Before({}, {})
        self.made: set[str] = set()
        self.modes: dict[Path, FilingMode] = {}
        self.count = 0
        self.other = self.place / "library 2"
        self.other.mkdir()
        self.shelves = Shelves(self.place / "library", DEFAULT_FOLDERS)
        self._open()

    def _open(self) -> None:
        """The program starts: what it had in mind is gone."""
        away = not self.plugged
        self.house = House(self.place, journal=lambda path: MortalJournal(path, self.fuse))
        if away:  # a House makes its library where none is; an unplugged one must stay away
            self.house.library.rmdir()
        self.house.filing.shelves = self.shelves
        self.pipeline = self.house.pipeline()
        self.delivered: dict[Path, tuple[int, int]] = {}

    def _close(self) -> None:
        """What the system does with the open files of a dead process."""
        self.house.unpacking.let_go()
        self.house.journal.close()

    def teardown(self) -> None:
        self._close()
        shutil.rmtree(self.place)

    @property
    def inbox(self) -> Path:
        return self.place / "inbox"

    @property
    def away(self) -> Path:
        return self.place / "unplugged"

    @property
    def plugged(self) -> bool:
        return not self.away.exists()

    def _live(self, act: Callable[[], object]) -> None:
        """Do it; refusals are answers; after a death, start again."""
        Lives.steps += 1
        try:
            act()
        except WavizedError:
            pass
        except Killed:
            Lives.kills += 1
            self.fuse.left = None
            self._close()
            self._open()
            self._settle()

    @initialize()
    def start(self) -> None:
        self._settle()

    def _settle(self) -> None:
        start_anew(self.house)
        self.pipeline._guarded(self.pipeline._settle)

    def _work(self) -> None:
        """What a scan finds is delivered once; then the pipeline works until it rests."""
        for path in sorted(self.inbox.rglob("*")):
            if path.suffix in (".wav", ".zip"):
                arrival = self.house.arrival(path, self.modes[path])
                seen = (arrival.stat.size, arrival.stat.mtime_ns)
                if self.delivered.get(path) != seen and not self.house.journal.is_known(path, arrival.stat):
                    self.delivered[path] = seen
                    self.pipeline.deliver([arrival])
        self.house.clock.leap(RETRY_SECONDS + 1.0)
        self.pipeline._read_inbox(block=False)
        while self.pipeline._guarded(self.pipeline._work):
            pass

    def _brought(self, path: Path, mode: FilingMode) -> None:
        self.modes[path] = mode
        self.before = self.before.joined(path)
        self.made |= {file.digest for file in tree([path]).values()}

    # what happens

    @rule(
        name=st.sampled_from(NAMES),
        mode=st.sampled_from(FilingMode),
        twin=st.booleans(),
        sidecar=st.booleans(),
    )
    def arrive(self, name: str, mode: FilingMode, twin: bool, sidecar: bool) -> None:
        """A new file, of new content or of content that came before."""
        self.count += 1
        frequency = 40.0 + (1 if twin else self.count)
        path = write_tone(self.inbox / f"{self.count}" / name, frequency=frequency, seconds=0.05)
        self._brought(path, mode)
        if sidecar:
            beside = path.with_name(f"{name}.asd")
            beside.write_text(f"analysis {self.count}")
            self.before = self.before.joined(beside)

    @rule(mode=st.sampled_from(FilingMode))
    def arrive_in_an_archive(self, mode: FilingMode) -> None:
        """With one content that may have come already."""
        self.count += 1
        sounds = [
            ("Bass/reese.wav", tone_bytes(self.place, 40.0 + self.count, 0.05)),
            ("Bass/sub.wav", tone_bytes(self.place, 41.0, 0.05)),
        ]
        self._brought(make_pack(self.inbox / f"pack {self.count}.zip", sounds), mode)

    @rule(mode=st.sampled_from(FilingMode), looked_at=st.booleans())
    def grow(self, mode: FilingMode, looked_at: bool) -> None:
        """A file is there in part first, and may be given up as cut off; then it is whole."""
        self.count += 1
        path = self.inbox / f"{self.count}" / "slap grown.wav"
        content = write_tone(path, frequency=40.0 + self.count, seconds=0.05).read_bytes()
        path.write_bytes(content[: len(content) // 2])
        self._brought(path, mode)
        if looked_at:
            self._live(self._work)
        self._user_replaces(path, content)

    @precondition(lambda self: self._sources())
    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        """The user puts another sound in a file's place, whether or not it was filed."""
        self.count += 1
        path = data.draw(st.sampled_from(self._sources()), label="source")
        self._user_replaces(path, tone_bytes(self.place, 40.0 + self.count, 0.05))

    def _user_replaces(self, path: Path, content: bytes) -> None:
        new = path.with_name("new")
        new.write_bytes(content)
        gone = tree([path])[path].digest
        new.rename(path)
        self.before = self.before.without(path)
        self._brought(path, self.modes[path])
        self._forget(gone)

    @precondition(lambda self: self._sources())
    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        """The user gives a sound another name."""
        self.count += 1
        path = data.draw(st.sampled_from(self._sources()), label="source")
        new = path.with_name(f"{self.count} {path.name}")
        path.rename(new)
        self.before = self.before.without(path)
        self._brought(new, self.modes[path])

    @precondition(lambda self: self._sources())
    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        """The user deletes an original; it is not Wavized that lost it."""
        path = data.draw(st.sampled_from(self._sources()), label="source")
        gone = tree([path])[path].digest
        path.unlink()
        self.before = self.before.without(path)
        self._forget(gone)

    def _forget(self, gone: str) -> None:
        """What the user removed need not exist, unless it was filed and so exists still."""
        if gone not in {file.digest for file in tree([self.place]).values()}:
            self.made.discard(gone)

    def _sources(self) -> list[Path]:
        return sorted(path for path in self.inbox.rglob("*.wav") if path in self.before.files)

    @rule(after=st.integers(1, 25))
    def be_killed_soon(self, after: int) -> None:
        self.fuse.left = after

    @rule()
    def work(self) -> None:
        """While paused, nothing is filed."""
        held = self.pipeline.paused
        had = tree([self.place / "library", self.other, self.away])
        self._live(self._work)
        if held:
            assert had == tree([self.place / "library", self.other, self.away])

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self._live(lambda: self.pipeline.set_paused(paused))

    @rule(folders=st.sampled_from(FOLDERS), other=st.booleans())
    def edit_config(self, folders: dict[str, str], other: bool) -> None:
        """Other names of folders, another library; from now on and over the next start."""
        self.shelves = Shelves(self.other if other else self.place / "library", folders)
        self.house.filing.shelves = self.shelves

    @precondition(lambda self: self.house.journal.counts())
    @rule(data=st.data(), category=st.sampled_from(CATEGORIES))
    def correct(self, data: st.DataObject, category: str) -> None:
        job = self._some_job(data)
        self._live(lambda: self.house.correct(job.id, category))

    @precondition(lambda self: self.house.journal.counts())
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        job = self._some_job(data)
        self._live(lambda: self.house.reviewing.undo(job.id))

    @precondition(lambda self: self.house.journal.counts())
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        job = self._some_job(data)
        self._live(lambda: self.house.reviewing.retry(job.id))

    @precondition(lambda self: self.plugged)
    @rule()
    def unplug(self) -> None:
        (self.place / "library").rename(self.away)

    @precondition(lambda self: not self.plugged)
    @rule()
    def plug(self) -> None:
        self.away.rename(self.place / "library")
        self._live(self._settle)

    # what must hold

    @invariant()
    def no_content_is_lost(self) -> None:
        assert self.made <= {file.digest for file in tree([self.place]).values()}

    @invariant()
    def the_world_is_sound(self) -> None:
        """Not asked with the drive away, since then the journal cannot be compared with it."""
        if self.plugged:
            self._assert_sound(at_rest=False)

    @precondition(lambda self: self.plugged)
    @rule()
    def nothing_is_stuck(self) -> None:
        """With everything in place, work ends with every job at rest."""
        self.fuse.left = None
        self.pipeline.set_paused(False)
        self._work()
        assert not self.house.journal.find(states=PENDING)
        self._assert_sound(at_rest=True)

    def _assert_sound(self, *, at_rest: bool) -> None:
        found = complaints(
            self.before, inbox=self.inbox, library=(self.place / "library", self.other),
            state_db=self.place / "journal.db", mode=None, at_rest=at_rest, cache=self.place / "cache",
        )  # fmt: skip
        assert not found, found

    def _some_job(self, data: st.DataObject) -> Job:
        return data.draw(st.sampled_from(self.house.journal.find()), label="job")


def test_random_lives(trial: Trial) -> None:
    """Random lives: arrive, grow, rename, vanish, correct, undo, pause, config change, unplug, crash"""
    lives = settings(
        max_examples=trial.times(25, 1_000),
        stateful_step_count=trial.times(20, 40),
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    Lives.steps = Lives.kills = 0
    run_state_machine_as_test(Lives, settings=lives)
    trial.count(Lives.steps)
    trial.note(f"{Lives.kills:,} crashes")
