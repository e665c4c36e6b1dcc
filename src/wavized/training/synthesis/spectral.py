"""Responses that move over time, drawn as a picture: formants, notches and phasers on a short-time spectrum.

Cheaper than running many small filters, and free of their clicks. Pure numpy; mono signals only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wavized.training.synthesis.draw import Audio

FRAME, HOP = 1024, 256

Response = Callable[[Audio, Audio], Audio]
"""Gains of shape (frames, bins) for frame times (frames, 1) in seconds and frequencies (1, bins) in Hz."""

VOWELS: dict[str, tuple[float, float, float]] = {
    "a": (730.0, 1090.0, 2440.0),
    "e": (530.0, 1840.0, 2480.0),
    "i": (270.0, 2290.0, 3010.0),
    "o": (570.0, 840.0, 2410.0),
    "u": (300.0, 870.0, 2240.0),
    "y": (390.0, 1690.0, 2280.0),
}
"""First three formants in Hz (Peterson and Barney, 1952, rounded)."""


def shape(x: Audio, rate: int, response: Response) -> Audio:
    """Multiply the short-time spectrum of `x` with `response` and put it together again."""
    n = len(x)
    frames = n // HOP + 5
    padded = np.zeros((frames - 1) * HOP + FRAME)
    padded[FRAME // 2 : FRAME // 2 + n] = x
    window = np.hanning(FRAME + 1)[:-1]
    pieces = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:frames]
    spectrum = np.fft.rfft(pieces * window, axis=1)
    times = (np.arange(frames, dtype=np.float64) * (HOP / rate))[:, None]
    bins = np.asarray(np.fft.rfftfreq(FRAME, 1.0 / rate), dtype=np.float64)[None, :]
    back = np.fft.irfft(spectrum * response(times, bins), FRAME, axis=1) * window
    out = np.zeros_like(padded)
    for lane in range(FRAME // HOP):
        rows = back[lane :: FRAME // HOP]
        start = lane * HOP
        out[start : start + rows.size] += rows.reshape(-1)[: len(out) - start]
    return out[FRAME // 2 : FRAME // 2 + n] / 1.5


def peaks(frequencies: Audio, widths: Audio, levels: Audio, floor: float) -> Response:
    """Moving resonances: arrays of shape (frames, peaks), sampled by `curve_at`, over a constant floor."""

    def response(times: Audio, bins: Audio) -> Audio:
        rows = np.minimum(np.arange(len(times)), len(frequencies) - 1)
        out = np.full((len(times), bins.shape[1]), floor)
        for k in range(frequencies.shape[1]):
            away = (bins - frequencies[rows, k][:, None]) / widths[k]
            out += levels[k] / (1.0 + away * away)
        return out

    return response


def frames_of(curve: Audio) -> Audio:
    """Sample a per-sample curve once per frame."""
    return curve[::HOP]


def vowels(
    names: str, position: Audio, scale: float = 1.0, sharpness: float = 1.0, floor: float = 0.05
) -> Response:
    """Formants that walk through `names` as `position` (per sample) goes from 0 to 1."""
    table = np.array([VOWELS[v] for v in names]) * scale
    at = np.clip(frames_of(position), 0.0, 1.0) * (len(names) - 1)
    tracks = np.stack([np.interp(at, np.arange(len(names)), table[:, k]) for k in range(3)], axis=1)
    widths = np.array([70.0, 100.0, 160.0]) / sharpness
    return peaks(tracks, widths, np.array([1.0, 0.7, 0.4]), floor)


def notches(centre: Audio, ratio: float, count: int, depth: float) -> Response:
    """A phaser: `count` notches, a factor `ratio` apart, above a moving centre (Hz per sample)."""

    def response(times: Audio, bins: Audio) -> Audio:
        track = frames_of(centre)
        rows = np.minimum(np.arange(len(times)), len(track) - 1)
        octave = np.log2(np.maximum(bins, 20.0))
        out = np.ones((len(times), bins.shape[1]))
        for k in range(count):
            away = (octave - np.log2(track[rows] * ratio**k)[:, None]) / 0.25
            out *= 1.0 - depth * np.exp(-away * away)
        return out

    return response
