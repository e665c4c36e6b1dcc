"""Damaged sounds without end: valid files of every format, and what chance makes of them.

The same seed and number always give the same bytes, so whatever fails can be made again.
"""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from functools import cache

import numpy as np
import soundfile

from support.audio import aiff, chunk, riff, tone, wave_format

RATE_16000 = bytes.fromhex("400cfa00000000000000")
"""16 kHz as an 80-bit float."""


@cache
def corpus() -> tuple[bytes, ...]:
    """A valid file of each format and coding, a few kB each, some of them with tags."""
    rng = np.random.default_rng(6)
    made = []
    for format in ("WAV", "WAVEX", "RF64", "AIFF", "FLAC", "OGG", "MP3"):
        for subtype in soundfile.available_subtypes(format):
            for channels in (1, 2):
                frames = tone(110, seconds=0.08, channels=channels, rate=16_000)
                frames += 0.05 * rng.standard_normal(frames.shape)
                try:
                    made.append(encoded(frames, format, subtype))
                except soundfile.LibsndfileError:
                    continue  # not every coding goes with every count of channels
    flac = next(content for content in made if content.startswith(b"fLaC"))
    mpeg = next(content for content in made if content.startswith(b"\xff"))
    rifx = encoded(tone(110, seconds=0.05, rate=16_000), "WAV", "PCM_16", endian="BIG")
    sound = chunk(b"data", b"\1\0" * 600)
    extras = [chunk(b"acid", b"\0" * 24), chunk(b"smpl", b"\0" * 60), chunk(b"bext", b"x" * 602)]
    words = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"Fat Reese\0") + chunk(b"IGNR", b"Bass\0"))
    made += [
        rifx,
        riff(*extras, wave_format(), words, sound, chunk(b"id3 ", id3v2())),
        riff(chunk(b"fmt ", struct.pack("<HHIIHHH", 0x55, 1, 16_000, 8_000, 1, 0, 0)), chunk(b"data", mpeg)),
        aiff(
            chunk(b"COMM", struct.pack(">HIH", 1, 300, 16) + RATE_16000, order=">"),
            chunk(b"NAME", b"Sub", order=">"),
            chunk(b"SSND", b"\0" * 608, order=">"),
        ),
        id3v2() + mpeg,
        id3v2() + mpeg + b"TAG" + b"Growl".ljust(125, b"\0"),
        id3v2() + flac,
        flac[:42] + flac_block(4, _comments()) + flac_block(6, b"\0" * 400) + flac[42:],
    ]
    return tuple(made)


def encoded(frames: np.ndarray, format: str, subtype: str, *, endian: str = "FILE") -> bytes:
    """A file of these frames at 16 kHz, in memory."""
    file = io.BytesIO()
    soundfile.write(file, frames, 16_000, format=format, subtype=subtype, endian=endian)
    return file.getvalue()


def id3v2(version: int = 3, *, frames: bytes = b"", flags: int = 0) -> bytes:
    """An ID3v2 tag; without `frames` one with a title, a comment, a picture and padding."""
    body = frames or b"".join(
        [
            id3_frame(b"TIT2", b"\0Warm Sub"),
            id3_frame(b"COMM", b"\0eng\0one shot"),
            id3_frame(b"TXXX", b"\1\xff\xfek\0e\0\0\0y\0"),
            id3_frame(b"APIC", b"\0image/png\0\3\0" + b"\x89PNG" * 40),
            b"\0" * 64,
        ]
    )
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + size + body


def id3_frame(name: bytes, body: bytes) -> bytes:
    """One frame of ID3v2.3."""
    return name + struct.pack(">IH", len(body), 0) + body


def flac_block(kind: int, body: bytes) -> bytes:
    """A block of metadata that is not the last."""
    return struct.pack(">I", kind << 24 | len(body)) + body


def _comments() -> bytes:
    texts = [b"TITLE=Reese", b"GENRE=Bass", b"COMMENT=one shot"]
    listed = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return struct.pack("<I", 4) + b"test" + struct.pack("<I", len(texts)) + listed


def mutant(seed: int, number: int) -> bytes:
    """The `number`th damaged file of this seed."""
    chance = random.Random(f"{seed}/{number}")
    content = bytearray(chance.choice(corpus()))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 9))):
        chance.choice(_DAMAGES)(content, chance)
    if content[:4] == b"OggS" and chance.random() < 0.7:
        mend_ogg(content)
    return bytes(content)


_NUMBERS = (
    *(0, 1, 2, 3, 7, 8, 9, 63, 64, 127, 128, 255, 256, 0x55, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF),
    *(0x7FFF_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFE, 0xFFFF_FFFF),
    *(1 << 35, (1 << 63) - 1, (1 << 64) - 1),
)


def _place(content: bytearray, chance: random.Random) -> int:
    """Anywhere, but more often in the header."""
    return chance.randrange(max(1, min(len(content), chance.choice((16, 64, 256, 1 << 20)))))


def _flip(content: bytearray, chance: random.Random) -> None:
    at = _place(content, chance)
    content[at : at + 1] = bytes([(content[at] if at < len(content) else 0) ^ 1 << chance.randrange(8)])


def _byte(content: bytearray, chance: random.Random) -> None:
    at = _place(content, chance)
    content[at : at + 1] = bytes([chance.randrange(256)])


def _number(content: bytearray, chance: random.Random) -> None:
    """A number that matters, in any width and order, over what was there."""
    width = chance.choice((2, 4, 4, 8))
    value = chance.choice((*_NUMBERS, len(content), len(content) - 8, chance.getrandbits(32)))
    written = (value & (1 << 8 * width) - 1).to_bytes(width, chance.choice(("little", "big")))
    at = _place(content, chance) & ~(chance.choice((0, 1, 3)))
    content[at : at + width] = written


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[_place(content, chance) :]


def _remove(content: bytearray, chance: random.Random) -> None:
    at = _place(content, chance)
    del content[at : at + chance.choice((1, 2, 4, 8, 100))]


def _insert(content: bytearray, chance: random.Random) -> None:
    at = _place(content, chance)
    count = chance.choice((1, 2, 4, 8, 64, 1000))
    content[at:at] = chance.choice((bytes(count), b"\xff" * count, chance.randbytes(count)))


def _repeat(content: bytearray, chance: random.Random) -> None:
    at = _place(content, chance)
    piece = content[at : at + chance.choice((4, 8, 24, 64, 256))]
    content[at:at] = piece * chance.choice((1, 2, 10, 100))


def _move(content: bytearray, chance: random.Random) -> None:
    start, to = _place(content, chance), _place(content, chance)
    piece = content[start : start + chance.choice((8, 24, 64))]
    content[to : to + len(piece)] = piece


def _cross(content: bytearray, chance: random.Random) -> None:
    """The head of one file and the rest of another, or one within the other."""
    other = chance.choice(corpus())
    at, start = _place(content, chance), chance.randrange(len(other))
    content[at : len(content) if chance.random() < 0.5 else at] = other[start : start + 2_000]


_DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _byte, _number, _number, _number, _cut, _remove, _insert, _repeat, _move, _cross,
)  # fmt: skip


def mend_ogg(content: bytearray) -> None:
    """Give every page the checksum that fits, so that a reader looks at what is inside."""
    at = content.find(b"OggS")
    while at >= 0 and at + 27 <= len(content):
        body = at + 27 + content[at + 26]
        end = min(body + sum(content[at + 27 : body]), len(content))
        content[at + 22 : at + 26] = bytes(4)
        content[at + 22 : at + 26] = _ogg_sum(content[at:end]).to_bytes(4, "little")
        at = content.find(b"OggS", max(end, at + 1))


def _ogg_sum(page: bytes) -> int:
    total = 0
    for byte in page:
        total = (total << 8 & 0xFFFF_FFFF) ^ _SUMS[total >> 24 ^ byte]
    return total


def _sum_of(byte: int) -> int:
    total = byte << 24
    for _ in range(8):
        total = (total << 1 ^ (0x04C1_1DB7 if total & 0x8000_0000 else 0)) & 0xFFFF_FFFF
    return total


_SUMS = tuple(_sum_of(byte) for byte in range(256))
"""CRC-32 of Ogg (RFC 3533)."""
