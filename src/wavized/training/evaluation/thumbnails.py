"""A small picture of a sound: its waveform above its spectrogram, low notes spread as wide as high ones.

Decodes as the product does, read-only; never raises because of a file.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wavized.audio import decode
from wavized.errors import WavizedError

RATE = 22_050
WIDTH = 240
WAVE_ROWS, TONE_ROWS = 40, 96
LOWEST_HZ, HIGHEST_HZ = 25.0, 10_000.0
DEPTH_DB = 70.0
FRAME = 4096
"""Samples in one analysis window: 5 Hz apart, enough to tell the partials of a sub."""

Mono = NDArray[np.float64]
Pixels = NDArray[np.uint8]


def thumbnail(path: Path, *, seconds: float) -> bytes | None:
    """A PNG of 240 x 136 pixels of the first `seconds` after the onset; None where nothing can be heard."""
    try:
        clip = decode.load(path, sample_rate=RATE, window_s=seconds)
    except (WavizedError, OSError):
        return None
    mono = np.zeros(round(seconds * RATE))
    sound = clip.samples.mean(axis=0, dtype=np.float64)[: len(mono)]
    mono[: len(sound)] = sound
    peak = np.abs(mono).max()
    if peak > 0:
        mono /= peak
    image = Image.fromarray(np.concatenate((_wave(mono), _tones(mono)))).quantize(64)
    out = BytesIO()
    image.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _wave(mono: Mono) -> Pixels:
    """Lowest to highest value of each column, blue on white."""
    columns = np.array_split(mono, WIDTH)
    middle = (WAVE_ROWS - 1) / 2
    low = np.array([middle - middle * column.max() for column in columns])
    high = np.array([middle - middle * column.min() for column in columns])
    rows = np.arange(WAVE_ROWS)[:, np.newaxis]
    inside = (rows >= np.floor(low)) & (rows <= np.ceil(high))
    return np.where(inside[..., np.newaxis], (66, 105, 208), (255, 255, 255)).astype(np.uint8)


def _rows(power: Mono) -> Mono:
    """The power of each row of one frame, the highest note first.

    Low rows lie between two bins and are interpolated; high ones span many, of which the strongest counts.
    """
    step = (HIGHEST_HZ / LOWEST_HZ) ** (1 / (TONE_ROWS - 1))
    at = np.geomspace(LOWEST_HZ, HIGHEST_HZ, TONE_ROWS) * FRAME / RATE
    between = np.interp(at, np.arange(len(power)), power)
    edges = np.append(at / np.sqrt(step), at[-1] * np.sqrt(step)).round().astype(int)
    strongest = np.maximum.reduceat(power, edges)[:-1]
    return np.asarray(np.maximum(between, strongest)[::-1], dtype=np.float64)


def _tones(mono: Mono) -> Pixels:
    """Levels below the peak over a logarithmic frequency axis, high notes on top."""
    from matplotlib import colormaps

    padded = np.pad(mono, FRAME // 2)
    starts = np.linspace(0, len(mono) - 1, WIDTH).astype(int)
    frames = padded[starts[:, np.newaxis] + np.arange(FRAME)] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    strips = np.stack([_rows(frame) for frame in power], axis=1)
    level_db = 10.0 * np.log10(strips / (power.max() + 1e-12) + 1e-9)
    shown = colormaps["magma"](np.clip(1.0 + level_db / DEPTH_DB, 0.0, 1.0), bytes=True)
    return np.asarray(shown[..., :3], dtype=np.uint8)
