"""Tell sounds by what is in them: a digest of decoded samples, whatever file or format holds them.

Opens samples read-only, decodes and forgets; never writes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Frames = NDArray[np.float32]
"""Shape (n, channels), as soundfile reads them."""

LONGEST_S = 60.0
"""Nothing after this many seconds is looked at."""


def read(path: Path) -> tuple[Frames, int]:
    """The first minute of a file as it is, with its rate in Hz. Raises OSError and LibsndfileError."""
    with soundfile.SoundFile(path) as sound:
        frames: Frames = sound.read(
            min(sound.frames, round(LONGEST_S * sound.samplerate)), dtype="float32", always_2d=True
        )
        return frames, int(sound.samplerate)


def digest_of(frames: Frames) -> str:
    """sha256 of the sound: silence around it, equal channels, rate and file format make no difference."""
    if frames.shape[1] > 1 and (frames == frames[:, :1]).all():
        frames = frames[:, :1]
    sounding = np.flatnonzero(frames.any(axis=1))
    core = frames[sounding[0] : sounding[-1] + 1] if len(sounding) else frames[:0]
    return hashlib.sha256(np.ascontiguousarray(core + 0.0).tobytes()).hexdigest()  # + 0.0: no minus zero


def digest(path: Path) -> str:
    """The digest of a file's sound; empty where it cannot be read or holds nothing."""
    try:
        frames, _ = read(path)
    except (OSError, soundfile.LibsndfileError):
        return ""
    return digest_of(frames) if frames.any() else ""
