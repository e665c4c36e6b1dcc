"""Read a whole sound piece by piece, as much of it as there is. Not for the daemon (numpy, libsndfile)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from wavized.audio.containers import must_be_in_range
from wavized.audio.mixing import Samples, stereo_weights
from wavized.audio.stream import Section, open_sample
from wavized.errors import UnreadableAudioError


@contextmanager
def open_sound(path: Path) -> Iterator[soundfile.SoundFile]:
    """A file that libsndfile can decode, opened for reading only. Raises UnreadableAudioError."""
    file, size = open_sample(path)
    with file:
        section = Section(file, 0, size)
        try:
            with soundfile.SoundFile(section) as sound:
                must_be_in_range(sound.samplerate, sound.channels)
                yield sound
        except soundfile.LibsndfileError as error:
            raise UnreadableAudioError("cannot be decoded") from error


def blocks(sound: soundfile.SoundFile, frames: int) -> Iterator[Samples]:
    """The sound as (frames, channels), at most two channels; ends where the stream does, damaged or not.

    Values that are no numbers become silence.
    """
    weights = stereo_weights(sound.channels, ogg=sound.format == "OGG")
    while True:
        try:
            block = sound.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            return
        if not len(block):
            return
        np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        yield block if weights is None else block @ weights.T
