"""Handcrafted features of a sound, none of which its level changes: 146 numbers for a booster of trees.

Spectral shape over time, bands, envelope, pitch and its fall, noise, modulation, cepstra. Pure.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from wavized.training.audit import traits

Floats = NDArray[np.float64]

RATE = 16_000
FRAME, HOP = 1024, 160
SEGMENTS_S = (0.0, 0.05, 0.15, 0.4, 1.0, 3.0)
BANDS = 14
MELS, CEPSTRA = 40, 14
BEATS_HZ = (0.7, 2.0, 4.0, 8.0, 16.0, 32.0)
FALLS_DB = (6.0, 12.0, 24.0, 40.0)

_HERTZ = np.fft.rfftfreq(FRAME, 1 / RATE)
_WINDOW = np.hanning(FRAME)
_EDGES = np.searchsorted(_HERTZ, np.geomspace(30.0, 7900.0, BANDS + 1))
_EDGES[1:] = np.maximum(_EDGES[1:], _EDGES[0] + np.arange(1, BANDS + 1))


def features(sound: Floats) -> Floats:
    """All features of a mono sound (n,) at RATE, of at least a frame; nan where one is not defined."""
    loud = sound / (np.sqrt(np.mean(sound**2)) + 1e-12)
    framed = np.lib.stride_tricks.sliding_window_view(np.pad(loud, (FRAME // 2, FRAME // 2)), FRAME)[::HOP]
    power = np.abs(np.fft.rfft(framed * _WINDOW, axis=1)) ** 2 + 1e-9
    level = 10 * np.log10(np.mean(framed**2, axis=1) + 1e-9)
    return np.concatenate(
        [
            _shapes(power, level),
            _bands(power),
            _envelope(loud, level),
            _pitch(loud, power),
            _modulation(power, level),
            _cepstra(power, level),
        ]
    )


def _shapes(power: Floats, level: Floats) -> Floats:
    """Level, centroid, spread, flatness, roll-off and crest of the spectrum of each segment of time."""
    found = []
    loudest = level.max()
    for begin, end in itertools.pairwise(SEGMENTS_S):
        part = slice(round(begin * RATE / HOP), max(round(end * RATE / HOP), round(begin * RATE / HOP) + 1))
        mean = power[part].mean(axis=0)[1:]
        height = np.log2(_HERTZ[1:])
        share = mean / mean.sum()
        centre = float((share * height).sum())
        found += [
            level[part].mean() - loudest,
            centre,
            float(np.sqrt((share * (height - centre) ** 2).sum())),
            float(10 * (np.log10(mean).mean() - np.log10(mean.mean()))),
            float(height[min(int(np.searchsorted(np.cumsum(share), 0.85)), len(height) - 1)]),
            float(10 * np.log10(mean.max() / mean.mean())),
        ]
    return np.array(found)


def _bands(power: Floats) -> Floats:
    """The share of each band in dB: of all, of the first 150 ms, and of what follows 400 ms."""
    parts = (power, power[: round(0.15 * RATE / HOP)], power[round(0.4 * RATE / HOP) :])
    sums = [np.add.reduceat(part.mean(axis=0), _EDGES[:-1]) for part in parts]
    return np.concatenate([10 * np.log10(one / one.sum() + 1e-6) for one in sums])


def _envelope(loud: Floats, level: Floats) -> Floats:
    """Attack, falls, how long it sounds and where its middle lies (seconds), crests and crossings."""
    peak = int(level.argmax())
    after = level[peak:] - level[peak]
    step = HOP / RATE
    falls = [float(np.argmax(after < -down)) * step if (after < -down).any() else 3.0 for down in FALLS_DB]
    linear = 10 ** ((level - level.max()) / 10)
    times = np.arange(len(level)) * step
    middle = float((linear * times).sum() / linear.sum())
    begun = loud[: round(0.4 * RATE)]
    return np.array(
        [
            peak * step,
            *falls,
            float((level > level.max() - 40).mean()),
            float((level > level.max() - 6).mean()),
            middle,
            float(np.sqrt((linear * (times - middle) ** 2).sum() / linear.sum())),
            float(20 * np.log10(np.abs(loud).max() + 1e-9)),
            float(np.log10(np.mean(begun**4) / (np.mean(begun**2) ** 2 + 1e-12) + 1e-6)),
            float(np.mean(begun[1:] * begun[:-1] < 0)),
            float(np.mean(loud**3) / (np.mean(loud**2) ** 1.5 + 1e-12)),
        ]
    )


def _pitch(loud: Floats, power: Floats) -> Floats:
    """Pitch early and late (octaves), its fall, how periodic, and the first harmonics (dB) of the whole."""
    early, late = (_fundamental(loud[begin:end]) for begin, end in ((0, 6400), (4800, 16_000)))
    pitch = late or early
    periodic = [_periodicity(loud[begin:end], pitch) for begin, end in ((0, 4800), (4800, 12_800))]
    octaves = [float(np.log2(f)) if f else np.nan for f in (early, late)]
    harmonics = np.full(6, np.nan)
    if pitch:
        mean = power[: round(1.0 * RATE / HOP)].mean(axis=0)
        bins = np.minimum(np.round(pitch * np.arange(1, 8) * FRAME / RATE).astype(int), len(mean) - 1)
        heights = 10 * np.log10(mean[bins])
        harmonics = heights[1:] - heights[0]
    return np.array([*octaves, octaves[0] - octaves[1], *periodic, *harmonics])


def _fundamental(piece: Floats) -> float:
    """Hz, 0 where there is none; the ruler is made for another rate, so its answer is brought to ours."""
    return traits.fundamental(piece) * RATE / traits.RATE


def _periodicity(piece: Floats, pitch: float) -> float:
    """Harmonics to noise in dB, by the correlation of a piece with itself one period later."""
    lag = round(RATE / pitch) if pitch else 0
    if not 0 < lag < len(piece) // 2:
        return float("nan")
    one, other = piece[:-lag], piece[lag:]
    alike = float((one * other).sum() / (np.sqrt((one**2).sum() * (other**2).sum()) + 1e-9))
    alike = min(max(alike, 1e-3), 1 - 1e-3)
    return 10 * float(np.log10(alike / (1 - alike)))


def _modulation(power: Floats, level: Floats) -> Floats:
    """How much level and brightness move at each rate of beating, in dB, and how the spectrum changes."""
    heard = max(int((level > level.max() - 30).sum()), 16)
    height = np.log2(_HERTZ[1:])
    bright = (power[:heard, 1:] @ height) / power[:heard, 1:].sum(axis=1)
    found: list[float] = []
    for line in (level[:heard], bright):
        steps = np.arange(heard)
        flat = line - np.polyval(np.polyfit(steps, line, 2), steps)
        spectrum = np.abs(np.fft.rfft(flat * np.hanning(heard), 512)) ** 2 / heard
        rates = np.fft.rfftfreq(512, HOP / RATE)
        edges = np.searchsorted(rates, BEATS_HZ)
        found += [*(10 * np.log10(np.add.reduceat(spectrum, edges)[:-1] + 1e-6))]
        found += [float(rates[edges[0] :][spectrum[edges[0] :].argmax()]), float(line.std())]
    bands = 10 * np.log10(np.add.reduceat(power[:heard], _EDGES[:-1], axis=1))
    moved = np.abs(np.diff(bands - bands.mean(axis=1, keepdims=True), axis=0))
    return np.array([*found, *(float(np.quantile(moved.mean(axis=1), q)) for q in (0.25, 0.5, 0.9))])


def _cepstra(power: Floats, level: Floats) -> Floats:
    """Mean and spread over time of the cepstra of mel bands, without the first, which is the level."""
    heard = power[level > level.max() - 40]
    logs = 10 * np.log10(heard @ _MEL.T + 1e-6)
    cepstra = dct(logs, norm="ortho", axis=1)[:, 1 : CEPSTRA + 1]
    return np.concatenate([cepstra.mean(axis=0), cepstra.std(axis=0)])


def _mel_weights() -> Floats:
    points = np.linspace(0.0, 2595 * np.log10(1 + RATE / 2 / 700), MELS + 2)
    centres = 700 * (10 ** (points / 2595) - 1)
    up = (_HERTZ[None] - centres[:-2, None]) / np.diff(centres)[:-1, None]
    down = (centres[2:, None] - _HERTZ[None]) / np.diff(centres)[1:, None]
    return np.asarray(np.maximum(0.0, np.minimum(up, down)))


_MEL = _mel_weights()
