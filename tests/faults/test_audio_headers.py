"""Headers and tags of damaged files: they are read in the daemon, so never an odd error, never for long."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.hostile import BUSY
from support.looking import MOST_SECONDS, at_most, look_at
from support.mutants import corpus, mutant
from support.torture import FOLDER, Trial

SEED = int(os.environ.get("TORTURE_SEED", "20261123"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    made = memory / f"wavized-{os.getpid()}-{tmp_path.name}"
    made.mkdir(mode=0o700)
    yield made
    for path in made.iterdir():
        path.unlink()
    made.rmdir()


def test_whole_files_are_understood(place: Path):
    """What the damaged files are made of can be read."""
    for content in corpus():
        (place / "whole").write_bytes(content)
        try:
            assert look_at(place / "whole")
        except AssertionError as error:
            raise AssertionError(content[:64]) from error


def test_damaged_headers(place: Path, trial: Trial):
    """Headers and tags of damaged files of every format are read in the daemon's way"""
    path = place / "sample.wav"
    slowest, sane, memory = 0.0, 0, psutil.Process().memory_info().rss
    count = trial.times(6_000, 400_000)
    for number in range(count):
        content = mutant(SEED, number)
        path.write_bytes(content)
        begun = time.process_time()
        try:
            with at_most(MOST_SECONDS):
                sane += bool(content and look_at(path))
        except BaseException as error:
            kept = keep(content, f"header-{SEED}-{number}")
            raise AssertionError(f"TORTURE_SEED={SEED}, file {number}, kept as {kept}: {error!r}") from error
        slowest = max(slowest, time.process_time() - begun)
        trial.count()
    grown = (psutil.Process().memory_info().rss - memory) / 1e6
    trial.note(f"seed {SEED}; {sane:,} still have a sane header; slowest {slowest * 1000:.0f} ms")
    trial.note(f"memory grew by {grown:.0f} MB")
    assert sane > count / 50
    assert grown < 100


@pytest.mark.parametrize("what", BUSY)
def test_headers_without_end(place: Path, trial: Trial, what: str):
    """Headers and tags made to keep a reader busy"""
    (place / "busy").write_bytes(BUSY[what]())
    begun = time.process_time()
    with at_most(MOST_SECONDS):
        header = look_at(place / "busy")
    trial.count()
    trial.note(f"{(time.process_time() - begun) * 1000:.0f} ms")
    if what.startswith(("FLAC with a pict", "ID3 with", "WAV whose", "Ogg with", "LIST", "AIFF with")):
        assert header is not None and header.duration_s < 1.0  # what is said of the sound is understood


def keep(content: bytes, name: str) -> Path:
    """Put bytes aside for whoever looks into a failure."""
    folder = FOLDER / "found"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name
