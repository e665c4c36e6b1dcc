"""What an Ogg file says of itself: its first pages name the coding, its last page the length. Any thread.

Standard library only, for the daemon. Reads 128 kB at most, however many pages there are.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from wavized.audio.stream import Section
from wavized.domain.sample import Header
from wavized.errors import UnreadableAudioError

_PAGE = struct.Struct("<4sBBqIIIB")
"""Magic, version, flags, granule position, serial number, page number, checksum, count of segments."""
_LONGEST_PAGE = _PAGE.size + 255 + 255 * 255
"""The last page begins within so many bytes of the end."""
_MOST_STREAMS = 8
_FIRST, _LAST = 2, 4
_OPUS_RATE = 48_000


@dataclass(frozen=True, slots=True)
class _Stream:
    """One sound: `skipped` frames are decoded and not heard, `frames` are told already where not None."""

    serial: int
    format: str
    sample_rate: int
    channels: int
    skipped: int = 0
    frames: int | None = None


def read_ogg(section: Section) -> Header:
    """The header of a file that begins as Ogg. Raises UnreadableAudioError."""
    stream = _find_stream(section)
    section.seek(max(section.size - _LONGEST_PAGE, 0))
    tail = section.read(_LONGEST_PAGE)
    frames = _last_position(tail, stream.serial) - stream.skipped if stream.frames is None else stream.frames
    last = tail.rfind(b"OggS")
    return Header(
        format=stream.format,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        duration_s=max(frames, 0) / stream.sample_rate,
        complete=None if last < 0 else _is_whole(tail[last:]),
    )


def _find_stream(section: Section) -> _Stream:
    """The first sound among the streams, each of which begins with a page of its own at the file's start."""
    start = 0
    for _ in range(_MOST_STREAMS):
        section.seek(start)
        page = section.read(_LONGEST_PAGE)
        if len(page) < _PAGE.size:
            break
        magic, version, flags, _position, serial, _number, _sum, segments = _PAGE.unpack_from(page)
        if magic != b"OggS" or version != 0 or not flags & _FIRST:
            break
        body = _PAGE.size + segments
        size = sum(page[_PAGE.size : body])
        stream = _stream(serial, page[body : body + size])
        if stream is not None:
            return stream
        start += body + size
    raise UnreadableAudioError("is an Ogg file without a sound that can be read")


def _stream(serial: int, packet: bytes) -> _Stream | None:
    """What the first packet of a stream says: Vorbis, Opus or FLAC; None for anything else."""
    try:
        if packet[:7] == b"\x01vorbis":
            channels, rate = struct.unpack_from("<BI", packet, 11)
            return _Stream(serial, "ogg", rate, channels) if rate else None
        if packet[:8] == b"OpusHead":
            channels, skipped = struct.unpack_from("<BH", packet, 9)
            return _Stream(serial, "opus", _OPUS_RATE, channels, skipped)
        if packet[:5] == b"\x7fFLAC" and packet[9:13] == b"fLaC":
            (packed,) = struct.unpack_from(">Q", packet, 27)  # 20 bits rate, 3 channels, 5 depth, 36 frames
            rate, frames = packed >> 44, packed & (1 << 36) - 1
            channels = (packed >> 41 & 7) + 1
            return _Stream(serial, "ogg", rate, channels, frames=frames or None) if rate else None
    except struct.error as error:
        raise UnreadableAudioError("has a damaged header") from error
    return None


def _last_position(tail: bytes, serial: int) -> int:
    """The granule position of the stream's last page that tells one; 0 where none does."""
    at = tail.rfind(b"OggS")
    while at >= 0:
        if at + _PAGE.size <= len(tail):
            _magic, version, _flags, position, owner, *_ = _PAGE.unpack_from(tail, at)
            if version == 0 and owner == serial and position >= 0:
                return int(position)
        at = tail.rfind(b"OggS", 0, at)
    return 0


def _is_whole(page: bytes) -> bool | None:
    """False where the last page is cut, None where it is whole and does not say that it is the last."""
    if len(page) < _PAGE.size or len(page) < _PAGE.size + page[26]:
        return False
    if len(page) < _PAGE.size + page[26] + sum(page[_PAGE.size : _PAGE.size + page[26]]):
        return False
    return True if page[5] & _LAST else None
