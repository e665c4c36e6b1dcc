"""The independent checker of the fault tests finds each kind of damage, and none where there is none."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.checker import Before, complaints, complaints_when_undone
from support.house import House
from support.packs import make_pack, tone_bytes
from wavized.domain.job import Job, JobState
from wavized.domain.sample import FilingMode

OLD_NS = 1_600_000_000_000_000_000


@dataclass
class World:
    """A house with two samples and a sidecar filed in one mode, what was there before, and its checker."""

    house: House
    before: Before
    jobs: list[Job]
    mode: FilingMode

    def complaints(self, mode: str | None = "") -> list[str]:
        return complaints(
            self.before, inbox=self.house.inbox, library=self.house.library,
            state_db=self.house.inbox.parent / "journal.db", mode=self.mode if mode == "" else mode,
            cache=self.house.packs,
        )  # fmt: skip

    def alter_journal(self, sql: str) -> None:
        with closing(sqlite3.connect(self.house.inbox.parent / "journal.db")) as journal, journal:
            journal.execute(sql)

    @property
    def filed(self) -> Path:
        target = self.jobs[0].target
        assert target is not None
        return target


@pytest.fixture(params=list(FilingMode))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with House(tmp_path) as house:
        yield filed_world(house, request.param)


def filed_world(house: House, mode: FilingMode) -> World:
    sounds = [house.tone("reese.wav"), house.tone("sub.wav"), house.tone("acid or growl.wav")]
    sounds[0].with_name("reese.wav.asd").write_bytes(b"warp markers")
    (house.library / "old.wav").write_bytes(b"the user's own")
    for path in sounds:
        os.utime(path, ns=(OLD_NS, OLD_NS))
    before = Before.of(house.inbox, house.library)
    jobs = house.take_in(*sounds, mode=mode)
    house.work()
    return World(house, before, [house.job(job.id) for job in jobs], mode)


def test_it_finds_nothing_wrong_in_a_sound_world(world: World) -> None:
    """After filing in any mode, correcting, undoing and filing anew there is nothing to complain of."""
    assert [job.state for job in world.jobs] == ["filed", "filed", "awaiting_review"]
    assert world.complaints() == world.complaints(None) == []
    world.house.correct(world.jobs[0].id, "growl")
    world.house.correct(world.jobs[2].id, "acid")
    assert world.complaints() == []
    for job in world.jobs:
        world.house.reviewing.undo(job.id)
        assert world.complaints() == []
    place = world.house.inbox.parent
    assert complaints_when_undone(world.before, inbox=place / "inbox", library=place / "library") == []
    world.house.correct(world.jobs[0].id, "sub")
    assert world.complaints() == []


Damage = Callable[[World], object]


def lose(world: World) -> None:
    """Every name of a content."""
    for path in (world.filed, world.jobs[0].source):
        path.unlink(missing_ok=True)


def alter_a_source(world: World) -> None:
    world.jobs[2].source.write_bytes(b"other")


def remove_a_source(world: World) -> None:
    world.jobs[2].source.unlink()


def touch_a_source(world: World) -> None:
    os.utime(world.jobs[2].source)


def cut_off(world: World) -> None:
    content = world.filed.read_bytes()
    world.filed.unlink()
    world.filed.write_bytes(content[:100])


def double(world: World) -> None:
    (world.house.library / "again.wav").write_bytes(world.filed.read_bytes())


def leave_a_part(world: World) -> None:
    (world.filed.parent / ".wavized-0123456789abcdef-1.part").write_bytes(world.filed.read_bytes())


def leave_a_placeholder(world: World) -> None:
    world.filed.with_name("claimed.wav").touch()


def remove_a_target(world: World) -> None:
    world.filed.rename(world.house.inbox / "put elsewhere.wav")


def touch_a_target(world: World) -> None:
    os.utime(world.filed)


def remove_the_users_own(world: World) -> None:
    (world.house.library / "old.wav").rename(world.house.inbox / "old.wav")


def remove_a_sidecar(world: World) -> None:
    world.filed.with_name("reese.wav.asd").unlink()


def leave_in_cache(world: World) -> None:
    world.house.packs.mkdir(parents=True)
    (world.house.packs / "passing.wav").write_bytes(b"sound")


def journal(sql: str) -> Damage:
    return lambda world: world.alter_journal(sql)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a lost sample": (lose, "lost: "),
    "an altered source": (alter_a_source, "altered: .* has another content"),
    "a removed source": (remove_a_source, "altered: .* is gone from where it was"),
    "a source with another time": (touch_a_source, "altered: .* has another time"),
    "a partial target": (cut_off, "partial: "),
    "a doubled target": (double, "twice: "),
    "a part": (leave_a_part, "temporary: .*part was left behind"),
    "a placeholder": (leave_a_placeholder, "temporary: .* empty placeholder"),
    "a target that is gone": (remove_a_target, "disagree: .* nothing lies at"),
    "a target with another time": (touch_a_target, "disagree: .* has another time"),
    "the user's own file gone from the library": (remove_the_users_own, "altered: .*old.wav is gone"),
    "a sidecar that is gone": (remove_a_sidecar, "disagree: .* beside it any more"),
    "a passing copy": (leave_in_cache, "temporary: .* left in the cache"),
    "a target the journal does not know": (
        journal("DELETE FROM jobs WHERE id = 2"), "disagree: .* nothing filed there",
    ),
    "a stuck job": (journal("UPDATE jobs SET state = 'filing' WHERE id = 1"), "stuck: no. 1 .* still filing"),
    "a state without a step": (
        journal("UPDATE jobs SET state = 'skipped' WHERE id = 3"), "journal: no. 3 is skipped, but",
    ),
    "a step that may not be": (
        journal("UPDATE transitions SET state_after = 'reverted' WHERE job = 3 AND state_before = 'decided'"),
        "journal: no. 3 may not go from decided to reverted",
    ),
    "a step that does not follow": (
        journal("DELETE FROM transitions WHERE job = 3 AND state_after = 'classifying'"),
        "journal: no. 3 went from classifying to decided, but stood at queued",
    ),
    "a wrong count": (journal("UPDATE tally SET jobs = 7 WHERE state = 'filed'"), "journal: it counts"),
    "an undo under way": (
        journal("INSERT INTO settings VALUES ('undoing', '1')"), "journal: the undo of no. 1 is still",
    ),
    "one target twice": (
        journal("UPDATE jobs SET target = (SELECT target FROM jobs WHERE id = 1) WHERE id = 2"),
        "disagree: no. 1 and no. 2 .* are both filed as",
    ),
    "a target outside its library": (
        journal("UPDATE jobs SET library = CAST('/elsewhere' AS BLOB) WHERE id = 1"),
        "disagree: .* filed outside its library",
    ),
}  # fmt: skip


@pytest.mark.parametrize("world", [FilingMode.COPY], indirect=True)
@pytest.mark.parametrize("what", DAMAGES)
def test_it_complains_of(what: str, world: World) -> None:
    """Each kind of damage is told by its own words."""
    damage, expected = DAMAGES[what]
    damage(world)
    assert matching(world.complaints(), expected)


def matching(said: list[str], expected: str) -> list[str]:
    """The complaints that begin so."""
    return [one for one in said if re.match(expected, one)]


def test_it_complains_of_what_only_one_mode_allows(tmp_path: Path) -> None:
    """A source that went is right in move mode alone; one that stayed is wrong there."""
    with House(tmp_path) as house:
        world = filed_world(house, FilingMode.MOVE)
        assert matching(world.complaints("copy"), "altered: .*reese.wav is gone from where it was")
        world.jobs[0].source.write_bytes(world.filed.read_bytes())
        os.utime(world.jobs[0].source, ns=(OLD_NS, OLD_NS))
        assert matching(world.complaints(), "disagree: .* was moved, but also lies where it was")


@pytest.mark.parametrize("world", [FilingMode.COPY], indirect=True)
def test_it_complains_of_a_journal_that_cannot_be_read(world: World) -> None:
    """A journal that is gone or garbage is a complaint, not a crash."""
    world.house.journal.close()
    file = world.house.inbox.parent / "journal.db"
    file.write_bytes(b"garbage" * 1000)
    assert matching(world.complaints(), "journal: it cannot be read")
    file.unlink()
    assert matching(world.complaints(), "journal: it cannot be read")


def test_it_knows_what_is_in_an_archive(tmp_path: Path) -> None:
    """A target read from an archive is whole; one of which a piece is missing is not."""
    with House(tmp_path) as house:
        pack = make_pack(house.inbox / "pack.zip", [("Bass/reese.wav", tone_bytes(tmp_path, 50.0))])
        before = Before.of(house.inbox)
        house.unpacking.add(house.arrival(pack))
        while house.unpacking.busy:
            house.unpacking.step(house.library)
            house.work()
        world = World(house, before, house.journal.find(states=[JobState.FILED]), FilingMode.MOVE)
        assert len(world.jobs) == 1 and world.complaints() == []
        cut_off(world)
        assert matching(world.complaints(), "partial: ")


def test_it_complains_of_an_undo_that_left_something(world: World) -> None:
    """After everything was undone, a missing, altered or touched original and anything left over is told."""
    place = world.house.inbox.parent
    told = complaints_when_undone(world.before, inbox=place / "inbox", library=place / "library")
    assert matching(told, "undo: .*Reese/reese.wav was left over")
    assert (world.mode is FilingMode.MOVE) == bool(matching(told, "undo: .*reese.wav is not back"))
    for job in world.jobs[:2]:
        world.house.reviewing.undo(job.id)
    os.utime(world.jobs[0].source)
    world.jobs[1].source.write_bytes(b"other")
    told = complaints_when_undone(world.before, inbox=place / "inbox", library=place / "library")
    assert len(told) == 2
    assert matching(told, "undo: .*reese.wav came back with another time")
    assert matching(told, "undo: .*sub.wav came back altered")
