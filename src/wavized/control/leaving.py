"""Stopping: on which signals, and how long it may take at most.

Signals are heard on the main thread. The thread `leaving` waits for the word to stop, then for the end.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from wavized.control.supervisor import Supervisor

log = logging.getLogger(__name__)

LONGEST_SECONDS = 4.5
"""After this the process ends whatever is under way: the journal knows what to finish or to take back."""

_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
"""SIGHUP: the terminal was closed or the session has ended. SIGBREAK: the same on Windows, and Ctrl-Break."""

_CLOSING_EVENTS = (2, 5, 6)
"""Windows' CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT."""


@contextmanager
def stop_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Have every signal that asks for it call `stop`, on the main thread; what held before holds again after.

    A hang-up that was to be ignored (`nohup`) still is.
    """

    def heed(number: int, _: FrameType | None) -> None:
        log.info("Stopping on %s", signal.Signals(number).name)
        stop()

    previous = {}
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue
        previous[number] = signal.signal(number, heed)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def leave_in_time(
    stop: threading.Event, supervisor: Supervisor, longest_seconds: float = LONGEST_SECONDS
) -> None:
    """From now on the process ends at most so long after `stop` was set, by itself or without asking."""

    def wait() -> None:
        stop.wait()
        supervisor.stopping()
        time.sleep(longest_seconds)
        log.warning("Something does not end in time; what it was about is settled at the next start")
        logging.shutdown()
        os._exit(0)  # as a kill would: the journal names what was under way

    if sys.platform == "win32":
        _stay_until_stopped(stop, longest_seconds)
    # A daemonic thread: it is still there while the interpreter waits for all others, and goes with it.
    threading.Thread(target=wait, name="leaving", daemon=True).start()


if sys.platform == "win32":
    _kept: list[object] = []  # Windows calls it later

    def _stay_until_stopped(stop: threading.Event, longest_seconds: float) -> None:
        """Windows ends the process as soon as its word that the console closes is answered: answer late."""

        def heed(event: int) -> int:
            if event not in _CLOSING_EVENTS:
                return 0
            stop.set()
            time.sleep(longest_seconds)
            return 1

        handler = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(heed)
        _kept.append(handler)
        ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 1)
