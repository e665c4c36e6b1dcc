"""Stopping: on which signals, and how long it may take at most.

Signals are heard on the main thread and acted upon on the thread `signals`. The thread `leaving` waits for
the word to stop, then for the end; nothing that others hold can keep it from ending the process.
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
from contextlib import AbstractContextManager, contextmanager, nullcontext
from queue import SimpleQueue
from types import FrameType

from wavized.control.supervisor import Supervisor

log = logging.getLogger(__name__)

LONGEST_SECONDS = 4.0
"""After this the process ends whatever is under way: the journal knows what to finish or to take back.

It shall be gone within five seconds, also on a busy machine.
"""

_LAST_WORDS = "Something does not end in time; what it was about is settled at the next start"
_LAST_WORDS_SECONDS = 0.2

_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
"""SIGHUP: the terminal was closed or the session has ended. SIGBREAK: the same on Windows, and Ctrl-Break."""

_CLOSING_EVENTS = (2, 5, 6)
"""Windows' CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT."""


@contextmanager
def stop_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Have every signal that asks for it call `stop`; what held before holds again after.

    `stop` is called on a thread of its own: the main thread may be interrupted while it holds a lock that
    `stop` needs. A hang-up that was to be ignored (`nohup`) still is.
    """
    heard: SimpleQueue[int | None] = SimpleQueue()  # the one queue that a signal handler may put into

    def pass_on() -> None:
        while (number := heard.get()) is not None:
            stop()
            log.info("Stopping on %s", signal.Signals(number).name)

    passing_on = threading.Thread(target=pass_on, name="signals")
    passing_on.start()
    try:
        with _heeded(heard.put), _console_heeded(heard.put):
            yield
    finally:
        heard.put(None)
        passing_on.join()


@contextmanager
def _heeded(tell: Callable[[int], None]) -> Iterator[None]:
    def heed(number: int, _: FrameType | None) -> None:
        tell(number)

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


if sys.platform == "win32":

    @contextmanager
    def _console_heeded(tell: Callable[[int], None]) -> Iterator[None]:
        """Windows tells of Ctrl-C too while the main thread waits, on a thread of its own.

        It ends the process as soon as its word that the console closes is answered: answer late.
        """

        def heed(event: int) -> int:
            tell(signal.SIGBREAK if event else signal.SIGINT)
            if event in _CLOSING_EVENTS:
                time.sleep(LONGEST_SECONDS)
            return 1

        handler = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(heed)
        ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 1)
        try:
            yield
        finally:
            ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 0)

else:

    def _console_heeded(_: Callable[[int], None]) -> AbstractContextManager[None]:
        return nullcontext()


def leave_in_time(
    stop: threading.Event, supervisor: Supervisor, longest_seconds: float = LONGEST_SECONDS
) -> None:
    """From now on the process ends at most so long after `stop` was set, by itself or without asking."""

    def wait() -> None:
        stop.wait()
        supervisor.stopping()
        time.sleep(longest_seconds)
        last_words = threading.Thread(target=log.warning, args=(_LAST_WORDS,), name="last-words", daemon=True)
        last_words.start()
        last_words.join(_LAST_WORDS_SECONDS)  # a terminal may take no more words, the log's disk hang
        os._exit(0)  # as a kill would: the journal names what was under way

    # A daemonic thread: it is still there while the interpreter waits for all others, and goes with it.
    threading.Thread(target=wait, name="leaving", daemon=True).start()
