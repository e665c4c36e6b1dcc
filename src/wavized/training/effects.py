"""Single audio effects of a production chain, in numpy and scipy.

Every effect takes and gives float32 (channels, n) around full scale and draws its chance from the generator
it is handed. Runs in the bank's worker processes. Never reads or writes files.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import ndimage, signal

Audio = NDArray[np.float32]
"""Samples as float32 (channels, n)."""


def to_peak(samples: Audio, peak: float = 1.0) -> Audio:
    """Scale so that the largest absolute sample is `peak`; silence stays silence."""
    top = float(np.max(np.abs(samples), initial=0.0))
    return samples if top == 0.0 else np.asarray(samples * (peak / top), dtype=np.float32)


def resample(samples: Audio, before_hz: float, after_hz: float) -> Audio:
    """Band-limited resampling."""
    if before_hz == after_hz or samples.shape[1] == 0:
        return samples
    return np.asarray(soxr.resample(samples.T, before_hz, after_hz, quality="HQ").T, dtype=np.float32)


def pitch_by_resampling(samples: Audio, semitones: float, rate: int) -> Audio:
    """Shift the pitch as a sampler does: up is shorter, down is longer."""
    return resample(samples, rate * 2.0 ** (semitones / 12.0), rate)


def stretch(samples: Audio, factor: float) -> Audio:
    """Change the length to `factor` times the old one at the same pitch, by a phase vocoder."""
    size, hop = 1024, 256
    if samples.shape[1] < 2 * size:
        return samples
    spectrum = signal.stft(samples, nperseg=size, noverlap=size - hop)[2]
    steps = np.arange(0, spectrum.shape[2] - 1, 1.0 / factor)
    index = steps.astype(int)
    share = (steps - index)[None, None, :]
    before, after = spectrum[:, :, index], spectrum[:, :, index + 1]
    magnitude = (1 - share) * np.abs(before) + share * np.abs(after)
    advance = np.angle(after) - np.angle(before)
    phase = np.cumsum(advance, axis=2) - advance + np.angle(spectrum[:, :, :1])
    audio = signal.istft(magnitude * np.exp(1j * phase), nperseg=size, noverlap=size - hop)[1]
    return np.asarray(audio[:, : round(samples.shape[1] * factor)], dtype=np.float32)


def tone(samples: Audio, rate: int, rng: np.random.Generator, depth_db: float = 8.0) -> Audio:
    """A random equaliser: a tilt, two bells, and at times a low or high cut; zero phase."""
    length = samples.shape[1]
    size = 1 << max(8, int(np.ceil(np.log2(length + 512))))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1.0 / rate), 10.0) / 300.0)
    gain = rng.uniform(-1.5, 1.5) * octaves
    for _ in range(2):
        centre, width = rng.uniform(-2.5, 4.0), rng.uniform(0.3, 1.2)
        gain += rng.uniform(-depth_db, depth_db) * np.exp(-0.5 * ((octaves - centre) / width) ** 2)
    if rng.random() < 0.3:
        gain -= rng.choice([6.0, 12.0, 24.0]) * np.maximum(octaves - rng.uniform(1.5, 4.5), 0.0)
    if rng.random() < 0.2:
        gain -= rng.choice([6.0, 12.0]) * np.maximum(rng.uniform(-3.8, -2.0) - octaves, 0.0)
    curve = 10.0 ** (np.clip(gain, -80.0, 30.0) / 20.0)
    shaped = np.fft.irfft(np.fft.rfft(samples, size) * curve, size)[:, :length]
    return to_peak(np.asarray(shaped, dtype=np.float32))


def _tanh(x: Audio, drive: float) -> Audio:
    return np.asarray(np.tanh(drive * x), dtype=np.float32)


def _clip(x: Audio, drive: float) -> Audio:
    return np.asarray(np.clip(drive * x, -1.0, 1.0), dtype=np.float32)


def _asymmetric(x: Audio, drive: float) -> Audio:
    bent = np.tanh(drive * x + 0.4) - np.tanh(0.4)
    return np.asarray(bent - bent.mean(axis=1, keepdims=True), dtype=np.float32)


def _fold(x: Audio, drive: float) -> Audio:
    return np.asarray(np.sin(0.5 * np.pi * np.minimum(drive, 4.0) * x), dtype=np.float32)


def _diode(x: Audio, drive: float) -> Audio:
    return np.asarray(np.sign(x) * (1.0 - np.exp(-drive * np.abs(x))), dtype=np.float32)


SHAPES: tuple[Callable[[Audio, float], Audio], ...] = (_tanh, _clip, _asymmetric, _fold, _diode)


def distort(samples: Audio, rng: np.random.Generator, most: float = 12.0) -> Audio:
    """One of five wave shapers at a drive between 1 and `most`, mixed with the dry signal at times."""
    drive = float(np.exp(rng.uniform(0.0, np.log(most))))
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    wet = to_peak(shape(to_peak(samples), drive))
    share = 1.0 if rng.random() < 0.6 else rng.uniform(0.3, 0.9)
    return to_peak(np.asarray(share * wet + (1 - share) * to_peak(samples), dtype=np.float32))


def compress(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """A feed-forward compressor with random threshold, ratio and time constant."""
    samples = to_peak(samples)
    keep = float(np.exp(-1.0 / (rate * rng.uniform(0.005, 0.08))))
    level = signal.lfilter([1 - keep], [1, -keep], np.max(np.abs(samples), axis=0))
    threshold_db, ratio = rng.uniform(-30.0, -10.0), rng.uniform(2.0, 8.0)
    over = np.maximum(20.0 * np.log10(np.maximum(level, 1e-5)) - threshold_db, 0.0)
    gain = 10.0 ** (-over * (1.0 - 1.0 / ratio) / 20.0)
    return to_peak(np.asarray(samples * gain, dtype=np.float32))


def limit(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """A loud master: up to 12 dB of gain into a limiter that looks 5 ms ahead and lets go in 30-200 ms."""
    hot = to_peak(samples) * 10.0 ** (rng.uniform(1.0, 12.0) / 20.0)
    ahead = max(2, int(0.005 * rate))
    peaks = ndimage.maximum_filter1d(np.max(np.abs(hot), axis=0), 2 * ahead + 1)
    keep = float(np.exp(-1.0 / (rate * rng.uniform(0.03, 0.2))))
    slow = signal.lfilter([1 - keep], [1, -keep], peaks, zi=[keep * peaks[0]])[0]
    ceiling = ndimage.uniform_filter1d(np.maximum(np.maximum(peaks, slow), 1.0), ahead)
    return to_peak(np.asarray(hot / ceiling, dtype=np.float32))


def chorus(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """A slow, shallow modulated delay mixed in, turned differently for each channel."""
    count = samples.shape[1]
    time = np.arange(count)
    depth, speed = rng.uniform(0.0003, 0.002) * rate, rng.uniform(0.1, 1.5)
    share = rng.uniform(0.15, 0.45)
    wet = np.empty_like(samples)
    for channel, line in enumerate(samples):
        turn = rng.uniform(0, 2 * np.pi)
        delay = 0.008 * rate + depth * np.sin(2 * np.pi * speed * time / rate + turn)
        wet[channel] = np.interp(time - delay, time, line, left=0.0)
    return to_peak(np.asarray((1 - share) * samples + share * wet, dtype=np.float32))


def reverb(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """An exponential-noise room of 0.1 to 2.5 s, low-cut, at a modest share."""
    decay_s = float(np.exp(rng.uniform(np.log(0.1), np.log(2.5))))
    length = int(decay_s * rate)
    room = rng.standard_normal((samples.shape[0], length)) * np.exp(-6.9 * np.arange(length) / length)
    room = signal.lfilter([1, -1], [1, -0.95], room)
    wet = signal.oaconvolve(samples, room, axes=1)
    dry = np.pad(to_peak(samples), ((0, 0), (0, wet.shape[1] - samples.shape[1])))
    return to_peak(np.asarray(dry + rng.uniform(0.05, 0.3) * to_peak(wet), dtype=np.float32))


def echo(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """One to four fainter and duller repeats, 60-400 ms apart."""
    lag, feedback = int(rate * rng.uniform(0.06, 0.4)), rng.uniform(0.1, 0.45)
    repeats = int(rng.integers(1, 5))
    dull = signal.butter(1, rng.uniform(800.0, 6000.0), "low", fs=rate, output="sos")
    out = np.zeros((samples.shape[0], samples.shape[1] + lag * repeats), dtype=np.float32)
    copy = to_peak(samples)
    for k in range(repeats + 1):
        out[:, k * lag : k * lag + samples.shape[1]] += copy * feedback**k
        copy = np.asarray(signal.sosfilt(dull, copy, axis=1), dtype=np.float32)
    return to_peak(out)


def width(samples: Audio, rng: np.random.Generator) -> Audio:
    """Narrow or widen a stereo sound by scaling what its sides differ in."""
    if samples.shape[0] == 1:
        return samples
    middle, side = samples.mean(axis=0), 0.5 * (samples[0] - samples[1])
    side = rng.uniform(0.0, 1.8) * side
    return to_peak(np.asarray(np.stack([middle + side, middle - side]), dtype=np.float32))


def layer_hit(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """A click, a noise burst or a short kick laid over the attack."""
    length = min(samples.shape[1], int(rate * rng.uniform(0.005, 0.12)))
    time = np.arange(length) / rate
    shape = np.exp(-5.0 * np.arange(length) / max(length, 1))
    if rng.random() < 0.5:
        hit = rng.standard_normal(length) * shape
    else:
        fall = rng.uniform(60, 400) * np.exp(-time * rng.uniform(20, 80)) + rng.uniform(40, 70)
        hit = np.sin(2 * np.pi * np.cumsum(fall) / rate) * shape
    mixed = to_peak(samples).copy()
    mixed[:, :length] += rng.uniform(0.1, 0.7) * hit
    return to_peak(np.asarray(mixed, dtype=np.float32))


def cut(samples: Audio, rate: int, seconds: float, rng: np.random.Generator, fall: float = 0.3) -> Audio:
    """End the sound after `seconds`: cut hard, faded shortly, or with chance `fall` falling all the way."""
    length = min(samples.shape[1], max(int(seconds * rate), 64))
    fade = length if rng.random() < fall else min(length, int(rate * rng.choice([0.002, 0.02, 0.15])))
    samples = samples[:, :length].copy()
    curve = np.linspace(1.0, 0.0, fade, dtype=np.float32)
    samples[:, length - fade :] *= curve if rng.random() < 0.5 else curve**3
    return samples


def fade_in(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """A soft start of 1 to 60 ms."""
    length = min(samples.shape[1], int(rate * np.exp(rng.uniform(np.log(0.001), np.log(0.06)))))
    samples = samples.copy()
    samples[:, :length] *= np.linspace(0.0, 1.0, length, dtype=np.float32)
    return samples


def lead_in(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """Up to 250 ms of silence in front, mostly a few milliseconds."""
    return np.pad(samples, ((0, 0), (int(rate * 0.25 * rng.random() ** 3), 0)))


def collapse(samples: Audio, rng: np.random.Generator) -> Audio:
    """One channel out of two: the sum, the left or the right."""
    if samples.shape[0] == 1:
        return samples
    choice = int(rng.integers(3))
    line = samples.mean(axis=0) if choice == 0 else samples[choice - 1]
    return np.asarray(line[None, :], dtype=np.float32)
