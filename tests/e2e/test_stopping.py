"""Told to stop the program is gone within five seconds, whatever is under way; nothing is lost by it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from support.audio import write_tone
from support.visitor import Visitor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")

SECONDS = 5.0


def stop_in_time(program, number: int = signal.SIGTERM) -> float:
    """Send a signal; how long the daemon took to leave, with exit code 0 and no process left behind."""
    children = psutil.Process(program.daemon.pid).children(recursive=True)
    began = time.monotonic()
    program.daemon.send_signal(number)
    assert program.daemon.wait(60) == 0
    took = time.monotonic() - began
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    return took


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_every_signal_that_asks_for_it_stops_an_idle_program(program, number):
    """SIGHUP comes when the terminal is closed or the session ends."""
    program.start()
    assert stop_in_time(program, number) < SECONDS
    assert f"Stopping on {signal.Signals(number).name}" in program.log.read_text()


def test_a_paused_program_with_an_open_page_stops(program):
    program.start()
    assert program.run("pause").returncode == 0
    address = program.run("open", "--print").stdout.strip()
    guest = Visitor(urlsplit(address).port)
    assert guest.enter(address).status == 303
    events = guest.listen()
    next(events)
    assert stop_in_time(program) < SECONDS
    guest.close()


def test_it_stops_while_the_worker_starts_or_hears(program):
    """Samples in flight are heard at the next start."""
    for round_ in range(2):
        program.start()
        for n in range(8):
            write_tone(program.inbox / f"bass {round_} {n}.wav", frequency=40.0 + n + 10 * round_)
        program.wait(lambda: program.status()["worker"] in ("starting", "ready"))
        assert stop_in_time(program) < SECONDS
    program.start()
    program.wait_until_at_rest(16)
    assert len(program.filed()) == 16
    assert all(states == ["filed"] for states in program.states().values())


def test_it_stops_while_a_sort_runs(program):
    """The child is asked to stop after the sample in hand, and ended where it does not."""
    program.start()
    pack = program.place / "pack"
    pack.mkdir()
    for n in range(30):
        write_tone(pack / f"{n}.wav", frequency=40.0 + n)
    address = program.run("open", "--print").stdout.strip()
    guest = Visitor(urlsplit(address).port)
    assert guest.enter(address).status == 303
    answer = guest.ask("POST", "/api/sorts", {"folder": str(pack), "dry_run": False})
    assert answer.status == 200, answer.body
    assert stop_in_time(program) < SECONDS
    guest.close()
    assert len(list(pack.iterdir())) == 30


STUCK = """
import sys, threading
from wavized.cli.main import main
from wavized.library import parts
hold = threading.Event()

def copy(reading, writing, source):
    writing.write(reading.read(100))
    print("copying", file=sys.stderr, flush=True)
    hold.wait()

parts._copy = copy
sys.exit(main(sys.argv[1:]))
"""


def test_a_copy_that_takes_too_long_is_left_and_taken_back_at_the_next_start(program):
    """A slow drive does not hold the session's end up: the source is whole, the half copy goes away."""
    sample = write_tone(program.inbox / "large.wav", seconds=1.0, frequency=50.0)
    text = program.config.read_text().replace(
        f"  - path: {program.inbox}\n", f"  - path: {program.inbox}\n    existing: file\n"
    )
    program.config.write_text(text)
    whole = sample.read_bytes()
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            [sys.executable, "-c", STUCK, "run", "--no-tray", "--config", str(program.config)],
            env=program.environment,
            stderr=log,
        )
    program.wait(lambda: "copying" in program.log.read_text())
    assert stop_in_time(program) < SECONDS
    assert "settled at the next start" in program.log.read_text()
    assert sample.read_bytes() == whole
    assert len(list(program.library.rglob(".wavized-*.part"))) == 1
    program.start()
    program.wait_until_at_rest(1)
    assert program.filed() == {"large.wav": whole} and sample.read_bytes() == whole


def test_the_end_of_its_terminal_stops_it(program):
    """Closing the window it runs in sends SIGHUP, and nothing can be written there any more."""
    command = program.command("run", "--no-tray", "--config", str(program.config))
    terminal, inside = pty.openpty()
    program.daemon = subprocess.Popen(
        [sys.executable, "-c", TERMINAL, *command],
        env=program.environment,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    program.log.touch()
    program.wait(lambda: program.status()["state"] == "watching")
    began = time.monotonic()
    os.close(terminal)
    assert program.daemon.wait(60) == 0
    assert time.monotonic() - began < SECONDS
    log = Path(program.place / "own/state/wavized/log/wavized.log").read_text()
    assert "Stopping on SIGHUP" in log and "Traceback" not in log


TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_nohup_is_respected(program):
    """Who starts it with `nohup` wants it to outlive the terminal."""
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            ["nohup", *program.command("run", "--no-tray", "--config", str(program.config))],
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    program.wait(lambda: program.status()["state"] == "watching")
    program.daemon.send_signal(signal.SIGHUP)
    assert program.status()["state"] == "watching"
    assert program.stop() == 0
