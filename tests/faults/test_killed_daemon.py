"""The whole program killed: the real daemon with its watcher and its worker process, and the worker alone."""

from __future__ import annotations

import random
import time

import psutil
import pytest

from support.checker import complaints, complaints_when_undone, losses
from support.mortal import World, pack_of_files
from support.mortal_daemon import MortalDaemon
from support.program import Program
from support.torture import Trial
from wavized.domain.sample import FilingMode

SEED = 20_240_818

every_mode = pytest.mark.parametrize("mode", list(FilingMode))


@pytest.fixture
def mortal(mode: FilingMode, program: Program) -> MortalDaemon:
    program.write_config(f"mode: {mode}\nworker_idle_seconds: 600\nrescan_seconds: 5\n")
    return MortalDaemon(program, World(program.place, mode))


def assert_nothing_lost(mortal: MortalDaemon, when: str) -> None:
    """At any instant."""
    if not mortal.journal.exists():
        return
    world = mortal.world
    found = losses(
        world.before, inbox=world.inbox, library=world.library, state_db=mortal.journal, mode=world.mode
    )
    assert not found, f"{when}: {found}"


def assert_sound(mortal: MortalDaemon, when: str) -> None:
    """At rest."""
    world = mortal.world
    mortal.wait_until_at_rest()
    found = complaints(
        world.before, inbox=world.inbox, library=world.library, state_db=mortal.journal, mode=world.mode,
        cache=mortal.program.place / "own" / "cache" / "wavized" / "packs",
    )  # fmt: skip
    assert not found, f"{when}: {found}"


def undo_all(mortal: MortalDaemon) -> None:
    """By the command, while nothing runs."""
    assert mortal.program.stop() == 0
    undone = mortal.program.run("undo", "--last", "1000")
    assert undone.returncode == 0, undone.stdout + undone.stderr
    world = mortal.world
    found = complaints_when_undone(world.before, inbox=world.inbox, library=world.library)
    assert not found, found


def bring_pack(mortal: MortalDaemon, number: int, chance: random.Random) -> None:
    """A pack comes bit by bit: some files whole at once, some growing in place."""
    files = pack_of_files(mortal.program.place, number)
    for name, content in sorted(files.items(), key=lambda _: chance.random()):
        time.sleep(chance.expovariate(1 / 0.05))
        mortal.world.bring(f"{number}/{name}", content)


@every_mode
def test_the_daemon_is_killed_at_random_instants(
    mode: FilingMode, mortal: MortalDaemon, trial: Trial
) -> None:
    """The real daemon is killed at random instants while packs arrive and the user corrects and undoes"""
    chance = random.Random(f"{SEED} {mode}")
    mortal.start()
    mortal.wait_until_at_rest()
    for number in range(trial.times(1, 40)):
        with mortal.talking(chance):
            bring_pack(mortal, number, chance)
            time.sleep(chance.uniform(0.0, 3.0))
            mortal.program.kill()
        assert_nothing_lost(mortal, f"killed in pack {number}")
        trial.count()
        mortal.start()
        while chance.random() < 0.3:
            time.sleep(chance.uniform(0.0, 4.0))
            mortal.program.kill()
            assert_nothing_lost(mortal, f"killed while starting again in pack {number}")
            trial.count()
            mortal.start()
        assert_sound(mortal, f"started again after pack {number}")
    undo_all(mortal)


@pytest.mark.parametrize("mode", [FilingMode.MOVE])
def test_the_worker_is_killed_at_random_instants(
    mode: FilingMode, mortal: MortalDaemon, trial: Trial
) -> None:
    """The worker process alone is killed at random instants while packs arrive"""
    chance = random.Random(SEED)
    mortal.start()
    mortal.wait_until_at_rest()
    for number in range(trial.times(1, 30)):
        bring_pack(mortal, number, chance)
        deadline = time.monotonic() + 60
        while not mortal.workers() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 6.0))
        for worker in mortal.workers():
            kill(worker)
            trial.count()
        assert_sound(mortal, f"worker killed in pack {number}")
    assert trial.tried > 0
    undo_all(mortal)


def kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        pass  # it went by itself
