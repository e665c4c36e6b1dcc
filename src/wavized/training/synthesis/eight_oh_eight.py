"""808s: a sine body that falls in pitch or level, with a click, and driven in many ways.

What makes them an 808 and not a sub is a fall in level of 8 dB or more, a pitch drop, a click or drive. Pure;
called by `render`.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.envelopes import decay, glide, seconds, sweep
from wavized.training.synthesis.filters import bandpass, highpass, ladder, lowpass
from wavized.training.synthesis.oscillators import noise, phase, sine, triangle
from wavized.training.synthesis.shaping import clip, fold, level, tanh, tube

SHORTEST_S = 0.3
"""Below this an 808 is a kick."""


def _length(
    rng: Rng, rate: int, note: Note, slowest: float = 1.1, fastest: float = 0.22
) -> tuple[int, float]:
    """Samples, by the length all basses share, and the time constant of the fall.

    A fall of `fastest` ends within the note; one of `slowest` is cut off with the key, 8 dB or more down.
    """
    long = max(note.length, SHORTEST_S)
    return int(long * rate), long * log_uniform(rng, fastest, slowest)


def _drop(rng: Rng, n: int, rate: int, frequency: float, most: float = 6.0) -> Audio:
    """Frequency in Hz: a fast fall into the note, at times with a slow sag behind it."""
    start = frequency * log_uniform(rng, 1.15, most)
    curve = sweep(n, rate, start, frequency, log_uniform(rng, 0.004, 0.06))
    if chance(rng, 0.4):
        curve = curve * (1.0 + log_uniform(rng, 0.01, 0.5) * decay(n, rate, log_uniform(rng, 0.08, 0.6)))
    return curve


def _click(rng: Rng, n: int, rate: int) -> Audio:
    """A burst of a few milliseconds: filtered noise or a high, fast falling sine."""
    if chance(rng, 0.5):
        low = log_uniform(rng, 300.0, 3000.0)
        burst = bandpass(noise(rng, n), low, low * 3.0, rate) * decay(n, rate, log_uniform(rng, 0.001, 0.008))
    else:
        track = sweep(n, rate, log_uniform(rng, 600.0, 4000.0), 60.0, log_uniform(rng, 0.002, 0.01))
        burst = sine(phase(track, n, rate)) * decay(n, rate, log_uniform(rng, 0.003, 0.015))
    return level(burst, uniform(rng, 0.05, 0.5))


def _body(rng: Rng, n: int, rate: int, curve: Audio, tau: float, held: float = 1.0) -> Audio:
    """A sine that falls by `tau`, half of the time after holding for up to `held` of it."""
    hold = uniform(rng, 0.0, held) * tau if chance(rng, 0.5) else 0.0
    fall = np.exp(-np.maximum(seconds(n, rate) - hold, 0.0) / tau)
    return sine(phase(curve, n, rate, pick(rng, 0.0, 0.0, 0.25))) * fall


def classic(rng: Rng, rate: int, note: Note) -> Audio:
    """Sine with a pitch drop, a click and a touch of warmth."""
    n, tau = _length(rng, rate, note)
    body = _body(rng, n, rate, _drop(rng, n, rate, note.frequency), tau)
    return tanh(body + _click(rng, n, rate), log_uniform(rng, 0.3, 2.0))


def plain(rng: Rng, rate: int, note: Note) -> Audio:
    """A bare sine that dies slowly: little or no click, little or no pitch drop."""
    n, tau = _length(rng, rate, note, 0.7)
    ratio = log_uniform(rng, 1.0001, 1.6)
    curve = sweep(n, rate, note.frequency * ratio, note.frequency, log_uniform(rng, 0.01, 0.08))
    body = _body(rng, n, rate, curve, tau, 0.2)
    if chance(rng, 0.4):
        body = body + 0.3 * _click(rng, n, rate)
    return tanh(body, log_uniform(rng, 0.1, 1.2))


def driven(rng: Rng, rate: int, note: Note) -> Audio:
    """Pushed into tube or tanh saturation, then darkened: harmonics that fade as the note dies."""
    n, tau = _length(rng, rate, note)
    body = _body(rng, n, rate, _drop(rng, n, rate, note.frequency, 4.0), tau) + _click(rng, n, rate)
    drive = log_uniform(rng, 2.0, 30.0)
    hot = tube(body, drive, uniform(rng, 0.0, 0.8)) if chance(rng, 0.5) else tanh(body, drive)
    return lowpass(hot, log_uniform(rng, 200.0, 6000.0), rate, 1 + int(rng.integers(2)))


def clipped(rng: Rng, rate: int, note: Note) -> Audio:
    """Clipped hard, as in drill and phonk: a flat top that lasts until the sine falls under the ceiling."""
    n, tau = _length(rng, rate, note)
    body = _body(rng, n, rate, _drop(rng, n, rate, note.frequency, 5.0), tau) + _click(rng, n, rate)
    hot = clip(body, log_uniform(rng, 2.0, 25.0))
    if chance(rng, 0.5):
        grit = bandpass(fold(body, uniform(rng, 1.5, 5.0)), 300.0, 5000.0, rate)
        hot = hot + uniform(rng, 0.1, 0.6) * grit
    return lowpass(hot, log_uniform(rng, 400.0, 12000.0), rate, 1)


def fat(rng: Rng, rate: int, note: Note) -> Audio:
    """Driven so hard that it is nearly a square or lopsided: a level that hardly falls for seconds."""
    n, tau = _length(rng, rate, note, 2.5, 0.4)
    body = _body(rng, n, rate, _drop(rng, n, rate, note.frequency, 3.0), tau)
    if chance(rng, 0.5):
        body = body + 0.5 * _click(rng, n, rate)
    even = uniform(rng, 0.05, 0.9) if chance(rng, 0.6) else 0.0
    hot = tube(body, log_uniform(rng, 3.0, 40.0), even)
    dark = lowpass(hot, note.frequency * log_uniform(rng, 2.0, 60.0), rate, 1 + int(rng.integers(2)))
    return tanh(level(dark), log_uniform(rng, 0.3, 3.0))


def gliding(rng: Rng, rate: int, note: Note) -> Audio:
    """Slides to another pitch on the way, up or down to an octave."""
    n, tau = _length(rng, rate, note, 1.1, 0.4)
    ratio = 2.0 ** (pick(rng, -12, -7, -5, -3, 3, 5, 7, 12) / 12.0)
    slide = glide(n, rate, ratio, uniform(rng, 0.15, 0.5) * n / rate, log_uniform(rng, 0.04, 0.4))
    body = _body(rng, n, rate, _drop(rng, n, rate, note.frequency, 4.0) * slide, tau)
    return tanh(body + _click(rng, n, rate), log_uniform(rng, 0.5, 8.0))


def punchy(rng: Rng, rate: int, note: Note) -> Audio:
    """A kick on top of an 808: a second, faster drop joins the body at the start."""
    n, tau = _length(rng, rate, note)
    body = _body(rng, n, rate, np.full(n, note.frequency), tau)
    track = sweep(n, rate, log_uniform(rng, 200.0, 900.0), note.frequency, log_uniform(rng, 0.01, 0.04))
    kick = sine(phase(track, n, rate)) * decay(n, rate, log_uniform(rng, 0.03, 0.12))
    rise = np.clip(seconds(n, rate) / uniform(rng, 0.005, 0.05), 0.0, 1.0)
    mix = body * rise * uniform(rng, 0.5, 1.0) + kick + _click(rng, n, rate)
    return tanh(mix, log_uniform(rng, 0.5, 6.0))


def bridged_t(rng: Rng, rate: int, note: Note) -> Audio:
    """The circuit itself: a resonator struck by a pulse, whose ringing is then amplified."""
    n, tau = _length(rng, rate, note, 0.7)
    omega, radius = 2.0 * np.pi * note.frequency / rate, np.exp(-1.0 / (tau * rate))
    strike = np.zeros(n)
    strike[: max(2, int(uniform(rng, 0.0005, 0.004) * rate))] = 1.0
    ring = np.asarray(lfilter([1.0], [1.0, -2.0 * radius * np.cos(omega), radius**2], strike))
    body = level(ring) + level(highpass(strike, 100.0, rate), uniform(rng, 0.05, 0.5))
    return tanh(body, log_uniform(rng, 0.5, 5.0))


def analog(rng: Rng, rate: int, note: Note) -> Audio:
    """A triangle through a closing low-pass: an 808 made on a subtractive synthesizer."""
    n, tau = _length(rng, rate, note)
    curve = _drop(rng, n, rate, note.frequency, 3.0)
    cutoff = sweep(
        n, rate, log_uniform(rng, 400.0, 4000.0), note.frequency * 1.5, log_uniform(rng, 0.05, 0.5)
    )
    body = ladder(triangle(phase(curve, n, rate)), cutoff, uniform(rng, 0.0, 0.3), rate)
    return tanh(body * decay(n, rate, tau) + 0.5 * _click(rng, n, rate), log_uniform(rng, 0.5, 6.0))


FAMILIES: dict[str, Patch] = {
    "classic": classic,
    "plain": plain,
    "driven": driven,
    "clipped": clipped,
    "fat": fat,
    "gliding": gliding,
    "punchy": punchy,
    "bridged_t": bridged_t,
    "analog": analog,
}
