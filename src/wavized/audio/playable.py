"""Tell what a browser can play as it is, by content. Standard library only; the daemon imports this."""

from __future__ import annotations

import struct

from wavized.audio.containers import find_chunk, read_container
from wavized.audio.probe import identify
from wavized.audio.stream import Section
from wavized.errors import UnreadableAudioError

WAVE = "audio/wav"
_PCM = 0x0001
_MOST_CHANNELS = 2
_PLAYED_BITS = (8, 16, 24)
_OGG_HEAD = 64


def browser_type(section: Section) -> str | None:
    """The MIME type under which every current browser plays the file; None where it has to be converted.

    None also for what is no audio that this program knows: the conversion will tell.
    """
    try:
        kind = identify(section)
        if kind == "riff":
            return WAVE if _is_plain_wave(section) else None
    except UnreadableAudioError:
        return None
    if kind == "ogg":
        section.seek(0)
        return None if b"\x7fFLAC" in section.read(_OGG_HEAD) else "audio/ogg"
    return {"mp3": "audio/mpeg", "flac": "audio/flac"}.get(kind)


def _is_plain_wave(section: Section) -> bool:
    """Whole-number samples of 8, 16 or 24 bits, mono or stereo, in a container of the usual kind."""
    section.seek(0)
    if section.read(4) != b"RIFF":
        return False
    container = read_container(section)
    described = find_chunk(section, b"fmt ", 16)
    if described is None or container.code != _PCM:
        return False
    (bits,) = struct.unpack_from("<H", described, 14)
    return bits in _PLAYED_BITS and container.channels <= _MOST_CHANNELS
