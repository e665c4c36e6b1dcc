"""The production chain: what happens to a bass sound between the synthesizer and a sample pack, by chance.

A pure function of samples and generator: the same seed gives the same sound. Works on float32 (channels, n);
never reads files. The order is that of a studio: instrument, effects, mastering, cutting, old formats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavized.training import effects
from wavized.training.effects import Audio


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the chain may go before a sound becomes another class.

    `clean` keeps away what adds harmonics or an attack (a distorted sub is no sub any more);
    `whole` keeps the length (a loop cut to its first hit is a one-shot).
    """

    clean: bool = False
    whole: bool = False


PITCH_SEMITONES = (-6.0, 3.0)
STRETCH = (0.8, 1.2)
UNTOUCHED = 0.12
"""How often a sound goes out as the instrument gave it."""
SHORTEST_S, LONGEST_S = 0.2, 3.2


def produce(samples: Audio, rate: int, rng: np.random.Generator, limits: Limits) -> Audio:
    """One random production of a sound; peak at full scale, level, length and polarity by chance."""
    samples = effects.to_peak(samples)
    if rng.random() < UNTOUCHED:
        return _deliver(samples, rate, rng, limits)
    samples = _retune(samples, rate, rng)
    samples = _process(samples, rate, rng, limits)
    if not limits.whole and rng.random() < 0.6:
        # one law for every class: a length that differs by class would become the class
        seconds = float(np.exp(rng.uniform(np.log(SHORTEST_S), np.log(LONGEST_S))))
        samples = effects.cut(samples, rate, seconds, rng)
    return _deliver(samples, rate, rng, limits)


def _retune(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    if rng.random() < 0.85:
        samples = effects.pitch_by_resampling(samples, float(rng.uniform(*PITCH_SEMITONES)), rate)
    if rng.random() < 0.4:
        samples = effects.stretch(samples, float(rng.uniform(*STRETCH)))
    return samples


def _process(samples: Audio, rate: int, rng: np.random.Generator, limits: Limits) -> Audio:
    if rng.random() < 0.25 and not limits.clean:
        samples = effects.layer_hit(samples, rate, rng)
    if rng.random() < 0.35 and not limits.clean:
        samples = effects.distort(samples, rng)
    if rng.random() < 0.6:
        samples = effects.tone(samples, rate, rng, depth_db=4.0 if limits.clean else 8.0)
    if rng.random() < 0.3:
        samples = effects.compress(samples, rate, rng)
    if rng.random() < 0.12 and not limits.clean:
        samples = effects.chorus(samples, rate, rng)
    if rng.random() < 0.15:
        samples = effects.reverb(samples, rate, rng)
    if rng.random() < 0.15 and not limits.clean:
        samples = effects.distort(samples, rng, most=3.0)
    return samples


def _deliver(samples: Audio, rate: int, rng: np.random.Generator, limits: Limits) -> Audio:
    if rng.random() < 0.2:
        samples = effects.fade_in(samples, rate, rng)
    if rng.random() < 0.15 and not limits.clean:
        samples = effects.lo_fi(samples, rate, rng)
    if rng.random() < 0.2:
        samples = effects.noise_floor(samples, rng)
    if rng.random() < 0.3:
        samples = effects.lead_in(samples, rate, rng)
    if rng.random() < 0.4:
        samples = effects.collapse(samples, rng)
    if rng.random() < 0.5:
        samples = -samples
    return effects.to_peak(samples)
