"""Subs: clean, low and flat or fading gently; no click, no fall in pitch, at most a gentle warmth. Pure."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import attack_decay, gate, lfo, seconds
from wavized.training.synthesis.filters import ladder, lowpass
from wavized.training.synthesis.oscillators import phase, pulse, saw, sine, triangle
from wavized.training.synthesis.shaping import level, tanh, tube

MOST_FADE_DB = 6.0
"""How far the level of a sub may fall while its key is held; what falls further is an 808."""


def _amp(rng: Rng, tone: Audio, note: Note, rate: int) -> Audio:
    """A start of 3-150 ms, at times a slow fade-in; then flat, a gentle fade, a swell or a faint tremor."""
    n = len(tone)
    slowest = 0.4 * note.gate if chance(rng, 0.15) else 0.15
    attack = log_uniform(rng, 0.003, max(0.004, min(slowest, 0.5 * note.gate)))
    held = gate(note, n, rate, attack)
    course = np.clip(seconds(n, rate) / note.gate, 0.0, 1.0)
    kind = rng.random()
    if kind < 0.4:
        held = held * 10.0 ** (-uniform(rng, 0.0, MOST_FADE_DB) / 20.0 * course ** uniform(rng, 0.6, 2.0))
    elif kind < 0.5:
        held = held * (1.0 - uniform(rng, 0.0, 0.5) * (1.0 - course))
    elif kind < 0.6:
        held = held * (1.0 - uniform(rng, 0.05, 0.2) * lfo(n, rate, uniform(rng, 2.0, 6.0)))
    return level(tone) * held


def pure(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine."""
    return _amp(rng, sine(phase(note.frequency, note.samples(rate), rate)), note, rate)


def warm(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine with gentle saturation."""
    tone = sine(phase(note.frequency, note.samples(rate), rate))
    drive = log_uniform(rng, 0.4, 1.8)
    hot = tube(tone, drive, uniform(rng, 0.0, 0.5)) if chance(rng, 0.5) else tanh(tone, drive)
    return _amp(rng, lowpass(hot, log_uniform(rng, 200.0, 1200.0), rate), note, rate)


def tri(rng: Rng, rate: int, note: Note) -> Audio:
    """A triangle, darkened a little."""
    tone = triangle(phase(note.frequency, note.samples(rate), rate))
    return _amp(rng, lowpass(tone, log_uniform(rng, 150.0, 1500.0), rate), note, rate)


def soft_square(rng: Rng, rate: int, note: Note) -> Audio:
    """A square behind a low-pass at one to two times its pitch."""
    tone = pulse(phase(note.frequency, note.samples(rate), rate))
    return _amp(rng, ladder(tone, note.frequency * uniform(rng, 0.8, 2.0), 0.0, rate), note, rate)


def filtered_saw(rng: Rng, rate: int, note: Note) -> Audio:
    """A saw with almost everything but the fundamental filtered away."""
    tone = saw(phase(note.frequency, note.samples(rate), rate))
    cutoff = note.frequency * uniform(rng, 0.6, 1.4)
    return _amp(rng, ladder(tone, cutoff, uniform(rng, 0.0, 0.2), rate), note, rate)


def harmonic(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine with a quiet octave or twelfth above, so that small speakers hear it."""
    cycles = phase(note.frequency, note.samples(rate), rate)
    above = uniform(rng, 0.03, 0.2) * sine(cycles * pick(rng, 2.0, 2.0, 3.0))
    return _amp(rng, sine(cycles) + above, note, rate)


def deep(rng: Rng, rate: int, note: Note) -> Audio:
    """Two oscillators an octave apart; the lower one is never under 27 Hz."""
    root = note.frequency if note.frequency > 54.0 else 2.0 * note.frequency
    cycles = phase(root, note.samples(rate), rate)
    tone = uniform(rng, 0.2, 1.0) * sine(cycles) + sine(cycles * 0.5)
    return _amp(rng, tanh(tone, log_uniform(rng, 0.3, 1.2)), note, rate)


def analog(rng: Rng, rate: int, note: Note) -> Audio:
    """A subtractive synthesizer's sub: its filter opens a little at the start, up to 350 Hz, and closes."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    wave = (triangle(cycles), pulse(cycles), saw(cycles))[int(rng.integers(3))]
    held = note.frequency * uniform(rng, 1.6, 2.4)
    opened = min(350.0, held * log_uniform(rng, 1.2, 3.0))
    cutoff = held * (max(opened, held) / held) ** attack_decay(n, rate, 0.004, log_uniform(rng, 0.03, 0.4))
    return _amp(rng, ladder(wave, cutoff, uniform(rng, 0.0, 0.2), rate), note, rate)


def beating(rng: Rng, rate: int, note: Note) -> Audio:
    """Two sines a hair apart: the level breathes, the tone stays clean."""
    n = note.samples(rate)
    second = uniform(rng, 0.05, 0.25) * sine(phase(note.frequency + uniform(rng, 0.2, 2.0), n, rate))
    return _amp(rng, sine(phase(note.frequency, n, rate)) + second, note, rate)


FAMILIES: dict[str, Patch] = {
    "pure": pure,
    "warm": warm,
    "tri": tri,
    "soft_square": soft_square,
    "filtered_saw": filtered_saw,
    "harmonic": harmonic,
    "deep": deep,
    "analog": analog,
    "beating": beating,
}
