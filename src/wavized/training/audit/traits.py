"""The numbers an audit compares clips by: hand features of the sound, and how its file was made. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from wavized.audio.mixing import to_mono
from wavized.training.synthesis.measures import FRAME, measure, power_frames

RATE = 22_050
"""Hz; what is measured here is measured at this rate."""
INAUDIBLE_HZ, LOW_HZ = 20.0, 120.0
HIGHEST_F0, LOWEST_F0 = 1000.0, 7.0
"""Hz; so far down because presets are often played octaves below what anybody hears."""
END_S = 0.05
FLAT = 5e-5
"""A step and a half of 16 bits: where a wave stands still at its peak it was cut off. A sine does so 0.6 % of
the time.
"""

_AUDIBLE = butter(2, INAUDIBLE_HZ, "highpass", fs=RATE, output="sos")

Audio = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Traits:
    """Of one clip from its onset on. What has no pitch has an f0 of 0 Hz."""

    duration_s: float
    decay_s: float
    held_share: float
    centroid_hz: float
    """Of what is above 20 Hz."""
    low_share: float
    """Share of the energy below 120 Hz."""
    inaudible_share: float
    """Share of the energy below 20 Hz."""
    flatness: float
    """Geometric over arithmetic mean of the power spectrum from 50 Hz on, in dB: 0 is white noise."""
    attack_ratio: float
    """Centroid of the first 60 ms over that of the rest."""
    movement: float
    """How much the spectrum changes from frame to frame while it sounds, in dB."""
    f0_hz: float
    width: float
    """Energy of the sides over all energy: 0 is mono, 0.5 two strangers."""


@dataclass(frozen=True, slots=True)
class Making:
    """How the file was made, of which a label should know nothing."""

    sample_rate: int
    channels: int
    peak_dbfs: float
    dc: float
    """Mean over peak."""
    end_offset: float
    """Mean of the last 50 ms over peak: what is left when the note is over."""
    clipped_share: float
    """Share of frames that stand at the peak beside another one that does."""
    lead_s: float
    """Silence before the sound, in seconds."""
    bandwidth_hz: float
    """Below this frequency lies 99.9 % of the energy."""


TRAITS = tuple(field.name for field in fields(Traits))
MAKING = tuple(field.name for field in fields(Making))
LOGARITHMIC = frozenset({"duration_s", "decay_s", "centroid_hz", "attack_ratio", "f0_hz", "bandwidth_hz"})
"""Compared by ratio, not by difference."""


def traits(samples: Audio) -> Traits:
    """Measure a clip (channels, n) at RATE that starts at its onset.

    Lengths are those of what can be heard: an offset that stays until the file ends is no sound.
    """
    plain = measure(sosfilt(_AUDIBLE, samples, axis=1), RATE)
    mono = to_mono(samples).astype(np.float64)
    power = power_frames(mono)
    hertz = np.fft.rfftfreq(FRAME, 1.0 / RATE)
    total = power.sum(axis=0) + 1e-20
    audible, noisy = hertz >= INAUDIBLE_HZ, hertz > 50.0
    heard = total[noisy] + 1e-9 * total.max()
    return Traits(
        duration_s=plain.duration_s,
        decay_s=max(plain.decay_s, 0.01),
        held_share=plain.held_share,
        centroid_hz=float((total * hertz)[audible].sum() / total[audible].sum()),
        low_share=float(total[hertz < LOW_HZ].sum() / total.sum()),
        inaudible_share=_inaudible(mono),
        flatness=float(10.0 * (np.log10(heard).mean() - np.log10(heard.mean()))),
        attack_ratio=plain.early_ratio,
        movement=_movement(power),
        f0_hz=fundamental(mono),
        width=_width(samples),
    )


def making(frames: Audio, rate: int) -> Making:
    """How a file was made, of its untouched frames (n, channels)."""
    level = np.abs(frames).max(axis=1)
    peak = float(level.max(initial=0.0))
    at_peak = level >= peak - FLAT
    sounding = np.flatnonzero(level > 0.003 * peak)
    spectrum = np.abs(np.fft.rfft(frames[: 4 * rate].mean(axis=1))) ** 2
    share = np.cumsum(spectrum) / (spectrum.sum() + 1e-30)
    return Making(
        sample_rate=rate,
        channels=frames.shape[1],
        peak_dbfs=float(20.0 * np.log10(peak + 1e-9)),
        dc=float(np.abs(frames.mean(axis=0)).max() / (peak + 1e-9)),
        end_offset=float(np.abs(frames[-round(END_S * rate) :].mean(axis=0)).max() / (peak + 1e-9)),
        clipped_share=float((at_peak[1:] & at_peak[:-1]).mean()) if len(level) > 1 and peak > 0.5 else 0.0,
        lead_s=float(sounding[0] / rate) if len(sounding) else 0.0,
        bandwidth_hz=float(np.searchsorted(share, 0.999) * rate / 2 / max(1, len(spectrum) - 1)),
    )


def row(measured: Traits | Making) -> Floats:
    """As numbers to compare, those that go by ratio as logarithms; an f0 of 0 Hz is not a number."""
    values = []
    for field in fields(measured):
        value = float(getattr(measured, field.name))
        if field.name in LOGARITHMIC:
            value = float(np.log2(value)) if value > 0 else float("nan")
        values.append(value)
    return np.array(values)


def fundamental(mono: Floats) -> float:
    """The pitch in Hz of the half second that follows the attack, 0 where there is none.

    The first deep valley of the cumulative mean normalised difference (YIN, de Cheveigné and Kawahara 2002).
    """
    start = min(round(0.06 * RATE), len(mono) // 4)
    piece = mono[start : start + round(0.5 * RATE)]
    piece = piece - piece.mean() if len(piece) else piece
    longest = min(round(RATE / LOWEST_F0), len(piece) // 2)
    shortest = round(RATE / HIGHEST_F0)
    if longest <= shortest + 2 or not piece.any():
        return 0.0
    size = len(piece) - longest
    spectrum = np.fft.rfft(piece, 2 * len(piece))
    head = np.fft.rfft(piece[:size], 2 * len(piece))
    product = np.fft.irfft(spectrum * np.conj(head))[:longest]
    energy = np.concatenate(([0.0], np.cumsum(piece**2)))
    difference = energy[size] + energy[size : size + longest] - energy[:longest] - 2.0 * product
    lags = np.arange(1, longest)
    normalised = np.ones(longest)
    normalised[1:] = difference[1:] * lags / (np.cumsum(difference[1:]) + 1e-12)
    valleys = normalised[shortest:]
    if valleys.min() > 0.35:
        return 0.0
    first = int(np.argmax(valleys < valleys.min() + 0.1))
    while first + 1 < len(valleys) and valleys[first + 1] < valleys[first]:
        first += 1
    return RATE / (shortest + first)


def _inaudible(mono: Floats) -> float:
    """By one spectrum over the whole clip: frames are too short to tell 10 Hz from 30 Hz."""
    spectrum = np.abs(np.fft.rfft((mono - mono.mean()) * np.hanning(len(mono)))) ** 2
    edge = int(np.ceil(INAUDIBLE_HZ * len(mono) / RATE))
    return float(spectrum[:edge].sum() / (spectrum.sum() + 1e-20))


def _movement(power: Floats) -> float:
    level = 10.0 * np.log10(power + 1e-9 * power.max() + 1e-20)
    bands = np.stack([part.mean(axis=1) for part in np.array_split(level[:, 3:600], 24, axis=1)], axis=1)
    loud = power.sum(axis=1) > 1e-3 * power.sum(axis=1).max()
    shape = (bands - bands.mean(axis=1, keepdims=True))[loud]
    return float(np.abs(np.diff(shape, axis=0)).mean()) if len(shape) > 1 else 0.0


def _width(samples: Audio) -> float:
    if len(samples) < 2:
        return 0.0
    side = np.square(samples[0] - samples[1], dtype=np.float64).sum() / 2.0
    return float(side / (np.square(samples, dtype=np.float64).sum() + 1e-20))
