"""Numbers that describe a clip, to compare generated sounds with recorded ones. Pure numpy."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np
import numpy.typing as npt

from wavized.training.synthesis.draw import Audio

FRAME, HOP = 2048, 512


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one clip at 22050 Hz, silence at its end left out."""

    duration_s: float
    decay_s: float
    """From the loudest frame until the level has fallen 20 dB for good."""
    held_share: float
    """Share of the duration within 6 dB of the loudest frame."""
    centroid_hz: float
    """Centroid of the mean power spectrum."""
    low_share: float
    """Share of the energy below 150 Hz."""
    early_ratio: float
    """Centroid of the first 60 ms over that of the rest: above 1 where the attack is brighter."""


NAMES = tuple(field.name for field in fields(Measures))


def power_frames(mono: Audio) -> Audio:
    """Power spectra of overlapping Hann frames, shape (frames, bins)."""
    padded = np.concatenate([mono, np.zeros(FRAME)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    spectra = np.fft.rfft(frames * np.hanning(FRAME), axis=1)
    return np.asarray(np.abs(spectra) ** 2, dtype=np.float64)


def envelope(mono: Audio, rate: int) -> Audio:
    """Level (root mean square) of consecutive pieces of 10 ms."""
    size = max(1, rate // 100)
    whole = mono[: len(mono) // size * size]
    return np.asarray(np.sqrt((whole.reshape(-1, size) ** 2).mean(axis=1)), dtype=np.float64)


def measure(clip: npt.NDArray[np.floating], rate: int) -> Measures:
    """Measure a clip of shape (channels, n)."""
    mono = np.asarray(clip, dtype=np.float64).mean(axis=0)
    loud = np.flatnonzero(np.abs(mono) > 0.001 * np.abs(mono).max(initial=1e-12))
    mono = mono[: loud[-1] + 1] if len(loud) else mono
    level = envelope(np.concatenate([mono, np.zeros(rate // 50)]), rate)
    top = int(np.argmax(level))
    above = np.flatnonzero(level > 0.1 * level[top])
    power = power_frames(mono)
    bins = np.asarray(np.fft.rfftfreq(FRAME, 1.0 / rate), dtype=np.float64)
    total = power.sum(axis=0)
    early = max(1, round(0.06 * rate / HOP))
    return Measures(
        duration_s=len(mono) / rate,
        decay_s=float(above[-1] - top + 1) / 100.0,
        held_share=float((level > 0.5 * level[top]).mean()),
        centroid_hz=_centroid(total, bins),
        low_share=float(total[bins < 150.0].sum() / (total.sum() + 1e-12)),
        early_ratio=_centroid(power[:early].sum(axis=0), bins)
        / (_centroid(power[early:].sum(axis=0), bins) + 1.0),
    )


def _centroid(power: Audio, bins: Audio) -> float:
    return float((power * bins).sum() / (power.sum() + 1e-12))


def quartiles(measured: list[Measures]) -> Audio:
    """Lower quartile, median and upper quartile per measure: shape (3, measures)."""
    rows = np.array([astuple(m) for m in measured])
    return np.asarray(np.percentile(rows, [25, 50, 75], axis=0))
