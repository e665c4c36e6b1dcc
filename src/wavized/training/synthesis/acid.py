"""Acid: one saw or square through a resonant ladder that an envelope or a hand sweeps (TB-303). Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import attack_decay, gate, glide, lfo, seconds
from wavized.training.synthesis.filters import highpass, ladder, lowpass
from wavized.training.synthesis.oscillators import phase, pulse, saw
from wavized.training.synthesis.shaping import clip, level, tanh, tube
from wavized.training.synthesis.space import echo


def _voice(rng: Rng, curve: float | Audio, n: int, rate: int, square: bool) -> Audio:
    cycles = phase(curve, n, rate, float(rng.random()))
    wave = pulse(cycles, uniform(rng, 0.45, 0.55)) if square else saw(cycles)
    return highpass(wave, 30.0, rate, 1)


@dataclass(frozen=True, slots=True)
class Squelch:
    """Oscillator, ladder with a falling cutoff, amplifier.

    `resonance` is 0-1, `octaves` how far the envelope lifts the cutoff, `tau` how fast it falls (s), `bass`
    how much of the unfiltered low end stays.
    """

    square: bool
    resonance: float
    octaves: float
    tau: float
    bass: float

    @classmethod
    def draw(cls, rng: Rng, square: float, bass: float = 0.8, weakest: float = 0.5) -> Squelch:
        """A usual setting: `square` is the chance of a square, `bass` its most, `weakest` a resonance."""
        return cls(
            square=chance(rng, square),
            resonance=uniform(rng, weakest, 0.94),
            octaves=uniform(rng, 1.5, 4.5),
            tau=log_uniform(rng, 0.06, 0.6),
            bass=uniform(rng, 0.0, bass),
        )

    def play(self, rng: Rng, rate: int, note: Note, curve: Audio | None = None) -> Audio:
        """The note, with `curve` (Hz per sample) in place of its steady pitch if given."""
        n = note.samples(rate)
        pitch = np.full(n, note.frequency) if curve is None else curve
        base = note.frequency * log_uniform(rng, 1.0, 11.0)
        sweep = base * 2.0 ** (self.octaves * attack_decay(n, rate, 0.003, self.tau))
        wave = tanh(_voice(rng, pitch, n, rate, self.square), log_uniform(rng, 0.3, 2.0))
        tone = ladder(wave, sweep, self.resonance, rate, 3 if chance(rng, 0.6) else 4)
        tone = tone + self.bass * lowpass(wave, note.frequency * 2.0, rate)
        sag = attack_decay(n, rate, 0.002, log_uniform(rng, 0.4, 3.0), uniform(rng, 0.2, 0.8))
        return level(tone * sag * gate(note, n, rate, 0.002))


def saw_squelch(rng: Rng, rate: int, note: Note) -> Audio:
    """The saw line's single note: resonance and a quick envelope."""
    return tanh(Squelch.draw(rng, 0.0).play(rng, rate, note), log_uniform(rng, 0.3, 3.0))


def square_squelch(rng: Rng, rate: int, note: Note) -> Audio:
    """The hollow square wave version."""
    return tanh(Squelch.draw(rng, 1.0).play(rng, rate, note), log_uniform(rng, 0.3, 3.0))


def mellow(rng: Rng, rate: int, note: Note) -> Audio:
    """Less resonance and a shorter sweep: the knobs turned down, the squelch still there."""
    calm = replace(Squelch.draw(rng, 0.4), resonance=uniform(rng, 0.3, 0.65), octaves=uniform(rng, 1.0, 3.5))
    return tanh(calm.play(rng, rate, note), log_uniform(rng, 0.3, 6.0))


def poised(rng: Rng, rate: int, note: Note) -> Audio:
    """The cutoff hardly moves, but rings: a 303 with the envelope turned down."""
    still = replace(
        Squelch.draw(rng, 0.4, 0.8, 0.75), octaves=uniform(rng, 0.2, 1.2), tau=log_uniform(rng, 0.04, 0.2)
    )
    return tanh(still.play(rng, rate, note), log_uniform(rng, 0.3, 6.0))


def distorted(rng: Rng, rate: int, note: Note) -> Audio:
    """Through a distortion pedal: the resonance screams."""
    tone = Squelch.draw(rng, 0.4, 0.2, 0.7).play(rng, rate, note)
    drive = log_uniform(rng, 3.0, 30.0)
    hot = tube(tone, drive, uniform(rng, 0.0, 0.6)) if chance(rng, 0.6) else clip(tone, drive)
    return lowpass(hot, log_uniform(rng, 2500.0, 12000.0), rate, 1) * gate(note, len(hot), rate)


def accented(rng: Rng, rate: int, note: Note) -> Audio:
    """An accent: shorter decay, further sweep, louder start."""
    usual = Squelch.draw(rng, 0.4, 0.5, 0.65)
    accent = replace(usual, octaves=usual.octaves + 1.0, tau=log_uniform(rng, 0.05, 0.2))
    tone = accent.play(rng, rate, note)
    punch = 1.0 + uniform(rng, 0.5, 2.0) * attack_decay(len(tone), rate, 0.001, 0.1)
    return tanh(level(tone * punch), log_uniform(rng, 1.0, 6.0))


def sliding(rng: Rng, rate: int, note: Note) -> Audio:
    """Slides into another note under the same envelope."""
    ratio = 2.0 ** (pick(rng, -12, -7, -5, -3, 3, 5, 7, 12) / 12.0)
    begin = uniform(rng, 0.1, 0.6) * note.gate
    curve = note.frequency * glide(note.samples(rate), rate, ratio, begin, uniform(rng, 0.04, 0.15))
    tone = Squelch.draw(rng, 0.4, 0.5, 0.55).play(rng, rate, note, curve)
    return tanh(tone, log_uniform(rng, 0.5, 12.0))


def knob_turn(rng: Rng, rate: int, note: Note) -> Audio:
    """A long note while a hand turns the cutoff up, down or up and down."""
    n = note.samples(rate)
    t = seconds(n, rate) / (n / rate)
    turn = (t, 1.0 - t, 1.0 - np.abs(2.0 * t - 1.0))[int(rng.integers(3))]
    cutoff = note.frequency * log_uniform(rng, 1.5, 5.0) * 2.0 ** (uniform(rng, 2.0, 5.0) * turn)
    wave = _voice(rng, note.frequency, n, rate, chance(rng, 0.4))
    tone = level(ladder(wave, cutoff, uniform(rng, 0.55, 0.94), rate, int(pick(rng, 3, 4))))
    return tanh(tone, log_uniform(rng, 0.5, 15.0)) * gate(note, n, rate)


def pulsing(rng: Rng, rate: int, note: Note) -> Audio:
    """The same key repeated in the sound: the envelope fires again two to eight times a second."""
    n = note.samples(rate)
    again = lfo(n, rate, log_uniform(rng, 2.0, 8.0), 2, 0.05)
    cutoff = note.frequency * log_uniform(rng, 1.5, 6.0) * 2.0 ** (uniform(rng, 2.0, 4.5) * again**2)
    wave = _voice(rng, note.frequency, n, rate, chance(rng, 0.4))
    tone = level(ladder(wave, cutoff, uniform(rng, 0.55, 0.94), rate, int(pick(rng, 3, 4))))
    return tanh(tone * (0.3 + 0.7 * again), log_uniform(rng, 0.5, 10.0)) * gate(note, n, rate)


def delayed(rng: Rng, rate: int, note: Note) -> Audio:
    """A squelch with a few echoes."""
    tone = tanh(Squelch.draw(rng, 0.4).play(rng, rate, note), log_uniform(rng, 0.5, 8.0))
    return echo(tone, rate, uniform(rng, 0.1, 0.3), uniform(rng, 0.15, 0.45), int(pick(rng, 1, 2, 3)))


FAMILIES: dict[str, Patch] = {
    "saw_squelch": saw_squelch,
    "square_squelch": square_squelch,
    "mellow": mellow,
    "poised": poised,
    "distorted": distorted,
    "accented": accented,
    "sliding": sliding,
    "knob_turn": knob_turn,
    "pulsing": pulsing,
    "delayed": delayed,
}
