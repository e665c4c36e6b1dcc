"""Headers and tags of damaged files: they are read in the daemon, so never an odd error, never for long."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from support.mutants import corpus, mutant
from support.torture import FOLDER, Trial
from wavized.audio.playable import browser_type
from wavized.audio.probe import HeaderProbe
from wavized.audio.stream import Section, open_sample
from wavized.audio.tags import MAX_CHARACTERS, MAX_TEXTS, read_tags
from wavized.errors import UnreadableAudioError

SEED = int(os.environ.get("TORTURE_SEED", "20261123"))
MOST_SECONDS = 1.0
"""Of processor time for one file: header, tags and what a browser could do with it."""


class TooLongError(AssertionError):
    """A file took more than its time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Break off whatever takes longer than this, in processor time."""
    if sys.platform == "win32":
        yield
        return

    def break_off(*_: object) -> None:
        raise TooLongError(f"took more than {seconds:g} s")

    before = signal.signal(signal.SIGVTALRM, break_off)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


def look_at(path: Path) -> bool:
    """All that the daemon does with a file's content but its digest; True where it has a sane header."""
    texts = read_tags(path)
    assert len(texts) <= MAX_TEXTS and all(len(text) <= MAX_CHARACTERS for text in texts)
    file, size = open_sample(path)
    with file:
        browser_type(Section(file, 0, size))
    try:
        header = HeaderProbe().read_header(path)
    except UnreadableAudioError as error:
        assert error.message
        return False
    assert header.format in ("wav", "aiff", "flac", "ogg", "opus", "mp3")
    assert 8_000 <= header.sample_rate <= 192_000 and 1 <= header.channels <= 8
    assert 0.0 <= header.duration_s < math.inf
    return True


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
                sane += look_at(path) if content else 0
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


def keep(content: bytes, name: str) -> Path:
    """Put bytes aside for whoever looks into a failure."""
    folder = FOLDER / "found"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name
