"""One worker process and the threads that tend its pipes: questions in, messages out, log out.

Used by one thread of the daemon at a time. Never blocks on a worker that does not read, never lets one fill
memory or disk, and leaves neither process, thread nor descriptor behind after `close`.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from wavized.inference.log import BoundedLog
from wavized.inference.protocol import ANSWER_LIMIT, BabbleError, Message, decode, encode

logger = logging.getLogger(__name__)

GARBAGE_LIMIT = 200
"""Lines that are no message, before a worker counts as babbling."""
BACKLOG_LIMIT = 2_000
"""Messages nobody has fetched, before a worker counts as babbling."""
_LOGGED_GARBAGE = 5
_JOIN_S = 2.0


class WorkerGoneError(Exception):
    """The worker's output has ended: there can be no more messages."""


class WorkerProcess:
    """A running worker. Raises OSError where it cannot be started."""

    def __init__(self, command: Sequence[str], *, log_path: Path | None) -> None:
        self._received: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._questions: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        self.babbled = False
        self._process = _spawn(command, with_log=log_path is not None)
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None and stdout is not None  # both are pipes
        self._threads = [_thread("ask", self._write, stdin), _thread("answer", self._read, stdout)]
        if log_path is not None and stderr is not None:
            self._threads.append(_thread("log", BoundedLog(log_path).drain, stderr))
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """Whether the worker's output has ended."""
        return self._ended.is_set()

    def send(self, message: Message) -> None:
        """Hand a question over; returns at once, also where the worker does not read."""
        self._questions.put(encode(message))

    def receive(self, timeout_s: float) -> Message | None:
        """The next message, or None after `timeout_s`; raise WorkerGoneError once there can be no more."""
        try:
            message = self._received.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if message is None:
            self._received.put(None)
            raise WorkerGoneError
        return message

    def close(self, patience_s: float) -> int:
        """Drop the leash, give the worker `patience_s` to leave, then kill it; return its exit status.

        Negative statuses are the POSIX signals that ended it.
        """
        self._questions.put(None)
        try:
            status = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._kill()
            status = self._process.wait()
        if not self._join():
            self._kill()  # somebody of its group lives on and holds the pipes
            if not self._join():
                logger.warning("A process started by the worker holds on to its pipes")
        return status

    def _join(self) -> bool:
        for thread in self._threads:
            thread.join(_JOIN_S)
        return not any(thread.is_alive() for thread in self._threads)

    def _kill(self) -> None:
        """Kill the worker and whatever it started."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass  # nobody of the group is left (macOS says EPERM where only a zombie is)

    def _write(self, stdin: IO[bytes]) -> None:
        try:
            while (line := self._questions.get()) is not None:
                stdin.write(line)
                stdin.flush()
        except OSError:
            pass  # the worker died; the reading thread notices and tells
        finally:
            try:
                stdin.close()
            except OSError:
                pass  # what was left could not be flushed to a dead worker

    def _read(self, stdout: IO[bytes]) -> None:
        try:
            with stdout:
                self._take_in(stdout)
        finally:
            self._ended.set()
            self._received.put(None)

    def _take_in(self, stdout: IO[bytes]) -> None:
        garbage = 0
        while line := stdout.readline(ANSWER_LIMIT):
            try:
                self._received.put(decode(line))
            except BabbleError as error:
                garbage += 1
                if garbage <= _LOGGED_GARBAGE:
                    logger.warning("The worker babbles (%.200s): %r", error, line[:200])
            if garbage > GARBAGE_LIMIT or self._received.qsize() > BACKLOG_LIMIT:
                self.babbled = True
                return


def _thread(task: str, target: Callable[[IO[bytes]], None], pipe: IO[bytes]) -> threading.Thread:
    # Joined in `close`; daemonic so that a program which forgets to close can still leave, worker and all.
    return threading.Thread(target=target, args=(pipe,), name=f"worker-{task}", daemon=True)


def _spawn(command: Sequence[str], *, with_log: bool) -> subprocess.Popen[bytes]:
    """Start the worker in a group of its own, so that Ctrl-C reaches the parent alone."""
    if sys.platform == "win32":
        flags, new_session = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW, False
    else:
        flags, new_session = 0, True
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if with_log else subprocess.DEVNULL,
        creationflags=flags,
        start_new_session=new_session,
    )
