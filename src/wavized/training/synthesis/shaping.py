"""Saturation, clipping, folding and reduced resolution. Pure numpy; input and output are around [-1, 1]."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio


def level(x: Audio, peak: float = 1.0) -> Audio:
    """Scale so that the highest absolute sample is `peak`; silence stays silence."""
    top = float(np.max(np.abs(x), initial=0.0))
    return x * (peak / top) if top > 1e-9 else x


def tanh(x: Audio, drive: float) -> Audio:
    """Soft saturation: about linear at drive 0.5, a rounded square at 10."""
    return np.asarray(np.tanh(x * drive) / np.tanh(drive))


def tube(x: Audio, drive: float, bias: float) -> Audio:
    """Asymmetric saturation, which adds even harmonics; the offset it makes is taken out."""
    return np.asarray((np.tanh(x * drive + bias) - np.tanh(bias)) / np.tanh(drive), dtype=np.float64)


def clip(x: Audio, drive: float) -> Audio:
    """Hard clipping at 1 after a gain of `drive`."""
    return np.clip(x * drive, -1.0, 1.0)


def fold(x: Audio, drive: float | Audio) -> Audio:
    """Wave folding by a sine: each further `drive` adds a fold."""
    return np.asarray(np.sin(x * drive * (np.pi / 2.0)))


def crush(x: Audio, bits: float, hold: int) -> Audio:
    """Fewer levels and a lower rate: the value is held for `hold` samples."""
    held = np.repeat(x[::hold], hold)[: len(x)]
    steps = 2.0 ** (bits - 1.0)
    return np.asarray(np.round(held * steps) / steps, dtype=np.float64)
