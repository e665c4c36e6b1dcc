"""Draw clips small: log-frequency spectrograms as PNG pictures to stand in a page. Reads samples only."""

from __future__ import annotations

import base64
import io
from functools import cache

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from PIL import Image

from wavized.audio import decode
from wavized.training.audit.traits import RATE
from wavized.training.corpus import Source
from wavized.training.synthesis.measures import FRAME, HOP, power_frames

SHOWN_S = 3.0
LOWEST_HZ, HIGHEST_HZ = 30.0, 10_900.0
HEIGHT, WIDTH = 84, 128
DEEP_DB = 66.0
SHADES = 48

Levels = npt.NDArray[np.uint8]


def of_source(source: Source) -> str:
    """The first three seconds of a file as a data address; raises as decoding does."""
    return as_address(shades(decode.load(source.path, sample_rate=RATE, window_s=SHOWN_S).samples))


def shades(samples: npt.NDArray[np.float32]) -> Levels:
    """(HEIGHT, WIDTH) steps of loudness below the peak, low notes at the bottom, of a clip at RATE."""
    length = round(SHOWN_S * RATE)
    mono = samples.mean(axis=0)[:length].astype(np.float64)
    power = power_frames(np.pad(mono, (0, length - len(mono))))
    rows = np.geomspace(HIGHEST_HZ, LOWEST_HZ, HEIGHT) * FRAME / RATE
    strips = np.stack([np.interp(rows, np.arange(power.shape[1]), frame) for frame in power], axis=1)
    level = 10.0 * np.log10(strips / (strips.max() + 1e-20) + 10.0 ** (-DEEP_DB / 10.0)) + DEEP_DB
    at = np.linspace(0, length / HOP - 1, WIDTH).astype(int)
    return np.asarray(np.round(level[:, at] / DEEP_DB * (SHADES - 1)), dtype=np.uint8)


def as_address(levels: Levels) -> str:
    """A picture as a `data:` address."""
    picture = Image.frombytes("P", levels.shape[::-1], levels.tobytes())
    picture.putpalette(_palette())
    held = io.BytesIO()
    picture.save(held, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode("ascii")


@cache
def _palette() -> bytes:
    return bytes(
        round(255 * part) for shade in np.linspace(0, 1, SHADES) for part in colormaps["magma"](shade)[:3]
    )
