"""The preview process (`wavized _preview`): outlines, pictures and plain copies of sounds, by JSON lines.

It alone decodes what the window shows, so that a hostile file cannot take the daemon along. Opens samples
read-only and writes only the file it is told to. Leaves when its standard input ends.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from wavized.audio.memory import leave_no_core, limit_memory, stand_nowhere
from wavized.errors import UnreadableAudioError

LINE_LIMIT = 1024 * 1024


def run(memory_megabytes: float) -> int:
    """Serve until standard input ends. To be called before anything heavy is imported."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then lets go of the pipe
    voice = _move_stdout_away()
    _stay_modest(memory_megabytes)
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_obey_leash, args=(questions,), name="leash", daemon=True).start()
    while True:
        answer = _answer(questions.get())
        try:
            voice.write(json.dumps(answer).encode("ascii") + b"\n")
            voice.flush()
        except OSError:
            return 0  # nobody listens any more


def _move_stdout_away() -> IO[bytes]:
    """Keep descriptor 1's pipe for the answers; whoever prints from now on prints to standard error."""
    voice = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return voice


def _stay_modest(memory_megabytes: float) -> None:
    os.umask(0o077)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    leave_no_core()
    stand_nowhere()
    limit_memory(memory_megabytes)


def _obey_leash(questions: queue.SimpleQueue[bytes]) -> None:
    """Read questions; when the pipe ends, leave at once, whatever is under way."""
    try:
        with open(0, "rb", closefd=False) as stdin:
            while line := stdin.readline(LINE_LIMIT):
                questions.put(line)
    finally:
        os._exit(0)


def _answer(line: bytes) -> dict[str, object]:
    """What came of a question, under its number."""
    question = json.loads(line)
    return {"number": question["number"], **_outcome(question)}


def _outcome(question: Mapping[str, str]) -> dict[str, object]:
    try:
        _MAKERS[question["what"]](Path(question["path"]), Path(question["into"]))
    except UnreadableAudioError as error:
        return {"refused": error.message}
    except MemoryError:
        return {"refused": "takes more memory than memory_megabytes allows"}
    except Exception as error:  # noqa: BLE001  # a fault met with one file must not silence the others
        return {"fault": f"{type(error).__name__}: {error}"}
    return {"done": True}


def _waveform(path: Path, into: Path) -> None:
    from wavized.audio.waveform import read_waveform

    into.write_bytes(json.dumps(read_waveform(path), allow_nan=False).encode("ascii"))


def _spectrogram(path: Path, into: Path) -> None:
    from wavized.audio.spectrogram import write_spectrogram

    write_spectrogram(path, into)


def _wav(path: Path, into: Path) -> None:
    from wavized.audio.conversion import write_plain_wave

    write_plain_wave(path, into)


_MAKERS: dict[str, Callable[[Path, Path], None]] = {
    "waveform": _waveform,
    "spectrogram": _spectrogram,
    "wav": _wav,
}
