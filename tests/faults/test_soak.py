"""The program lives through working days: nothing in it grows. And the judge of that can say no."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support import checker
from support.desktop import TOOLS, Desktop
from support.growth import Reading, Sampler, complaints, plot, write_csv
from support.musician import Musician
from support.program import Program
from support.torture import Trial
from wavized.config.paths import bundled_model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

DEADLINE = 300.0
"""Seconds to wait for what must happen."""


@dataclass(frozen=True)
class Days:
    """`rounds` of work for so many seconds, with pauses between two acts, then quiet for so many seconds.

    Before the last quarter comes a longer one without a rest, for what grows in a worker that stays.
    """

    rounds: int
    busy: float
    pause: float
    quiet: float
    long: float
    every: float
    """Seconds from one reading to the next."""
    worker_stays: float
    worker_leaves: bool


SHORT = Days(
    rounds=3, busy=1.0, pause=0.1, quiet=0.8, long=1.0, every=0.1, worker_stays=60, worker_leaves=False
)
FULL = Days(
    rounds=9, busy=170, pause=10.0, quiet=75, long=660, every=3.0, worker_stays=90, worker_leaves=True
)

BOUNDS = {"uss": 4.0, "rss": 6.0, "descriptors": 2, "threads": 2, "children": 0, "cpu": 1.0}
"""The most that the daemon may grow in half an hour: MiB, counts, seconds of CPU time a minute of rest."""
LOOSE = {"uss": 24.0, "rss": 24.0, "descriptors": 12, "threads": 8}
"""For a start-up of seconds, which ends in the middle of warming up."""
WORKER_BOUNDS = {"worker_uss": 24.0, "worker_descriptors": 2}
"""For a worker that stays: MiB and count, from its second quarter to its last."""


class WithTray(Program):
    """Shows its icon, where there is a desktop."""

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                self.command("run", "--config", str(self.config)), env=self.environment, stderr=log
            )
        self.wait(lambda: self.status()["state"] != "stopped")


@contextmanager
def desktop_for(program: Program) -> Iterator[bool]:
    """A display with a panel; false where this machine has none."""
    if not all(shutil.which(tool) for tool in TOOLS):
        yield False
        return
    desktop = Desktop()
    try:
        desktop.start_tray()
        program.environment = {
            name: value
            for name, value in program.environment.items()
            if name not in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
        } | {"DISPLAY": desktop.display, "PYSTRAY_BACKEND": "xorg"}
        yield True
    finally:
        desktop.close()


def live(program: Program, days: Days, musician: Musician, sampler: Sampler, chance: random.Random) -> None:
    """Work and rest in turns."""
    rounds = [days.busy] * days.rounds
    rounds.insert(-(-days.rounds * 2 // 3), days.long)
    for busy in rounds:
        sampler.phase = "busy"
        end = time.monotonic() + busy
        while time.monotonic() < end:
            musician.act()
            time.sleep(chance.uniform(0.5, 1.5) * days.pause)
        program.wait(lambda: at_rest(sampler, musician, leaves=days.worker_leaves), "waited for rest")
        sampler.phase = "quiet"
        time.sleep(days.quiet)


def at_rest(sampler: Sampler, musician: Musician, *, leaves: bool) -> bool:
    """Nothing is under way; where the worker `leaves`, it and the process for previews are gone."""
    if leaves and sampler.children():
        return False
    return musician.pending() == 0


def worker_lives(readings: list[Reading], *, least: float) -> Iterator[list[Reading]]:
    """The readings of each child that stayed so many seconds, without those of its start."""
    for pid in dict.fromkeys(reading.worker_pid for reading in readings if reading.worker_pid):
        life = [replace(reading, phase="hears") for reading in readings if reading.worker_pid == pid]
        life = [reading for reading in life if reading.at > life[0].at + least / 10]
        if life and life[-1].at - life[0].at > least:
            yield life


def test_soak(trial: Trial, tmp_path: Path):
    """An hour of work and rest with window, tray and the default model; nothing grows, nothing is lost"""
    days, bounds = (FULL, BOUNDS) if trial.full else (SHORT, LOOSE)
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    settings = f"rescan_seconds: 60\nworker_idle_seconds: {days.worker_stays}\n"
    with ExitStack() as stack:
        program = stack.enter_context(WithTray(tmp_path, bundled_model(), settings=settings))
        has_tray = stack.enter_context(desktop_for(program))
        program.start()
        assert program.daemon is not None
        musician = stack.enter_context(Musician(program, seed, hurry=not trial.full))
        sampler = stack.enter_context(
            Sampler(program.daemon.pid, every=days.every, own_files=tmp_path / "own")
        )
        live(program, days, musician, sampler, random.Random(seed))
        states = program.states()
        readings = list(sampler.readings)
        assert program.stop() == 0
    lost = checker.complaints(
        musician.arrived,
        inbox=program.inbox,
        library=program.library,
        state_db=tmp_path / "own" / "state" / "wavized" / "journal.db",
        mode="copy",
    )
    trial.count(musician.acts, lost=len(lost))
    found, went = complaints(readings, bounds)
    keep(trial, readings, f"{musician.acts} acts, {len(states)} samples, seed {seed}")
    for life in worker_lives(readings, least=300.0):
        more, how = complaints(life, WORKER_BOUNDS, phase="hears")
        found += more
        went |= how
    for name, how in went.items():
        trial.note(f"{name} {how.early:.1f} → {how.late:.1f} (slope {how.by_slope:+.2f})")
    trial.note(f"{len(states)} samples; {'tray' if has_tray else 'no tray'}; seed {seed}")
    trial.note(f"all processes at most {max(reading.tree_pss for reading in readings):.0f} MiB PSS")
    assert lost == []
    assert found == []


def keep(trial: Trial, readings: list[Reading], title: str) -> None:
    """The readings and their plot, in the full form."""
    if trial.full:
        write_csv(readings, trial.folder / "soak.csv")
        plot(readings, trial.folder / "soak.png", f"Soak: {title}")


# --- the judge can say no -------------------------------------------------------------------------------

EVEN = Reading(0.0, "quiet", 60.0, 50.0, 40, 20, 0.0, 0, 60.0, 55.0, 0.0, 0, 0, 1.0)


def an_hour(change: Callable[[Reading, float], Reading]) -> list[Reading]:
    """A reading every 3 s with noise of ±1 MiB, quiet in the second half of every five minutes."""
    chance = random.Random(5)
    readings = []
    for at in range(0, 3600, 3):
        noise = chance.uniform(-1.0, 1.0)
        phase = "quiet" if at % 300 >= 150 else "busy"
        extra = 0.0 if phase == "quiet" else chance.uniform(0, 40)
        reading = replace(
            EVEN, at=float(at), phase=phase, uss=50 + noise + extra, rss=60 + noise + extra, cpu=0.004 * at
        )
        readings.append(change(reading, at / 3600))
    return readings


def test_the_judge_is_content_with_a_program_that_warms_up_and_stays():
    """Noise, busy times and growth in the first quarter are no leak."""

    def warms_up(reading: Reading, part: float) -> Reading:
        warm = 30 * min(part, 0.25)
        return replace(reading, uss=reading.uss + warm, rss=reading.rss + warm)

    assert complaints(an_hour(warms_up), BOUNDS)[0] == []


@pytest.mark.parametrize(
    ("name", "leak"),
    [
        ("uss", lambda reading, part: replace(reading, uss=reading.uss + 12 * part)),
        ("rss", lambda reading, part: replace(reading, rss=reading.rss + 20 * part)),
        ("descriptors", lambda reading, part: replace(reading, descriptors=40 + int(8 * part))),
        ("threads", lambda reading, part: replace(reading, threads=20 + int(8 * part))),
        ("children", lambda reading, part: replace(reading, children=int(part > 0.7))),
        ("cpu", lambda reading, part: replace(reading, cpu=reading.cpu + 90 * part**3)),
    ],
)
def test_the_judge_finds_a_planted_leak(name, leak):
    """Each figure that creeps up beyond its bound is named, and none but it."""
    found, _ = complaints(an_hour(leak), BOUNDS)
    assert [line.split()[0] for line in found] == [name]


def test_the_judge_does_not_pass_what_was_not_measured():
    """Without readings of rest nothing can be said, which is no success."""
    readings = [replace(reading, phase="busy") for reading in an_hour(lambda reading, _: reading)]
    found, _ = complaints([*readings, EVEN], {"uss": 4.0, "cpu": 1.0})
    assert found == ["uss: too few readings to judge", "cpu: too few readings to judge"]


LEAKING = """
import os, time
kept = []
while True:
    kept.append((bytearray(os.urandom(1) * 2_000_000), os.open(os.devnull, os.O_RDONLY)))
    time.sleep(0.05)
"""


def test_a_real_process_that_leaks_is_found():
    """Sampler and judge together, with the bounds of the short form: memory and descriptors creep up."""
    process = subprocess.Popen([sys.executable, "-c", LEAKING])
    try:
        with Sampler(process.pid, every=0.05) as sampler:
            sampler.phase = "quiet"
            deadline = time.monotonic() + DEADLINE
            while not sampler.readings or sampler.readings[-1].uss < 150.0:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    found, _ = complaints(sampler.readings, LOOSE)
    assert {line.split()[0] for line in found} == {"uss", "rss", "descriptors"}
