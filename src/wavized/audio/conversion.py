"""Turn what browsers cannot play into a plain 16-bit WAV. Not for the daemon (numpy, libsndfile)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from wavized.audio.sound import blocks, open_sound
from wavized.errors import UnreadableAudioError

MOST_BYTES = 100 * 1024 * 1024
"""Ten minutes of stereo at 44.1 kHz."""
_BLOCK_FRAMES = 1 << 16


def write_plain_wave(path: Path, into: Path) -> None:
    """Write the same sound at the same rate with 16 bits; surround is mixed to stereo, peaks are clipped.

    Raises UnreadableAudioError.
    """
    with open_sound(path) as sound, into.open("w+b") as file:
        channels = min(sound.channels, 2)
        left = MOST_BYTES // (2 * channels)
        with soundfile.SoundFile(
            file, "w", sound.samplerate, channels, subtype="PCM_16", format="WAV"
        ) as plain:
            for block in blocks(sound, _BLOCK_FRAMES):
                left -= len(block)
                if left < 0:
                    raise UnreadableAudioError("is too long to be played here")
                plain.write(np.clip(block, -1.0, 1.0))
            if plain.frames == 0:
                raise UnreadableAudioError("holds no sound")
