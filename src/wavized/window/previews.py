"""Outlines, pictures and playable copies of samples, made by a process that a hostile file may take down.

A thread of its own, `previews`, asks that process one thing at a time. It starts it when it is needed, anew
after a crash, and lets it go when nothing was asked for a while. What was made once is kept on disk.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from wavized.config.program import own_command
from wavized.domain.sample import FileStat
from wavized.errors import WavizedError
from wavized.window.previewer import Previewer, PreviewerGoneError
from wavized.window.shelf import Shelf

log = logging.getLogger(__name__)

SUFFIXES = {"waveform": ".json", "spectrogram": ".png", "wav": ".wav"}
_EDITION = "1"
"""Part of every name: to be raised when previews are made differently, so that old ones are not shown."""
_MOST_REMEMBERED = 1000


class NoPreviewError(WavizedError):
    """This file cannot be shown or converted."""


class PreviewsBusyError(WavizedError):
    """Too much has been asked for at once, or the program is stopping; asking again later may do."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, as it stands, and the hexadecimal key under which its previews are kept."""

    path: Path
    stat: FileStat
    key: str


@dataclass(frozen=True, slots=True)
class _Task:
    reply: Future[Path]
    what: str
    sample: Sample
    name: str


def default_command(*, memory_megabytes: float | None = None) -> list[str]:
    """How this very program is called as a preview process."""
    limit = [] if memory_megabytes is None else ["--memory-megabytes", str(memory_megabytes)]
    return [*own_command(), "_preview", *limit]


class Previews:
    """Close it when done. `timeout_s` is how long one preview may take, the start of the process included."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        timeout_s: float = 60.0,
        idle_s: float = 30.0,
        most_waiting: int = 32,
        most_bytes: int = 256 * 1024 * 1024,
    ) -> None:
        self._command = command
        self._shelf = Shelf(folder, most_bytes=most_bytes)
        self._timeout_s = timeout_s
        self._idle_s = idle_s
        self._tasks: queue.Queue[_Task | None] = queue.Queue(most_waiting)
        self._refused: dict[str, str] = {}
        self._lock = threading.Lock()
        self._process: Previewer | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def running(self) -> bool:
        """Whether there is a process just now."""
        return self._process is not None

    def ask(self, what: str, sample: Sample) -> Future[Path]:
        """The file with a `waveform`, `spectrogram` or `wav` of a sample; any thread may ask.

        The future raises NoPreviewError or PreviewsBusyError.
        """
        reply: Future[Path] = Future()
        name = f"{sample.key}.{_EDITION}{SUFFIXES[what]}"
        made = self._shelf.find(name)
        if made is not None:
            reply.set_result(made)
            return reply
        with self._lock:
            try:
                if self._closed:
                    raise queue.Full
                self._tasks.put_nowait(_Task(reply, what, sample, name))
                self._begin()
            except queue.Full:
                reply.set_exception(PreviewsBusyError("Too much is being looked at just now; try again"))
        return reply

    def use(self, command: Sequence[str]) -> None:
        """Start the next process by this command."""
        self._command = command

    def close(self) -> None:
        """Drop what waits, end the process and the thread. May be called twice."""
        with self._lock:
            self._closed = True
            while not self._tasks.empty():
                task = self._tasks.get_nowait()
                if task is not None:
                    task.reply.cancel()
            self._tasks.put_nowait(None)
            thread, process = self._thread, self._process
        if process is not None:
            process.kill()
        if thread is not None:
            thread.join()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="previews")
            self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=None if self._process is None else self._idle_s)
            except queue.Empty:
                self._let_go()
                continue
            if task is None:
                break
            if task.reply.set_running_or_notify_cancel():
                try:
                    task.reply.set_result(self._make(task))
                except Exception as error:  # noqa: BLE001  # it belongs to whoever asked
                    task.reply.set_exception(error)
        self._let_go()

    def _make(self, task: _Task) -> Path:
        made = self._shelf.find(task.name)  # asked for twice at once
        if made is not None:
            return made
        if task.name in self._refused:
            raise NoPreviewError(self._refused[task.name])
        try:
            into = self._shelf.begin(task.name)
            try:
                self._carry_out(task, into)
                return self._shelf.finish(into)
            finally:
                into.unlink(missing_ok=True)
        except OSError as error:
            raise NoPreviewError(f"no preview can be kept: {error.strerror or error}") from error

    def _carry_out(self, task: _Task, into: Path) -> None:
        """Have the file written. Raises NoPreviewError, and keeps in mind what a file did to the process."""
        question = {
            "what": task.what,
            "path": str(task.sample.path.absolute()),
            "into": str(into.absolute()),
        }
        try:
            answer = self._running().ask(question, self._timeout_s)
        except PreviewerGoneError as error:
            status = self._let_go(patience_s=0.2)
            if self._closed:
                raise PreviewsBusyError("Wavized is stopping") from None
            log.warning("The preview process %s (status %s) over %s", error, status, task.sample.path)
            raise self._refusal(task.name, "cannot be shown: its preview failed") from None
        if "refused" in answer:
            raise self._refusal(task.name, str(answer["refused"]))
        if "done" not in answer:
            log.warning("No %s of %s: %s", task.what, task.sample.path, answer.get("fault"))
            raise self._refusal(task.name, "cannot be shown: its preview failed")
        if _stat(task.sample.path) != task.sample.stat:
            raise PreviewsBusyError("It is just changing; try again")

    def _running(self) -> Previewer:
        with self._lock:
            if self._closed:
                raise PreviewsBusyError("Wavized is stopping")
            if self._process is None:
                self._process = Previewer(self._command)
            return self._process

    def _refusal(self, name: str, words: str) -> NoPreviewError:
        if len(self._refused) >= _MOST_REMEMBERED:
            self._refused.clear()
        self._refused[name] = words
        return NoPreviewError(words)

    def _let_go(self, patience_s: float = 2.0) -> int | None:
        with self._lock:
            process, self._process = self._process, None
        return None if process is None else process.close(patience_s)


def _stat(path: Path) -> FileStat | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return FileStat(status.st_size, status.st_mtime_ns)
