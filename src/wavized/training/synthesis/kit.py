"""Drum hits. Kicks are the hard ones: they fall fast in pitch and end early, with no note held. Pure."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import decay, seconds, sweep
from wavized.training.synthesis.filters import bandpass, highpass, lowpass
from wavized.training.synthesis.oscillators import noise, phase, pulse, sine, triangle
from wavized.training.synthesis.shaping import clip, level, tanh, tube
from wavized.training.synthesis.space import reverb


def _tap(rng: Rng, n: int, rate: int, low: float, high: float, tau: float) -> Audio:
    return level(bandpass(noise(rng, n), low, high, rate) * decay(n, rate, tau))


def kick(rng: Rng, rate: int, _note: Note) -> Audio:
    """A drum machine's or a sampled bass drum: 0.1-0.5 s."""
    length = log_uniform(rng, 0.12, 0.5)
    n = int(length * rate)
    end = uniform(rng, 38.0, 62.0)
    fast = sweep(n, rate, log_uniform(rng, 150.0, 1200.0), end, log_uniform(rng, 0.006, 0.035))
    slow = 1.0 + uniform(rng, 0.2, 1.5) * decay(n, rate, uniform(rng, 0.02, 0.08))
    body = sine(phase(fast * slow, n, rate)) * np.exp(
        -((seconds(n, rate) / (length * 0.45)) ** uniform(rng, 1.0, 2.0))
    )
    tap = _tap(rng, n, rate, log_uniform(rng, 800, 3000), 9000.0, log_uniform(rng, 0.001, 0.006))
    mix = body + uniform(rng, 0.05, 0.6) * tap
    if chance(rng, 0.3):
        mix = mix + uniform(rng, 0.05, 0.3) * _tap(rng, n, rate, 60.0, 600.0, 0.03)
    return tanh(mix, log_uniform(rng, 0.5, 5.0))


def long_kick(rng: Rng, rate: int, _note: Note) -> Audio:
    """A boomy kick whose pitch goes on sinking: longer than the others, and still no note."""
    length = uniform(rng, 0.4, 0.65)
    n = int(length * rate)
    sinking = sweep(n, rate, uniform(rng, 70.0, 130.0), uniform(rng, 34.0, 46.0), uniform(rng, 0.08, 0.18))
    fast = 1.0 + uniform(rng, 0.5, 4.0) * decay(n, rate, log_uniform(rng, 0.005, 0.02))
    body = sine(phase(sinking * fast, n, rate)) * np.exp(-((seconds(n, rate) / (length * 0.45)) ** 1.5))
    tap = _tap(rng, n, rate, log_uniform(rng, 300, 2000), 8000.0, log_uniform(rng, 0.002, 0.02))
    return tanh(body + uniform(rng, 0.1, 0.6) * tap, log_uniform(rng, 0.5, 4.0))


def soft_kick(rng: Rng, rate: int, _note: Note) -> Audio:
    """An acoustic, felt or lo-fi kick: hardly a click, a short fall in pitch, a thud with some air."""
    length = log_uniform(rng, 0.12, 0.7)
    n = int(length * rate)
    end = uniform(rng, 40.0, 75.0)
    track = sweep(
        n, rate, end * log_uniform(rng, 1.3, 3.5), end * uniform(rng, 0.75, 1.0), uniform(rng, 0.02, 0.09)
    )
    body = sine(phase(track, n, rate)) * np.exp(
        -((seconds(n, rate) / (length * 0.35)) ** uniform(rng, 0.8, 1.5))
    )
    skin = uniform(rng, 0.05, 0.5) * _tap(
        rng, n, rate, 60.0, log_uniform(rng, 300.0, 3000.0), uniform(rng, 0.01, 0.05)
    )
    mix = body * np.clip(seconds(n, rate) / log_uniform(rng, 0.0005, 0.008), 0.0, 1.0) + skin
    tone = tanh(mix, log_uniform(rng, 0.3, 4.0))
    return (
        reverb(rng, tone, rate, uniform(rng, 0.1, 0.5), uniform(rng, 0.05, 0.3)) if chance(rng, 0.3) else tone
    )


def hard_kick(rng: Rng, rate: int, _note: Note) -> Audio:
    """A distorted kick of techno and hardstyle; its pitch never comes to rest."""
    length = log_uniform(rng, 0.15, 0.5)
    n = int(length * rate)
    track = sweep(
        n, rate, log_uniform(rng, 300.0, 1500.0), uniform(rng, 32.0, 50.0), length * uniform(rng, 0.1, 0.3)
    )
    body = sine(phase(track, n, rate)) + uniform(rng, 0.1, 0.5) * _tap(rng, n, rate, 1000.0, 8000.0, 0.004)
    hot = (
        clip(body, log_uniform(rng, 2, 10)) if chance(rng, 0.5) else tube(body, log_uniform(rng, 2, 12), 0.3)
    )
    return lowpass(hot, log_uniform(rng, 2000, 12000), rate, 1) * np.clip(
        (length - seconds(n, rate)) * 25.0, 0.0, 1.0
    )


def snare(rng: Rng, rate: int, _note: Note) -> Audio:
    """Two shell tones and wires of noise."""
    n = int(log_uniform(rng, 0.12, 0.6) * rate)
    tone = uniform(rng, 140.0, 260.0)
    shell = sine(phase(sweep(n, rate, tone * 1.6, tone, 0.01), n, rate)) + 0.5 * sine(
        phase(tone * 1.59, n, rate)
    )
    wires = highpass(noise(rng, n), log_uniform(rng, 700.0, 3000.0), rate) * decay(
        n, rate, log_uniform(rng, 0.03, 0.15)
    )
    mix = shell * decay(n, rate, log_uniform(rng, 0.02, 0.1)) + uniform(rng, 0.15, 0.6) * wires
    tone_out = tanh(level(mix), log_uniform(rng, 0.7, 5.0))
    return reverb(rng, tone_out, rate, uniform(rng, 0.1, 0.6), 0.2) if chance(rng, 0.3) else tone_out


def clap(rng: Rng, rate: int, _note: Note) -> Audio:
    """Three or four bursts of noise close together, then their tail."""
    n = int(log_uniform(rng, 0.15, 0.6) * rate)
    band = bandpass(noise(rng, n), log_uniform(rng, 500.0, 1200.0), log_uniform(rng, 2000.0, 7000.0), rate)
    t = seconds(n, rate)
    gap = uniform(rng, 0.007, 0.016)
    bursts = sum(
        np.where(t >= k * gap, np.exp(-(t - k * gap) / 0.004), 0.0) for k in range(int(rng.integers(2, 5)))
    )
    tail = np.where(t >= 3 * gap, np.exp(-(t - 3 * gap) / log_uniform(rng, 0.03, 0.15)), 0.0)
    return level(band * (np.asarray(bursts) + 0.6 * tail))


def _metal(rng: Rng, n: int, rate: int) -> Audio:
    """Six pulses at odd pitches, as in a TR-808's cymbals, or plain noise."""
    if chance(rng, 0.4):
        return noise(rng, n)
    base = uniform(rng, 180.0, 420.0)
    pulses = [pulse(phase(base * ratio, n, rate)) for ratio in (1.0, 1.34, 1.52, 1.98, 2.47, 2.68)]
    return np.asarray(np.sum(pulses, axis=0), dtype=np.float64)


def hat(rng: Rng, rate: int, _note: Note) -> Audio:
    """A hi-hat, shut or open."""
    tau = log_uniform(rng, 0.01, 0.04) if chance(rng, 0.6) else log_uniform(rng, 0.08, 0.3)
    n = int(tau * 5.0 * rate) + 256
    return level(
        highpass(_metal(rng, n, rate), log_uniform(rng, 4000.0, 8500.0), rate, 4) * decay(n, rate, tau)
    )


def cymbal(rng: Rng, rate: int, _note: Note) -> Audio:
    """A crash or a ride: long, bright, noisy."""
    tau = log_uniform(rng, 0.3, 1.2)
    n = int(tau * 3.5 * rate)
    wash = highpass(_metal(rng, n, rate) + noise(rng, n), log_uniform(rng, 1500.0, 5000.0), rate)
    return level(wash * decay(n, rate, tau) * np.clip(seconds(n, rate) / 0.002, 0.0, 1.0))


def tom(rng: Rng, rate: int, _note: Note) -> Audio:
    """A tom or conga: a skin tone with a moderate fall, 0.2-1.2 s."""
    length = log_uniform(rng, 0.2, 1.2)
    n = int(length * rate)
    end = log_uniform(rng, 75.0, 330.0)
    skin = phase(sweep(n, rate, end * uniform(rng, 1.1, 2.0), end, log_uniform(rng, 0.02, 0.1)), n, rate)
    body = sine(skin) + uniform(rng, 0.05, 0.4) * sine(skin * 1.593) * decay(n, rate, 0.06)
    mix = body * decay(n, rate, length / 4.5) + uniform(rng, 0.05, 0.4) * _tap(
        rng, n, rate, 300.0, 4000.0, 0.015
    )
    return tanh(mix, log_uniform(rng, 0.5, 3.0))


def hand_drum(rng: Rng, rate: int, _note: Note) -> Audio:
    """Conga, bongo, darbuka, log drum: modes that are no harmonics, and the slap of a hand."""
    length = log_uniform(rng, 0.2, 1.3)
    n = int(length * rate)
    base, tau = log_uniform(rng, 80.0, 480.0), length * uniform(rng, 0.06, 0.25)
    bend = sweep(n, rate, uniform(rng, 1.0, 1.2), 1.0, uniform(rng, 0.01, 0.06))
    tone = np.zeros(n)
    for ratio in (
        1.0,
        uniform(rng, 1.5, 1.65),
        uniform(rng, 2.0, 2.2),
        uniform(rng, 2.25, 2.9),
        uniform(rng, 3.0, 4.4),
    ):
        mode = sine(phase(base * ratio * bend, n, rate, float(rng.random())))
        tone += uniform(rng, 0.05, 1.0) / ratio * mode * decay(n, rate, tau / ratio ** uniform(rng, 0.5, 1.5))
    slap = _tap(rng, n, rate, log_uniform(rng, 300.0, 2000.0), 8000.0, log_uniform(rng, 0.003, 0.03))
    mix = level(tone) + uniform(rng, 0.1, 1.0) * slap
    return (
        reverb(rng, level(mix), rate, uniform(rng, 0.2, 1.0), uniform(rng, 0.03, 0.2))
        if chance(rng, 0.4)
        else level(mix)
    )


def perc(rng: Rng, rate: int, _note: Note) -> Audio:
    """Rims, blocks, cowbells and sticks."""
    n = int(log_uniform(rng, 0.05, 0.4) * rate)
    base = log_uniform(rng, 350.0, 2500.0)
    wave = (sine, triangle, pulse)[int(rng.integers(3))]
    tone = wave(phase(base, n, rate)) + wave(phase(base * uniform(rng, 1.3, 2.8), n, rate))
    mix = tone * decay(n, rate, log_uniform(rng, 0.008, 0.08)) + uniform(rng, 0, 0.5) * _tap(
        rng, n, rate, base, 9e3, 0.01
    )
    return level(highpass(mix, 200.0, rate))


def shaker(rng: Rng, rate: int, _note: Note) -> Audio:
    """A shaker or tambourine stroke: noise that swells and falls."""
    n = int(log_uniform(rng, 0.06, 0.3) * rate)
    x = np.linspace(0.0, 1.0, n)
    contour = x ** uniform(rng, 0.3, 2.0) * (1.0 - x) ** uniform(rng, 1.0, 4.0)
    return level(highpass(noise(rng, n), log_uniform(rng, 3000.0, 7000.0), rate) * contour)


def break_hit(rng: Rng, rate: int, note: Note) -> Audio:
    """Two drums at once, as when a break is sliced."""
    first = (kick, snare, tom)[int(rng.integers(3))](rng, rate, note)
    second = (hat, cymbal, perc, shaker)[int(rng.integers(4))](rng, rate, note)
    first = first.mean(axis=0) if first.ndim > 1 else first
    out = np.zeros(max(len(first), len(second)))
    out[: len(first)] += first
    out[: len(second)] += pick(rng, 0.2, 0.4, 0.7) * second
    return tanh(out, log_uniform(rng, 0.7, 3.0))


FAMILIES: dict[str, Patch] = {
    "kick": kick,
    "long_kick": long_kick,
    "soft_kick": soft_kick,
    "hard_kick": hard_kick,
    "snare": snare,
    "clap": clap,
    "hat": hat,
    "cymbal": cymbal,
    "tom": tom,
    "hand_drum": hand_drum,
    "perc": perc,
    "shaker": shaker,
    "break_hit": break_hit,
}
