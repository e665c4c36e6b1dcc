"""Growls: FM and wavetables whose formants move, wobbles, talking basses, folded and crushed. Pure."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import gate, lfo
from wavized.training.synthesis.filters import bandpass, ladder, lowpass
from wavized.training.synthesis.oscillators import drift, phase, pulse, saw, sine, stack
from wavized.training.synthesis.shaping import crush, fold, level, tanh, tube
from wavized.training.synthesis.space import chorus
from wavized.training.synthesis.spectral import VOWELS, notches, shape, vowels


def _motion(rng: Rng, n: int, rate: int) -> Audio:
    """What moves a growl, in [0, 1]: an LFO (at times speeding up or slowing down), or one gesture."""
    if chance(rng, 0.25):
        x = np.linspace(0.0, 1.0, n)
        gestures = (x, 1.0 - x, np.sin(np.pi * x), 1.0 - np.sin(np.pi * x))
        return np.asarray(gestures[int(rng.integers(4))])
    start = log_uniform(rng, 1.5, 12.0)
    end = start * log_uniform(rng, 0.4, 2.5) if chance(rng, 0.4) else start
    return lfo(n, rate, np.geomspace(start, end, n), int(rng.integers(4)), float(rng.random()))


def _finish(rng: Rng, tone: Audio, note: Note, rate: int) -> Audio:
    """Drive, a clean octave of sub below at times, chorus at times, amplifier."""
    n = len(tone)
    hot = tube(level(tone), log_uniform(rng, 1.5, 12.0), uniform(rng, 0.0, 0.7))
    if chance(rng, 0.65):
        hot = hot + uniform(rng, 0.2, 1.2) * sine(phase(note.frequency, n, rate))
    amp = gate(note, n, rate, log_uniform(rng, 0.002, 0.03))
    hot = level(lowpass(hot, log_uniform(rng, 3500.0, 16000.0), rate, 1)) * amp
    return (
        chorus(hot, rate, uniform(rng, 0.2, 1.5), 1.5, uniform(rng, 0.2, 0.6)) if chance(rng, 0.35) else hot
    )


def fm_growl(rng: Rng, rate: int, note: Note) -> Audio:
    """Two-operator FM with an index that moves, then a vowel filter."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    move = _motion(rng, n, rate)
    ratio = pick(rng, 1.0, 1.0, 2.0, 3.0, 4.0, 0.5)
    index = uniform(rng, 0.1, 0.4) + log_uniform(rng, 0.5, 2.5) * move
    tone = sine(cycles + index * sine(ratio * cycles + 0.2 * move * sine(cycles)))
    names = "".join(rng.choice(list(VOWELS), 2))
    return _finish(rng, shape(tone, rate, vowels(names, move, uniform(rng, 0.7, 1.3), 0.5, 0.25)), note, rate)


def talking(rng: Rng, rate: int, note: Note) -> Audio:
    """Saws through vowels that follow each other: yoi, yai, oui."""
    n = note.samples(rate)
    voices = stack(rng, note.frequency, n, rate, (-uniform(rng, 0, 9), 0.0, uniform(rng, 0, 9))).mean(axis=0)
    names = "".join(rng.choice(list(VOWELS), int(rng.integers(2, 5))))
    wave = tanh(voices, log_uniform(rng, 1.0, 6.0))
    response = vowels(names, _motion(rng, n, rate), uniform(rng, 0.7, 1.3), uniform(rng, 0.6, 1.5), 0.04)
    return _finish(rng, shape(wave, rate, response), note, rate)


def wobble(rng: Rng, rate: int, note: Note) -> Audio:
    """Dubstep wobble: a low-pass on saw and square that an LFO opens and shuts."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    wave = saw(cycles) + uniform(rng, 0.2, 1.0) * pulse(cycles * pick(rng, 1.0, 0.5, 2.0))
    move = _motion(rng, n, rate)
    cutoff = note.frequency * uniform(rng, 1.5, 5.0) * 2.0 ** (uniform(rng, 2.5, 5.0) * move)
    hot = ladder(tanh(wave, log_uniform(rng, 1.0, 8.0)), cutoff, uniform(rng, 0.3, 0.75), rate, 4)
    return _finish(rng, hot, note, rate)


def folded(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine or triangle folded more and less, which sounds like tearing."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    body = sine(cycles) + uniform(rng, 0.1, 0.6) * sine(cycles * pick(rng, 2.0, 3.0, 0.5) + 0.2)
    move = _motion(rng, n, rate)
    tone = fold(body, uniform(rng, 0.7, 1.5) + uniform(rng, 2.0, 7.0) * move)
    return _finish(rng, tone, note, rate)


def wavetable(rng: Rng, rate: int, note: Note) -> Audio:
    """Morphs between three harmonic pictures, each with its own bright region."""
    n = note.samples(rate)
    count = min(96, int(0.4 * rate / note.frequency))
    order = np.arange(1, count + 1)
    cycles = phase(note.frequency, n, rate)
    tables = []
    size = 4096
    turn = np.arange(size) / size
    for _ in range(3):
        centre, width = log_uniform(rng, 3.0, 40.0), uniform(rng, 0.25, 0.7)
        levels = order**-1.0 + 0.8 * np.exp(-((np.log(order / centre) / width) ** 2)) * order**-0.3
        spectrum = np.zeros(size // 2 + 1, dtype=complex)
        spectrum[1 : count + 1] = levels * np.exp(2j * np.pi * rng.random(count))
        tables.append(level(np.fft.irfft(spectrum)))
    sounds = np.stack([np.interp(cycles % 1.0, turn, t, period=1.0) for t in tables])
    move = 2.0 * _motion(rng, n, rate)
    weights = np.clip(1.0 - np.abs(np.stack([move, move - 1.0, move - 2.0])), 0.0, 1.0)
    return _finish(rng, (sounds * weights).sum(axis=0), note, rate)


def crushed(rng: Rng, rate: int, note: Note) -> Audio:
    """A moving FM tone at few bits and a low rate."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    move = _motion(rng, n, rate)
    tone = sine(cycles + (0.2 + uniform(rng, 0.4, 1.5) * move) * saw(cycles * pick(rng, 1.0, 2.0)) * 0.5)
    tone = crush(tone, uniform(rng, 2.5, 6.0), int(rng.integers(2, 9)))
    cutoff = log_uniform(rng, 200.0, 800.0) * 2.0 ** (uniform(rng, 1.5, 4.0) * move)
    return _finish(rng, ladder(tone, cutoff, uniform(rng, 0.1, 0.6), rate), note, rate)


def neuro(rng: Rng, rate: int, note: Note) -> Audio:
    """Neurofunk: a driven reese resampled through sweeping notches and a moving band."""
    n = note.samples(rate)
    detune = uniform(rng, 5.0, 25.0)
    wave = tanh(
        stack(rng, note.frequency, n, rate, (-detune, 0.0, detune)).mean(axis=0), log_uniform(rng, 3.0, 20.0)
    )
    move = _motion(rng, n, rate)
    centre = log_uniform(rng, 150.0, 500.0) * 2.0 ** (uniform(rng, 1.5, 4.0) * move)
    tone = shape(wave, rate, notches(centre, uniform(rng, 1.5, 2.6), int(rng.integers(3, 7)), 0.95))
    tone = fold(level(tone), uniform(rng, 1.0, 3.0))
    grit = 1.0 + uniform(rng, 0.0, 0.6) * drift(rng, n, rate, uniform(rng, 10.0, 60.0))
    return _finish(rng, tone * grit, note, rate)


def screech(rng: Rng, rate: int, note: Note) -> Audio:
    """A narrow talking band high over the bass: the yoi and the screech."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    move = _motion(rng, n, rate)
    formant = pick(rng, 4.0, 6.0, 8.0) + uniform(rng, 4.0, 14.0) * move
    position = cycles % 1.0
    bump = np.sin(np.pi * position) ** 2 * np.sin(2.0 * np.pi * formant * position)
    low = sine(cycles) + 0.5 * bandpass(saw(cycles), 80.0, 500.0, rate)
    return _finish(rng, fold(bump, uniform(rng, 1.0, 2.5)) + uniform(rng, 0.2, 0.8) * low, note, rate)


FAMILIES: dict[str, Patch] = {
    "fm_growl": fm_growl,
    "talking": talking,
    "wobble": wobble,
    "folded": folded,
    "wavetable": wavetable,
    "crushed": crushed,
    "neuro": neuro,
    "screech": screech,
}
