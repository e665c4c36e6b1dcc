"""Signals and the time limit of stopping: no lock and no terminal holds them up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from wavized.control.leaving import stop_on_signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


def test_a_signal_may_come_while_the_main_thread_holds_what_stopping_needs():
    """An Event that is just being waited for or set has such a lock: two signals may come at once."""
    lock = threading.Lock()
    stopped = threading.Event()

    def stop() -> None:
        if lock.acquire(timeout=5):
            stopped.set()

    with stop_on_signals(stop):
        with lock:
            signal.raise_signal(signal.SIGTERM)
        assert stopped.wait(60)


def test_signals_mean_afterwards_what_they_meant_before():
    """No thread is left behind either."""
    before = signal.getsignal(signal.SIGTERM), threading.active_count()
    with stop_on_signals(lambda: None):
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert (signal.getsignal(signal.SIGTERM), threading.active_count()) == before


MUTE = """
import logging, sys, threading
from wavized.control.leaving import leave_in_time
from wavized.control.supervisor import Supervisor
logging.basicConfig(stream=sys.stderr)
stop = threading.Event()
leave_in_time(stop, Supervisor({}), longest_seconds=0.1)
print("full of words" * 10, flush=True)
sys.stdin.readline()
stop.set()
threading.Event().wait()
"""


def test_a_terminal_that_takes_no_more_words_does_not_keep_the_program():
    """A pager that is not scrolled, or Ctrl-S: what cannot be said is left unsaid."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    with subprocess.Popen(
        [sys.executable, "-c", MUTE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=writing
    ) as program:
        try:
            program.stdout.readline()
            program.stdin.write(b"\n")
            program.stdin.flush()
            assert program.wait(30) == 0
        finally:
            program.kill()
            os.close(reading)
            os.close(writing)
