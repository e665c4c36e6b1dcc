"""Decoding damaged files in processes of their own, as the worker does: whatever happens, on it goes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.mutants import mutant
from support.torture import FOLDER, Trial

SEED = int(os.environ.get("TORTURE_SEED", "20261124"))
CHILD = Path(__file__).parents[1] / "support" / "decoding_child.py"
CHUNK = 5_000
PATIENCE_S = 600.0
"""For a chunk of files, on a machine that is busy with other things."""
MOST_SECONDS = 2.0
"""Of processor time for decoding one file of a few kB."""


@dataclass
class Course:
    """What came of the files so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    crashed: list[tuple[int, int]] = field(default_factory=list)
    last: tuple[int, str] = (-1, "")

    def take(self, line: str) -> None:
        number, outcome, *seconds = line.split()
        self.last = (int(number), outcome)
        if outcome != "began":
            self.outcomes[outcome] += 1
            self.slowest = max(self.slowest, float(seconds[0]))


def decode_some(seed: int, first: int, count: int, folder: Path, course: Course) -> int:
    """Decode from `first` on until done or until a file ends the process; returns where to go on."""
    command = [sys.executable, str(CHILD), str(seed), str(first), str(count), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(CHILD.parents[1]), "OMP_NUM_THREADS": "1"}
    with (folder / "log").open("wb") as log:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=log, env=environment, timeout=PATIENCE_S, check=False
        )
    for line in done.stdout.decode().splitlines():
        course.take(line)
    number, outcome = course.last
    if done.returncode == 0:
        return first + count
    kept = keep(mutant(seed, number), f"decoding-{seed}-{number}")
    log = (folder / "log").read_text(errors="replace")[-4_000:]
    assert outcome == "began" and done.returncode < 0, (
        f"TORTURE_SEED={seed}, file {number}, kept as {kept}, status {done.returncode}:\n{log}"
    )
    course.crashed.append((number, done.returncode))  # a fault in native code: it costs one process
    return number + 1


def keep(content: bytes, name: str) -> Path:
    """Put bytes aside for whoever looks into a failure."""
    folder = FOLDER / "found"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.skipif(sys.platform == "win32", reason="the limits of the child process are POSIX's")
def test_damaged_files_are_decoded(tmp_path: Path, trial: Trial):
    """Damaged files of every format are decoded, measured and drawn as worker and preview process do"""
    import resource  # there is none on Windows

    course, number, count = Course(), 0, trial.times(1_500, 220_000)
    while number < count:
        begun = number
        number = decode_some(SEED, number, min(CHUNK, count - number), tmp_path, course)
        trial.count(number - begun)
    heard = sum(times for outcome, times in course.outcomes.items() if outcome.startswith("heard"))
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    trial.note(f"seed {SEED}; {heard:,} could still be heard, {len(course.crashed)} ended their process")
    trial.note(f"slowest {course.slowest * 1000:.0f} ms; {most:.0f} MB at most")
    assert course.slowest < MOST_SECONDS
    assert heard > count / 50
    assert sum(course.outcomes.values()) + len(course.crashed) == count
