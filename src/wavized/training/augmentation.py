"""The production chain: what happens to a bass sound between the synthesizer and a sample pack, by chance.

A pure function of samples and generator: the same seed gives the same sound. Works on float32 (channels, n);
never reads files. The order is that of a studio: instrument, effects, mastering, cutting, old formats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from wavized.training import degradation, effects
from wavized.training.effects import Audio


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the chain may go before a sound becomes another class.

    `clean` keeps away what adds harmonics, an attack or a fall (a distorted sub is no sub any more);
    `whole` keeps the length (a loop cut to its first hit is a one-shot);
    `falling` ends a cut by a fall (an 808 cut off while it is loud is a sub);
    `raised` is the chance of an octave up, for what is also sampled above the bass register.
    """

    clean: bool = False
    whole: bool = False
    falling: bool = False
    raised: float = 0.0


RAISED = 0.2
LIMITS: dict[str, Limits] = {
    "808": Limits(falling=True),
    "sub": Limits(clean=True),
    "loop": Limits(whole=True),
    **{label: Limits(raised=RAISED) for label in ("acid", "brass", "growl", "slap")},
}
"""Limits per label; a label that is not named has none."""

PITCH_SEMITONES = (-6.0, 3.0)
STRETCH = (0.8, 1.2)
UNTOUCHED = 0.12
"""How often a sound goes out as the instrument gave it."""
CUT, SHORTEST_S, LONGEST_S = 0.45, 0.25, 3.2
"""How often a sound is cut short, and to what length."""

Effect = Callable[[Audio], Audio]


def produce(samples: Audio, rate: int, rng: np.random.Generator, limits: Limits) -> Audio:
    """One random production of a sound; peak at full scale, level, length and polarity by chance."""
    samples = effects.to_peak(samples)
    if rng.random() < UNTOUCHED:
        return _deliver(samples, rate, rng)
    samples = _retune(samples, rate, rng, limits)
    samples = _process(samples, rate, rng, limits)
    if not limits.whole and rng.random() < CUT:
        # one law for every class: a length that differs by class would become the class
        seconds = float(np.exp(rng.uniform(np.log(SHORTEST_S), np.log(LONGEST_S))))
        if seconds * rate < samples.shape[1]:
            fall = 1.0 if limits.falling else 0.0 if limits.clean else 0.3
            samples = effects.cut(samples, rate, seconds, rng, fall)
    return _deliver(_degrade(samples, rate, rng, limits), rate, rng)


def _retune(samples: Audio, rate: int, rng: np.random.Generator, limits: Limits) -> Audio:
    long_enough = samples.shape[1] > 2 * SHORTEST_S * rate
    octave = 12.0 if rng.random() < limits.raised and long_enough else 0.0
    if octave or rng.random() < 0.85:
        semitones = octave + float(rng.uniform(*PITCH_SEMITONES))
        samples = effects.pitch_by_resampling(samples, semitones, rate)
    if rng.random() < 0.4:
        samples = effects.stretch(samples, float(rng.uniform(*STRETCH)))
    return samples


def _process(samples: Audio, rate: int, rng: np.random.Generator, limits: Limits) -> Audio:
    """Layer, drive, equaliser, dynamics, space."""
    clean = limits.clean
    depth_db = 4.0 if clean else 8.0
    chain: tuple[tuple[float, bool, Effect], ...] = (
        (0.12, clean, partial(effects.layer_hit, rate=rate, rng=rng)),
        (0.33, clean, partial(effects.distort, rng=rng)),
        (0.6, False, partial(effects.tone, rate=rate, rng=rng, depth_db=depth_db)),
        (0.3, False, partial(effects.compress, rate=rate, rng=rng)),
        (0.08, clean, partial(effects.chorus, rate=rate, rng=rng)),
        (0.06, clean, partial(effects.echo, rate=rate, rng=rng)),
        (0.15, False, partial(effects.reverb, rate=rate, rng=rng)),
        (0.15, clean, partial(effects.distort, rng=rng, most=3.0)),
        (0.2, clean, partial(effects.limit, rate=rate, rng=rng)),
        (0.2, False, partial(effects.width, rng=rng)),
    )
    return _by_chance(chain, samples, rng)


def _degrade(samples: Audio, rate: int, rng: np.random.Generator, limits: Limits) -> Audio:
    """Old machines and formats: as often for every class, more gently where a tone must stay pure."""
    gentle = limits.clean
    chain: tuple[tuple[float, bool, Effect], ...] = (
        (0.1, False, partial(degradation.tape, rate=rate, rng=rng, gentle=gentle)),
        (0.25, False, partial(degradation.lo_fi, rate=rate, rng=rng, gentle=gentle)),
        (0.12, False, partial(degradation.codec, rate=rate, rng=rng)),
        (0.25, False, partial(degradation.noise_floor, rate=rate, rng=rng, gentle=gentle)),
    )
    return _by_chance(chain, samples, rng)


def _by_chance(
    chain: tuple[tuple[float, bool, Effect], ...], samples: Audio, rng: np.random.Generator
) -> Audio:
    """Each effect with its own chance, unless it is forbidden."""
    for probability, forbidden, effect in chain:
        if rng.random() < probability and not forbidden:
            samples = effect(samples)
    return samples


def _deliver(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """How it lies in the file: start, level and polarity, channels."""
    if rng.random() < 0.2:
        samples = effects.fade_in(samples, rate, rng)
    if rng.random() < 0.3:
        samples = effects.lead_in(samples, rate, rng)
    if rng.random() < 0.4:
        samples = effects.collapse(samples, rng)
    if rng.random() < 0.5:
        samples = -samples
    return effects.to_peak(samples)
