"""Slap: plucked and percussive basses, from strings and FM to donk and slap house.

The bite at the start is short by the clock; how fast the body dies follows the length that all basses share,
so that a long slap exists as well as a short sub. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import attack_decay, decay, gate, sweep
from wavized.training.synthesis.filters import bandpass, highpass, ladder, lowpass, resonator
from wavized.training.synthesis.oscillators import noise, phase, pulse, saw, sine
from wavized.training.synthesis.shaping import level, tanh, tube
from wavized.training.synthesis.space import reverb


def _ring(n: int, omega: float, radius: float) -> Audio:
    """radius^n * sin(omega * n), made as the impulse response of a two-pole filter: faster than sines."""
    impulse = np.zeros(n)
    impulse[0] = 1.0
    numerator = [0.0, radius * np.sin(omega)]
    return np.asarray(lfilter(numerator, [1.0, -2.0 * radius * np.cos(omega), radius**2], impulse))


@dataclass(frozen=True, slots=True)
class String:
    """A plucked string.

    `sustain` is the time constant (s) of its low partials, `dull` the frequency (Hz) above which partials die
    faster, `place` where it is struck (part of its length), `slope` how fast its partials fall.
    """

    frequency: float
    sustain: float
    dull: float
    place: float
    slope: float

    def play(self, rng: Rng, n: int, rate: int) -> Audio:
        """Sum its partials, slightly stretched by stiffness, each until it has fallen by 60 dB."""
        out = np.zeros(n)
        stiffness, pickup = log_uniform(rng, 1e-5, 2e-4), uniform(rng, 0.08, 0.25)
        for k in range(1, 120):
            frequency = self.frequency * k * np.sqrt(1.0 + stiffness * k * k)
            if frequency > min(9000.0, 0.45 * rate):
                break
            tau = self.sustain / (1.0 + (frequency / self.dull) ** 1.3)
            level_k = abs(np.sin(np.pi * k * self.place) * np.sin(np.pi * k * pickup)) / k**self.slope
            m = min(n, int(7.0 * tau * rate) + 64)
            out[:m] += level_k * _ring(m, 2.0 * np.pi * frequency / rate, float(np.exp(-1.0 / (tau * rate))))
        return level(out)


def _thump(rng: Rng, n: int, rate: int, length: float = 0.02) -> Audio:
    """The hand on the wood or the fret's clank."""
    low = log_uniform(rng, 600.0, 3500.0)
    return level(
        bandpass(noise(rng, n), low, low * 3.0, rate) * decay(n, rate, log_uniform(rng, 0.002, length))
    )


def _body(rng: Rng, note: Note, n: int, rate: int, fastest: float = 0.12, slowest: float = 0.6) -> Audio:
    """The fall of the body: an exponential whose time constant is a share of the note's length."""
    return decay(n, rate, note.length * log_uniform(rng, fastest, slowest))


def _sustain(rng: Rng, note: Note, least: float = 0.25, most: float = 1.2) -> float:
    """How long (s) a string's low partials sound, as a share of the note's length but 2.5 s at most."""
    return min(2.5, note.length * log_uniform(rng, least, most))


def _pickup(rng: Rng, tone: Audio, rate: int) -> Audio:
    return lowpass(tone, log_uniform(rng, 1800.0, 8000.0), rate, 2)


def thumb(rng: Rng, rate: int, note: Note) -> Audio:
    """Electric bass struck by the thumb: a bright clank, then the string."""
    n = note.samples(rate)
    sustain, dull = _sustain(rng, note), log_uniform(rng, 100.0, 5000.0)
    wire = String(note.frequency, sustain, dull, uniform(rng, 0.05, 0.25), uniform(rng, 0.2, 0.9))
    tone = wire.play(rng, n, rate)
    clank = _thump(rng, n, rate) * uniform(rng, 0.2, 0.9)
    body = tanh(level(tone + clank), log_uniform(rng, 0.7, 4.0))
    return _pickup(rng, body, rate) * gate(note, n, rate, 0.0005)


def pop(rng: Rng, rate: int, note: Note) -> Audio:
    """The string pulled away and snapping back: thin, sharp and short."""
    n = note.samples(rate)
    sustain, dull = _sustain(rng, note, 0.2, 1.2), log_uniform(rng, 150.0, 5000.0)
    wire = String(
        note.frequency * pick(rng, 1.0, 2.0), sustain, dull, uniform(rng, 0.03, 0.12), uniform(rng, 0.1, 0.6)
    )
    tone = wire.play(rng, n, rate)
    snap = _thump(rng, n, rate, 0.03)
    body = tanh(
        level(highpass(tone, 90.0, rate, 1) + uniform(rng, 0.4, 1.0) * snap), log_uniform(rng, 1.0, 6.0)
    )
    return _pickup(rng, body, rate) * gate(note, n, rate, 0.0005) * _body(rng, note, n, rate, 0.25, 1.5)


def picked(rng: Rng, rate: int, note: Note) -> Audio:
    """Picked or fingered bass, often muted with the palm."""
    n = note.samples(rate)
    sustain = _sustain(rng, note, 0.08, 0.2) if chance(rng, 0.4) else _sustain(rng, note)
    wire = String(
        note.frequency, sustain, log_uniform(rng, 50.0, 400.0), uniform(rng, 0.1, 0.4), uniform(rng, 0.5, 1.3)
    )
    tone = wire.play(rng, n, rate)
    body = tone + uniform(rng, 0.05, 0.4) * _thump(rng, n, rate, 0.008)
    return tanh(_pickup(rng, body, rate), log_uniform(rng, 0.5, 4.0)) * gate(note, n, rate, 0.0005)


def _fm(n: int, rate: int, frequency: float, ratio: float, index: float, fast: float, floor: float) -> Audio:
    """Two operators whose index falls from `index` to a share `floor` of it with time constant `fast`."""
    cycles = phase(frequency, n, rate)
    bite = index * (floor + (1.0 - floor) * decay(n, rate, fast))
    return sine(cycles + bite * sine(ratio * cycles + 0.1 * sine(cycles)) / (2.0 * np.pi))


def fm_solid(rng: Rng, rate: int, note: Note) -> Audio:
    """DX solid bass: a hard digital bite over a firm tone that dies away."""
    n = note.samples(rate)
    ratio = pick(rng, 1.0, 2.0, 3.0, 5.0, 0.5)
    index, fast = log_uniform(rng, 2.0, 9.0), log_uniform(rng, 0.02, 0.15)
    tone = _fm(n, rate, note.frequency, ratio, index, fast, uniform(rng, 0.05, 0.3))
    tone = tone + uniform(rng, 0.0, 0.5) * _fm(n, rate, note.frequency, pick(rng, 4, 7, 9), 3.0, 0.03, 0.0)
    return level(tone * _body(rng, note, n, rate) * gate(note, n, rate, 0.001))


def lately(rng: Rng, rate: int, note: Note) -> Audio:
    """Lately bass: FM with strong even bite, as in house of the nineties."""
    n = note.samples(rate)
    low = _fm(n, rate, note.frequency, 1.0, log_uniform(rng, 1.5, 4.0), log_uniform(rng, 0.08, 0.3), 0.2)
    high = _fm(
        n,
        rate,
        note.frequency * 2.0,
        3.0,
        log_uniform(rng, 1.0, 4.0),
        log_uniform(rng, 0.02, 0.08),
        0.05,
    )
    tone = low + uniform(rng, 0.2, 0.6) * high * decay(n, rate, log_uniform(rng, 0.05, 0.3))
    return tanh(level(tone * _body(rng, note, n, rate)), 1.2) * gate(note, n, rate, 0.001)


def donk(rng: Rng, rate: int, note: Note) -> Audio:
    """Donk: a hollow, pipe-like FM knock that ends at once."""
    n = note.samples(rate)
    curve = sweep(n, rate, note.frequency * log_uniform(rng, 1.0, 2.0), note.frequency, 0.015) * pick(
        rng, 1.0, 2.0
    )
    cycles = phase(curve, n, rate)
    bite = log_uniform(rng, 0.3, 1.0) * decay(n, rate, log_uniform(rng, 0.015, 0.06))
    tone = sine(cycles + bite * sine(cycles * pick(rng, 2.0, 3.0, 4.0, 1.5)))
    body = tone * _body(rng, note, n, rate, 0.1, 0.35)
    return tanh(body, log_uniform(rng, 1.0, 5.0)) * gate(note, n, rate, 0.0005)


def slap_house(rng: Rng, rate: int, note: Note) -> Audio:
    """Slap house: a sine body, a woody FM knock in the middle and a click, tight and dry."""
    n = note.samples(rate)
    fall = note.length * log_uniform(rng, 0.12, 0.5)
    body = sine(phase(note.frequency, n, rate)) * attack_decay(n, rate, 0.002, fall)
    knock = _fm(
        n,
        rate,
        note.frequency * pick(rng, 2.0, 4.0),
        pick(rng, 1.0, 2.0, 3.0),
        uniform(rng, 2, 7),
        0.04,
        0.1,
    )
    knock = knock * decay(n, rate, log_uniform(rng, 0.03, 0.12))
    mix = body + uniform(rng, 0.4, 1.2) * knock + uniform(rng, 0.05, 0.4) * _thump(rng, n, rate, 0.006)
    return tube(level(mix), log_uniform(rng, 1.0, 6.0), uniform(rng, 0.0, 0.4)) * gate(note, n, rate, 0.0005)


def analog_pluck(rng: Rng, rate: int, note: Note) -> Audio:
    """Saw or pulse with a filter that snaps shut, without much resonance."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    wave = saw(cycles) if chance(rng, 0.5) else pulse(cycles, uniform(rng, 0.15, 0.5))
    tau = log_uniform(rng, 0.02, 0.12)
    cutoff = note.frequency * uniform(rng, 1.2, 3.0) * 2.0 ** (uniform(rng, 2.5, 5.0) * decay(n, rate, tau))
    tone = ladder(wave, cutoff, uniform(rng, 0.0, 0.2), rate, int(pick(rng, 3, 4)))
    return level(tone * _body(rng, note, n, rate, 0.1, 0.4) * gate(note, n, rate, 0.001))


def rubber(rng: Rng, rate: int, note: Note) -> Audio:
    """Rubber band: a bent pitch and a nasal resonance behind a short pluck."""
    n = note.samples(rate)
    bend = 2.0 ** (uniform(rng, -1.5, 3.0) / 12.0)
    curve = sweep(n, rate, note.frequency * bend, note.frequency, uniform(rng, 0.02, 0.08))
    wave = tanh(pulse(phase(curve, n, rate), uniform(rng, 0.2, 0.5)), 1.5)
    nose = resonator(wave, log_uniform(rng, 250.0, 900.0), uniform(rng, 1.0, 4.0), rate)
    tone = lowpass(wave, note.frequency * 3.0, rate) + uniform(rng, 0.5, 2.0) * nose
    return level(tone * _body(rng, note, n, rate, 0.1, 0.4) * gate(note, n, rate, 0.001))


def finger(rng: Rng, rate: int, note: Note) -> Audio:
    """Fingered electric bass: a round attack, a short clack of the fret, a woody body."""
    n = note.samples(rate)
    dull, place = log_uniform(rng, 60.0, 500.0), uniform(rng, 0.12, 0.35)
    wire = String(note.frequency, _sustain(rng, note), dull, place, uniform(rng, 0.6, 1.2))
    fret = level(highpass(wire.play(rng, n, rate), 900.0, rate)) * decay(
        n, rate, log_uniform(rng, 0.005, 0.04)
    )
    tone = wire.play(rng, n, rate) + uniform(rng, 0.05, 0.35) * fret
    return _pickup(rng, tanh(level(tone), log_uniform(rng, 0.5, 3.0)), rate) * gate(note, n, rate, 0.002)


def organ(rng: Rng, rate: int, note: Note) -> Audio:
    """House organ bass: a few drawbars with a key click, plucked."""
    n = note.samples(rate)
    cycles = phase(note.frequency, n, rate)
    tone = sine(cycles)
    for ratio in (2.0, 3.0, 4.0, 6.0, 8.0):
        if ratio == 3.0 or chance(rng, 0.6):
            fast = decay(n, rate, log_uniform(rng, 0.03, 0.3))
            tone = tone + uniform(rng, 0.1, 0.8) * sine(cycles * ratio) * fast
    tone = level(tone) + uniform(rng, 0.05, 0.4) * _thump(rng, n, rate, 0.005)
    body = tanh(tone, log_uniform(rng, 0.5, 3.0)) * _body(rng, note, n, rate, 0.15, 0.8)
    return level(body * gate(note, n, rate, 0.001))


def knock(rng: Rng, rate: int, note: Note) -> Audio:
    """A mallet-like knock in octaves over a sine, pitch falling into the note: brazilian and slap house."""
    n = note.samples(rate)
    curve = sweep(
        n, rate, note.frequency * log_uniform(rng, 1.0, 3.0), note.frequency, uniform(rng, 0.004, 0.02)
    )
    cycles = phase(curve, n, rate)
    tone = sine(cycles) * _body(rng, note, n, rate, 0.12, 0.5)
    for ratio in (2.0, 3.0, 4.0, pick(rng, 5.0, 6.0, 8.0, 10.0)):
        tone = tone + uniform(rng, 0.1, 0.7) * sine(cycles * ratio) * decay(
            n, rate, log_uniform(rng, 0.01, 0.09)
        )
    hot = tube(level(tone), log_uniform(rng, 0.8, 6.0), uniform(rng, 0.0, 0.5))
    return level(lowpass(hot, log_uniform(rng, 1500.0, 10000.0), rate, 1)) * gate(note, n, rate, 0.0005)


def roomy(rng: Rng, rate: int, note: Note) -> Audio:
    """Any of the plucks in a small room."""
    source = (thumb, fm_solid, donk, slap_house, lately, finger, knock)[int(rng.integers(7))]
    return reverb(rng, source(rng, rate, note), rate, uniform(rng, 0.1, 0.5), uniform(rng, 0.05, 0.25))


FAMILIES: dict[str, Patch] = {
    "thumb": thumb,
    "pop": pop,
    "picked": picked,
    "fm_solid": fm_solid,
    "lately": lately,
    "donk": donk,
    "slap_house": slap_house,
    "analog_pluck": analog_pluck,
    "rubber": rubber,
    "finger": finger,
    "organ": organ,
    "knock": knock,
    "roomy": roomy,
}
