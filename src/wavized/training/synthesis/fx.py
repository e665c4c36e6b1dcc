"""Effects and noises: risers, falls, impacts, zaps, textures and vinyl. Pure."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, uniform
from wavized.training.synthesis.envelopes import decay, gate, lfo, seconds, sweep
from wavized.training.synthesis.filters import bandpass, lowpass, resonator
from wavized.training.synthesis.oscillators import drift, noise, phase, pink, saw, sine
from wavized.training.synthesis.shaping import crush, level, tanh
from wavized.training.synthesis.space import echo, reverb


def riser(rng: Rng, rate: int, _note: Note) -> Audio:
    """Noise or a tone that rises, or falls, over one to four seconds."""
    n = int(log_uniform(rng, 0.7, 4.0) * rate)
    low, high = log_uniform(rng, 150.0, 800.0), log_uniform(rng, 2000.0, 10000.0)
    curve = np.geomspace(low, high, n)
    contour = np.linspace(0.02, 1.0, n) ** uniform(rng, 0.5, 2.0)
    if chance(rng, 0.4):
        curve, contour = curve[::-1].copy(), contour[::-1].copy()
    if chance(rng, 0.6):
        return level(resonator(noise(rng, n), curve, uniform(rng, 0.7, 4.0), rate) * contour)
    return level(saw(phase(curve * 0.4, n, rate)) * contour)


def impact(rng: Rng, rate: int, _note: Note) -> Audio:
    """A cinematic hit: a boom, a crack and a long dark hall."""
    n = int(0.5 * rate)
    boom = sine(phase(sweep(n, rate, uniform(rng, 120, 300), uniform(rng, 28, 50), 0.06), n, rate)) * decay(
        n, rate, 0.15
    )
    crack = lowpass(noise(rng, n), log_uniform(rng, 800, 8000), rate) * decay(
        n, rate, log_uniform(rng, 0.01, 0.1)
    )
    dry = tanh(boom + uniform(rng, 0.3, 1.0) * level(crack), uniform(rng, 1.0, 5.0))
    return reverb(
        rng, dry, rate, log_uniform(rng, 0.8, 3.5), uniform(rng, 0.3, 0.7), log_uniform(rng, 1000, 6000)
    )


def zap(rng: Rng, rate: int, _note: Note) -> Audio:
    """A laser or a blip: a tone that races down or up from high above."""
    n = int(log_uniform(rng, 0.08, 0.7) * rate)
    start, end = log_uniform(rng, 1500.0, 8000.0), log_uniform(rng, 150.0, 900.0)
    if chance(rng, 0.3):
        start, end = end, start
    tone = sine(phase(sweep(n, rate, start, end, log_uniform(rng, 0.02, 0.2)), n, rate)) * decay(
        n, rate, n / rate / 3.0
    )
    return echo(tone, rate, uniform(rng, 0.06, 0.2), 0.4, 3) if chance(rng, 0.3) else tone


def texture(rng: Rng, rate: int, note: Note) -> Audio:
    """Held noise, wind, rain or room tone."""
    n = max(int(0.4 * rate), note.samples(rate))
    source = pink(rng, n) if chance(rng, 0.5) else noise(rng, n)
    low = log_uniform(rng, 80.0, 3000.0)
    tone = bandpass(source, low, low * log_uniform(rng, 2.0, 12.0), rate, 1)
    tone = tone * (1.0 + 0.6 * drift(rng, n, rate, uniform(rng, 1.0, 10.0)))
    return level(tone * gate(note, n, rate, 0.05) if chance(rng, 0.5) else tone)


def crackle(rng: Rng, rate: int, note: Note) -> Audio:
    """Vinyl crackle or a Geiger counter: scattered ticks over hiss."""
    n = max(int(0.4 * rate), note.samples(rate))
    ticks = (rng.random(n) < log_uniform(rng, 10.0, 200.0) / rate) * rng.standard_normal(n)
    tone = bandpass(ticks, 500.0, 8000.0, rate, 1)
    return level(level(tone) + uniform(rng, 0.0, 0.1) * noise(rng, n))


def robot(rng: Rng, rate: int, note: Note) -> Audio:
    """Computer noises: stepped pitches, ring modulation, few bits."""
    n = max(int(0.2 * rate), note.samples(rate))
    steps = rng.uniform(200.0, 4000.0, int(n / rate * uniform(rng, 6.0, 30.0)) + 2)
    curve = np.repeat(steps, -(-n // len(steps)))[:n]
    tone = sine(phase(curve, n, rate)) * sine(phase(log_uniform(rng, 50.0, 900.0), n, rate))
    if chance(rng, 0.5):
        tone = crush(tone, uniform(rng, 2.0, 6.0), int(rng.integers(1, 8)))
    return level(tone * (0.3 + 0.7 * lfo(n, rate, uniform(rng, 3.0, 20.0), 3)))


def foley(rng: Rng, rate: int, _note: Note) -> Audio:
    """Keys, paper, steps: a few irregular bursts of coloured noise."""
    n = int(log_uniform(rng, 0.2, 1.5) * rate)
    t = seconds(n, rate)
    out = np.zeros(n)
    for _ in range(int(rng.integers(1, 8))):
        at, low = uniform(rng, 0.0, 0.8) * t[-1], log_uniform(rng, 300.0, 5000.0)
        contour = np.where(t >= at, np.exp(-np.maximum(t - at, 0.0) / log_uniform(rng, 0.004, 0.08)), 0.0)
        out += uniform(rng, 0.2, 1.0) * bandpass(noise(rng, n), low, low * 3.0, rate, 1) * contour
    return level(out)


FAMILIES: dict[str, Patch] = {
    "riser": riser,
    "impact": impact,
    "zap": zap,
    "texture": texture,
    "crackle": crackle,
    "robot": robot,
    "foley": foley,
}
