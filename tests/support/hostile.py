"""Sounds made to hurt: headers that never end, lengths that lie, tags without measure. All by hand."""

from __future__ import annotations

import struct
from collections.abc import Callable

from support.audio import aiff, chunk, riff, wave_format
from support.mutants import RATE_16000, corpus, flac_block, id3_frame, id3v2, mend_ogg

MANY = 1 << 20


def _like(start: bytes) -> bytes:
    return next(content for content in corpus() if content.startswith(start))


def plain_wav() -> bytes:
    return riff(wave_format(), SOUND)


SOUND = chunk(b"data", b"\1\0\2\0" * 6_000)
FLAC, MPEG, OGG = _like(b"fLaC"), _like(b"\xff"), _like(b"OggS")


def comments(count: int, *, name: bytes = b"") -> bytes:
    """A Vorbis comment of `count` texts, all different, all of one name or each of its own."""
    texts = (b"%s=%d" % (name or b"k%d" % number, number) for number in range(count))
    return (
        struct.pack("<I", 0)
        + struct.pack("<I", count)
        + b"".join(struct.pack("<I", len(text)) + text for text in texts)
    )


def ogg_pages(packet: bytes, serial: int, first_number: int) -> bytes:
    """Pages that hold one packet."""
    pieces = [packet[at : at + 255 * 255] for at in range(0, len(packet), 255 * 255)]
    pages = []
    for number, piece in enumerate(pieces):
        whole, rest = divmod(len(piece), 255)
        lacing = b"\xff" * whole + (bytes([rest]) if number == len(pieces) - 1 else b"")
        flags = 1 if number else 0
        head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, 0, serial, first_number + number, 0, len(lacing))
        pages.append(head + lacing + piece)
    return b"".join(pages)


def ogg_with_comments(body: bytes) -> bytes:
    """The Ogg Vorbis file with another comment packet."""
    second = OGG.index(b"OggS", 4)
    (serial,) = struct.unpack_from("<I", OGG, 14)
    made = bytearray(OGG[:second] + ogg_pages(b"\3vorbis" + body + b"\1", serial, 1) + OGG[second:])
    return bytes(made)


def ogg_of_tiny_pages(count: int) -> bytes:
    (serial,) = struct.unpack_from("<I", OGG, 14)
    first = OGG[: OGG.index(b"OggS", 4)]
    page = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, 100, serial, 1, 0, 1) + b"\0"
    return first + page * count


def id3_texts(count: int) -> bytes:
    """One title frame of many short texts."""
    return id3v2(frames=id3_frame(b"TIT2", b"\0" + b"\0".join(b"%x" % number for number in range(count))))


BUSY: dict[str, Callable[[], bytes]] = {
    "FLAC with 400,000 comments of one name": lambda: (
        FLAC[:42] + flac_block(4, comments(400_000, name=b"mood")) + FLAC[42:]
    ),
    "FLAC with 400,000 names": lambda: FLAC[:42] + flac_block(4, comments(400_000)) + FLAC[42:],
    "Ogg with 400,000 comments of one name": lambda: ogg_with_comments(comments(400_000, name=b"mood")),
    "Ogg of 300,000 pages": lambda: ogg_of_tiny_pages(300_000),
    "Ogg that ends in magic": lambda: OGG + b"OggS" * 20_000,
    "ID3 with a title of a million texts": lambda: id3_texts(MANY) + MPEG,
    "ID3 with 300,000 fields": lambda: (
        id3v2(frames=b"".join(id3_frame(b"TXXX", b"\0k\0%d" % number) for number in range(300_000))) + MPEG
    ),
    "ID3 with 300,000 fields in a WAV": lambda: riff(
        wave_format(),
        SOUND,
        chunk(b"id3 ", id3v2(frames=b"".join(id3_frame(b"TXXX", b"\0k\0%d" % n) for n in range(300_000)))),
    ),
    "ID3 with empty frames": lambda: id3v2(frames=id3_frame(b"TIT2", b"") * 400_000) + MPEG,
    "ID3 in UTF-16 that is never aligned": lambda: (
        id3v2(frames=id3_frame(b"TIT2", b"\1" + b"x" + b"\0\0y" * MANY)) + MPEG
    ),
    "ID3 with a picture of 60 MB": lambda: (
        id3v2(frames=id3_frame(b"APIC", b"\0image/png\0\3\0" + bytes(60_000_000))) + MPEG
    ),
    "ID3 within ID3": lambda: id3v2(frames=b"ID3\3\0\0\0\0\0\x0a" * 100_000) + MPEG,
    "ID3 and then nothing but zeros": lambda: id3v2() + bytes(20_000_000),
    "ID3 and then nothing but ones": lambda: id3v2() + b"\xff" * 20_000_000,
    "a frame of MP3 every 20 bytes": lambda: b"\xff\xfb\x10\xc4" * 2_000_000,
    "INFO of 400,000 words in a WAV": lambda: riff(
        wave_format(),
        SOUND,
        chunk(b"LIST", b"INFO" + b"".join(chunk(b"ICMT", b"%07d" % n) for n in range(400_000))),
    ),
    "WAV of 400,000 parts": lambda: riff(*[chunk(b"junk", b"")] * 400_000, wave_format(), SOUND),
    "WAV whose parts follow the sound": lambda: riff(
        wave_format(), SOUND, *[chunk(b"LIST", b"INFO")] * 400_000
    ),
    "AIFF of 400,000 parts": lambda: aiff(*[chunk(b"ANNO", b"", order=">")] * 400_000),
    "AIFF with 400,000 remarks": lambda: aiff(
        comm(RATE_16000),
        chunk(b"SSND", bytes(608), order=">"),
        *[chunk(b"ANNO", b"%08d" % n, order=">") for n in range(400_000)],
    ),
    "FLAC of 400,000 empty blocks": lambda: FLAC[:42] + flac_block(1, b"") * 400_000 + FLAC[42:],
    "FLAC with a picture of 16 MB": lambda: FLAC[:42] + flac_block(6, bytes(16_000_000)) + FLAC[42:],
    "LIST within LIST": lambda: riff(wave_format(), nested(b"", 2_000), SOUND),
}
"""What takes a reader long that does not mind."""


def comm(rate: bytes, *, channels: int = 1, frames: int = 300, bits: int = 16) -> bytes:
    """The part of an AIFF that says what it holds."""
    return chunk(b"COMM", struct.pack(">HIH", channels, frames, bits) + rate, order=">")


def nested(inner: bytes, depth: int) -> bytes:
    """LIST in LIST in LIST."""
    for _ in range(depth):
        inner = chunk(b"LIST", b"INFO" + inner)
    return inner


__all__ = ["BUSY", "FLAC", "MPEG", "OGG", "SOUND", "comm", "comments", "mend_ogg", "nested", "plain_wav"]
