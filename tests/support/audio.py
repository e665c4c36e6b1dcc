"""Test tones, and files and headers made of them. Nothing here is read from outside the tests."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

Frames = npt.NDArray[np.float64]
"""Samples as soundfile takes them: (frames, channels)."""


def tone(
    frequency: float = 110.0,
    *,
    seconds: float = 0.5,
    rate: int = 44_100,
    channels: int = 1,
    amplitude: float = 0.5,
) -> Frames:
    """A sine on every channel."""
    wave = amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, np.newaxis], channels, axis=1)


def write(
    path: Path,
    frames: Frames,
    rate: int = 44_100,
    *,
    format: str = "WAV",
    subtype: str = "PCM_16",
    endian: str = "FILE",
) -> Path:
    """Write frames whatever the path's name is like; libsndfile is given an open file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w+b") as file:
        soundfile.write(file, frames, rate, format=format, subtype=subtype, endian=endian)
    return path


def write_tone(path: Path, *, seconds: float = 0.5, rate: int = 44_100, frequency: float = 110.0) -> Path:
    """A 16-bit mono WAV of a sine: the plainest sample there is."""
    return write(path, tone(frequency, seconds=seconds, rate=rate), rate)


def cut(path: Path, keep: float) -> Path:
    """Keep only the first part (0 to 1) of a file."""
    os.truncate(path, round(path.stat().st_size * keep))
    return path


def chunk(name: bytes, body: bytes, *, order: str = "<", size: int | None = None) -> bytes:
    """A RIFF (`<`) or IFF (`>`) chunk with its pad byte; `size` is what its header claims."""
    claimed = len(body) if size is None else size
    return struct.pack(order + "4sI", name, claimed) + body + b"\0" * (len(body) % 2)


def wave_format(
    *, code: int = 1, channels: int = 1, rate: int = 44_100, bits: int = 16, order: str = "<"
) -> bytes:
    """A `fmt ` chunk."""
    align = channels * bits // 8
    body = struct.pack(order + "HHIIHH", code, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    return chunk(b"fmt ", body, order=order)


def riff(*chunks: bytes, name: bytes = b"RIFF", size: int | None = None) -> bytes:
    """A whole WAVE file of the chunks given; `size` is what its header claims."""
    body = b"WAVE" + b"".join(chunks)
    order = ">" if name == b"RIFX" else "<"
    return struct.pack(order + "4sI", name, len(body) if size is None else size) + body


def aiff(*chunks: bytes, kind: bytes = b"AIFF") -> bytes:
    """A whole AIFF file of the chunks given."""
    body = kind + b"".join(chunks)
    return struct.pack(">4sI", b"FORM", len(body)) + body
