"""Acid: one saw or square through a resonant ladder that an envelope or a hand sweeps (TB-303). Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import attack_decay, gate, glide, lfo, seconds
from wavized.training.synthesis.filters import highpass, ladder, lowpass
from wavized.training.synthesis.oscillators import phase, pulse, saw, sine
from wavized.training.synthesis.phrase import Steps
from wavized.training.synthesis.shaping import clip, fold, level, tanh, tube
from wavized.training.synthesis.space import echo, reverb


def _voice(rng: Rng, curve: float | Audio, n: int, rate: int, square: bool) -> Audio:
    cycles = phase(curve, n, rate, float(rng.random()))
    wave = pulse(cycles, uniform(rng, 0.45, 0.6)) if square else saw(cycles)
    return highpass(wave, log_uniform(rng, 20.0, 80.0), rate, 1)


@dataclass(frozen=True, slots=True)
class Squelch:
    """Oscillator, ladder with a falling cutoff, amplifier.

    `resonance` is 0-1, `base` the cutoff knob (Hz), `octaves` how far the envelope lifts the cutoff, `tau`
    how fast it falls (s), `bass` how much of the unfiltered low end stays, `fall` how fast the amplifier
    falls, as a share of the note's length.
    """

    square: bool
    resonance: float
    base: float
    octaves: float
    tau: float
    bass: float
    fall: float

    @classmethod
    def draw(cls, rng: Rng, note: Note, weakest: float = 0.6) -> Squelch:
        """A usual setting of at least the resonance `weakest`; half of the cutoffs follow the key."""
        base = (
            log_uniform(rng, 80.0, 1400.0)
            if chance(rng, 0.5)
            else note.frequency * log_uniform(rng, 1.0, 10.0)
        )
        return cls(
            square=chance(rng, 0.4),
            resonance=1.0 - log_uniform(rng, 0.02, 1.0 - weakest),
            base=max(base, 0.9 * note.frequency),
            octaves=uniform(rng, 1.2, 4.5),
            tau=log_uniform(rng, 0.05, 0.9),
            bass=uniform(rng, 0.0, 1.5) if chance(rng, 0.65) else 0.0,
            fall=log_uniform(rng, 0.25, 3.0),
        )

    def play(self, rng: Rng, rate: int, note: Note, curve: Audio | None = None) -> Audio:
        """The note, with `curve` (Hz per sample) in place of its steady pitch if given."""
        n = note.samples(rate)
        pitch = np.full(n, note.frequency) if curve is None else curve
        sweep = self.base * 2.0 ** (self.octaves * attack_decay(n, rate, 0.003, self.tau))
        tone = self.through(rng, _voice(rng, pitch, n, rate, self.square), sweep, note.frequency, rate)
        sag = attack_decay(n, rate, 0.002, self.fall * note.length, uniform(rng, 0.0, 0.5))
        return level(tone * sag * gate(note, n, rate, 0.002))

    def through(self, rng: Rng, wave: Audio, cutoff: Audio, frequency: float, rate: int) -> Audio:
        """The filter: 18 or 24 dB an octave; often the low end thins out as a real ladder's does."""
        wave = tanh(wave, log_uniform(rng, 0.3, 2.0))
        tone = ladder(wave, np.minimum(cutoff, 12000.0), self.resonance, rate, 3 if chance(rng, 0.5) else 4)
        if chance(rng, 0.3):
            tone = highpass(tone, frequency * log_uniform(rng, 0.4, 3.0), rate, 1)
        return level(tone) + self.bass * lowpass(wave, frequency * 2.0, rate)


def _dirt(rng: Rng, tone: Audio, rate: int, most: float = 8.0) -> Audio:
    """What comes after the filter: nothing, saturation, a pedal or a fuzz, then at times a darker box."""
    kind, drive = int(rng.integers(6)), log_uniform(rng, 1.0, most)
    hot = (
        tone,
        tanh(tone, drive),
        tanh(tone, drive),
        tube(tone, drive, uniform(rng, 0.0, 0.6)),
        clip(tone, drive),
        fold(tone, min(1.0 + 0.15 * drive, 2.5)),
    )[kind]
    return lowpass(hot, log_uniform(rng, 2000.0, 12000.0), rate, 1) if chance(rng, 0.3) else hot


def saw_squelch(rng: Rng, rate: int, note: Note) -> Audio:
    """The saw line's single note: resonance and an envelope."""
    return _dirt(rng, replace(Squelch.draw(rng, note), square=False).play(rng, rate, note), rate)


def square_squelch(rng: Rng, rate: int, note: Note) -> Audio:
    """The hollow square wave version."""
    return _dirt(rng, replace(Squelch.draw(rng, note), square=True).play(rng, rate, note), rate)


def mellow(rng: Rng, rate: int, note: Note) -> Audio:
    """Less resonance and a shorter sweep: the knobs turned down, the squelch still there."""
    calm = replace(
        Squelch.draw(rng, note), resonance=uniform(rng, 0.45, 0.75), octaves=uniform(rng, 1.0, 3.5)
    )
    return _dirt(rng, calm.play(rng, rate, note), rate)


def poised(rng: Rng, rate: int, note: Note) -> Audio:
    """The cutoff hardly moves, but rings: a 303 with the envelope turned down."""
    still = replace(
        Squelch.draw(rng, note, 0.8), octaves=uniform(rng, 0.2, 1.2), tau=log_uniform(rng, 0.04, 0.2)
    )
    return _dirt(rng, still.play(rng, rate, note), rate)


def dark(rng: Rng, rate: int, note: Note) -> Audio:
    """Held and shut: the resonance rings on one of the first harmonics, the envelope is small."""
    closed = replace(
        Squelch.draw(rng, note, 0.75),
        base=note.frequency * uniform(rng, 1.2, 5.0),
        octaves=uniform(rng, 0.1, 1.3),
        tau=log_uniform(rng, 0.05, 1.0),
        bass=0.0,
    )
    return _dirt(rng, closed.play(rng, rate, note), rate)


def opened(rng: Rng, rate: int, note: Note) -> Audio:
    """The cutoff stands high: one bright oscillator, held flat, along which a resonance slides."""
    high = replace(
        Squelch.draw(rng, note),
        base=log_uniform(rng, 500.0, 5000.0),
        resonance=uniform(rng, 0.55, 0.92),
        octaves=uniform(rng, 0.7, 2.5),
        tau=log_uniform(rng, 0.08, 1.2),
        fall=log_uniform(rng, 1.0, 10.0),
    )
    return _dirt(rng, high.play(rng, rate, note), rate, 3.0)


def plucked(rng: Rng, rate: int, note: Note) -> Audio:
    """A short accent: the filter snaps shut in a few hundredths of a second, ringing on the way."""
    quick = replace(
        Squelch.draw(rng, note, 0.75),
        octaves=uniform(rng, 2.0, 4.5),
        tau=log_uniform(rng, 0.03, 0.15),
        fall=log_uniform(rng, 0.12, 0.5),
    )
    return _dirt(rng, quick.play(rng, rate, note), rate)


def screaming(rng: Rng, rate: int, note: Note) -> Audio:
    """At the edge of self-oscillation: the filter whistles its own sweep over the note."""
    squelch = replace(Squelch.draw(rng, note), base=log_uniform(rng, 300.0, 3000.0))
    n = note.samples(rate)
    sweep = squelch.base * 2.0 ** (squelch.octaves * 0.6 * attack_decay(n, rate, 0.003, squelch.tau))
    tone = replace(squelch, resonance=uniform(rng, 0.97, 0.995)).through(
        rng, _voice(rng, note.frequency, n, rate, squelch.square), sweep, note.frequency, rate
    )
    whistle = uniform(rng, 0.1, 0.7) * sine(phase(np.minimum(sweep, 9000.0), n, rate))
    sag = attack_decay(n, rate, 0.002, squelch.fall * note.length, 0.3) * gate(note, n, rate, 0.002)
    return _dirt(rng, level(level(tone) + whistle) * sag, rate)


def distorted(rng: Rng, rate: int, note: Note) -> Audio:
    """Through a distortion pedal: the resonance screams."""
    tone = replace(Squelch.draw(rng, note, 0.75), bass=0.0).play(rng, rate, note)
    drive = log_uniform(rng, 3.0, 30.0)
    hot = tube(tone, drive, uniform(rng, 0.0, 0.6)) if chance(rng, 0.6) else clip(tone, drive)
    return lowpass(hot, log_uniform(rng, 2500.0, 12000.0), rate, 1) * gate(note, len(hot), rate)


def accented(rng: Rng, rate: int, note: Note) -> Audio:
    """An accent: shorter decay, further sweep, louder start."""
    usual = Squelch.draw(rng, note, 0.7)
    accent = replace(usual, octaves=usual.octaves + 1.0, tau=log_uniform(rng, 0.05, 0.2))
    tone = accent.play(rng, rate, note)
    punch = 1.0 + uniform(rng, 0.5, 2.0) * attack_decay(len(tone), rate, 0.001, 0.1)
    return _dirt(rng, level(tone * punch), rate)


def sliding(rng: Rng, rate: int, note: Note) -> Audio:
    """Slides into another note under the same envelope."""
    ratio = 2.0 ** (pick(rng, -12, -7, -5, -3, 3, 5, 7, 12) / 12.0)
    begin = uniform(rng, 0.1, 0.6) * note.gate
    curve = note.frequency * glide(note.samples(rate), rate, ratio, begin, uniform(rng, 0.04, 0.15))
    return _dirt(rng, Squelch.draw(rng, note).play(rng, rate, note, curve), rate)


def knob_turn(rng: Rng, rate: int, note: Note) -> Audio:
    """A note while a hand turns the cutoff up, down or up and down."""
    n = note.samples(rate)
    t = seconds(n, rate) / (n / rate)
    turn = (t, 1.0 - t, 1.0 - np.abs(2.0 * t - 1.0))[int(rng.integers(3))]
    cutoff = note.frequency * log_uniform(rng, 1.5, 5.0) * 2.0 ** (uniform(rng, 2.0, 5.0) * turn)
    squelch = Squelch.draw(rng, note, 0.65)
    wave = _voice(rng, note.frequency, n, rate, squelch.square)
    tone = level(squelch.through(rng, wave, cutoff, note.frequency, rate))
    return _dirt(rng, tone * gate(note, n, rate), rate, 15.0)


def pulsing(rng: Rng, rate: int, note: Note) -> Audio:
    """The same key repeated in the sound: the envelope fires again two to nine times a second."""
    n = note.samples(rate)
    again = lfo(n, rate, log_uniform(rng, 2.0, 9.0), 2, 0.05)
    cutoff = note.frequency * log_uniform(rng, 1.5, 6.0) * 2.0 ** (uniform(rng, 2.0, 4.5) * again**2)
    squelch = Squelch.draw(rng, note, 0.7)
    wave = _voice(rng, note.frequency, n, rate, squelch.square)
    tone = level(squelch.through(rng, wave, cutoff, note.frequency, rate))
    return _dirt(rng, tone * (0.2 + 0.8 * again) * gate(note, n, rate), rate)


def phrase(rng: Rng, rate: int, note: Note) -> Audio:
    """Two to eight steps of a line in one sample, with slides, accents and rests."""
    steps = Steps.draw(rng, note, rate)
    squelch = Squelch.draw(rng, note, 0.7)
    tau = log_uniform(rng, 0.06, 0.4)
    lift = squelch.octaves * steps.accents ** uniform(rng, 0.0, 0.6) * np.exp(-steps.since / tau)
    drift = 2.0 ** (uniform(rng, -1.5, 1.5) * np.linspace(0.0, 1.0, len(lift)))
    wave = _voice(rng, steps.pitch, len(lift), rate, squelch.square)
    tone = squelch.through(rng, wave, squelch.base * drift * 2.0**lift, note.frequency, rate)
    fall = np.exp(-steps.since / log_uniform(rng, 0.1, 2.0))
    return _dirt(rng, level(tone * fall * steps.open * steps.accents), rate, 12.0)


def delayed(rng: Rng, rate: int, note: Note) -> Audio:
    """A squelch with a few echoes or a room."""
    tone = _dirt(rng, Squelch.draw(rng, note, 0.7).play(rng, rate, note), rate)
    if chance(rng, 0.4):
        return reverb(rng, tone, rate, log_uniform(rng, 0.2, 1.2), uniform(rng, 0.05, 0.35))
    return echo(tone, rate, uniform(rng, 0.1, 0.3), uniform(rng, 0.15, 0.45), int(pick(rng, 1, 2, 3)))


FAMILIES: dict[str, Patch] = {
    "saw_squelch": saw_squelch,
    "square_squelch": square_squelch,
    "mellow": mellow,
    "poised": poised,
    "dark": dark,
    "open": opened,
    "plucked": plucked,
    "screaming": screaming,
    "distorted": distorted,
    "accented": accented,
    "sliding": sliding,
    "knob_turn": knob_turn,
    "pulsing": pulsing,
    "phrase": phrase,
    "delayed": delayed,
}
