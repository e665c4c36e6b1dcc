"""Reeses: detuned saws that beat and phase, held and wide, often with a steady sub below. Pure."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import gate, lfo
from wavized.training.synthesis.filters import highpass, ladder, lowpass
from wavized.training.synthesis.oscillators import phase, pulse, sine, stack
from wavized.training.synthesis.shaping import level, tanh
from wavized.training.synthesis.space import chorus, mid, spread
from wavized.training.synthesis.spectral import notches, shape


def _cents(rng: Rng, voices: int, note: Note) -> tuple[float, ...]:
    """Detuning of 5-60 cents, slow to fast beating; never so slow that the note ends within one beat.

    Two saws `width` cents to either side beat 0.00116 * width * h * frequency times a second at harmonic h.
    """
    least = 1.0 / (max(note.gate, 0.12) * 6.0 * note.frequency * 0.00116)
    width = max(log_uniform(rng, 5.0, 60.0), min(least, 60.0))
    return tuple(float(c) for c in np.linspace(-width, width, voices) + rng.uniform(-2, 2, voices))


def _amp(rng: Rng, tone: Audio, note: Note, rate: int) -> Audio:
    return level(tone) * gate(note, tone.shape[-1], rate, log_uniform(rng, 0.002, 0.12))


def _subbed(rng: Rng, tone: Audio, note: Note, rate: int) -> Audio:
    """Replace the low end by a steady sine."""
    sub = sine(phase(note.frequency, tone.shape[-1], rate))
    return highpass(level(tone), note.frequency * 2.0, rate) + uniform(rng, 0.4, 1.4) * sub


def classic(rng: Rng, rate: int, note: Note) -> Audio:
    """Two or three saws and a low-pass that stands still: the Kevin Saunderson sound."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(2, 4)), note)).mean(axis=0)
    return _amp(rng, ladder(wave, log_uniform(rng, 150.0, 4000.0), uniform(rng, 0.0, 0.35), rate), note, rate)


def wide(rng: Rng, rate: int, note: Note) -> Audio:
    """Five to seven saws spread from left to right."""
    n = note.samples(rate)
    voices = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(4, 8)), note))
    both = spread(voices, uniform(rng, 0.3, 1.0))
    tone = lowpass(both, log_uniform(rng, 250.0, 6000.0), rate, 2)
    return _amp(rng, _subbed(rng, tone, note, rate) if chance(rng, 0.5) else tone, note, rate)


def sweeping(rng: Rng, rate: int, note: Note) -> Audio:
    """A slow filter movement over the beating."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(2, 5)), note)).mean(axis=0)
    move = lfo(n, rate, log_uniform(rng, 0.1, 1.2), int(rng.integers(2)), float(rng.random()))
    cutoff = log_uniform(rng, 100.0, 500.0) * 2.0 ** (uniform(rng, 1.0, 3.5) * move)
    tone = ladder(wave, cutoff, uniform(rng, 0.05, 0.45), rate, int(pick(rng, 3, 4)))
    return _amp(rng, tone, note, rate)


def phased(rng: Rng, rate: int, note: Note) -> Audio:
    """Notches of a phaser wander through driven saws, as in drum and bass."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(2, 5)), note)).mean(axis=0)
    move = lfo(n, rate, log_uniform(rng, 0.1, 1.0), int(rng.integers(2)), float(rng.random()))
    centre = log_uniform(rng, 120.0, 400.0) * 2.0 ** (uniform(rng, 1.0, 3.0) * move)
    response = notches(centre, uniform(rng, 1.6, 3.0), int(rng.integers(2, 6)), uniform(rng, 0.7, 0.98))
    tone = shape(tanh(wave, log_uniform(rng, 0.5, 4.0)), rate, response)
    tone = lowpass(tone, log_uniform(rng, 300.0, 7000.0), rate)
    return _amp(rng, _subbed(rng, tone, note, rate) if chance(rng, 0.5) else tone, note, rate)


def dark(rng: Rng, rate: int, note: Note) -> Audio:
    """Shut down to a rumble: only the low harmonics beat."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(2, 5)), note)).mean(axis=0)
    tone = ladder(
        tanh(wave, log_uniform(rng, 0.5, 3.0)), log_uniform(rng, 120.0, 500.0), uniform(rng, 0, 0.3), rate
    )
    return _amp(rng, tone, note, rate)


def distorted(rng: Rng, rate: int, note: Note) -> Audio:
    """Driven before a low-pass, which thickens the beating."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(2, 6)), note)).mean(axis=0)
    hot = tanh(level(wave), log_uniform(rng, 3.0, 15.0))
    tone = ladder(hot, log_uniform(rng, 500.0, 7000.0), uniform(rng, 0.0, 0.3), rate)
    return _amp(rng, _subbed(rng, tone, note, rate) if chance(rng, 0.4) else tone, note, rate)


def squares(rng: Rng, rate: int, note: Note) -> Audio:
    """Detuned pulses whose widths drift, for a hollow reese."""
    n = note.samples(rate)
    wave = np.zeros(n)
    for k, cents in enumerate(_cents(rng, int(rng.integers(2, 4)), note)):
        width = 0.5 + 0.35 * (lfo(n, rate, log_uniform(rng, 0.2, 2.0), 0, 0.3 * k) - 0.5)
        wave += pulse(phase(note.frequency * 2.0 ** (cents / 1200.0), n, rate, float(rng.random())), width)
    tone = ladder(wave, log_uniform(rng, 200.0, 4000.0), uniform(rng, 0.0, 0.3), rate)
    return _amp(rng, tone, note, rate)


def chorused(rng: Rng, rate: int, note: Note) -> Audio:
    """Two saws and a deep chorus, as from a Juno."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, 2, note)).mean(axis=0)
    tone = ladder(wave, log_uniform(rng, 200.0, 4000.0), uniform(rng, 0.0, 0.3), rate)
    both = chorus(tone, rate, log_uniform(rng, 0.2, 1.5), uniform(rng, 1.5, 4.5), uniform(rng, 0.5, 1.0))
    return _amp(rng, mid(both) if chance(rng, 0.3) else both, note, rate)


def combed(rng: Rng, rate: int, note: Note) -> Audio:
    """Flanged: a second copy slides slowly behind the first, as in jungle."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(2, 4)), note)).mean(axis=0)
    move = lfo(n, rate, log_uniform(rng, 0.1, 1.0), int(rng.integers(2)), float(rng.random()))
    lag = uniform(rng, 0.0008, 0.003) * (1.0 + uniform(rng, 1.0, 4.0) * move) * rate
    index = np.arange(n, dtype=np.float64)
    tone = wave + uniform(rng, 0.5, 0.95) * np.interp(index - lag, index, wave, left=0.0)
    tone = lowpass(tone, log_uniform(rng, 250.0, 5000.0), rate)
    return _amp(rng, _subbed(rng, tone, note, rate) if chance(rng, 0.4) else tone, note, rate)


def bright(rng: Rng, rate: int, note: Note) -> Audio:
    """Open and hard: driven saws with hardly any filter, beating up to the top, an octave at times."""
    n = note.samples(rate)
    wave = stack(rng, note.frequency, n, rate, _cents(rng, int(rng.integers(2, 8)), note)).mean(axis=0)
    if chance(rng, 0.4):
        wave = wave + uniform(rng, 0.2, 0.7) * stack(
            rng, 2.0 * note.frequency, n, rate, _cents(rng, 2, note)
        ).mean(axis=0)
    tone = lowpass(tanh(level(wave), log_uniform(rng, 0.5, 5.0)), log_uniform(rng, 3000.0, 14000.0), rate, 1)
    return _amp(rng, _subbed(rng, tone, note, rate) if chance(rng, 0.4) else tone, note, rate)


def detuned_sub(rng: Rng, rate: int, note: Note) -> Audio:
    """Two octaves of saws apart by cents, shut down to a dark rolling bass with a little resonance."""
    n = note.samples(rate)
    low = stack(rng, note.frequency, n, rate, _cents(rng, 2, note)).mean(axis=0)
    high = stack(rng, 2.0 * note.frequency, n, rate, _cents(rng, 2, note)).mean(axis=0)
    cutoff = note.frequency * log_uniform(rng, 2.0, 10.0)
    tone = ladder(
        low + uniform(rng, 0.3, 1.0) * high, cutoff, uniform(rng, 0.0, 0.5), rate, int(pick(rng, 3, 4))
    )
    return _amp(rng, tanh(level(tone), log_uniform(rng, 0.5, 4.0)), note, rate)


FAMILIES: dict[str, Patch] = {
    "classic": classic,
    "wide": wide,
    "sweeping": sweeping,
    "phased": phased,
    "dark": dark,
    "distorted": distorted,
    "squares": squares,
    "chorused": chorused,
    "combed": combed,
    "bright": bright,
    "detuned_sub": detuned_sub,
}
