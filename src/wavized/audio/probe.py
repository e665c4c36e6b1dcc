"""Read a sample's header without decoding it, and tell by name what may be a sample. Any thread.

The daemon imports this: no numpy, no libsndfile. Content decides what a file is, never its extension.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from wavized.audio.containers import MPEG_LAYER_3, must_be_in_range, read_container
from wavized.audio.ogg import read_ogg
from wavized.audio.stream import Section, open_sample
from wavized.domain.sample import Header
from wavized.errors import UnreadableAudioError

_KINDS = {"audio/mpeg": "mp3", "audio/flac": "flac"}
_MPEG_MISSING_BYTES = 4096
_HEADER_LIMIT = 1 << 20
"""Bytes that are read of one header: the first frame of an MP3 lies within so many after its tags."""
_READING_FEE = 64
"""Each read counts as at least so many bytes, so that many small ones end as well."""


class HeaderProbe:
    """The Probe of real files."""

    def read_header(self, path: Path) -> Header:
        """What the container says of itself. Raises UnreadableAudioError with a reason in plain words."""
        file, size = open_sample(path)
        with file:
            return examine(Section(file, 0, size))


def examine(section: Section) -> Header:
    """The header of an open file. Raises UnreadableAudioError."""
    try:
        header = _reader_for(identify(section))(section)
    finally:
        section.raise_error()
    must_be_in_range(header.sample_rate, header.channels)
    return header


def identify(section: Section) -> str:
    """`riff`, `aiff`, `flac`, `ogg` or `mp3`, by the first bytes; UnreadableAudioError for all else."""
    section.seek(0)
    head = section.read(512)
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        if head[8:12] != b"WAVE":
            raise UnreadableAudioError("is a RIFF file, but no WAV")
        return "riff"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:3] == b"ID3" or _is_mpeg_frame(head):
        return "mp3"
    raise UnreadableAudioError(_what_else(head))


def _is_mpeg_frame(head: bytes) -> bool:
    """A frame header of MPEG audio: sync, and no reserved version, layer, bit rate or sample rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer != 0 and bit_rate not in (0, 15) and rate != 3


def _what_else(head: bytes) -> str:
    if head[:2] == b"PK":
        return "is not audio: a zip archive"
    if not head.strip(b"\0"):
        return "is not audio: starts with nothing but zeros"
    if _is_text(head):
        return "is not audio: starts like text"
    return "is not audio that can be read: its first bytes are of no known kind"


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text.removeprefix("\ufeff"))


def _reader_for(kind: str) -> Callable[[Section], Header]:
    return {"riff": _container_header, "aiff": _container_header, "ogg": read_ogg}.get(kind, _tag_header)


def _container_header(section: Section) -> Header:
    container = read_container(section)
    if container.code == MPEG_LAYER_3:  # decoded as any WAV; only its length is told by the stream inside
        stream = section.part(container.data_start, container.data_size)
        if identify(stream) != "mp3":
            raise UnreadableAudioError("is a WAV that calls something else MP3")
        inner = _tag_header(stream)
        return replace(inner, format="wav", complete=container.complete)
    return Header(
        format=container.format,
        sample_rate=container.sample_rate,
        channels=container.channels,
        duration_s=container.frames / container.sample_rate,
        complete=container.complete,
    )


def _tag_header(section: Section) -> Header:
    """FLAC and MP3, by tinytag, which is held to a limit of reading and parses no words.

    It looks for each text among all it has of the same name, which takes minutes where there are many.
    """
    from tinytag import TinyTag, TinyTagException  # here, since most samples are WAV and never need it

    section.seek(0)
    sparing = cast(BinaryIO, Sparing(section, _HEADER_LIMIT))
    try:
        tag = TinyTag.get(file_obj=sparing, tags=False)
    except TinyTagException as error:
        raise UnreadableAudioError("has a damaged header") from error
    length_s = math.nan if tag.duration is None else tag.duration
    if not tag.samplerate or not tag.channels or not 0.0 <= length_s < math.inf:
        raise UnreadableAudioError("has a header without sample rate, channels or length")
    kind = _KINDS.get(getattr(tag, "mime_type", None) or "", "")
    complete = None
    if kind == "mp3" and tag.bitrate:
        # with a Xing header this is the number of bytes that it promises
        promised = tag.bitrate * length_s * 125
        complete = False if promised > section.size + _MPEG_MISSING_BYTES else None
    return Header(kind, tag.samplerate, tag.channels, length_s, complete)


class Sparing:
    """A section that is at its end once `limit` bytes, or a great many small pieces, were read of it."""

    def __init__(self, section: Section, limit: int) -> None:
        self._section = section
        self._left = limit
        self.seek = section.seek
        self.tell = section.tell

    def read(self, count: int = -1) -> bytes:
        """As a file's; nothing once the limit is used up."""
        wanted = self._left if count < 0 else min(count, self._left)
        self._left = max(self._left - max(wanted, _READING_FEE), 0)
        return self._section.read(wanted)
