"""Growls: FM and wavetables whose formants move, wobbles and talking basses.

What makes a growl is motion, not grit: every patch moves its formants, its index or its filter at least once
while the key is held, however short that is. Pure.
"""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import gate, lfo, seconds
from wavized.training.synthesis.filters import ladder, lowpass
from wavized.training.synthesis.oscillators import phase, pulse, saw, sine, stack
from wavized.training.synthesis.shaping import fold, level, tanh, tube
from wavized.training.synthesis.space import chorus, mid
from wavized.training.synthesis.spectral import VOWELS, notches, shape, vowels

LONGEST_TURN_S = 0.6
"""No movement of an LFO takes longer, so that a short cut of a growl still moves."""
LONGEST_GESTURE_S = 1.2


def _motion(rng: Rng, note: Note, n: int, rate: int, saws: bool = True) -> Audio:
    """What moves a growl, in [0, 1]: an LFO that turns at least once while the key is held, or one gesture.

    Longer notes have no single gesture: what stands still after it would be no growl.
    """
    turn = min(LONGEST_TURN_S, note.gate)
    if note.gate < LONGEST_GESTURE_S and chance(rng, 0.4):
        x = np.clip(seconds(n, rate) / (uniform(rng, 0.7, 1.0) * note.gate), 0.0, 1.0)
        gestures = (x, 1.0 - x, np.sin(np.pi * x), 1.0 - np.sin(np.pi * x), np.sin(2.0 * np.pi * x) / 2 + 0.5)
        return np.asarray(gestures[int(rng.integers(5))])
    start = log_uniform(rng, 1.0 / turn, max(9.0, 1.5 / turn))
    end = max(1.0 / turn, start * log_uniform(rng, 0.5, 2.0)) if chance(rng, 0.4) else start
    shapes = (0, 1, 2, 3) if saws else (0, 1, 3)
    return lfo(n, rate, np.geomspace(start, end, n), int(rng.choice(shapes)), float(rng.random()))


def _finish(rng: Rng, tone: Audio, note: Note, rate: int) -> Audio:
    """Some drive, a clean octave of sub below at times, chorus at times, amplifier."""
    n = len(tone)
    hot = tube(level(tone), log_uniform(rng, 0.7, 7.0), uniform(rng, 0.0, 0.5))
    if chance(rng, 0.65):
        hot = hot + uniform(rng, 0.2, 1.2) * sine(phase(note.frequency, n, rate))
    amp = gate(note, n, rate, log_uniform(rng, 0.002, 0.03))
    hot = level(lowpass(hot, log_uniform(rng, 2000.0, 14000.0), rate, 1)) * amp
    return chorus(hot, rate, uniform(rng, 0.2, 1.5), 1.5, uniform(rng, 0.2, 0.6)) if chance(rng, 0.3) else hot


def _names(rng: Rng, least: int, most: int) -> str:
    """Vowels of which no two neighbours are alike."""
    chosen = [str(rng.choice(list(VOWELS)))]
    while len(chosen) < int(rng.integers(least, most + 1)):
        chosen.append(str(rng.choice([v for v in VOWELS if v != chosen[-1]])))
    return "".join(chosen)


def fm_growl(rng: Rng, rate: int, note: Note) -> Audio:
    """Two-operator FM with an index that moves, then a vowel filter."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    move = _motion(rng, note, n, rate)
    ratio = pick(rng, 1.0, 1.0, 2.0, 3.0, 4.0, 0.5)
    index = uniform(rng, 0.1, 0.4) + log_uniform(rng, 0.5, 2.0) * move
    tone = sine(cycles + index * sine(ratio * cycles + 0.2 * move * sine(cycles)))
    response = vowels(_names(rng, 2, 2), move, uniform(rng, 0.7, 1.3), 0.7, 0.12)
    return _finish(rng, shape(tone, rate, response), note, rate)


def fm_wobble(rng: Rng, rate: int, note: Note) -> Audio:
    """FM alone: the index breathes from near nothing to bright, one or two modulators."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    move = _motion(rng, note, n, rate)
    index = uniform(rng, 0.02, 0.2) + uniform(rng, 0.5, 1.8) * move ** uniform(rng, 0.7, 2.0)
    first = sine(cycles * pick(rng, 1.0, 2.0, 3.0))
    second = sine(cycles * pick(rng, 1.0, 5.0, 7.0) + 0.3 * move * first) if chance(rng, 0.5) else 0.0 * first
    return _finish(rng, sine(cycles + index * (first + 0.4 * second)), note, rate)


def talking(rng: Rng, rate: int, note: Note) -> Audio:
    """Saws through vowels that follow each other: yoi, yai, oui."""
    n = note.samples(rate)
    voices = stack(rng, note.frequency, n, rate, (-uniform(rng, 0, 9), 0.0, uniform(rng, 0, 9))).mean(axis=0)
    wave = tanh(voices, log_uniform(rng, 1.0, 6.0))
    move = _motion(rng, note, n, rate)
    response = vowels(_names(rng, 2, 4), move, uniform(rng, 0.7, 1.3), uniform(rng, 0.7, 1.6), 0.04)
    return _finish(rng, shape(wave, rate, response), note, rate)


def wobble(rng: Rng, rate: int, note: Note) -> Audio:
    """Dubstep wobble: a low-pass on fat driven oscillators that an LFO opens and shuts."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    wave = saw(cycles) + uniform(rng, 0.3, 1.0) * pulse(cycles * pick(rng, 1.003, 0.5, 2.0))
    move = _motion(rng, note, n, rate, saws=False)
    cutoff = note.frequency * uniform(rng, 1.2, 3.0) * 2.0 ** (uniform(rng, 3.0, 5.5) * move)
    hot = ladder(tanh(wave, log_uniform(rng, 1.0, 8.0)), cutoff, uniform(rng, 0.1, 0.5), rate, 4)
    return _finish(rng, hot, note, rate)


def folded(rng: Rng, rate: int, note: Note) -> Audio:
    """A sine or triangle folded more and less, which sounds like tearing."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    body = sine(cycles) + uniform(rng, 0.1, 0.6) * sine(cycles * pick(rng, 2.0, 3.0, 0.5) + 0.2)
    move = _motion(rng, note, n, rate)
    return _finish(rng, fold(body, uniform(rng, 0.7, 1.3) + uniform(rng, 2.5, 7.0) * move), note, rate)


def _tables(rng: Rng, count: int, size: int = 4096) -> list[Audio]:
    """Three single cycles of `count` harmonics, their bright regions an octave or more apart."""
    order = np.arange(1, count + 1)
    first, gap = log_uniform(rng, 2.5, 6.0), log_uniform(rng, 2.0, 3.2)
    tables = []
    for k in rng.permutation(3):
        centre, width = first * gap**k, uniform(rng, 0.25, 0.6)
        levels = 0.6 * order**-1.2 + 0.8 * np.exp(-((np.log(order / centre) / width) ** 2)) * order**-0.3
        spectrum = np.zeros(size // 2 + 1, dtype=complex)
        spectrum[1 : count + 1] = levels * np.exp(2j * np.pi * rng.random(count))
        tables.append(level(np.fft.irfft(spectrum)))
    return tables


def wavetable(rng: Rng, rate: int, note: Note) -> Audio:
    """Morphs between three harmonic pictures."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate) % 1.0
    tables = _tables(rng, min(96, int(0.4 * rate / note.frequency)))
    sounds = np.stack([np.interp(cycles, np.arange(len(t)) / len(t), t, period=1.0) for t in tables])
    move = 2.0 * _motion(rng, note, n, rate)
    weights = np.clip(1.0 - np.abs(np.stack([move, move - 1.0, move - 2.0])), 0.0, 1.0)
    return _finish(rng, (sounds * weights).sum(axis=0), note, rate)


def sync(rng: Rng, rate: int, note: Note) -> Audio:
    """Hard sync: a second oscillator restarts with the first while its own pitch is swept."""
    n = note.samples(rate)
    position = phase(note.frequency, n, rate) % 1.0
    ratio = uniform(rng, 1.0, 2.5) + uniform(rng, 1.5, 6.0) * _motion(rng, note, n, rate)
    wave = sine(position * ratio) if chance(rng, 0.5) else 1.0 - 2.0 * ((position * ratio) % 1.0)
    tone = wave * (1.0 - position) ** uniform(rng, 0.3, 1.5)
    return _finish(rng, lowpass(tone, log_uniform(rng, 2500.0, 9000.0), rate), note, rate)


def comb(rng: Rng, rate: int, note: Note) -> Audio:
    """A flanged, metallic growl: a comb whose teeth slide up and down."""
    n = note.samples(rate)
    wave = tanh(saw(phase(note.frequency, n, rate)), log_uniform(rng, 1.0, 6.0))
    move = _motion(rng, note, n, rate)
    lag = rate / (note.frequency * uniform(rng, 2.0, 4.0) * 2.0 ** (uniform(rng, 1.5, 3.0) * move))
    index = np.arange(n, dtype=np.float64)
    tone, depth = wave.copy(), uniform(rng, 0.85, 0.98) * (-1.0 if chance(rng, 0.5) else 1.0)
    for k in (1, 2, 3):
        tone += depth**k * np.interp(index - k * lag, index, wave, left=0.0)
    return _finish(rng, tone, note, rate)


def neuro(rng: Rng, rate: int, note: Note) -> Audio:
    """Neurofunk: driven detuned saws through sweeping notches, then folded once."""
    n = note.samples(rate)
    detune = uniform(rng, 3.0, 15.0)
    wave = stack(rng, note.frequency, n, rate, (-detune, 0.0, detune)).mean(axis=0)
    move = _motion(rng, note, n, rate)
    centre = log_uniform(rng, 150.0, 400.0) * 2.0 ** (uniform(rng, 2.5, 4.0) * move)
    response = notches(centre, uniform(rng, 1.5, 2.2), int(rng.integers(3, 6)), 0.97)
    tone = shape(tanh(wave, log_uniform(rng, 1.0, 6.0)), rate, response)
    names = _names(rng, 2, 3)
    tone = shape(tone, rate, vowels(names, move, uniform(rng, 0.8, 1.3), 0.9, 0.08))
    return _finish(rng, fold(level(tone), uniform(rng, 0.4, 1.2)), note, rate)


def screech(rng: Rng, rate: int, note: Note) -> Audio:
    """A narrow talking band high over the bass: the yoi and the screech."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    formant = pick(rng, 4.0, 6.0, 8.0) + uniform(rng, 5.0, 16.0) * _motion(rng, note, n, rate)
    position = cycles % 1.0
    bump = np.sin(np.pi * position) ** 2 * np.sin(2.0 * np.pi * formant * position)
    low = sine(cycles) + 0.5 * lowpass(saw(cycles), 400.0, rate)
    return _finish(rng, fold(bump, uniform(rng, 0.8, 1.8)) + uniform(rng, 0.2, 0.8) * low, note, rate)


def gestures(rng: Rng, rate: int, note: Note) -> Audio:
    """Two to four growls of one patch in a row, each with a movement of its own, as cut from a fill."""
    family = (fm_growl, talking, wavetable, sync, screech, neuro)[int(rng.integers(6))]
    count = int(np.clip(note.length / 0.25, 1, rng.integers(2, 5)))
    shares = rng.uniform(0.6, 1.6, count)
    parts = []
    for share in shares / shares.sum():
        step = pick(rng, 0.0, 0.0, 0.0, 12.0, -12.0, 3.0, 7.0)
        part = Note(note.midi + step, max(0.1, share * note.length - 0.03), 0.03)
        parts.append(mid(family(rng, rate, part)))
    return level(np.concatenate(parts))


FAMILIES: dict[str, Patch] = {
    "fm_growl": fm_growl,
    "fm_wobble": fm_wobble,
    "talking": talking,
    "wobble": wobble,
    "folded": folded,
    "wavetable": wavetable,
    "sync": sync,
    "comb": comb,
    "neuro": neuro,
    "screech": screech,
    "gestures": gestures,
}
