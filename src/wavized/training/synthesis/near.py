"""What is no bass one-shot but sounds like one: leads, guitars, horns, drones and chords. Pure.

Every family takes the timbre of a bass and breaks what makes it one: its register, its single note.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavized.training.synthesis import acid, brass, growl, reese, slap
from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, hertz, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import attack_decay, decay, gate, lfo, seconds, sweep
from wavized.training.synthesis.filters import bandpass, highpass, ladder, lowpass
from wavized.training.synthesis.oscillators import drift, noise, phase, pink, saw, sine, stack
from wavized.training.synthesis.shaping import level, tanh, tube
from wavized.training.synthesis.slap import String
from wavized.training.synthesis.space import echo, mid, reverb

LEAD = (67, 91)
"""MIDI notes of leads: above every bass, also after the production chain has moved both."""
CHORDS = ((0, 7, 12), (0, 7, 12, 16), (0, 7, 12, 15, 19), (0, 4, 7), (0, 3, 7), (0, 3, 7, 10))


def _played_high(rng: Rng, rate: int, note: Note, families: dict[str, Patch]) -> Audio:
    """Any patch of a bass, two octaves and more above it, thinned below, at times with echoes."""
    family = list(families.values())[int(rng.integers(len(families)))]
    high = replace(note, midi=float(rng.integers(*LEAD)))
    tone = highpass(np.atleast_2d(family(rng, rate, high)), 0.7 * high.frequency, rate, 2)
    return echo(tone, rate, uniform(rng, 0.1, 0.4), uniform(rng, 0.2, 0.5), 3) if chance(rng, 0.25) else tone


def acid_lead(rng: Rng, rate: int, note: Note) -> Audio:
    """A squelch in the register of a lead."""
    return _played_high(rng, rate, note, acid.FAMILIES)


def horn_lead(rng: Rng, rate: int, note: Note) -> Audio:
    """Trumpets, saxophones and brass leads above the basses."""
    return _played_high(rng, rate, note, brass.FAMILIES)


def synth_lead(rng: Rng, rate: int, note: Note) -> Audio:
    """Talking, screaming or detuned leads."""
    return _played_high(rng, rate, note, {**growl.FAMILIES, **reese.FAMILIES})


def high_slap(rng: Rng, rate: int, note: Note) -> Audio:
    """Plucks, kalimbas and organs above the basses."""
    return _played_high(rng, rate, note, slap.FAMILIES)


def guitar(rng: Rng, rate: int, note: Note) -> Audio:
    """Guitar: a note of the upper strings, a strummed chord or a driven power chord, from E2 up."""
    n = note.samples(rate)
    root = int(rng.integers(40, 60))
    steps = (0,) if root >= 52 and chance(rng, 0.4) else CHORDS[int(rng.integers(len(CHORDS)))]
    muted = chance(rng, 0.25)
    tone, late = np.zeros(n), 0
    for step in steps:
        sustain = log_uniform(rng, 0.06, 0.2) if muted else log_uniform(rng, 0.4, 2.0)
        wire = String(
            hertz(root + step), sustain, log_uniform(rng, 300.0, 2000.0), uniform(rng, 0.1, 0.3), 0.7
        )
        tone[late:] += wire.play(rng, n, rate)[: n - late]
        late = min(n - 1, late + int(uniform(rng, 0.0, 0.03) * rate))
    tone = level(tone) + 0.1 * level(bandpass(noise(rng, n), 1500.0, 5000.0, rate) * decay(n, rate, 0.006))
    if chance(rng, 0.4):
        tone = bandpass(tube(tone, log_uniform(rng, 5.0, 40.0), 0.2), 110.0, 5000.0, rate, 1)
    return level(highpass(tone, 90.0, rate)) * gate(note, n, rate, 0.001)


def drone(rng: Rng, rate: int, note: Note) -> Audio:
    """A low drone or dark pad: fifths and octaves that swell and drift, no start to speak of, air over it."""
    held = replace(note, gate=max(1.5, note.gate), release=uniform(rng, 0.3, 1.5))
    n = held.samples(rate)
    tone = np.zeros(n)
    for step in (0.0, *rng.choice([7.0, 12.0, 14.0, 15.0, 19.0, 24.0], int(rng.integers(2, 5)))):
        voice = stack(rng, hertz(held.midi + step), n, rate, (-9.0, 7.0)).mean(axis=0)
        tone += uniform(rng, 0.3, 1.0) * voice * (1.0 + 0.6 * drift(rng, n, rate, uniform(rng, 0.3, 2.0)))
    air = uniform(rng, 0.02, 0.3) * bandpass(pink(rng, n), 200.0, 5000.0, rate, 1)
    cutoff = log_uniform(rng, 200.0, 1500.0) * 2.0 ** lfo(
        n, rate, uniform(rng, 0.05, 0.4), 0, float(rng.random())
    )
    dark = level(ladder(tone, cutoff, uniform(rng, 0.0, 0.4), rate)) + air
    return reverb(rng, dark * gate(held, n, rate, uniform(rng, 0.3, 1.0)), rate, uniform(rng, 0.8, 2.5), 0.4)


def low_chord(rng: Rng, rate: int, note: Note) -> Audio:
    """A chord of keys, organ or slow strings over a low root, as sampled from a record."""
    n = note.samples(rate)
    root, kind = int(rng.integers(36, 52)), int(rng.integers(3))
    tone = np.zeros(n)
    for step in (*CHORDS[int(rng.integers(3, len(CHORDS)))], 12 + pick(rng, 0, 3, 4, 7), 19):
        cycles = phase(hertz(root + step), n, rate, float(rng.random()))
        if kind == 0:
            wave = sum(
                k**-1.2 * sine(cycles * k * (1 + 3e-4 * k)) * decay(n, rate, 1.0 / k) for k in range(1, 9)
            )
        elif kind == 1:
            wave = sum(a * sine(cycles * h) for h, a in ((1, 1.0), (2, 0.7), (3, 0.5), (4, 0.4), (6, 0.2)))
        else:
            slow = np.minimum(1.0, seconds(n, rate) / min(0.25, 0.6 * note.gate))
            wave = lowpass(saw(cycles) + saw(cycles * 1.004), 4000.0, rate, 1) * slow
        tone = tone + uniform(rng, 0.5, 1.0) * np.asarray(wave)
    tone = lowpass(level(tone), log_uniform(rng, 1500.0, 9000.0), rate) * gate(note, n, rate, 0.003)
    return tanh(tone, log_uniform(rng, 0.3, 3.0))


def sub_drop(rng: Rng, rate: int, _note: Note) -> Audio:
    """A sine that falls through two octaves and more and never rests on a note: a drop, a power-down."""
    length = log_uniform(rng, 0.4, 2.0)
    n = int(length * rate)
    x = seconds(n, rate) / length
    curve = log_uniform(rng, 130.0, 600.0) * uniform(rng, 0.06, 0.2) ** (x ** uniform(rng, 0.5, 1.2))
    tone = sine(phase(curve, n, rate)) * np.minimum(1.0, (1.0 - x) * 4.0)
    if chance(rng, 0.5):
        tone = tone + uniform(rng, 0.05, 0.4) * lowpass(noise(rng, n), 3000.0, rate) * decay(n, rate, 0.2)
    return tanh(tone, log_uniform(rng, 0.3, 6.0))


def tuned_kick(rng: Rng, rate: int, _note: Note) -> Audio:
    """A long kick of techno, gabber or trance: hard noise and a fall through octaves into a short rumble."""
    length = uniform(rng, 0.3, 0.75)
    n = int(length * rate)
    end = uniform(rng, 40.0, 60.0)
    track = sweep(n, rate, log_uniform(rng, 400.0, 3000.0), end, log_uniform(rng, 0.02, 0.06))
    body = sine(phase(track, n, rate)) * np.exp(
        -((seconds(n, rate) / (0.5 * length)) ** uniform(rng, 1.2, 3.0))
    )
    snap = level(highpass(noise(rng, n), 1500.0, rate) * decay(n, rate, log_uniform(rng, 0.003, 0.03)))
    hot = tube(body + uniform(rng, 0.2, 0.8) * snap, log_uniform(rng, 1.0, 25.0), uniform(rng, 0.0, 0.4))
    return lowpass(level(hot), log_uniform(rng, 2500.0, 14000.0), rate, 1)


def backwards(rng: Rng, rate: int, note: Note) -> Audio:
    """A hit, chord or bass played backwards: it swells and stops dead."""
    source = (low_chord, guitar, horn_lead, synth_lead)[int(rng.integers(4))]
    tone = mid(source(rng, rate, note)) * 1.0
    tone = tone * attack_decay(len(tone), rate, 0.002, 0.3 * note.length)
    return level(tone[::-1].copy())


FAMILIES: dict[str, Patch] = {
    "acid_lead": acid_lead,
    "horn_lead": horn_lead,
    "synth_lead": synth_lead,
    "high_slap": high_slap,
    "guitar": guitar,
    "drone": drone,
    "low_chord": low_chord,
    "sub_drop": sub_drop,
    "tuned_kick": tuned_kick,
    "backwards": backwards,
}
