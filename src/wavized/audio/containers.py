"""What RIFF (WAV, RIFX, RF64, BW64) and AIFF headers promise, against how long the file really is.

Standard library only, any thread. Reads chunk headers and never the sound itself: some kB at most.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from wavized.audio.stream import Section
from wavized.errors import UnreadableAudioError

MIN_RATE, MAX_RATE = 8_000, 192_000
MAX_CHANNELS = 8
MPEG_LAYER_3 = 0x0055
_EXTENSIBLE = 0xFFFE
_FIXED_SIZE_CODES = frozenset({0x0001, 0x0003, 0x0006, 0x0007})
"""PCM, float, A-law and µ-law: every frame has the same number of bytes."""
_OTHER_CODES = frozenset({0x0002, 0x0011, 0x0014, 0x0031, 0x0038, 0x0039, 0x003A, 0x0040, MPEG_LAYER_3})
"""What else can be decoded: ADPCM of several kinds, GSM 6.10, MP3."""
_LEAST_FRAME_BYTES = 0.01
"""Stands in where the header leaves its byte rate out, as ffmpeg does for MP3."""
_IMA4_FRAMES = 64
"""Frames of each packet that an AIFC file with IMA ADPCM counts."""
_MAX_CHUNKS = 128
_UNKNOWN_SIZE = 0xFFFF_FFFF
_STREAMED_FROM = 0x7FFF_0000
"""Sizes from here on are what programs write that cannot know the length yet (0x7FFFF000, 0xFFFFFFFF)."""


@dataclass(frozen=True, slots=True)
class Container:
    """A RIFF or AIFF file's own account of itself, and what is there of it.

    `frames` is how many it promises, `frames_present` how many of them the file holds. `code` is the WAVE
    format tag (0 for AIFF). The sound lies at byte `data_start`, `data_size` bytes long. `complete` is None
    where the header was never finished, as in a stream.
    """

    format: str
    code: int
    sample_rate: int
    channels: int
    frames: int
    frames_present: int
    data_start: int
    data_size: int
    complete: bool | None


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class _Coding:
    """How the sound is stored. `frame_bytes` is an average where frames differ in size.

    `frames` is the header's own count, where it has one and bytes do not tell.
    """

    code: int
    sample_rate: int
    channels: int
    frame_bytes: float
    frames: int = 0


def must_be_in_range(sample_rate: int, channels: int) -> None:
    """Raise UnreadableAudioError unless this is 8-192 kHz with one to eight channels."""
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise UnreadableAudioError(f"has a sample rate of {sample_rate} Hz; 8 to 192 kHz can be heard")
    if not 1 <= channels <= MAX_CHANNELS:
        raise UnreadableAudioError(f"has {channels} channels; 1 to {MAX_CHANNELS} can be heard")


def read_container(section: Section) -> Container:
    """Walk the chunks of a file that begins as RIFF or AIFF. Raises UnreadableAudioError."""
    name = _read(section, 0, 12)[:4]
    if name == b"FORM":
        return _read_aiff(section)
    return _read_wave(section, ">" if name == b"RIFX" else "<")


def find_chunk(section: Section, name: bytes, size: int) -> bytes | None:
    """The first `size` bytes of a chunk of a file that begins as RIFF; None where it is not there whole.

    Raises UnreadableAudioError where the file ends within the header of its parts.
    """
    order = ">" if _read(section, 0, 12)[:4] == b"RIFX" else "<"
    for chunk in _chunks(section, order):
        if chunk.name == name and size <= min(chunk.size, section.size - chunk.start):
            return _read(section, chunk.start, size)
    return None


def _read_wave(section: Section, order: str) -> Container:
    coding: _Coding | None = None
    data: _Chunk | None = None
    told_frames = 0
    for chunk in _chunks(section, order):
        if chunk.name == b"fmt ":
            coding = _wave_coding(section, chunk, order)
        elif chunk.name == b"fact" and chunk.size >= 4:
            (told_frames,) = struct.unpack(order + "I", _read(section, chunk.start, 4))
        elif chunk.name == b"data":
            data = chunk
        if coding and data:
            break
    if coding is None:
        _refuse_without_format(section, order)
    if coding.code not in _FIXED_SIZE_CODES and told_frames < _STREAMED_FROM:
        coding = _Coding(coding.code, coding.sample_rate, coding.channels, coding.frame_bytes, told_frames)
    return _weigh("wav", section, coding, data, order)


def _wave_coding(section: Section, chunk: _Chunk, order: str) -> _Coding:
    code, channels, rate, byte_rate, align, bits = struct.unpack(
        order + "HHIIHH", _read(section, chunk.start, 16)
    )
    if code == _EXTENSIBLE and chunk.size >= 26:
        (code,) = struct.unpack(order + "H", _read(section, chunk.start + 24, 2))
    must_be_in_range(rate, channels)
    if code in _OTHER_CODES:
        return _Coding(code, rate, channels, max(byte_rate / rate, _LEAST_FRAME_BYTES))
    if code not in _FIXED_SIZE_CODES:
        raise UnreadableAudioError(f"is a WAV with a coding that cannot be decoded (0x{code:04X})")
    frame_bytes = align or channels * ((bits + 7) // 8)
    if frame_bytes == 0:
        raise UnreadableAudioError("has a header that gives its samples no size")
    return _Coding(code, rate, channels, frame_bytes)


def _read_aiff(section: Section) -> Container:
    coding: _Coding | None = None
    data: _Chunk | None = None
    for chunk in _chunks(section, ">"):
        if chunk.name == b"COMM":
            channels, frames, bits, power, mantissa = struct.unpack(">HIHHQ", _read(section, chunk.start, 18))
            rate = _from_extended(power, mantissa)
            must_be_in_range(rate, channels)
            if chunk.size >= 22 and _read(section, chunk.start + 18, 4) == b"ima4":
                frames *= _IMA4_FRAMES
            coding = _Coding(0, rate, channels, max(channels * ((bits + 7) // 8), 1), frames)
        elif chunk.name == b"SSND":
            data = _Chunk(chunk.name, chunk.start + 8, max(chunk.size - 8, 0))
        if coding and data:
            break
    if coding is None:
        _refuse_without_format(section, ">")
    return _weigh("aiff", section, coding, data, ">")


def _weigh(name: str, section: Section, coding: _Coding, data: _Chunk | None, order: str) -> Container:
    """Compare what is promised with what is there."""
    if data is None and _declared_end(section, order) <= section.size:
        raise UnreadableAudioError("holds no sound")
    start = data.start if data else section.size
    room = max(section.size - start, 0)
    streamed = data is not None and (data.size == 0 or data.size >= max(_STREAMED_FROM, room + 1))
    promised = data.size if data and not streamed else room
    present = min(promised, room)
    frames = coding.frames or int(promised / coding.frame_bytes)
    complete = data is not None and promised - present < coding.frame_bytes
    return Container(
        format=name,
        code=coding.code,
        sample_rate=coding.sample_rate,
        channels=coding.channels,
        frames=frames,
        frames_present=frames * present // promised if promised else 0,
        data_start=start,
        data_size=present,
        complete=None if streamed else complete,
    )


def _declared_end(section: Section, order: str) -> int:
    (size,) = struct.unpack(order + "I", _read(section, 4, 4))
    return int(size) + 8


def _refuse_without_format(section: Section, order: str) -> NoReturn:
    if _declared_end(section, order) > section.size:
        raise UnreadableAudioError("cut off: its header is not whole")
    raise UnreadableAudioError("has no format in its header")


def _chunks(section: Section, order: str) -> Iterator[_Chunk]:
    """The chunks whose header lies within the file, in order. A chunk may promise more than there is."""
    wide_size: int | None = None
    start = 12
    for _ in range(_MAX_CHUNKS):
        if start + 8 > section.size:
            return
        name, size = struct.unpack(order + "4sI", _read(section, start, 8))
        if name == b"ds64" and size >= 16:
            (wide_size,) = struct.unpack("<8xQ", _read(section, start + 8, 16))
        if name == b"data" and size == _UNKNOWN_SIZE and wide_size is not None:
            size = wide_size
        yield _Chunk(name, start + 8, size)
        start += 8 + size + size % 2
    raise UnreadableAudioError("has a header of too many parts")


def _read(section: Section, start: int, count: int) -> bytes:
    section.seek(start)
    found = section.read(count)
    if len(found) < count:
        raise UnreadableAudioError("cut off: its header is not whole")
    return found


def _from_extended(power: int, mantissa: int) -> int:
    """The whole number nearest to an 80-bit float; 0 for one that is negative or absurdly large."""
    shift = power - 16383 - 63
    if not -64 < shift <= 0:
        return 0
    return ((mantissa >> -shift - 1) + 1) // 2 if shift else mantissa
