"""One poison file never stops the queue: real daemon and worker, poison of every kind, good files between."""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from support.audio import write_tone
from support.hostile import POISON
from support.program import Program
from support.torture import Trial

ILL = Path(__file__).parents[1] / "support" / "ill_worker"
SETTINGS = "worker_timeout_seconds: 6\nmemory_megabytes: 500\nnames: yes\nbatch_size: 4\n"
ILLNESSES = {
    "balloon": "failed: worker_crashed: .*(would take|took) more memory than memory_megabytes allows",
    "crash": "failed: worker_crashed: The recognition process ended",
    "killed": "failed: worker_crashed: The recognition process ended",
    "hang": "failed: worker_crashed: The recognition process gave no sign for 6 s",
    "raise": "failed: worker_crashed: The recognition process failed: RuntimeError: nobody foresaw this",
}
QUICK = ["balloon", "crash", "raise"]
PATIENCE_S = 1_800.0
"""Only so that a hang ends, on a machine that does much else."""


@contextmanager
def memory_of(program: Program) -> Iterator[dict[str, float]]:
    """The most memory (MB) that the daemon and any one of its processes took, as seen ten times a second."""
    most = {"daemon": 0.0, "worker": 0.0, "workers": 0.0}
    done = threading.Event()
    seen: set[int] = set()

    def look() -> None:
        assert program.daemon is not None
        daemon = psutil.Process(program.daemon.pid)
        while not done.wait(0.1):
            try:
                most["daemon"] = max(most["daemon"], daemon.memory_info().rss / 1e6)
                for child in daemon.children(recursive=True):
                    most["worker"] = max(most["worker"], child.memory_info().rss / 1e6)
                    seen.add(child.pid)
            except psutil.NoSuchProcess:
                continue
        most["workers"] = float(len(seen))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def verdicts(program: Program) -> dict[str, str]:
    """The state and reason of each file, by name."""
    jobs = program.json("history", "--limit", "0")
    return {Path(job["path"]).name: f"{job['state']}: {job['reason']}" for job in jobs}


def sicken(program: Program) -> None:
    program.environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(ILL), program.environment.get("PYTHONPATH", "")])
    )


def good_files(inbox: Path, count: int) -> list[str]:
    """Tones that differ, with names that lie between all others."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    names = [f"{letters[number % len(letters)]} good {number}.wav" for number in range(count)]
    for number, name in enumerate(names):
        write_tone(inbox / name, frequency=60 + 3 * number)
    return names


def ill_files(inbox: Path, illnesses: list[str], count: int) -> dict[str, str]:
    """Sound files on which the worker falls ill; their names, and what is to become of them."""
    names = {f"{illness} {number}.wav": illness for illness in illnesses for number in range(count)}
    for number, name in enumerate(names):
        write_tone(inbox / name, frequency=400 + 7 * number)
    return {name: ILLNESSES[illness] for name, illness in names.items()}


def wait_until_at_rest(program: Program, count: int) -> None:
    """Until so many files have come to rest and none is under way."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        status = program.status()
        done = sum(status[key] for key in ("filed", "review", "skipped", "failed"))
        if done >= count and status["pending"] == 0:
            return
        assert time.monotonic() < deadline, f"{status}\n{program.log.read_text()}"
        time.sleep(1.0)


def must_be_as_expected(found: dict[str, str], expected: dict[str, str]) -> None:
    wrong = {
        name: found.get(name) for name, words in expected.items() if not re.match(words, found.get(name, ""))
    }
    assert not wrong
    for name, told in found.items():
        assert len(told) < 3_000 and "Traceback" not in told, name


@pytest.mark.skipif(sys.platform == "win32", reason="signals and named pipes of POSIX")
def test_poison_never_stops_the_queue(program: Program, trial: Trial):
    """Poison of every kind lies between good files: they are filed, and it fails with plain reasons"""
    expected = {f"{name}.wav": words for name, (_, words) in POISON.items()}
    poison = {f"{name}.wav": make() for name, (make, _) in POISON.items()}
    sicken(program)
    program.write_config(SETTINGS)
    program.start()
    with memory_of(program) as most:
        for name, content in poison.items():
            (program.inbox / name).write_bytes(content)
        put_what_is_no_file(program.inbox)
        ill = ill_files(program.inbox, list(ILLNESSES) if trial.full else QUICK, trial.times(1, 3))
        good = good_files(program.inbox, trial.times(8, 72))
        expected |= ill | dict.fromkeys(good, "filed: ")
        sources = {path.name: path.read_bytes() for path in program.inbox.iterdir() if is_plain(path)}
        wait_until_at_rest(program, len(expected))
    found = verdicts(program)
    must_be_as_expected(found, expected)
    assert found.keys() == expected.keys()  # neither folder nor pipe, device or socket was taken up
    assert {name: (program.inbox / name).read_bytes() for name in sources} == sources
    lost = sum(1 for name in good if sources[name] not in program.filed().values())
    trial.count(len(expected), lost=lost)
    trial.note(f"{len(good)} good files between {len(expected) - len(good)} of poison")
    trial.note(f"daemon {most['daemon']:.0f} MB, worker {most['worker']:.0f} MB at most")
    trial.note(f"{most['workers']:.0f} workers started")
    assert lost == 0
    assert most["daemon"] < 300 and most["worker"] < 1_400
    assert program.stop() == 0


def is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def put_what_is_no_file(inbox: Path) -> None:
    """What has a sample's name and is a pipe, a socket, a device, a folder, or leads nowhere or in a ring."""
    os.mkfifo(inbox / "m pipe.wav")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(inbox)  # the name of a socket is short
        try:
            server.bind("m socket.wav")
        finally:
            os.chdir(here)
    (inbox / "m zero.wav").symlink_to("/dev/zero")
    (inbox / "m full.wav").symlink_to("/dev/full")
    (inbox / "m nowhere.wav").symlink_to(inbox / "nothing.wav")
    (inbox / "m ring.wav").symlink_to(inbox / "m ring.wav")
    (inbox / "m folder.wav").mkdir()
