"""Brass: synth brass, horn stabs and brassy basses. The filter opens with a blown attack. Pure."""

from __future__ import annotations

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, hertz, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import adsr, attack_decay, gate, seconds
from wavized.training.synthesis.filters import ladder, lowpass
from wavized.training.synthesis.oscillators import drift, noise, phase, pulse, saw, sine, stack
from wavized.training.synthesis.shaping import level, tanh, tube
from wavized.training.synthesis.space import chorus, reverb, spread
from wavized.training.synthesis.spectral import peaks, shape


def _cents(rng: Rng, most: float) -> tuple[float, ...]:
    voices = int(rng.integers(2, 6))
    width = uniform(rng, 0.25, 1.3) * most
    return tuple(float(c) for c in np.linspace(-width, width, voices) + rng.uniform(-1, 1, voices))


def _pitch(rng: Rng, note: Note, n: int, rate: int) -> Audio:
    """Frequency with a scoop into the note and, on long notes, a little vibrato."""
    t = seconds(n, rate)
    scoop = -uniform(rng, 0.0, 1.2) * np.exp(-t / uniform(rng, 0.01, 0.06))
    depth = uniform(rng, 0.0, 0.25) if chance(rng, 0.4) else 0.0
    vibrato = depth * np.clip(t - 0.25, 0.0, 1.0) * np.sin(2.0 * np.pi * uniform(rng, 4.5, 6.5) * t)
    return note.frequency * 2.0 ** ((scoop + vibrato) / 12.0)


def _blow(rng: Rng, note: Note, n: int, rate: int, low: float, high: float) -> Audio:
    """Cutoff in Hz: opens within 10-120 ms, sinks to a held brightness, shuts with the release."""
    attack, tau = min(log_uniform(rng, 0.006, 0.18), 0.5 * note.gate), log_uniform(rng, 0.1, 0.8)
    contour = attack_decay(n, rate, attack, tau, uniform(rng, 0.35, 0.9)) * gate(note, n, rate, 1e-4) ** 0.5
    return np.asarray(low * (high / low) ** contour)


def _played(rng: Rng, wave: Audio, note: Note, rate: int, brightest: float = 9000.0) -> Audio:
    """Filter and amplifier of an analog brass patch."""
    n = len(wave)
    low = note.frequency * uniform(rng, 1.0, 2.5)
    high = max(low * 2.0, log_uniform(rng, 700.0, brightest))
    tone = ladder(
        wave, _blow(rng, note, n, rate, low, high), uniform(rng, 0.0, 0.3), rate, int(pick(rng, 3, 4))
    )
    attack = min(log_uniform(rng, 0.003, 0.06), 0.4 * note.gate)
    return level(tone * adsr(note, n, rate, attack, log_uniform(rng, 0.1, 0.8), uniform(rng, 0.5, 1.0)))


def saw_stack(rng: Rng, rate: int, note: Note) -> Audio:
    """Detuned saws, wide, with a filter swell: the OB-X and Jupiter patch."""
    n = note.samples(rate)
    voices = stack(rng, _pitch(rng, note, n, rate), n, rate, _cents(rng, 9.0))
    if chance(rng, 0.5):
        voices = np.concatenate([voices, stack(rng, 2.0 * note.frequency, n, rate, _cents(rng, 8.0))])
    tone = _played(rng, voices.mean(axis=0), note, rate)
    return chorus(tone, rate, log_uniform(rng, 0.3, 3.0), 2.0, 0.5) if chance(rng, 0.5) else tone


def horn(rng: Rng, rate: int, note: Note) -> Audio:
    """A blown horn: a saw shaped by fixed formants of a bell, louder is brighter."""
    n = note.samples(rate)
    wave = saw(phase(_pitch(rng, note, n, rate), n, rate))
    breath = attack_decay(n, rate, 0.005, 0.05, uniform(rng, 0.0, 0.3))
    wave = wave + log_uniform(rng, 0.01, 0.1) * noise(rng, n) * breath
    bell = np.array([[log_uniform(rng, 280, 600), log_uniform(rng, 800, 1600), log_uniform(rng, 1800, 3200)]])
    response = peaks(
        bell, np.array([180.0, 300.0, 500.0]), np.array([1.0, 0.8, 0.4]), uniform(rng, 0.1, 0.35)
    )
    return tanh(_played(rng, shape(wave, rate, response), note, rate, 6000.0), log_uniform(rng, 0.5, 4.0))


def fm_brass(rng: Rng, rate: int, note: Note) -> Audio:
    """DX7 brass: modulators at the carrier's pitch, whose index swells with the breath."""
    n = note.samples(rate)
    cycles = phase(_pitch(rng, note, n, rate), n, rate)
    index = _blow(rng, note, n, rate, 0.15, uniform(rng, 1.2, 3.2))
    tone = np.zeros(n)
    for detune in (0.0, uniform(rng, 0.2, 1.2)):
        slow = detune * seconds(n, rate)
        feedback = sine(cycles + slow + 0.12 * sine(cycles))
        modulator = sine(cycles + slow + index * 0.08 * feedback)
        tone += sine(pick(rng, 1.0, 1.0, 0.5) * cycles + slow + index * modulator / (2.0 * np.pi) * 1.6)
    amp = adsr(
        note, n, rate, log_uniform(rng, 0.005, 0.07), log_uniform(rng, 0.2, 1.0), uniform(rng, 0.5, 1.0)
    )
    tone = level(tone * amp)
    return chorus(tone, rate, log_uniform(rng, 0.3, 3.0), 1.5, 0.5) if chance(rng, 0.3) else tone


def stab(rng: Rng, rate: int, note: Note) -> Audio:
    """A chord or octave hit of saws, with a room around it."""
    n = note.samples(rate)
    chords = ((0, 12), (0, 7, 12), (0, 12, 19), (0, 12, 15, 19), (0, 12, 16, 19), (0, 7, 12, 15, 19))
    wave = np.zeros(n)
    for step in chords[int(rng.integers(len(chords)))]:
        wave += stack(rng, hertz(note.midi + step), n, rate, _cents(rng, 8.0)).mean(axis=0)
    tone = tanh(_played(rng, wave, note, rate), log_uniform(rng, 0.5, 4.0))
    return (
        reverb(rng, tone, rate, log_uniform(rng, 0.2, 1.2), uniform(rng, 0.05, 0.35))
        if chance(rng, 0.6)
        else tone
    )


def bass_brass(rng: Rng, rate: int, note: Note) -> Audio:
    """Brass in the bass register: saw and pulse in octaves, firm and not very bright."""
    n = note.samples(rate)
    curve = _pitch(rng, note, n, rate)
    wave = saw(phase(curve, n, rate)) + uniform(rng, 0.2, 0.8) * pulse(
        phase(curve * pick(rng, 1.003, 0.5, 2.0), n, rate)
    )
    return tanh(_played(rng, wave, note, rate, 4000.0), log_uniform(rng, 0.5, 5.0))


def soft(rng: Rng, rate: int, note: Note) -> Audio:
    """A mellow polysynth brass: few harmonics, a filter that opens late, bumps and settles."""
    n = note.samples(rate)
    wave = stack(rng, _pitch(rng, note, n, rate), n, rate, _cents(rng, 9.0)).mean(axis=0)
    low = note.frequency * uniform(rng, 1.0, 3.0)
    bump = low * uniform(rng, 2.0, 6.0)
    cutoff = low * (bump / low) ** attack_decay(
        n, rate, log_uniform(rng, 0.03, 0.2), 0.12, uniform(rng, 0.1, 0.5)
    )
    tone = ladder(wave, cutoff, uniform(rng, 0.1, 0.5), rate, int(pick(rng, 3, 4)))
    amp = adsr(note, n, rate, log_uniform(rng, 0.005, 0.08), uniform(rng, 0.3, 1.0), uniform(rng, 0.6, 1.0))
    return chorus(level(tone * amp), rate, 0.7, 2.0, 0.5) if chance(rng, 0.4) else level(tone * amp)


def braam(rng: Rng, rate: int, note: Note) -> Audio:
    """The trailer horn: many low saws, driven hard, in a large hall."""
    n = note.samples(rate)
    voices = stack(rng, _pitch(rng, note, n, rate), n, rate, (*_cents(rng, 14.0), -1200.0, 1200.0, 702.0))
    tone = tube(
        _played(rng, voices.mean(axis=0), note, rate), log_uniform(rng, 2.0, 10.0), uniform(rng, 0.0, 0.5)
    )
    return reverb(rng, lowpass(tone, 7000.0, rate, 1), rate, uniform(rng, 0.4, 1.6), uniform(rng, 0.1, 0.4))


def section(rng: Rng, rate: int, note: Note) -> Audio:
    """A horn section: players who do not start at quite the same time, spread over the stage."""
    n = note.samples(rate)
    players = []
    for _ in range(int(rng.integers(3, 6))):
        late = int(uniform(rng, 0.0, 0.02) * rate)
        step = pick(rng, 0, 0, 12)
        tone = saw(phase(_pitch(rng, note, n, rate) * 2.0 ** ((step + rng.normal(0, 0.06)) / 12.0), n, rate))
        players.append(np.concatenate([np.zeros(late), tone])[:n])
    voices = np.stack(players)
    wide = spread(voices, uniform(rng, 0.2, 0.9)) if chance(rng, 0.3) else voices.mean(axis=0)[None]
    seed = int(rng.integers(2**31))  # both sides go through the same filter
    sides = [_played(np.random.default_rng(seed), side, note, rate, 7000.0) for side in wide]
    return np.stack(sides).squeeze()


def blown(rng: Rng, rate: int, note: Note) -> Audio:
    """An acoustic trombone, tuba or trumpet: harmonics that come in one after another with the breath.

    The louder the tone, the slower its partials fall (Risset, 1966); the bell takes the lows away.
    """
    n = note.samples(rate)
    cycles = phase(_pitch(rng, note, n, rate), n, rate, float(rng.random()))
    attack = min(log_uniform(rng, 0.015, 0.09), 0.4 * note.gate)
    loud = attack_decay(n, rate, attack, log_uniform(rng, 0.2, 2.0), uniform(rng, 0.65, 1.0))
    loud = loud * gate(note, n, rate, 1e-3)
    loud = loud * (1.0 + uniform(rng, 0.0, 0.15) * drift(rng, n, rate, uniform(rng, 3.0, 8.0)))
    bell, slope, tone = log_uniform(rng, 150.0, 900.0), uniform(rng, 1.2, 3.2), np.zeros(n)
    count = int(min(40, 0.4 * rate / note.frequency, 7000.0 / note.frequency))
    brighter, strength = loud ** uniform(rng, 0.1, 0.3), loud.copy()
    partial, before, twice_cos = sine(cycles), np.zeros(n), 2.0 * sine(cycles + 0.25)
    for k in range(1, count + 1):
        weight = (k * note.frequency) ** 2 / ((k * note.frequency) ** 2 + bell**2)
        tone += (weight * k ** -(slope * 0.6)) * strength * partial
        strength *= brighter
        # sin((k + 1) x) = 2 cos(x) sin(k x) - sin((k - 1) x)
        partial, before = twice_cos * partial - before, partial
    tone = tone + log_uniform(rng, 0.003, 0.05) * lowpass(noise(rng, n), 4000.0, rate) * loud
    if chance(rng, 0.4):
        tone = tanh(level(tone), log_uniform(rng, 0.5, 5.0))
    if chance(rng, 0.4):
        tone = chorus(
            level(tone), rate, log_uniform(rng, 0.3, 3.0), uniform(rng, 0.5, 2.5), uniform(rng, 0.3, 0.9)
        ).mean(axis=0)
    return (
        reverb(rng, tone, rate, log_uniform(rng, 0.2, 1.0), uniform(rng, 0.03, 0.2))
        if chance(rng, 0.3)
        else tone
    )


def swell(rng: Rng, rate: int, note: Note) -> Audio:
    """Crescendo or sforzato: the brightness follows a loudness that rises, or strikes, dips and returns."""
    n = note.samples(rate)
    wave = stack(rng, _pitch(rng, note, n, rate), n, rate, _cents(rng, 9.0)).mean(axis=0)
    x = np.clip(seconds(n, rate) / note.gate, 0.0, 1.0)
    strike = np.exp(-x / 0.06) if chance(rng, 0.4) else np.zeros(n)
    loud = np.clip(uniform(rng, 0.1, 0.5) + 0.7 * x ** uniform(rng, 0.7, 2.0) + strike, 0.0, 1.0)
    loud = loud * gate(note, n, rate, 0.01)
    low, high = note.frequency * uniform(rng, 1.0, 2.0), log_uniform(rng, 900.0, 8000.0)
    return level(
        ladder(wave, low * (max(high, 2 * low) / low) ** loud, uniform(rng, 0.0, 0.3), rate, 4) * loud
    )


def fall(rng: Rng, rate: int, note: Note) -> Audio:
    """A hit that falls off, or is ripped up into: horns of funk and trap, alone or as a section."""
    n = note.samples(rate)
    x = np.clip(seconds(n, rate) / note.length, 0.0, 1.0)
    begin, steps = uniform(rng, 0.2, 0.6), uniform(rng, 2.0, 12.0)
    slide = -steps * np.clip((x - begin) / (1.0 - begin), 0.0, 1.0) ** 1.5
    if chance(rng, 0.25):
        slide = -steps * np.clip(1.0 - x / 0.3, 0.0, 1.0) ** 1.5
    curve = note.frequency * 2.0 ** (slide / 12.0)
    chord = ((0.0,), (0.0, 12.0), (0.0, 7.0, 12.0), (0.0, 12.0, 16.0, 19.0))[int(rng.integers(4))]
    tuned = [curve * 2.0 ** ((step + rng.normal(0, 0.1)) / 12.0) for step in chord]
    voices = [saw(phase(track, n, rate, float(rng.random()))) for track in tuned]
    return tanh(_played(rng, np.mean(voices, axis=0), note, rate), log_uniform(rng, 0.5, 4.0))


def hit(rng: Rng, rate: int, note: Note) -> Audio:
    """An orchestral or rave hit: horns and strings in octaves, a thump of noise, cut short."""
    n = note.samples(rate)
    chord = ((-12, 0, 12, 19), (0, 12, 24), (0, 3, 7, 12, 24), (0, 4, 7, 12, 24), (-12, 0, 7, 12, 24))
    wave = np.zeros(n)
    for step in chord[int(rng.integers(len(chord)))]:
        wave += uniform(rng, 0.4, 1.0) * stack(rng, hertz(note.midi + step), n, rate, _cents(rng, 14.0)).mean(
            axis=0
        )
    boom = lowpass(noise(rng, n), log_uniform(rng, 300.0, 3000.0), rate) * attack_decay(n, rate, 0.003, 0.06)
    tone = level(_played(rng, wave, note, rate)) + uniform(rng, 0.0, 0.4) * level(boom)
    tone = tone * attack_decay(n, rate, 0.002, note.length * log_uniform(rng, 0.2, 2.0))
    return (
        reverb(rng, tone, rate, log_uniform(rng, 0.2, 1.2), uniform(rng, 0.05, 0.3))
        if chance(rng, 0.5)
        else tone
    )


FAMILIES: dict[str, Patch] = {
    "saw_stack": saw_stack,
    "horn": horn,
    "fm_brass": fm_brass,
    "stab": stab,
    "bass_brass": bass_brass,
    "soft": soft,
    "braam": braam,
    "section": section,
    "blown": blown,
    "swell": swell,
    "fall": fall,
    "hit": hit,
}
