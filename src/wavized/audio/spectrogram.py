"""A picture of what sounds when, from 20 Hz to 16 kHz in even octaves. Not for the daemon (numpy, Pillow).

Low notes are looked at through a long window, which tells pitches apart, high ones through a short one, which
tells moments apart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from wavized.audio.mixing import Samples, to_mono
from wavized.audio.sound import blocks, open_sound
from wavized.errors import UnreadableAudioError

WIDTH, HEIGHT = 480, 160
LOWEST_HZ, HIGHEST_HZ = 20.0, 16_000.0
RANGE_DB = 66.0
_LONG_S, _SHORT_S = 0.16, 0.04
_BLEND_HZ = (180.0, 500.0)
_MOST_FRAMES = 24_000_000
"""Nine minutes at 44.1 kHz: about 200 MB while they are looked at."""
_BLOCK_FRAMES = 1 << 18
_QUIET, _MIDDLE, _LOUD = (112, 88, 214), (205, 66, 140), (240, 104, 32)
"""Violet, pink and orange: each stands out against white and against black."""

Levels = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]


def write_spectrogram(path: Path, into: Path) -> None:
    """Write the picture as PNG. Raises UnreadableAudioError."""
    from PIL import Image as Pictures  # here: only who wants a picture pays for it

    with open_sound(path) as sound:
        rate = sound.samplerate
        mono, frames = [], 0
        for block in blocks(sound, _BLOCK_FRAMES):
            mono.append(to_mono(block.T))
            frames += len(block)
            if frames > _MOST_FRAMES:
                raise UnreadableAudioError("is too long for a picture")
    if not frames:
        raise UnreadableAudioError("holds no sound")
    picture = colour(levels(np.concatenate(mono), rate))
    with into.open("wb") as file:
        Pictures.fromarray(picture, "RGBA").save(file, format="PNG")


def levels(mono: Samples, rate: int) -> Levels:
    """(HEIGHT, WIDTH), highest pitch on top: 1 for the loudest, 0 for what is RANGE_DB below it or silent."""
    hertz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, HEIGHT)
    blend = np.clip(np.interp(np.log(hertz), np.log(_BLEND_HZ), (0.0, 1.0)), 0.0, 1.0)[:, np.newaxis]
    power = (1.0 - blend) * _power(mono, rate, _LONG_S, hertz) + blend * _power(mono, rate, _SHORT_S, hertz)
    loudest = power.max()
    if loudest <= 0.0:
        return np.zeros((HEIGHT, WIDTH), np.float32)
    decibels = 10.0 * np.log10(np.maximum(power / loudest, 1e-12))
    return np.asarray(np.clip(1.0 + decibels[::-1] / RANGE_DB, 0.0, 1.0), dtype=np.float32)


def _power(
    mono: Samples, rate: int, window_s: float, hertz: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """(HEIGHT, WIDTH), lowest pitch first: the power of a sine at each pitch, in windows of this length."""
    size = 1 << max(4, round(np.log2(window_s * rate)))
    window = np.hanning(size)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(mono, size // 2), size)
    centres = ((np.arange(WIDTH) + 0.5) * len(mono) / WIDTH).astype(np.int64)
    spectra = np.abs(np.fft.rfft(windows[centres] * window)) ** 2 / window.sum() ** 2
    spectra = np.pad(spectra, ((0, 0), (0, 2)))  # nothing sounds above half the sample rate
    place = np.minimum(hertz * size / rate, size // 2 + 1)
    below, part = place.astype(np.int64), place % 1.0
    power = spectra[:, below] * (1.0 - part) + spectra[:, np.minimum(below + 1, size // 2 + 2)] * part
    half_row = (HIGHEST_HZ / LOWEST_HZ) ** (0.5 / (HEIGHT - 1))
    first, last = np.ceil(place / half_row), np.minimum(np.ceil(place * half_row), size // 2 + 2)
    wide = last - first > 1  # several bins to a row: the strongest is seen
    if wide.any():
        edges = np.stack([first[wide], last[wide]], axis=1).astype(np.int64).ravel()
        power[:, wide] = np.maximum.reduceat(spectra, edges, axis=1)[:, ::2]
    return np.asarray(power.T)


def colour(shown: Levels) -> Image:
    """RGBA: the louder, the warmer and the less transparent."""
    stops = (0.0, 0.6, 1.0)
    channels = [np.interp(shown, stops, values) for values in zip(_QUIET, _MIDDLE, _LOUD, strict=True)]
    alpha = 255.0 * shown**0.8
    return np.stack([*channels, alpha], axis=-1).round().astype(np.uint8)
