"""The outline of a sound: its lowest and highest value in each of 240 columns. Not for the daemon (numpy)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from wavized.audio.mixing import Samples
from wavized.audio.sound import blocks, open_sound
from wavized.errors import UnreadableAudioError

COLUMNS = 240
_STEPS_PER_COLUMN = 64
"""A long file is outlined in so many steps a column before the columns are taken, whatever its length."""
_STEPS_PER_BLOCK = 4096
_LONGEST_STEP = 4096


def read_waveform(path: Path) -> dict[str, object]:
    """`seconds`, `columns` of [low, high] between -1 and 1, and `peak_dbfs` (None in silence).

    All channels are laid over each other. Raises UnreadableAudioError.
    """
    with open_sound(path) as sound:
        step = min(max(1, sound.frames // (COLUMNS * _STEPS_PER_COLUMN)), _LONGEST_STEP)
        frames, low, high = outline(blocks(sound, step * _STEPS_PER_BLOCK), step)
        rate = sound.samplerate
    if frames == 0:
        raise UnreadableAudioError("holds no sound")
    peak = float(max(-low.min(), high.max()))
    columns = np.clip(np.stack(columns_of(low, high), axis=1), -1.0, 1.0)
    return {
        "seconds": round(frames / rate, 4),
        "columns": [[round(float(value), 3) for value in column] for column in columns],
        "peak_dbfs": round(20.0 * math.log10(peak), 1) if peak > 0.0 else None,
    }


def outline(pieces: Iterable[Samples], step: int) -> tuple[int, Samples, Samples]:
    """How many frames there are, and the lowest and highest value of every `step` of them.

    Pieces are (frames, channels) and, but for the last, a multiple of `step` long.
    """
    frames, lows, highs = 0, [np.empty(0, np.float32)], [np.empty(0, np.float32)]
    for piece in pieces:
        starts = np.arange(0, len(piece), step)
        lows.append(np.minimum.reduceat(piece.min(axis=1), starts))
        highs.append(np.maximum.reduceat(piece.max(axis=1), starts))
        frames += len(piece)
    return frames, np.concatenate(lows), np.concatenate(highs)


def columns_of(low: Samples, high: Samples) -> tuple[Samples, Samples]:
    """Both brought to COLUMNS columns; where there are fewer values each is shown more than once."""
    starts = np.arange(COLUMNS) * len(low) // COLUMNS
    return np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
