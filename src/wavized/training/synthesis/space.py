"""Width and room: chorus, stereo spread, echoes and a synthetic reverb. Pure numpy; mono in, stereo out."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve

from wavized.training.synthesis.draw import Audio, Rng
from wavized.training.synthesis.envelopes import decay, seconds
from wavized.training.synthesis.filters import highpass, lowpass


def mid(x: Audio) -> Audio:
    """The mean of the channels; mono passes through."""
    return x if x.ndim == 1 else x.mean(axis=0)


def spread(voices: Audio, width: float) -> Audio:
    """Pan rows of shape (voices, n) evenly from left to right; `width` 0 is mono, 1 is hard panned."""
    pan = np.linspace(-1.0, 1.0, len(voices)) * width if len(voices) > 1 else np.zeros(1)
    left, right = np.sqrt((1.0 - pan) / 2.0), np.sqrt((1.0 + pan) / 2.0)
    return np.stack([left @ voices, right @ voices])


def chorus(x: Audio, rate: int, hertz: float, depth_ms: float, mix: float) -> Audio:
    """Two delayed copies that move in opposite directions, one on each side."""
    t = seconds(len(x), rate)
    index = np.arange(len(x), dtype=np.float64)
    sides = []
    for turn in (0.0, 0.5):
        lag = (7.0 + depth_ms * np.sin(2.0 * np.pi * (hertz * t + turn))) * rate / 1000.0
        sides.append(x + mix * np.interp(index - lag, index, x, left=0.0))
    return np.stack(sides) / (1.0 + mix)


def reverb(rng: Rng, x: Audio, rate: int, length: float, mix: float, dark: float = 6000.0) -> Audio:
    """Convolve with decaying noise, a different one on each side; the result is `length` seconds longer."""
    n = max(16, int(length * rate))
    dry = np.stack([x, x]) if x.ndim == 1 else x
    tail = rng.standard_normal((2, n)) * decay(n, rate, length / 5.0)
    tail = highpass(lowpass(tail, dark, rate), 120.0, rate)
    tail /= np.sqrt((tail**2).sum(axis=1, keepdims=True)) + 1e-9
    wet = np.asarray(fftconvolve(dry, tail, axes=1))
    padded = np.zeros_like(wet)
    padded[:, : dry.shape[1]] = dry
    return (1.0 - mix) * padded + mix * wet


def echo(x: Audio, rate: int, delay: float, feedback: float, repeats: int) -> Audio:
    """The signal and `repeats` fainter copies, `delay` seconds apart."""
    lag = max(1, int(delay * rate))
    out = np.zeros((*x.shape[:-1], x.shape[-1] + lag * repeats))
    for k in range(repeats + 1):
        out[..., k * lag : k * lag + x.shape[-1]] += x * feedback**k
    return out
