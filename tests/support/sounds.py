"""Generated sounds for tests, and simple measures of them that share no code with what they check."""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from wavized.training.synthesis import Note, families, render_note
from wavized.training.synthesis.measures import Measures, measure, power_frames

RATE = 22050
HELD = Note(36.0, 1.0, 0.1)
BINS = np.fft.rfftfreq(2048, 1.0 / RATE)


def play(label: str, family: str, seed: int, note: Note = HELD) -> np.ndarray:
    """One channel of a family's sound, float64."""
    clip = render_note(label, family, np.random.default_rng(seed), note, RATE)
    return clip.mean(axis=0).astype(np.float64)


def measured(label: str, count: int, note: Note = HELD) -> list[Measures]:
    """Measures of `count` sounds of each family of a label."""
    return [measure(play(label, f, seed, note)[None], RATE) for f in families(label) for seed in range(count)]


def median(numbers: list[float]) -> float:
    return float(np.median(numbers))


def brightness(sound: np.ndarray) -> np.ndarray:
    """Spectral centroid (Hz, of the magnitudes) of every 23 ms, end and release left out."""
    magnitudes = np.sqrt(power_frames(sound))[: len(sound) // 512 - 4]
    return (magnitudes * BINS).sum(axis=1) / (magnitudes.sum(axis=1) + 1e-9)


def wander(sound: np.ndarray) -> float:
    """How far the shape of the spectrum strays while a sound is held, in dB.

    The spread in time of the level of each of twelve bands, 80 Hz to 6 kHz, against all of them; the mean
    over the bands within 40 dB of the strongest.
    """
    power = power_frames(sound)[4:60]
    power = power[power.sum(axis=1) > 0.05 * power.sum(axis=1).max()]
    edges = np.searchsorted(BINS, np.geomspace(80.0, 6000.0, 13))
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    shares = 10.0 * np.log10(bands / bands.sum(axis=1, keepdims=True) + 1e-6)
    heard = shares.max(axis=0) > shares.max() - 40.0
    return float(shares[:, heard].std(axis=0).mean())


def beating(sound: np.ndarray, frequency: float) -> float:
    """How far the level of one of the strong low harmonics moves, as a share of its mean."""
    power = power_frames(sound)[4:-12]
    bands = [power[:, np.abs(BINS - frequency * k) < 30.0].sum(axis=1) for k in range(1, 7)]
    strongest = max(band.mean() for band in bands)
    return max(float(b.std() / b.mean()) for b in bands if b.mean() > 0.01 * strongest)


def zero_crossing_hz(sound: np.ndarray, begin: float, end: float) -> float:
    """Frequency from upward zero crossings between two times in seconds."""
    piece = sound[int(begin * RATE) : int(end * RATE)]
    at = np.flatnonzero((piece[:-1] < 0) & (piece[1:] >= 0))
    return RATE * (len(at) - 1) / (at[-1] - at[0])


def half_turns(sound: np.ndarray) -> np.ndarray:
    """Seconds between zero crossings, the last 10 ms left out."""
    kept = sound[: -RATE // 100]
    return np.diff(np.flatnonzero((kept[:-1] < 0) != (kept[1:] < 0))) / RATE


def harmonics_db(sound: np.ndarray, frequency: float, count: int) -> np.ndarray:
    """Level in dB of each harmonic against the first, over the second quarter of a sound."""
    middle = sound[len(sound) // 4 : len(sound) // 2]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2 * RATE))
    tops = [
        spectrum[int(2 * frequency * (k - 0.1)) : int(2 * frequency * (k + 0.1)) + 1].max()
        for k in range(1, count + 1)
    ]
    return 20.0 * np.log10(np.array(tops) / tops[0] + 1e-9)


def harmonic_share(sound: np.ndarray, frequency: float) -> float:
    """Share of the energy from 0.2 s on that lies within 6 Hz of a multiple of `frequency`."""
    piece = sound[RATE // 5 : RATE]
    power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) ** 2
    bins = np.fft.rfftfreq(len(piece), 1.0 / RATE)
    away = np.abs(bins - frequency * np.round(bins / frequency))
    return float(power[(away < 6.0) & (bins > 0.5 * frequency)].sum() / power.sum())


def onsets(sound: np.ndarray) -> int:
    """Sudden rises of energy in any of some twenty bands, counted once per 70 ms."""
    power = power_frames(np.concatenate([np.zeros(2048), sound]))
    edges = np.unique(np.geomspace(3, 1024, 25).astype(int))
    bands = np.log10(np.add.reduceat(power, edges[:-1], axis=1) + 1e-4 * power.max())
    rise = np.maximum(bands[2:] - bands[:-2], 0.0).max(axis=1)
    peaks, _ = find_peaks(np.concatenate([[0.0], rise, [0.0]]), height=0.3 * rise.max(), distance=3)
    return len(peaks)
