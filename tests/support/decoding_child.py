"""Decode damaged files one after another, as worker and preview process do; a crash ends this process alone.

Run as a script with a seed, the first number, how many, and a folder. Prints for each file its number and
what came of it. Whoever started it sees from the last line which file ended it.
"""

from __future__ import annotations

import faulthandler
import resource
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

from support.mutants import mutant
from wavized.audio import rhythm
from wavized.audio.conversion import write_plain_wave
from wavized.audio.decode import SilentAudioError, load, to_model_input
from wavized.audio.spectrogram import write_spectrogram
from wavized.audio.waveform import read_waveform
from wavized.errors import UnreadableAudioError

MOST_BYTES = 1 << 30
"""Of memory; files of a few kB have no business taking more."""
RATE, WINDOW_S, LONGEST_S = 16_000, 3.0, 12.0


def hear(path: Path) -> str:
    """As the worker does, without the network."""
    try:
        clip = load(path, sample_rate=RATE, window_s=rhythm.HEARD_S, max_seconds=LONGEST_S)
        window = to_model_input(clip.samples[:, : 4 * RATE], sample_rate=RATE, window_s=WINDOW_S)
        told = str(rhythm.listen(clip.samples, sample_rate=RATE))
    except (UnreadableAudioError, SilentAudioError) as error:
        assert error.message and len(error.message) < 300, error
        return "refused"
    assert window.shape == (round(RATE * WINDOW_S),) and np.isfinite(window).all(), told
    return "heard"


def show(path: Path, into: Path) -> str:
    """As the preview process does."""
    shown = "shown"
    for make in (
        lambda _: read_waveform(path),
        partial(write_spectrogram, path),
        partial(write_plain_wave, path),
    ):
        try:
            make(into)
        except UnreadableAudioError:
            shown = "hidden"
    return shown


def main() -> None:
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    seed, first, count, folder = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    path, into = folder / "sample", folder / "preview"
    for number in range(first, first + count):
        path.write_bytes(mutant(seed, number))
        begun = time.process_time()
        print(number, "began", flush=True)
        outcome = hear(path)
        if number % 8 == 0:  # they open files in the same way as the ear does
            outcome += f"+{show(path, into)}"
        print(number, outcome, f"{time.process_time() - begun:.3f}", flush=True)


if __name__ == "__main__":
    main()
