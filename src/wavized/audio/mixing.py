"""Fewer channels without losing the bass: surround to stereo, stereo to mono. Not for the daemon (numpy)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

CANCELLED_BELOW = 0.25
"""A mono mix quieter than this part (-12 dB) of the louder channel has cancelled itself."""

_WAVE_LAYOUTS = {
    3: "L R C",
    4: "L R Ls Rs",
    5: "L R C Ls Rs",
    6: "L R C LFE Ls Rs",
    7: "L R C LFE Cs Ls Rs",
    8: "L R C LFE Lb Rb Ls Rs",
}
_OGG_LAYOUTS = {
    3: "L C R",
    4: "L R Ls Rs",
    5: "L C R Ls Rs",
    6: "L C R Ls Rs LFE",
    7: "L C R Ls Rs Cs LFE",
    8: "L C R Ls Rs Lb Rb LFE",
}
"""Vorbis I specification, section 4.3.9; Opus takes it over (RFC 7845, section 5.1.1.2)."""
_HALF_POWER = 0.7071
_LEFT, _RIGHT, _BOTH = (1.0, 0.0), (0.0, 1.0), (_HALF_POWER, _HALF_POWER)
_SIDES = {
    "L": _LEFT,
    "R": _RIGHT,
    "C": _BOTH,
    "LFE": _BOTH,  # kept, where a film downmix drops it: here it is what the sample is about
    "Cs": _BOTH,
    "Ls": (_HALF_POWER, 0.0),
    "Rs": (0.0, _HALF_POWER),
    "Lb": (_HALF_POWER, 0.0),
    "Rb": (0.0, _HALF_POWER),
}


def stereo_weights(channels: int, *, ogg: bool) -> Samples | None:
    """A matrix (2, channels) that folds surround to stereo; None for mono and stereo, which stay as they are.

    `ogg` says that the channels come in the order of Vorbis and Opus rather than of WAVE.
    """
    if channels <= 2:
        return None
    layout = (_OGG_LAYOUTS if ogg else _WAVE_LAYOUTS)[channels]
    return np.array([_SIDES[position] for position in layout.split()], dtype=np.float32).T


def to_mono(samples: Samples) -> Samples:
    """(channels, n) to (n,): the middle of the channels, or the louder one where they cancel each other."""
    middle: Samples = samples.mean(axis=0)
    power = np.square(samples, dtype=np.float64).mean(axis=1)
    loudest = int(np.argmax(power))
    if np.square(middle, dtype=np.float64).mean() < CANCELLED_BELOW**2 * power[loudest]:
        middle = samples[loudest]
    return middle
