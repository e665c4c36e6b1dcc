"""The ear as the daemon knows it: start the worker when there is something to hear, ask, time out, restart.

Runs on the pipeline thread (`state` may be asked from any); never imports numpy, torch or transformers, and
never raises because of what a worker does, except where no worker can be had at all.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from wavized.audio.memory import TOO_MUCH_MEMORY
from wavized.config.program import own_command
from wavized.domain.hearing import Answer, ModelInfo, Scored, Unanswered
from wavized.errors import ModelUnusableError
from wavized.inference.batch import Batch
from wavized.inference.manifest import check_files, read_manifest
from wavized.inference.process import WorkerGoneError, WorkerProcess
from wavized.inference.protocol import Ask, Ready, Unusable
from wavized.logic.backoff import Backoff
from wavized.logic.patience import Patience
from wavized.ports import Clock

logger = logging.getLogger(__name__)

FRUITLESS_LIMIT = 3
"""Workers in a row that died before they touched a file, after which the model counts as unusable."""
_LOOK_UP_S = 0.2
_LEAVE_S = 2.0


class _StoppedError(Exception):
    """The program is stopping: nothing more is to be started or waited for."""


def default_command(
    *, threads: int | None = None, max_seconds: float | None = None, memory_megabytes: float | None = None
) -> list[str]:
    """How this very program is called as a worker; the client adds the model."""
    command = [*own_command(), "_worker"]
    if threads is not None:
        command += ["--threads", str(threads)]
    if max_seconds is not None:
        command += ["--max-seconds", str(max_seconds)]
    if memory_megabytes is not None:
        command += ["--memory-megabytes", str(memory_megabytes)]
    return command


class WorkerClassifier:
    """A `wavized.ports.Classifier` in a process of its own.

    `timeout_s` is how long a worker may take for one step (opening one file, or hearing one batch) and
    `start_timeout_s` how long to load the model. Setting `stop` ends every wait: what has no answer yet
    is Unanswered, not suspect. `log_path` gets the worker's standard error.
    """

    def __init__(
        self,
        command: Sequence[str],
        model_dir: Path,
        *,
        clock: Clock,
        timeout_s: float = 60.0,
        start_timeout_s: float = 120.0,
        batch_size: int = 16,
        log_path: Path | None = None,
        stop: threading.Event | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._command = [*command, "--model", str(model_dir)]
        self._model_dir = model_dir
        self._clock = clock
        self._timeout_s = timeout_s
        self._start_timeout_s = start_timeout_s
        self._batch_size = batch_size
        self._log_path = log_path
        self._stop = stop or threading.Event()
        self._closed = False
        self._backoff = backoff or Backoff(first_s=0.5, most_s=10.0)
        self._fruitless = 0
        self._asked = 0
        self._worker: WorkerProcess | None = None
        self._info: ModelInfo | None = None
        self._declared = ""
        self._state = "off"

    def info(self) -> ModelInfo:
        """What the model folder declares, its files checked against their digests; raise ModelUnusableError.

        Kept until a worker loads another model or finds this one unusable.
        """
        if self._info is None:
            manifest = read_manifest(self._model_dir)
            check_files(self._model_dir, manifest)
            self._info, self._declared = manifest.info, manifest.digest
        return self._info

    def classify(self, paths: Sequence[Path]) -> list[Answer]:
        """Answer each path, in order, in batches; raise ModelUnusableError where the model cannot be loaded.

        A worker that dies, hangs or babbles takes the rest of its batch along as Unanswered; the next batch
        gets a new worker, after a wait that grows with each failure in a row. All scores are by the model
        that `info` tells of afterwards.
        """
        answers: list[Answer] = []
        for start in range(0, len(paths), self._batch_size):
            before = self._declared
            heard = self._ask(paths[start : start + self._batch_size])
            if before != self._declared:
                answers = [_forgotten(answer) for answer in answers]
            answers += heard
        return answers

    def use(self, command: Sequence[str], model_dir: Path, *, timeout_s: float, batch_size: int) -> None:
        """Work with another model or other limits from now on; called where `classify` is."""
        wanted = [*command, "--model", str(model_dir)]
        if wanted != self._command:
            self._dismiss(_LEAVE_S)
            self._info, self._declared = None, ""
            self._fruitless = 0
        self._command, self._model_dir = wanted, model_dir
        self._timeout_s, self._batch_size = timeout_s, batch_size

    def rest(self) -> None:
        """Let the worker go and its memory with it; the next `classify` starts it anew."""
        self._dismiss(_LEAVE_S)

    def close(self) -> None:
        """Let the worker go for good. Not to be called while `classify` runs: set `stop` and wait for it."""
        self._closed = True
        self._dismiss(_LEAVE_S)

    def state(self) -> str:
        """`off`, `starting` or `ready`; may be called from any thread."""
        return self._state

    def __enter__(self) -> WorkerClassifier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id while there is one."""
        return None if self._worker is None else self._worker.pid

    def _ask(self, paths: Sequence[Path]) -> list[Answer]:
        try:
            worker = self._ready_worker()
        except _StoppedError:
            return [Unanswered("Stopped before it was heard", suspect=False) for _ in paths]
        info = self.info()
        self._asked += 1
        batch = Batch(self._asked, len(paths), frozenset((*info.categories, *info.rejects)))
        # the worker stands elsewhere
        worker.send(Ask(batch.number, tuple(str(path.absolute()) for path in paths)))
        try:
            trouble = self._follow(worker, batch)
        except _StoppedError:
            return batch.answers("Stopped before it was heard", blame=False)
        if batch.answered:
            self._backoff, self._fruitless = self._backoff.succeeded(), 0
        if trouble is None:
            return batch.answers("", blame=False)
        left_by_itself = worker.gone and not worker.babbled
        status = self._failed(worker, trouble)
        if not batch.answered and not batch.blames:
            self._count_fruitless()
        if status == TOO_MUCH_MEMORY:
            trouble = "took more memory than memory_megabytes allows"
        asked_to_leave = left_by_itself and status == -signal.SIGTERM
        return batch.answers(f"The recognition process {trouble}", blame=not asked_to_leave)

    def _follow(self, worker: WorkerProcess, batch: Batch) -> str | None:
        """Take in answers until the batch is done (None) or the worker fails (what it did)."""
        patience = Patience(self._timeout_s, self._clock.monotonic())
        while not batch.done:
            left_s = patience.left(self._clock.monotonic())
            if left_s <= 0:
                return f"gave no sign for {self._timeout_s:g} s"
            if self._stop.is_set():
                raise _StoppedError
            try:
                message = worker.receive(min(left_s, _LOOK_UP_S))
            except WorkerGoneError:
                return "babbled" if worker.babbled else "ended"
            if message is not None and batch.accept(message):
                patience = Patience(self._timeout_s, self._clock.monotonic())
        return None

    def _ready_worker(self) -> WorkerProcess:
        """The running worker, or a new one that has loaded its model."""
        if self._worker is not None and self._worker.gone:
            self._dismiss(_LEAVE_S)  # it was ended while it had nothing to do: nobody's fault
        while self._worker is None:
            if self._closed or self._stop.wait(self._backoff.wait_s(self._clock.monotonic())):
                raise _StoppedError
            self._start()
        return self._worker

    def _start(self) -> None:
        """Start a worker and wait for its model; leaves `_worker` None where that failed."""
        self._state = "starting"
        try:
            self._worker = WorkerProcess(self._command, log_path=self._log_path)
        except OSError as error:
            self._state = "off"
            raise ModelUnusableError(
                f"The recognition process cannot be started: {error}", hint="Install Wavized again"
            ) from error
        trouble = self._await_model(self._worker)
        if trouble is not None:
            self._failed(self._worker, trouble)
            self._count_fruitless()

    def _await_model(self, worker: WorkerProcess) -> str | None:
        patience = Patience(self._start_timeout_s, self._clock.monotonic())
        while (left_s := patience.left(self._clock.monotonic())) > 0:
            if self._stop.is_set():
                self._dismiss(0)
                raise _StoppedError
            try:
                message = worker.receive(min(left_s, _LOOK_UP_S))
            except WorkerGoneError:
                return "babbled" if worker.babbled else "ended"
            if isinstance(message, Unusable):
                self._dismiss(_LEAVE_S)
                self._info, self._declared = None, ""
                raise ModelUnusableError(message.message, hint=message.hint)
            if isinstance(message, Ready):
                if not self._is_as_told(message):
                    return "loaded a model that was being replaced"
                self._state = "ready"
                return None
        return f"did not load its model within {self._start_timeout_s:g} s"

    def _is_as_told(self, ready: Ready) -> bool:
        """Whether the worker's model is the one that the folder declares by now; raise ModelUnusableError."""
        if ready.declared in (self._declared, "") and self.info().model_id == ready.model_id:
            return True
        self._info = None
        try:
            return self.info().model_id == ready.model_id and ready.declared in (self._declared, "")
        except ModelUnusableError:
            self._dismiss(0)
            raise

    def _failed(self, worker: WorkerProcess, trouble: str) -> int | None:
        """End the worker; return its exit status."""
        left_by_itself = worker.gone and not worker.babbled
        status = self._dismiss(_LEAVE_S if left_by_itself else 0)
        self._backoff = self._backoff.failed(self._clock.monotonic())
        logger.warning("The recognition process %s (exit status %s)", trouble, status)
        return status

    def _count_fruitless(self) -> None:
        self._fruitless += 1
        if self._fruitless >= FRUITLESS_LIMIT:
            where = f"see {self._log_path}" if self._log_path else "run `wavized doctor`"
            raise ModelUnusableError(
                "The recognition process keeps ending before it hears anything", hint=where
            )

    def _dismiss(self, patience_s: float) -> int | None:
        worker, self._worker = self._worker, None
        self._state = "off"
        return None if worker is None else worker.close(patience_s)


def _forgotten(answer: Answer) -> Answer:
    """A score by a model that has been replaced says nothing any more: the file is asked again."""
    if not isinstance(answer, Scored):
        return answer
    return Unanswered("The model was replaced meanwhile", suspect=False)
