"""Renders into the register that basses are played in.

Many synthesizer presets transpose themselves, so that a low note sounds at 8 to 27 Hz, where no sample pack
has anything: such a sound is a train of clicks and teaches nothing of its class. Pure functions.
"""

from __future__ import annotations

import numpy as np

from wavized.audio.mixing import to_mono
from wavized.training import effects
from wavized.training.audit.traits import RATE, fundamental
from wavized.training.effects import Audio

LOWEST_HZ = 28.0
MOST_OCTAVES = 3
END_FADE_S = 0.02


def playable(samples: Audio) -> Audio:
    """The render (channels, n) at RATE, up by as many octaves as its pitch lacks, its end faded.

    Played faster, as a sampler does it, and so much shorter.
    """
    samples = samples - samples.mean(axis=1, keepdims=True)
    fade = min(round(END_FADE_S * RATE), samples.shape[1])
    samples[:, samples.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    pitch = fundamental(to_mono(samples).astype(np.float64))
    octaves = 0
    while 0 < pitch * 2**octaves < LOWEST_HZ and octaves < MOST_OCTAVES:
        octaves += 1
    if octaves:
        samples = effects.pitch_by_resampling(samples, 12.0 * octaves, RATE)
    return samples
