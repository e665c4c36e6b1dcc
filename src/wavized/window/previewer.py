"""One preview process and its pipes: a question, an answer or none in time. For the previews thread alone."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO

_LINE_LIMIT = 64 * 1024
_MOST_UNREAD = 16
"""Lines nobody has asked for, before no more are read: each question has one."""
_LEAVE_S = 2.0


class PreviewerGoneError(Exception):
    """The process died, gave no answer in time, or said what is no answer."""


class Previewer:
    """A running process. Raises OSError where it cannot be started."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = _spawn(command)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._asked = 0
        assert self._process.stdin is not None and self._process.stdout is not None  # both are pipes
        self._stdin = self._process.stdin
        # Joined in `close`; daemonic so that a program which forgets to close can still leave.
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), name="previews-answer", daemon=True
        )
        self._reader.start()

    def ask(self, question: Mapping[str, str], timeout_s: float) -> Mapping[str, object]:
        """The answer to one question. After PreviewerGoneError there will be no others: close it."""
        try:
            self._asked += 1
            numbered = {**question, "number": self._asked}
            self._stdin.write(json.dumps(numbered).encode("ascii") + b"\n")
            self._stdin.flush()
            line = self._lines.get(timeout=timeout_s)
        except OSError:
            raise PreviewerGoneError("ended") from None
        except queue.Empty:
            raise PreviewerGoneError(f"gave no answer within {timeout_s:g} s") from None
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or answer.get("number") != self._asked:
            raise PreviewerGoneError("babbled" if line else "ended")
        return answer

    def close(self, patience_s: float = _LEAVE_S) -> int:
        """Drop the leash, kill the process if it does not leave in time; return its exit status."""
        try:
            self._stdin.close()
        except OSError:
            pass  # what was left could not be flushed to a dead process
        try:
            status = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._process.wait()
        self._reader.join(_LEAVE_S)
        return status

    def kill(self) -> None:
        """End it now, with whatever it started; any thread may."""
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.poll() is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass  # it has just left (macOS says EPERM where only a zombie is)

    def _read(self, stdout: IO[bytes]) -> None:
        with stdout:
            while line := stdout.readline(_LINE_LIMIT):
                self._lines.put(line)
                if self._lines.qsize() > _MOST_UNREAD:
                    break
        self._lines.put(b"")


def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start it in a group of its own, so that Ctrl-C reaches the parent alone."""
    if sys.platform == "win32":
        flags, new_session = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW, False
    else:
        flags, new_session = 0, True
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=flags,
        start_new_session=new_session,
    )
