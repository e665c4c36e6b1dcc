"""Random draws every patch is built from, and the note that all bass categories share.

Pure: chance comes in as a numpy generator. Note, gate and release are drawn here from one set of
ranges for all seven basses, so that a classifier cannot tell them apart by length or register.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Audio = npt.NDArray[np.float64]
"""Samples at the working rate: shape (n,) for mono, (2, n) for stereo, nominally within [-1, 1]."""

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Note:
    """What a key press says: pitch (MIDI number), how long it is held and how fast it dies (seconds)."""

    midi: float
    gate: float
    release: float

    @property
    def frequency(self) -> float:
        """Fundamental in Hz."""
        return hertz(self.midi)

    @property
    def length(self) -> float:
        """Seconds until the release has faded out."""
        return self.gate + self.release

    def samples(self, rate: int) -> int:
        """`length` in samples at `rate` Hz."""
        return max(64, round(self.length * rate))


Patch = Callable[[Rng, int, Note], Audio]
"""A family: draws a patch from the generator and plays the note at the given working rate (Hz)."""


def hertz(midi: float) -> float:
    """Frequency in Hz of a MIDI note number (A4 = 69 = 440 Hz)."""
    return float(440.0 * 2.0 ** ((midi - 69.0) / 12.0))


def uniform(rng: Rng, low: float, high: float) -> float:
    """A number evenly spread over [low, high)."""
    return float(rng.uniform(low, high))


def log_uniform(rng: Rng, low: float, high: float) -> float:
    """A number whose logarithm is evenly spread over [low, high): for times, rates and frequencies."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def chance(rng: Rng, probability: float) -> bool:
    """True with the given probability."""
    return bool(rng.random() < probability)


def pick(rng: Rng, *options: float) -> float:
    """One of the given numbers."""
    return float(options[int(rng.integers(len(options)))])


LENGTH_S = (0.22, 4.5)
"""Shortest and longest note; the logarithm of the length is evenly spread."""


def draw_note(rng: Rng) -> Note:
    """A bass note: MIDI 28-43 in six of ten draws, else 22-51; 0.22-4.5 s long, the release within that."""
    low, high = (28, 44) if chance(rng, 0.6) else (22, 52)
    midi = float(rng.integers(low, high)) + (uniform(rng, -0.5, 0.5) if chance(rng, 0.25) else 0.0)
    length = log_uniform(rng, *LENGTH_S)
    release = min(log_uniform(rng, 0.015, 0.7), 0.5 * length)
    return Note(midi, length - release, release)
