"""Band-limited oscillators and noise. Pure numpy; phases are in cycles, frequencies in Hz.

Saw and pulse are corrected with PolyBLEP (Valimaki and Huovilainen, "Antialiasing oscillators in
subtractive synthesis", 2007).
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from wavized.training.synthesis.draw import Audio, Rng


def phase(frequency: float | Audio, n: int, rate: int, start: float = 0.0) -> Audio:
    """Running phase in cycles of `n` samples; `frequency` may change from sample to sample."""
    if isinstance(frequency, np.ndarray):
        return np.asarray(np.cumsum(frequency[:n]) / rate + (start - frequency[0] / rate), dtype=np.float64)
    return np.arange(n, dtype=np.float64) * (frequency / rate) + start


def sine(cycles: Audio) -> Audio:
    """Sine of a phase in cycles."""
    return np.asarray(np.sin((2.0 * np.pi) * (cycles % 1.0)))


def triangle(cycles: Audio) -> Audio:
    """Triangle; its partials fall with 12 dB an octave, so it needs no correction at bass pitches."""
    return 1.0 - 4.0 * np.abs((cycles + 0.25) % 1.0 - 0.5)


def _step_residue(position: Audio, increment: Audio) -> Audio:
    """PolyBLEP correction of a unit step at phase 0, for a phase in [0, 1) that moves by `increment`."""
    residue = np.zeros_like(position)
    after = np.flatnonzero(position < increment)
    t = position[after] / increment[after]
    residue[after] = t + t - t * t - 1.0
    before = np.flatnonzero(position > 1.0 - increment)
    t = (position[before] - 1.0) / increment[before]
    residue[before] += t * t + t + t + 1.0
    return residue


def _increment(cycles: Audio) -> Audio:
    return np.clip(np.abs(np.gradient(cycles)), 1e-9, 0.49)


def saw(cycles: Audio) -> Audio:
    """Rising saw in [-1, 1]."""
    position = cycles % 1.0
    return 2.0 * position - 1.0 - _step_residue(position, _increment(cycles))


def pulse(cycles: Audio, width: float | Audio = 0.5) -> Audio:
    """Pulse of the given duty cycle, without its mean: the difference of two saws."""
    other = cycles + width
    difference: Audio = 0.5 * (saw(cycles) - saw(other))
    return difference


def stack(rng: Rng, frequency: float | Audio, n: int, rate: int, cents: tuple[float, ...]) -> Audio:
    """Detuned saws with random phases, one row per voice: shape (voices, n)."""
    rows = [saw(phase(frequency * 2.0 ** (c / 1200.0), n, rate, float(rng.random()))) for c in cents]
    return np.stack(rows)


def noise(rng: Rng, n: int) -> Audio:
    """White noise with unit standard deviation."""
    return rng.standard_normal(n)


def pink(rng: Rng, n: int) -> Audio:
    """Noise that falls with about 3 dB an octave (Kellet's economy filter), unit standard deviation."""
    white = rng.standard_normal(n)
    out = sum(
        np.asarray(lfilter([gain], [1.0, -pole], white))
        for gain, pole in ((0.0990460, 0.99765), (0.2965164, 0.96300), (1.0526913, 0.57000))
    )
    shaped: Audio = np.asarray(out, dtype=np.float64) + 0.1848 * white
    return shaped / (float(shaped.std()) + 1e-9)


def drift(rng: Rng, n: int, rate: int, hertz: float) -> Audio:
    """A slow random curve in about [-1, 1] that turns round `hertz` times a second."""
    points = max(4, int(n / rate * hertz) + 4)
    return np.interp(np.linspace(0, points - 1, n), np.arange(points), rng.uniform(-1, 1, points))
