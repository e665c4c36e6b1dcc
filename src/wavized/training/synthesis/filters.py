"""Filters that move: a resonant ladder and a state-variable filter, both run in short blocks.

The ladder is the linear transistor ladder H(s) = 1 / ((1 + s/w)^p + k) with p = 3 or 4 poles, split
into sections of at most two poles and mapped to z by the bilinear transform; coefficients are computed
for all blocks at once and states carried from block to block.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from wavized.training.synthesis.draw import Audio

BLOCK = 64
"""Samples over which a moving filter stands still: 1.5 ms at 44.1 kHz."""

_OSCILLATES = {3: 8.0, 4: 4.0}


def _run(x: Audio, sections: list[tuple[Audio, Audio]]) -> Audio:
    """Filter with (numerators, denominators) per section, each of shape (blocks, 3)."""
    y = x
    for numerators, denominators in sections:
        out = np.empty_like(y)
        state = np.zeros(2)
        for i in range(len(numerators)):
            span = slice(i * BLOCK, (i + 1) * BLOCK)
            out[span], state = lfilter(numerators[i], denominators[i], y[span], zi=state)
        y = out
    return y


def _per_block(curve: float | Audio, n: int) -> Audio:
    blocks = -(-n // BLOCK)
    if not isinstance(curve, np.ndarray):
        return np.full(blocks, float(curve))
    return curve[np.minimum(np.arange(blocks) * BLOCK + BLOCK // 2, n - 1)]


def ladder(x: Audio, cutoff: float | Audio, resonance: float | Audio, rate: int, poles: int = 4) -> Audio:
    """Resonant low-pass of a mono signal; `cutoff` in Hz, `resonance` 0 (none) to 1 (self-oscillation).

    Gain is 1 at 0 Hz, so the bass stays when resonance rises (a real ladder loses it).
    """
    n = len(x)
    blocks = -(-n // BLOCK)
    fc = np.clip(_per_block(cutoff, n), 15.0, 0.45 * rate)
    k = np.clip(_per_block(resonance, n), 0.0, 0.995) * _OSCILLATES[poles]
    w = 2.0 * rate * np.tan(np.pi * fc / rate)
    twist = np.exp(1j * np.pi * (2 * np.arange(poles) + 1) / poles)
    s_poles = w[:, None] * (-1.0 + k[:, None] ** (1.0 / poles) * twist[None, :])
    z = (2.0 * rate + s_poles) / (2.0 * rate - s_poles)
    # Conjugates stand at i and poles - 1 - i; an odd number of poles leaves one real pole in the middle.
    sections = []
    for i in range(poles // 2):
        a = np.stack([np.ones(blocks), -2.0 * z[:, i].real, np.abs(z[:, i]) ** 2], axis=1)
        gain = a.sum(axis=1) / 4.0
        sections.append((gain[:, None] * np.array([1.0, 2.0, 1.0]), a))
    if poles % 2:
        real = z[:, poles // 2].real
        a = np.stack([np.ones(blocks), -real, np.zeros(blocks)], axis=1)
        sections.append((((1.0 - real) / 2.0)[:, None] * np.array([1.0, 1.0, 0.0]), a))
    return _run(x, sections)


def resonator(x: Audio, frequency: float | Audio, q: float, rate: int) -> Audio:
    """Second-order band-pass of a mono signal with gain 1 at its centre (Bristow-Johnson's cookbook)."""
    f = np.clip(_per_block(frequency, len(x)), 15.0, 0.45 * rate)
    omega = 2.0 * np.pi * f / rate
    alpha = np.sin(omega) / (2.0 * q)
    scale = (1.0 + alpha)[:, None]
    numerators = np.stack([alpha, 0.0 * alpha, -alpha], axis=1) / scale
    denominators = np.stack([1.0 + alpha, -2.0 * np.cos(omega), 1.0 - alpha], axis=1) / scale
    return _run(x, [(numerators, denominators)])


def lowpass(x: Audio, cutoff: float, rate: int, order: int = 2) -> Audio:
    """Fixed Butterworth low-pass along the last axis."""
    return np.asarray(sosfilt(butter(order, min(cutoff, 0.47 * rate), "low", fs=rate, output="sos"), x))


def highpass(x: Audio, cutoff: float, rate: int, order: int = 2) -> Audio:
    """Fixed Butterworth high-pass along the last axis."""
    return np.asarray(sosfilt(butter(order, min(cutoff, 0.47 * rate), "high", fs=rate, output="sos"), x))


def bandpass(x: Audio, low: float, high: float, rate: int, order: int = 2) -> Audio:
    """Fixed Butterworth band-pass along the last axis."""
    edges = [low, min(high, 0.47 * rate)]
    return np.asarray(sosfilt(butter(order, edges, "band", fs=rate, output="sos"), x))
