"""Subs: clean, low and flat; no click, no fall in pitch, at most a slow attack and a gentle warmth. Pure."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import gate, lfo
from wavized.training.synthesis.filters import ladder, lowpass
from wavized.training.synthesis.oscillators import phase, pulse, saw, sine, triangle
from wavized.training.synthesis.shaping import level, tanh, tube


def _amp(rng: Rng, tone: Audio, note: Note, rate: int) -> Audio:
    """A soft start (4-120 ms) and a flat hold; a faint sag or tremor at times."""
    n = len(tone)
    held = gate(note, n, rate, log_uniform(rng, 0.004, 0.12))
    if chance(rng, 0.25):
        held = held * np.linspace(1.0, uniform(rng, 0.75, 1.0), n)
    if chance(rng, 0.1):
        held = held * (1.0 - uniform(rng, 0.05, 0.2) * lfo(n, rate, uniform(rng, 2.0, 6.0)))
    return level(tone) * held


def pure(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine."""
    return _amp(rng, sine(phase(note.frequency, note.samples(rate), rate)), note, rate)


def warm(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine with gentle saturation."""
    tone = sine(phase(note.frequency, note.samples(rate), rate))
    drive = log_uniform(rng, 0.4, 1.5)
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
    return _amp(
        rng, ladder(tone, note.frequency * uniform(rng, 0.6, 1.4), uniform(rng, 0.0, 0.2), rate), note, rate
    )


def harmonic(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine with a quiet octave or twelfth above, so that small speakers hear it."""
    cycles = phase(note.frequency, note.samples(rate), rate)
    above = uniform(rng, 0.03, 0.16) * sine(cycles * pick(rng, 2.0, 2.0, 3.0))
    return _amp(rng, sine(cycles) + above, note, rate)


FAMILIES: dict[str, Patch] = {
    "pure": pure,
    "warm": warm,
    "tri": tri,
    "soft_square": soft_square,
    "filtered_saw": filtered_saw,
    "harmonic": harmonic,
}
