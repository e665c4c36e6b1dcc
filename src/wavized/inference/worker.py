"""The worker process (`wavized _worker`): hears the files it is asked for, one JSON line each way.

Opens samples read-only; touches no network, database or configuration. Leaves when its standard input ends.
Standard output is the protocol's alone: it is moved away before any library loads, and stray prints land in
standard error.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import queue
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from wavized.audio.memory import DEFAULT_MEGABYTES, leave_no_core, limit_memory, stand_nowhere
from wavized.domain.hearing import Answer, Refused, Unanswered
from wavized.domain.sample import Kind
from wavized.errors import ModelUnusableError, UnreadableAudioError
from wavized.inference.protocol import (
    LINE_LIMIT,
    Answered,
    Ask,
    BabbleError,
    Listening,
    Message,
    Opening,
    Ready,
    Unusable,
    decode,
    encode,
)

if TYPE_CHECKING:
    from wavized.inference.classifier import AudioModel, Opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the hidden command `_worker`."""
    parser.add_argument("--model", type=Path, required=True, metavar="DIR")
    parser.add_argument("--threads", type=int, default=default_threads(), metavar="N")
    parser.add_argument("--max-seconds", type=float, default=12.0, metavar="S")
    parser.add_argument("--memory-megabytes", type=float, default=DEFAULT_MEGABYTES, metavar="MB")


def default_threads() -> int:
    """Half of the cores and four at most: a person is making music on this machine."""
    return max(1, min(4, (os.cpu_count() or 1) // 2))


def run(args: argparse.Namespace) -> int:
    """Serve until standard input ends. To be called before anything heavy is imported."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then lets go of the pipe
    voice = _move_stdout_away()
    faulthandler.enable(file=2)
    leave_no_core()
    args.model = args.model.absolute()
    stand_nowhere()
    _stay_offline_and_modest(args.threads)
    asks: queue.SimpleQueue[Ask] = queue.SimpleQueue()
    threading.Thread(target=_obey_leash, args=(asks,), name="leash", daemon=True).start()
    try:
        model, declared = _load(args.model, args.threads)
        worker = _Worker(model, args, voice)
    except ModelUnusableError as error:
        _say(voice, Unusable(error.message, error.hint))
        return error.exit_code
    limit_memory(args.memory_megabytes)
    _say(voice, Ready(worker.model_id, declared))
    while True:
        worker.hear(asks.get())


def _move_stdout_away() -> IO[bytes]:
    """Keep descriptor 1's pipe for the protocol; whoever prints from now on prints to standard error."""
    voice = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # A frozen program without a console has no streams of its own, and libraries do print.
    sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    return voice


def _stay_offline_and_modest(threads: int) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["OMP_NUM_THREADS"] = str(max(1, threads))


def _obey_leash(asks: queue.SimpleQueue[Ask]) -> None:
    """Read questions; when the pipe ends, leave at once, whatever is under way (no file is being written)."""
    try:
        with open(0, "rb", closefd=False) as stdin:
            while line := stdin.readline(LINE_LIMIT):
                try:
                    message = decode(line)
                except BabbleError as error:
                    print(f"Not understood: {error}", file=sys.stderr)  # noqa: T201  # standard error is the log
                    continue
                if isinstance(message, Ask):
                    asks.put(message)
    except Exception as error:  # noqa: BLE001  # to be named in the log before leaving
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        os._exit(0)  # whatever ended the reading: a worker that nobody can reach must not stay


def _load(folder: Path, threads: int) -> tuple[AudioModel, str]:
    """The model, and the digest of what it was declared to be."""
    # A damaged model is told before the libraries are loaded, in milliseconds instead of seconds.
    from wavized.inference.manifest import check_files, read_manifest

    manifest = read_manifest(folder)
    check_files(folder, manifest)

    from wavized.inference.classifier import AudioModel

    return AudioModel(folder, manifest, threads=threads), manifest.digest


def _say(voice: IO[bytes], message: Message) -> None:
    try:
        voice.write(encode(message))
        voice.flush()
    except OSError:
        os._exit(0)  # nobody listens any more


class _Worker:
    """Hears batches with a loaded model."""

    def __init__(self, model: AudioModel, args: argparse.Namespace, voice: IO[bytes]) -> None:
        self._model = model
        self._max_seconds: float = args.max_seconds
        self._memory_megabytes: float = args.memory_megabytes
        self._voice = voice
        self.model_id = model.info.model_id

    def hear(self, ask: Ask) -> None:
        """Open every file, answer those that cannot be heard, let the network hear the others together."""
        heard: dict[int, Opened] = {}
        for index, path in enumerate(ask.paths):
            _say(self._voice, Opening(ask.batch, index))
            opened = self._open(Path(path))
            if isinstance(opened, Refused | Unanswered):
                self._answer(ask, index, opened)
            else:
                heard[index] = opened
        if heard:
            _say(self._voice, Listening(ask.batch, tuple(heard)))
            for index, answer in zip(heard, self._score(list(heard.values())), strict=True):
                self._answer(ask, index, answer)

    def _open(self, path: Path) -> Opened | Refused | Unanswered:
        from wavized.audio.decode import SilentAudioError, TooLongAudioError

        try:
            return self._model.open(path, max_seconds=self._max_seconds)
        except (SilentAudioError, TooLongAudioError) as error:
            return Refused(Kind.NOT_BASS, error.message)
        except UnreadableAudioError as error:
            return Refused(Kind.UNREADABLE, error.message)
        except Exception as error:  # noqa: BLE001  # a fault met with one file must not silence the others
            return self._fault(error)

    def _score(self, opened: list[Opened]) -> list[Answer]:
        try:
            scored = self._model.score([file.window for file in opened])
            return [
                replace(answer, evidence=file.evidence) for answer, file in zip(scored, opened, strict=True)
            ]
        except Exception as error:  # noqa: BLE001  # out of memory, say: each is asked again alone
            return [self._fault(error) for _ in opened]

    def _fault(self, error: Exception) -> Unanswered:
        sys.excepthook(type(error), error, error.__traceback__)
        if isinstance(error, MemoryError) or "not enough memory" in str(error):  # torch's are RuntimeErrors
            most = f"memory_megabytes allows ({self._memory_megabytes:g} MB)"
            return Unanswered(f"The recognition process would take more memory than {most}", suspect=True)
        return Unanswered(f"The recognition process failed: {type(error).__name__}: {error}", suspect=True)

    def _answer(self, ask: Ask, index: int, answer: Answer) -> None:
        _say(self._voice, Answered(ask.batch, index, answer))
