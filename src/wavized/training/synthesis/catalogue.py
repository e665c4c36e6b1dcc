"""Which families each label has, and how one is drawn and rendered.

Pure: the same generator state gives the same sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from wavized.training.synthesis import (
    acid,
    brass,
    eight_oh_eight,
    fx,
    growl,
    kit,
    loops,
    near,
    reese,
    slap,
    sub,
    tonal,
)
from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, draw_note, uniform
from wavized.training.synthesis.filters import highpass

LABELS = ("808", "acid", "brass", "growl", "reese", "slap", "sub", "not_bass", "loop")

WORKING_RATE = 44100
"""Patches run at this rate or above (Hz), so that what shapers fold back stays faint after decimation."""

_FAMILIES: dict[str, dict[str, Patch]] = {
    "808": eight_oh_eight.FAMILIES,
    "acid": acid.FAMILIES,
    "brass": brass.FAMILIES,
    "growl": growl.FAMILIES,
    "reese": reese.FAMILIES,
    "slap": slap.FAMILIES,
    "sub": sub.FAMILIES,
    "not_bass": {**kit.FAMILIES, **tonal.FAMILIES, **near.FAMILIES, **fx.FAMILIES},
    "loop": loops.FAMILIES,
}

_WEIGHTS: dict[str, dict[str, float]] = {
    "808": {"plain": 2.5, "classic": 1.5, "driven": 2.0, "clipped": 2.0, "fat": 2.5},
    "acid": {"dark": 2.0, "phrase": 2.0, "plucked": 2.0, "open": 1.3},
    "brass": {"blown": 1.5, "hit": 1.5},
    "growl": {},
    "reese": {"classic": 2.0, "dark": 1.5, "phased": 1.5, "bright": 0.5},
    "slap": {"thumb": 2.0, "pop": 1.5, "finger": 1.5},
    "sub": {"pure": 2.0, "warm": 2.0},
    "not_bass": {
        "kick": 5.0,
        "hard_kick": 3.0,
        "tuned_kick": 2.5,
        "tom": 2.0,
        "hand_drum": 3.0,
        "soft_kick": 3.0,
        "snare": 2.0,
        "impact": 1.5,
        "voice": 2.5,
        "speech": 2.0,
        "guitar": 2.0,
        "low_chord": 1.5,
    },
    "loop": {"bass_line": 2.0},
}
"""Families drawn more often than the others of their label (weight 1)."""

HIGHER = frozenset({"acid", "brass", "growl", "slap"})
"""Basses that are also sampled above the bass register; in 808, reese and sub it is part of the sound."""

OCTAVE_UP, TWELFTH_UP = 0.15, 0.05
"""Chance of 12 or 19 semitones up, one law for all of `HIGHER`; the production chain may add an octave."""


def families(label: str) -> Mapping[str, Patch]:
    """The families of a label by name; raises KeyError for an unknown label."""
    return dict(_FAMILIES[label])


def render(label: str, rng: Rng, sample_rate: int = 22050) -> npt.NDArray[np.float32]:
    """Draw a family of `label` and render it.

    Gives float32 of shape (channels, n) within [-1, 1], with one or two channels.
    """
    return render_family(label, draw_family(label, rng), rng, sample_rate)


def draw_family(label: str, rng: Rng) -> str:
    """The name of one family of `label`, by weight."""
    names = list(_FAMILIES[label])
    weights = np.array([_WEIGHTS[label].get(name, 1.0) for name in names])
    return str(rng.choice(names, p=weights / weights.sum()))


def render_family(label: str, family: str, rng: Rng, sample_rate: int = 22050) -> npt.NDArray[np.float32]:
    """Draw a note and a patch of one family and render them at `sample_rate` Hz; shape as for `render`."""
    note = draw_note(rng)
    if label in HIGHER:
        where = rng.random()
        up = 12.0 if where < OCTAVE_UP else 19.0 if where < OCTAVE_UP + TWELFTH_UP else 0.0
        note = replace(note, midi=note.midi + up)
    return render_note(label, family, rng, note, sample_rate)


def render_note(
    label: str, family: str, rng: Rng, note: Note, sample_rate: int = 22050
) -> npt.NDArray[np.float32]:
    """Draw a patch of one family and play the given note on it; shape as for `render`."""
    rate = sample_rate * max(1, -(-WORKING_RATE // sample_rate))
    return _finish(rng, _FAMILIES[label][family](rng, rate, note), rate, sample_rate)


def _finish(rng: Rng, sound: Audio, rate: int, sample_rate: int) -> npt.NDArray[np.float32]:
    """Take out the offset, decimate, fade the edges, set a level of -12 to 0 dBFS, give it its channels."""
    tone = highpass(np.atleast_2d(sound), 12.0, rate, 1)
    tone = tone[:, : _end(tone)]
    if rate != sample_rate:
        tone = np.asarray(resample_poly(tone, 1, rate // sample_rate, axis=1), dtype=np.float64)
    edge, fade = max(2, sample_rate // 4000), int(uniform(rng, 0.003, 0.04) * sample_rate)
    fade = min(tone.shape[1] // 4, fade)
    tone[:, :edge] *= np.linspace(0.0, 1.0, edge)
    tone[:, tone.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade)
    peak = 1.0 if chance(rng, 0.4) else 10.0 ** (uniform(rng, -12.0, 0.0) / 20.0)
    tone = tone * (0.999 * peak / (np.abs(tone).max() + 1e-12))
    if tone.shape[0] == 1 and chance(rng, 0.5):
        tone = np.repeat(tone, 2, axis=0)
    return np.ascontiguousarray(tone, dtype=np.float32)


def _end(tone: Audio) -> int:
    """Where the sound has fallen 66 dB below its peak for good."""
    loud = np.flatnonzero(np.abs(tone).max(axis=0) > 0.0005 * np.abs(tone).max())
    return int(loud[-1]) + 1 if len(loud) else tone.shape[1]
