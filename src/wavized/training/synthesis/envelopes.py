"""Amplitude, filter and pitch contours. Pure numpy; times are in seconds."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note


def seconds(n: int, rate: int) -> Audio:
    """The time of each of `n` samples."""
    return np.arange(n) / rate


def decay(n: int, rate: int, tau: float) -> Audio:
    """Exponential fall from 1 with time constant `tau`."""
    return np.exp(-seconds(n, rate) / tau)


def attack_decay(n: int, rate: int, attack: float, tau: float, floor: float = 0.0) -> Audio:
    """A straight rise of `attack` seconds, then an exponential fall to `floor`."""
    t = seconds(n, rate)
    rise = np.clip(t / max(attack, 1e-4), 0.0, 1.0)
    return rise * (floor + (1.0 - floor) * np.exp(-np.maximum(t - attack, 0.0) / tau))


def gate(note: Note, n: int, rate: int, attack: float = 0.003) -> Audio:
    """Organ-like: rise, hold while the key is down, then fall exponentially to silence at the note's end."""
    t = seconds(n, rate)
    rise = np.clip(t / max(attack, 1e-4), 0.0, 1.0)
    after = np.maximum(t - note.gate, 0.0)
    fall = np.exp(-4.6 * after / max(note.release, 1e-3))
    return rise * fall


def adsr(note: Note, n: int, rate: int, attack: float, tau: float, sustain: float) -> Audio:
    """Attack, exponential decay to `sustain`, release after the gate."""
    return attack_decay(n, rate, attack, tau, sustain) * gate(note, n, rate, 1e-4)


def sweep(n: int, rate: int, start: float, end: float, tau: float) -> Audio:
    """A frequency in Hz that falls (or rises) exponentially in pitch from `start` towards `end`."""
    return end * (start / end) ** decay(n, rate, tau)


def glide(n: int, rate: int, ratio: float, begin: float, length: float) -> Audio:
    """Frequency factor that slides from 1 to `ratio`, starting at `begin` and taking `length` seconds."""
    position = np.clip((seconds(n, rate) - begin) / max(length, 1e-3), 0.0, 1.0)
    return np.asarray(ratio**position)


def lfo(n: int, rate: int, hertz: float | Audio, shape: int = 0, start: float = 0.0) -> Audio:
    """A contour in [0, 1]: 0 sine, 1 triangle, 2 falling saw, 3 soft square. It starts low at `start` 0."""
    cycles = (
        np.cumsum(hertz) / rate + start if isinstance(hertz, np.ndarray) else seconds(n, rate) * hertz + start
    )
    turn = cycles % 1.0
    if shape == 1:
        return 1.0 - np.abs(2.0 * turn - 1.0)
    if shape == 2:
        return np.minimum(1.0 - turn, turn * 24.0)
    wave = -np.cos(2.0 * np.pi * turn)
    return 0.5 + 0.5 * (np.tanh(4.0 * wave) if shape == 3 else wave)
