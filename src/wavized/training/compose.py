"""Compose loops out of one-shots, so that a loop is known by its repetition and not by its sound.

Pure: sounds and a generator in, float32 (channels, n) out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wavized.training import effects
from wavized.training.effects import Audio

TEMPO_BPM = (75.0, 178.0)
LENGTH_S = (1.7, 7.0)
SHORTEST_STEPS = 8
SCALE = (0, 0, 0, 3, 5, 7, 10, 12, -2, -5)


def loop(sounds: Sequence[Audio], rate: int, rng: np.random.Generator) -> Audio:
    """A bar or more in which every sound plays a pattern of its own over steps of 1/8 or 1/16."""
    beat_s = 60.0 / rng.uniform(*TEMPO_BPM)
    step = int(rate * beat_s / rng.choice([2, 4]))
    steps = max(SHORTEST_STEPS, int(rate * rng.uniform(*LENGTH_S)) // step)
    mixed = np.zeros((2, steps * step), dtype=np.float32)
    for sound in sounds:
        voice = _voice(sound, rate, step, steps, rng)
        mixed[:, : voice.shape[1]] += voice * rng.uniform(0.4, 1.0)
    return effects.to_peak(mixed)


def _voice(sound: Audio, rate: int, step: int, steps: int, rng: np.random.Generator) -> Audio:
    period = int(rng.choice([8, 16]))
    pattern = rng.random(period) < rng.uniform(0.2, 0.8)
    pattern[rng.choice(period, size=3, replace=False)] = True
    tonal = rng.random() < 0.6
    pitches = rng.choice(SCALE, size=3) if tonal else np.zeros(1, dtype=int)
    takes = [effects.to_peak(effects.pitch_by_resampling(sound, float(p), rate)) for p in pitches]
    tune = rng.integers(len(takes), size=period)
    longest = int(step * rng.choice([1, 2, 3]))
    voice = np.zeros((2, steps * step), dtype=np.float32)
    for at in (index for index in range(steps) if pattern[index % period]):
        take = takes[tune[at % period]]
        hit = effects.cut(take, rate, min(longest, voice.shape[1] - at * step) / rate, rng)
        voice[:, at * step : at * step + hit.shape[1]] += hit
    return voice
