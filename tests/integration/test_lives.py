"""Random lives of samples, with crashes at any write: none is lost, none is filed twice, nothing is stuck."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from support.audio import write_tone
from support.house import House
from wavized.domain.job import Job, JobState
from wavized.domain.sample import FilingMode
from wavized.errors import WavizedError
from wavized.journal.store import SqliteJournal
from wavized.logic.lifecycle import PENDING

NAMES = ("reese.wav", "sub one.wav", "acid or growl.wav", "drum.wav", "broken.wav", "slap.wav")
CATEGORIES = ("reese", "sub", "acid", "not_bass")


class Killed(BaseException):
    """Stands for `kill -9`: nothing that catches errors may catch it."""


class Fuse:
    """Blows at the n-th act from now; everything after it fails too, as a dead process does nothing more."""

    def __init__(self) -> None:
        self.left: int | None = None

    def burn(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = 0
            raise Killed


class MortalJournal(SqliteJournal):
    """A real journal; the process may die before or after each of its writes."""

    fuse: Fuse

    def open_jobs(self, new: Any, now: float) -> list[Job]:
        return self._mortally(lambda: super(MortalJournal, self).open_jobs(new, now))

    def advance(self, jobs: Sequence[Job], now: float) -> list[Job]:
        return self._mortally(lambda: super(MortalJournal, self).advance(jobs, now))

    def put_setting(self, key: str, value: str | None) -> None:
        self._mortally(lambda: super(MortalJournal, self).put_setting(key, value))

    def _mortally(self, write: Callable[[], Any]) -> Any:
        self.fuse.burn()
        done = write()
        self.fuse.burn()
        return done


class Lives(RuleBasedStateMachine):
    """One inbox, one library, one journal; each tone's content is known by its digest."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="wavized-lives-"))
        self.fuse = Fuse()
        self.made: set[str] = set()
        self.count = 0
        self.house = self._open()

    def _open(self) -> House:
        house = House(self.place)
        house.journal.close()
        house.journal = MortalJournal(self.place / "journal.db")
        house.journal.fuse = self.fuse
        for part in (house.filing, house.intake, house.sorting, house.reviewing):
            part._journal = house.journal
        return house

    def teardown(self) -> None:
        self.house.journal.close()
        shutil.rmtree(self.place)

    @property
    def away(self) -> Path:
        return self.place / "unplugged"

    @property
    def plugged(self) -> bool:
        return not self.away.exists()

    def _live(self, act: Callable[[], object]) -> None:
        """Do it; refusals are answers; after a death, open the house again and recover."""
        try:
            act()
        except WavizedError:
            pass
        except Killed:
            self.fuse.left = None
            self.house.journal.close()
            # House makes its library where none is; an unplugged one must stay away.
            self.house = self._open()
            if self.away.exists():
                self.house.library.rmdir()
            self.house.recover()
        self.fuse.left = None

    @initialize()
    def settle(self) -> None:
        self.house.recover()

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
        path = write_tone(self.house.inbox / f"{self.count}" / name, frequency=frequency, seconds=0.1)
        if sidecar:
            path.with_name(f"{name}.asd").write_text(f"analysis {self.count}")
        self.made.add(digest(path))
        self._live(lambda: self.house.take_in(path, mode=mode))

    @rule(after=st.integers(1, 30))
    def be_killed_soon(self, after: int) -> None:
        self.fuse.left = after

    @rule()
    def work(self) -> None:
        self._live(self.house.work)

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

    @precondition(lambda self: self.plugged and self.house.journal.counts())
    @rule(data=st.data())
    def source_vanishes(self, data: st.DataObject) -> None:
        """The user deletes an original; it is not Wavized that lost it."""
        source = self._some_job(data).source
        if not source.exists():
            return
        gone = digest(source)
        source.unlink()
        if gone not in contents(self.place):
            self.made.discard(gone)

    @precondition(lambda self: self.plugged)
    @rule()
    def unplug(self) -> None:
        self.house.library.rename(self.away)

    @precondition(lambda self: not self.plugged)
    @rule()
    def plug(self) -> None:
        self.away.rename(self.house.library)
        self.house.recover()

    @invariant()
    def no_content_is_lost(self) -> None:
        assert self.made <= contents(self.place).keys()

    @invariant()
    def nothing_is_in_the_library_twice(self) -> None:
        library = self.house.library if self.plugged else self.away
        doubled = [found for found, count in contents(library).items() if count > 1]
        assert not doubled

    @invariant()
    def no_temporary_file_is_left(self) -> None:
        files = [path for path in self.place.rglob("*") if path.is_file()]
        if self.plugged:
            assert all(path.suffix in (".wav", ".asd") or path.parent == self.place for path in files)

    @invariant()
    def journal_and_library_agree(self) -> None:
        if not self.plugged or self.fuse.left is not None:
            return
        filed = {
            job.target: job.digest for job in self.house.journal.find(states=(JobState.FILED,)) if job.target
        }
        there = {path: digest(path) for path in self.house.library.rglob("*.wav")}
        assert filed == there

    @precondition(lambda self: self.plugged and self.fuse.left is None)
    @rule()
    def nothing_is_stuck(self) -> None:
        """With everything in place, work ends with every job at rest."""
        self.house.work()
        assert not self.house.journal.find(states=PENDING)

    def _some_job(self, data: st.DataObject) -> Job:
        return data.draw(st.sampled_from(self.house.journal.find()), label="job")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder: Path) -> Counter[str]:
    """Digest of every sample below a folder to how often it is there; one file by two links counts twice."""
    return Counter(digest(path) for path in folder.rglob("*.wav"))


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=150, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
