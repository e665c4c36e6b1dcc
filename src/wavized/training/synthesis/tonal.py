"""Pitched sounds that are no bass one-shots: voices, leads, pads, chords, plucks, keys and bells. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, hertz, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import adsr, attack_decay, decay, gate, seconds
from wavized.training.synthesis.filters import bandpass, ladder, lowpass
from wavized.training.synthesis.oscillators import noise, phase, pulse, saw, sine, stack
from wavized.training.synthesis.shaping import level, tanh
from wavized.training.synthesis.slap import String
from wavized.training.synthesis.space import chorus, echo, reverb
from wavized.training.synthesis.spectral import VOWELS, shape, vowels

CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7), (0, 3, 7, 10, 14), (0, 7, 12))


def _higher(rng: Rng, note: Note, low: int = 57, high: int = 86) -> Note:
    """The same gesture at a pitch above the basses."""
    return replace(note, midi=float(rng.integers(low, high)))


def _roomy(rng: Rng, tone: Audio, rate: int) -> Audio:
    """With echoes or a room, half of the time."""
    if chance(rng, 0.25):
        return echo(tone, rate, uniform(rng, 0.1, 0.4), uniform(rng, 0.2, 0.5), 3)
    if chance(rng, 0.4):
        return reverb(rng, tone, rate, log_uniform(rng, 0.3, 2.0), uniform(rng, 0.1, 0.5))
    return tone


def voice(rng: Rng, rate: int, note: Note) -> Audio:
    """A sung or spoken syllable or two: a buzzing glottis and breath through vowels."""
    sung = replace(note, midi=uniform(rng, 41.0, 76.0), gate=min(note.gate, 2.0))
    n = sung.samples(rate)
    t = seconds(n, rate)
    bend = uniform(rng, -4.0, 4.0) * (t / t[-1]) + 0.3 * np.sin(2 * np.pi * uniform(rng, 4, 6.5) * t)
    curve = sung.frequency * 2.0 ** (bend * uniform(rng, 0.1, 1.0) / 12.0)
    source = lowpass(saw(phase(curve, n, rate)), 2500.0, rate, 1) + uniform(rng, 0.01, 0.15) * noise(rng, n)
    names = "".join(rng.choice(list(VOWELS), int(rng.integers(1, 4))))
    names = names if len(names) > 1 else names * 2
    tone = shape(
        source, rate, vowels(names, np.clip(t / t[-1] * 1.3, 0, 1), uniform(rng, 0.9, 1.25), 1.3, 0.01)
    )
    tone = level(tone) * adsr(sung, n, rate, uniform(rng, 0.01, 0.08), 0.5, uniform(rng, 0.4, 1.0))
    if chance(rng, 0.6):
        hiss = bandpass(noise(rng, n), 3000.0, 9000.0, rate) * attack_decay(
            n, rate, 0.01, uniform(rng, 0.02, 0.06)
        )
        tone = tone + uniform(rng, 0.1, 0.5) * level(hiss)
    return _roomy(rng, tone, rate)


def speech(rng: Rng, rate: int, _note: Note) -> Audio:
    """A few spoken or rapped syllables: vowels between hisses and stops, the pitch of talk."""
    base = uniform(rng, 80.0, 260.0)
    pieces = []
    for _ in range(int(rng.integers(2, 8))):
        n = int(log_uniform(rng, 0.07, 0.3) * rate)
        x = np.linspace(0.0, 1.0, n)
        curve = base * 2.0 ** ((uniform(rng, -3.0, 3.0) + uniform(rng, -3.0, 3.0) * x) / 12.0)
        buzz = lowpass(saw(phase(curve, n, rate)), 2000.0, rate, 1) + uniform(rng, 0.02, 0.1) * noise(rng, n)
        names = "".join(rng.choice(list(VOWELS), 2))
        tone = level(shape(buzz, rate, vowels(names, x, uniform(rng, 0.9, 1.25), 1.2, 0.01)))
        pieces.append(tone * np.sin(np.pi * x) ** uniform(rng, 0.3, 1.0) * uniform(rng, 0.5, 1.0))
        m = int(log_uniform(rng, 0.02, 0.12) * rate)
        low = log_uniform(rng, 1500.0, 5000.0)
        hiss = level(bandpass(noise(rng, m), low, 2.0 * low, rate)) * np.hanning(m)
        pieces.append(hiss * uniform(rng, 0.0, 0.4))
    return _roomy(rng, np.concatenate(pieces), rate)


def choir(rng: Rng, rate: int, note: Note) -> Audio:
    """Many voices on one vowel."""
    sung = _higher(rng, note, 45, 72)
    n = sung.samples(rate)
    cents = tuple(float(c) for c in rng.uniform(-25, 25, 5))
    voices = stack(rng, sung.frequency, n, rate, cents).mean(axis=0) + 0.02 * noise(rng, n)
    names = str(rng.choice(list(VOWELS))) * 2
    tone = shape(voices, rate, vowels(names, np.zeros(n), uniform(rng, 0.95, 1.2), 1.2, 0.01))
    return reverb(rng, level(tone) * gate(sung, n, rate, uniform(rng, 0.05, 0.3)), rate, 1.0, 0.3)


def lead(rng: Rng, rate: int, note: Note) -> Audio:
    """A synthesizer lead: saws or a pulse, bright, with vibrato."""
    high = _higher(rng, note, 64, 88)
    n = high.samples(rate)
    t = seconds(n, rate)
    curve = high.frequency * 2.0 ** (uniform(rng, 0, 0.3) * np.sin(2 * np.pi * 5.5 * t) / 12.0)
    spread = uniform(rng, 0.0, 20.0)
    saws = stack(rng, curve, n, rate, (-spread, 0.0, spread)).mean(axis=0)
    wave = saws if chance(rng, 0.7) else pulse(phase(curve, n, rate), uniform(rng, 0.1, 0.5))
    tone = ladder(wave, log_uniform(rng, 1500.0, 12000.0), uniform(rng, 0.0, 0.5), rate)
    return _roomy(rng, tanh(level(tone * gate(high, n, rate, 0.005)), log_uniform(rng, 0.5, 5.0)), rate)


def _chord(rng: Rng, low: int, high: int) -> list[float]:
    root = float(rng.integers(low, high))
    return [root + step for step in CHORDS[int(rng.integers(len(CHORDS)))]]


def pad(rng: Rng, rate: int, note: Note) -> Audio:
    """A slow, soft chord, or a single soft note that takes its time."""
    held = replace(note, gate=max(note.gate, 1.0), release=uniform(rng, 0.3, 1.0))
    n = held.samples(rate)
    pitches = _chord(rng, 45, 64) if chance(rng, 0.6) else [float(rng.integers(48, 72))]
    wave = np.sum([stack(rng, hertz(m), n, rate, (-9.0, 8.0)).mean(axis=0) for m in pitches], axis=0)
    tone = lowpass(wave, log_uniform(rng, 600.0, 5000.0), rate) * gate(held, n, rate, uniform(rng, 0.1, 0.6))
    return chorus(level(tone), rate, uniform(rng, 0.2, 1.0), 3.0, 0.6)


def chord_stab(rng: Rng, rate: int, note: Note) -> Audio:
    """A house or rave chord."""
    short = replace(note, gate=min(note.gate, 0.8))
    n = short.samples(rate)
    wave = np.sum(
        [stack(rng, hertz(m), n, rate, (-6.0, 7.0)).mean(axis=0) for m in _chord(rng, 50, 67)], axis=0
    )
    cutoff = log_uniform(rng, 400.0, 1500.0) * 2.0 ** (
        uniform(rng, 1.0, 4.0) * decay(n, rate, uniform(rng, 0.05, 0.4))
    )
    tone = ladder(wave, cutoff, uniform(rng, 0.0, 0.5), rate) * gate(short, n, rate)
    return _roomy(rng, level(tone), rate)


def high_pluck(rng: Rng, rate: int, note: Note) -> Audio:
    """A pluck or guitar string above the bass register."""
    high = _higher(rng, note, 60, 88)
    n = high.samples(rate)
    if chance(rng, 0.5):
        sustain, dull = log_uniform(rng, 0.1, 1.0), log_uniform(rng, 200.0, 1500.0)
        wire = String(high.frequency, sustain, dull, uniform(rng, 0.05, 0.4), uniform(rng, 0.4, 1.3))
        tone = wire.play(rng, n, rate)
    else:
        cutoff = high.frequency * 2.0 ** (
            uniform(rng, 2.0, 5.0) * decay(n, rate, log_uniform(rng, 0.03, 0.2))
        )
        tone = ladder(saw(phase(high.frequency, n, rate)), cutoff, uniform(rng, 0.0, 0.6), rate)
        tone = tone * decay(n, rate, log_uniform(rng, 0.1, 0.6))
    return _roomy(rng, level(tone) * gate(high, n, rate, 0.001), rate)


def keys(rng: Rng, rate: int, note: Note) -> Audio:
    """Electric piano, organ or piano-like keys, single or as a chord."""
    pitches = _chord(rng, 50, 72) if chance(rng, 0.5) else [float(rng.integers(55, 86))]
    n = note.samples(rate)
    kind = int(rng.integers(3))
    tone = np.zeros(n)
    for midi in pitches:
        cycles = phase(hertz(midi), n, rate, float(rng.random()))
        if kind == 0:
            bell = decay(n, rate, 0.08) * sine(cycles * 14.0) * uniform(rng, 0.02, 0.1)
            tone += sine(cycles + 0.2 * decay(n, rate, 0.5) * sine(cycles) + bell) * decay(n, rate, 0.9)
        elif kind == 1:
            tone += sum(
                a * sine(cycles * h) for h, a in ((0.5, 0.6), (1, 1.0), (1.5, 0.5), (2, 0.6), (4, 0.3))
            )
        else:
            for k in range(1, 9):
                stretch = k * np.sqrt(1.0 + 0.0006 * k * k)
                tone += k**-1.1 * sine(cycles * stretch) * decay(n, rate, 1.2 / k**0.7)
    return _roomy(rng, level(tone) * gate(note, n, rate, 0.002), rate)


def mallet(rng: Rng, rate: int, _note: Note) -> Audio:
    """Marimba, vibraphone, kalimba: a tuned bar above the basses, its overtones gone at once."""
    tau = log_uniform(rng, 0.1, 1.0)
    n = int(min(4.0 * tau, 3.0) * rate)
    cycles = phase(hertz(float(rng.integers(45, 86))), n, rate)
    overtone = pick(rng, 3.0, 4.0, 4.0, 5.4)
    tone = sine(cycles) * decay(n, rate, tau)
    tone = tone + uniform(rng, 0.1, 0.6) * sine(overtone * cycles) * decay(
        n, rate, tau * uniform(rng, 0.1, 0.4)
    )
    knock = bandpass(noise(rng, n), 400.0, 3000.0, rate) * decay(n, rate, 0.006)
    if chance(rng, 0.3):
        tone = tone * (1.0 + uniform(rng, 0.1, 0.4) * sine(phase(uniform(rng, 3.0, 7.0), n, rate)))
    return _roomy(rng, tone + uniform(rng, 0.0, 0.3) * level(knock), rate)


def bell(rng: Rng, rate: int, _note: Note) -> Audio:
    """Bells, mallets and chimes: partials that are no harmonics."""
    tau = log_uniform(rng, 0.1, 1.2)
    n = int(min(4.0 * tau, 4.0) * rate)
    base = hertz(float(rng.integers(58, 92)))
    tone = np.zeros(n)
    for ratio in (
        1.0,
        uniform(rng, 1.9, 2.1),
        uniform(rng, 2.4, 3.1),
        uniform(rng, 3.9, 4.3),
        uniform(rng, 5.0, 6.8),
    ):
        if base * ratio < 0.45 * rate:
            tone += (
                uniform(rng, 0.2, 1.0)
                / ratio
                * sine(phase(base * ratio, n, rate))
                * decay(n, rate, tau / ratio**0.6)
            )
    return _roomy(rng, level(tone), rate)


def super_chord(rng: Rng, rate: int, note: Note) -> Audio:
    """A wide trance or future-bass chord."""
    n = note.samples(rate)
    cents = tuple(float(c) for c in np.linspace(-18, 18, 3))
    wave = np.sum([stack(rng, hertz(m), n, rate, cents).mean(axis=0) for m in _chord(rng, 50, 66)], axis=0)
    tone = lowpass(wave, log_uniform(rng, 2000.0, 14000.0), rate, 1) * gate(note, n, rate, 0.01)
    return chorus(level(tone), rate, 0.8, 2.0, 0.5)


def strings(rng: Rng, rate: int, note: Note) -> Audio:
    """Bowed strings: a slow attack, vibrato and a wooden body."""
    held = _higher(rng, note, 57, 84)
    n = held.samples(rate)
    t = seconds(n, rate)
    tone = np.zeros(n)
    for _ in range(3):
        vibrato = 0.15 * np.sin(2 * np.pi * (uniform(rng, 4.5, 6.0) * t + rng.random()))
        tone += saw(phase(held.frequency * 2.0 ** ((vibrato + rng.normal(0, 0.05)) / 12.0), n, rate))
    return _roomy(
        rng, level(lowpass(tone, 5000.0, rate, 1)) * gate(held, n, rate, pick(rng, 0.03, 0.1, 0.3)), rate
    )


FAMILIES: dict[str, Patch] = {
    "voice": voice,
    "speech": speech,
    "choir": choir,
    "lead": lead,
    "pad": pad,
    "chord_stab": chord_stab,
    "high_pluck": high_pluck,
    "keys": keys,
    "mallet": mallet,
    "bell": bell,
    "super_chord": super_chord,
    "strings": strings,
}
