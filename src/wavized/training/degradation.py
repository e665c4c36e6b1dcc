"""What formats, machines and rooms take from a sound: old samplers, lossy codecs, tape, noise.

Every function takes and gives float32 (channels, n) around full scale and draws its chance from the generator
it is handed; `gentle` keeps away what would add audible overtones to a pure tone. Runs in the bank's worker
processes; codecs work in memory, no file is touched.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy import signal

from wavized.training.effects import Audio, resample, to_peak

BLOCK = 4096
"""Frames handed to an encoder at once: libsndfile's Vorbis encoder fails on very long writes."""

CODECS = (("MP3", "MPEG_LAYER_III", 0.4, 0.95), ("OGG", "VORBIS", 0.6, 1.0))
"""Format, subtype, range of libsndfile's compression level (0 best, 1 smallest): about 8-100 kbit/s."""

MP3_DELAY = 1105
"""Samples by which LAME and its decoder come late where a frame is too small for the tag that says so."""


def lo_fi(samples: Audio, rate: int, rng: np.random.Generator, gentle: bool = False) -> Audio:
    """An old sampler or tracker: 5-16 kHz, aliased or not, 6 to 12 bits (8 the most common)."""
    low_hz = float(np.exp(rng.uniform(np.log(8000.0 if gentle else 5000.0), np.log(16000.0))))
    if gentle or rng.random() < 0.5:
        samples = resample(resample(samples, rate, low_hz), low_hz, rate)
    else:
        samples = _held(samples, rate, low_hz, smooth=rng.random() < 0.4)
    bits = int(rng.choice([8, 8, 8, 10, 12] if gentle else [6, 7, 8, 8, 8, 8, 10, 12]))
    steps = 2.0 ** (bits - 1)
    return np.asarray(np.round(to_peak(samples) * steps) / steps, dtype=np.float32)


def _held(samples: Audio, rate: int, low_hz: float, smooth: bool) -> Audio:
    """Take values at `low_hz` without a filter and hold them, or join them by lines, as trackers do."""
    count = samples.shape[1]
    position = np.arange(count) * (low_hz / rate)
    taken = np.minimum((np.arange(int(position[-1]) + 2) * (rate / low_hz)).astype(int), count - 1)
    low = samples[:, taken]
    before = position.astype(int)
    if not smooth:
        return np.asarray(low[:, before], dtype=np.float32)
    share = (position - before)[None, :]
    return np.asarray((1.0 - share) * low[:, before] + share * low[:, before + 1], dtype=np.float32)


def codec(samples: Audio, rate: int, rng: np.random.Generator) -> Audio:
    """A round trip through MP3 or Ogg Vorbis at a low bit rate; the length is kept.

    `rate` is one MP3 has (8, 11.025, 12, 16, 22.05, 24, 32, 44.1 or 48 kHz).
    """
    kind, subtype, best, smallest = CODECS[int(rng.integers(len(CODECS)))]
    memory = BytesIO()
    with soundfile.SoundFile(
        memory,
        "w",
        rate,
        samples.shape[0],
        format=kind,
        subtype=subtype,
        compression_level=float(rng.uniform(best, smallest)),
        **({"bitrate_mode": "CONSTANT"} if kind == "MP3" else {}),
    ) as encoder:
        for start in range(0, samples.shape[1], BLOCK):
            encoder.write(0.9 * samples.T[start : start + BLOCK])
    memory.seek(0)
    back = soundfile.read(memory, dtype="float32", always_2d=True)[0].T
    if back.shape[1] > samples.shape[1]:
        back = back[:, MP3_DELAY:]
    kept = np.zeros_like(samples)
    length = min(samples.shape[1], back.shape[1])
    kept[:, :length] = back[:, :length]
    return kept


def tape(samples: Audio, rate: int, rng: np.random.Generator, gentle: bool = False) -> Audio:
    """Wow and flutter, soft saturation, hiss and a dull top."""
    count = samples.shape[1]
    time = np.arange(count) / rate
    sway = np.zeros(count)
    for low, high, cents in ((0.4, 2.0, 12.0), (5.0, 12.0, 4.0)):
        speed, depth = rng.uniform(low, high), rng.uniform(0.0, cents)
        # the delay (samples) whose slope is a pitch deviation of `depth` cents
        most = depth / 1731.0 * rate / (2.0 * np.pi * speed)
        sway += most * np.sin(2.0 * np.pi * (speed * time + rng.random()))
    index = np.clip(np.arange(count) + sway, 0.0, count - 1)
    played = np.stack([np.interp(index, np.arange(count), line) for line in to_peak(samples)])
    drive = rng.uniform(0.2, 0.7 if gentle else 2.0)
    warm = np.tanh(drive * played) / np.tanh(drive)
    sections = signal.butter(1, rng.uniform(3500.0, 10000.0), "low", fs=rate, output="sos")
    dull = signal.sosfilt(sections, warm, axis=1)
    hiss = 10.0 ** (rng.uniform(-75.0, -48.0) / 20.0) * rng.standard_normal(samples.shape)
    return to_peak(np.asarray(dull + hiss, dtype=np.float32))


def noise_floor(samples: Audio, rate: int, rng: np.random.Generator, gentle: bool = False) -> Audio:
    """White or brownish noise, mains hum or vinyl crackle under the sound, 75 to 30 dB below its peak."""
    level = 10.0 ** (rng.uniform(-75.0, -42.0 if gentle else -30.0) / 20.0)
    noise = _noise(samples.shape, rate, rng)
    return np.asarray(to_peak(samples) + level * noise / (np.max(np.abs(noise)) + 1e-9), dtype=np.float32)


def _noise(shape: tuple[int, ...], rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    kind = rng.random()
    white = rng.standard_normal(shape)
    if kind < 0.4:
        return white
    if kind < 0.75:
        return np.asarray(signal.lfilter([1], [1, -0.97], white), dtype=np.float64)
    if kind < 0.85:
        cycles = np.arange(shape[1]) * (rng.choice([50.0, 60.0]) / rate) + rng.random()
        hum = sum(rng.uniform(0.0, 1.0) / k * np.sin(2 * np.pi * k * cycles) for k in range(1, 8))
        return np.asarray(hum + 0.05 * white, dtype=np.float64)
    ticks = white * (rng.random(shape) < rng.uniform(5.0, 60.0) / rate)
    return np.asarray(signal.lfilter([1, -1], [1, -0.7], ticks) + 0.02 * white, dtype=np.float64)
