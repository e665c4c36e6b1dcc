"""Numbers that describe a clip, to compare generated sounds with recorded ones. Pure numpy."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np
import numpy.typing as npt

from wavized.training.synthesis.draw import Audio

FRAME, HOP = 2048, 512
LOW_HZ = 120.0
LOWEST_HZ, HIGHEST_HZ = 25.0, 600.0
QUANTILES = (10, 50, 90)


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one clip at 22050 Hz, silence at its ends left out."""

    duration_s: float
    attack_ms: float
    """From 10 % to 90 % of the loudest 10 ms."""
    decay_s: float
    """From the loudest 10 ms until the level has fallen 20 dB for good."""
    held_share: float
    """Share of the duration within 6 dB of the loudest 10 ms."""
    level_db: float
    """Root mean square of the loudest 400 ms against the peak."""
    f0_hz: float
    """Pitch by autocorrelation around the middle of the loud part; 0 where nothing repeats."""
    centroid_hz: float
    """Centroid of the mean power spectrum."""
    low_share: float
    """Share of the energy below 120 Hz."""
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


def pitch(mono: Audio, rate: int) -> float:
    """Fundamental in Hz of a piece of sound, 25-600 Hz; 0 where its autocorrelation stays under a half.

    The shortest lag whose peak reaches nine tenths of the highest one, so that no octave below is taken.
    """
    piece = mono - mono.mean()
    size = 1 << int(np.ceil(np.log2(2 * len(piece) + 1)))
    power = np.abs(np.fft.rfft(piece, size)) ** 2
    matches = np.fft.irfft(power)[: len(piece)]
    squares = np.concatenate([[0.0], np.cumsum(piece**2)])
    ends = squares[len(piece) - np.arange(len(piece))]
    matches = matches / (np.sqrt(ends * (squares[-1] - squares[: len(piece)])) + 1e-9)
    low, high = int(rate / HIGHEST_HZ), min(int(rate / LOWEST_HZ), len(piece) * 3 // 4)
    inner = matches[low:high]
    if len(inner) < 3 or inner.max() < 0.5:
        return 0.0
    tops = np.flatnonzero((inner[1:-1] >= inner[:-2]) & (inner[1:-1] > inner[2:])) + 1
    tops = tops[inner[tops] > 0.9 * inner.max()]
    return float(rate / (low + tops[0])) if len(tops) else 0.0


def measure(clip: npt.NDArray[np.floating], rate: int) -> Measures:
    """Measure a clip of shape (channels, n)."""
    mono = np.asarray(clip, dtype=np.float64).mean(axis=0)
    loud = np.flatnonzero(np.abs(mono) > 0.001 * np.abs(mono).max(initial=1e-12))
    mono = mono[loud[0] : loud[-1] + 1] if len(loud) else mono
    level = envelope(np.concatenate([mono, np.zeros(rate // 50)]), rate)
    top = int(np.argmax(level))
    above = np.flatnonzero(level > 0.1 * level[top])
    power = power_frames(mono)
    bins = np.asarray(np.fft.rfftfreq(FRAME, 1.0 / rate), dtype=np.float64)
    total = power.sum(axis=0)
    early = max(1, round(0.06 * rate / HOP))
    middle = int(np.flatnonzero(level > 0.5 * level[top]).mean() * rate / 100)
    return Measures(
        duration_s=len(mono) / rate,
        attack_ms=_attack_ms(mono, rate),
        decay_s=float(above[-1] - top + 1) / 100.0,
        held_share=float((level > 0.5 * level[top]).mean()),
        level_db=_level_db(mono, rate),
        f0_hz=pitch(mono[max(0, middle - rate // 8) : middle + rate // 8], rate),
        centroid_hz=_centroid(total, bins),
        low_share=float(total[bins < LOW_HZ].sum() / (total.sum() + 1e-12)),
        early_ratio=_centroid(power[:early].sum(axis=0), bins)
        / (_centroid(power[early:].sum(axis=0), bins) + 1.0),
    )


def _attack_ms(mono: Audio, rate: int) -> float:
    """On the running maximum of the absolute value over 10 ms, read every millisecond."""
    step = max(1, rate // 1000)
    peaks = np.abs(mono[: len(mono) // step * step]).reshape(-1, step).max(axis=1)
    risen = np.maximum.accumulate(peaks) / (peaks.max(initial=1e-12))
    return float(np.argmax(risen >= 0.9) - np.argmax(risen >= 0.1)) if len(risen) else 0.0


def _level_db(mono: Audio, rate: int) -> float:
    span = min(len(mono), int(0.4 * rate))
    sums = np.concatenate([[0.0], np.cumsum(mono**2)])
    loudest = float((sums[span:] - sums[:-span]).max()) / max(span, 1)
    return float(10.0 * np.log10(loudest / (np.abs(mono).max(initial=0.0) ** 2 + 1e-12) + 1e-12))


def _centroid(power: Audio, bins: Audio) -> float:
    return float((power * bins).sum() / (power.sum() + 1e-12))


def quantiles(measured: list[Measures]) -> Audio:
    """The 10th, 50th and 90th percentile per measure: shape (3, measures)."""
    rows = np.array([astuple(m) for m in measured])
    return np.asarray(np.percentile(rows, QUANTILES, axis=0))
