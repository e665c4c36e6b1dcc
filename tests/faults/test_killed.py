"""Killed anywhere: real journal, filer, recovery, archives and pipeline in children that die by SIGKILL."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from support.house import House
from support.mortal import (
    Work,
    World,
    be_busy,
    dies_at_acts,
    dies_at_writes,
    in_child,
    killed_after,
    live,
    pack_of_files,
    sort,
    start_anew,
    undo_all,
)
from support.torture import Trial
from wavized.domain.job import Origin
from wavized.domain.sample import FilingMode

SEED = 20_240_817

every_mode = pytest.mark.parametrize("mode", list(FilingMode))
Mortal = Callable[[Callable[[House], None], Path], Work]


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: syncing costs nothing there."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="wavized-", dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


@every_mode
def test_killed_at_each_write_of_the_journal(mode: FilingMode, quick: Path, trial: Trial) -> None:
    """The program is killed before and after every write to its journal while a pack is filed"""
    die_everywhere(World(quick / "world", mode), dies_at_writes, trial, most=trial.times(6, 100_000))


@every_mode
def test_killed_at_each_act_on_the_disk(mode: FilingMode, quick: Path, trial: Trial) -> None:
    """The program is killed before acts on the disk (open, link, rename, remove …) while a pack is filed"""
    die_everywhere(World(quick / "world", mode), dies_at_acts, trial, most=trial.times(5, 400))


@every_mode
def test_killed_at_random_instants(mode: FilingMode, quick: Path, trial: Trial) -> None:
    """The pipeline is killed at random instants while packs arrive and the user corrects and undoes"""
    chance = random.Random(f"{SEED} {mode}")
    world = World(quick / "world", mode)
    for life in range(trial.times(1, 17)):
        world.anew()
        for pack in range(trial.times(6, 10)):
            die_while_arriving(world, pack_of_files(quick, pack), chance, f"life {life}, pack {pack}", trial)
        in_child(dies_at_writes(undo_all, world.place))
        world.assert_undone(f"all undone after life {life}")


def die_while_arriving(
    world: World, files: dict[str, bytes], chance: random.Random, when: str, trial: Trial
) -> None:
    """A pack arrives bit by bit; the program is killed meanwhile or soon after, and again while it starts."""
    busy = dies_at_writes(partial(be_busy, mode=world.mode), world.place)
    number = when.rsplit(" ", 1)[1]
    with killed_after(busy):
        for name, content in sorted(files.items(), key=lambda _: chance.random()):
            time.sleep(chance.expovariate(1 / 0.01))
            world.bring(f"{number}/{name}", content)
        time.sleep(chance.uniform(0.0, 0.5))
    world.assert_nothing_lost(f"killed in {when}")
    trial.count()
    while chance.random() < 0.4:
        with killed_after(busy):
            time.sleep(chance.uniform(0.0, 0.1))
        world.assert_nothing_lost(f"killed while starting again in {when}")
        trial.count()
    in_child(dies_at_writes(partial(live, mode=world.mode), world.place))
    world.assert_sound(f"started again after {when}")


@every_mode
def test_killed_beside_a_sort(mode: FilingMode, quick: Path, trial: Trial) -> None:
    """Daemon and one-time sort meet the same contents under other names and are killed at random instants"""
    chance = random.Random(f"{SEED} sort {mode}")
    world = World(quick / "world", mode)
    busy = dies_at_writes(partial(be_busy, mode=mode), world.place)
    beside = dies_at_writes(partial(sort, mode=mode), world.place, Origin.SORT)
    for life in range(trial.times(2, 60)):
        arrive(world, {})
        for name, content in pack_of_files(quick, life % 10).items():
            world.bring(name, content)
            world.bring(f"other {name.replace('/', ' ')}", content, world.sorted)
        for _ in range(chance.randint(1, 3)):
            with killed_after(busy), killed_after(beside):
                time.sleep(chance.uniform(0.0, 0.6))
            world.assert_nothing_lost(f"both killed in life {life}")
            trial.count(2)
        in_child(dies_at_writes(start_anew, world.place, Origin.SORT))
        in_child(dies_at_writes(partial(live, mode=mode), world.place))
        world.assert_sound(f"started again after life {life}")
        in_child(dies_at_writes(undo_all, world.place))
        world.assert_undone(f"all undone after life {life}")


def die_everywhere(world: World, mortal: Mortal, trial: Trial, *, most: int) -> None:
    """At every tick of a whole life, or at `most` of them spread over it: die, start again, compare, undo."""
    files = pack_of_files(world.place.parent)
    life = mortal(partial(live, mode=world.mode), world.place)
    again = dies_at_writes(partial(live, mode=world.mode), world.place)
    undo = dies_at_writes(undo_all, world.place)
    arrive(world, files)
    ticks = in_child(life)
    assert ticks is not None and ticks > 100
    world.assert_sound("without any kill")
    for at in spread(ticks, most):
        arrive(world, files)
        assert in_child(life, at) is None, f"tick {at} never came"
        world.assert_nothing_lost(f"killed at {at} of {ticks}")
        in_child(again)
        world.assert_sound(f"started again after a kill at {at} of {ticks}")
        in_child(undo)
        world.assert_undone(f"all undone after a kill at {at} of {ticks}")
        trial.count()
    trial.note(f"{ticks} places to die at")


def arrive(world: World, files: dict[str, bytes]) -> None:
    """The whole pack, in an empty world."""
    world.anew()
    for name, content in files.items():
        world.bring(name, content)


def spread(ticks: int, most: int) -> list[int]:
    """At most so many of the ticks; by a seed where not all."""
    if most >= ticks:
        return list(range(1, ticks + 1))
    return sorted(random.Random(SEED).sample(range(1, ticks + 1), most))
