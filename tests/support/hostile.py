"""Sounds made to hurt: headers that never end, lengths that lie, tags without measure. All by hand."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import soundfile

from support.audio import aiff, chunk, riff, wave_format
from support.mutants import RATE_16000, corpus, flac_block, id3_frame, id3v2, mend_ogg

MANY = 1 << 20


def _like(start: bytes) -> bytes:
    return next(content for content in corpus() if content.startswith(start))


def plain_wav() -> bytes:
    return riff(wave_format(), SOUND)


SOUND = chunk(b"data", (b"\0\x20" * 50 + b"\0\xe0" * 50) * 120)
FLAC, MPEG, OGG = _like(b"fLaC"), _like(b"\xff"), _like(b"OggS")


def comments(count: int, *, name: bytes = b"") -> bytes:
    """A Vorbis comment of `count` texts, all different, all of one name or each of its own."""
    texts = (b"%s=%d" % (name or b"k%d" % number, number) for number in range(count))
    return (
        struct.pack("<I", 0)
        + struct.pack("<I", count)
        + b"".join(struct.pack("<I", len(text)) + text for text in texts)
    )


def picture(size: int) -> bytes:
    """The body of a FLAC picture."""
    return struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">6I", 0, 1, 1, 24, 0, size) + bytes(size)


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
    "FLAC with a picture of 16 MB": lambda: FLAC[:42] + flac_block(6, picture(16_000_000)) + FLAC[42:],
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


def of_floats(*values: float) -> bytes:
    """A WAV of 32-bit floats."""
    sound = struct.pack("<6f", *values) * 2_000
    return riff(wave_format(code=3, bits=32), chunk(b"data", sound))


def extensible(guid: bytes) -> bytes:
    """A WAVE_FORMAT_EXTENSIBLE with this sub-format."""
    base = struct.pack("<HHIIHH", 0xFFFE, 1, 44_100, 88_200, 2, 16)
    return riff(chunk(b"fmt ", base + struct.pack("<HHI", 22, 16, 4) + guid), SOUND)


def fmt(code: int, channels: int, rate: int, byte_rate: int, align: int, bits: int) -> bytes:
    """A `fmt ` chunk of any numbers."""
    return chunk(b"fmt ", struct.pack("<HHIIHH", code, channels, rate, byte_rate, align, bits))


def rf64(told: int, *, riff_size: int = 0) -> bytes:
    """An RF64 whose `ds64` tells so many bytes of sound."""
    wide = chunk(b"ds64", struct.pack("<QQQI", riff_size, told, told // 2, 0))
    sound = chunk(b"data", SOUND[8:], size=0xFFFF_FFFF)
    return riff(wide, wave_format(), sound, name=b"RF64", size=0xFFFF_FFFF)


def silence(format: str, subtype: str, hours: float, rate: int = 8_000) -> bytes:
    """So much of nothing, in a file of some hundred kB."""
    file, left = io.BytesIO(), round(hours * 3600 * rate)
    nothing = np.zeros(rate * 60, np.int16)
    with soundfile.SoundFile(file, "w", rate, 1, format=format, subtype=subtype) as sound:
        while left > 0:
            sound.write(nothing[:left])
            left -= len(nothing)
    return file.getvalue()


def without_length(flac: bytes) -> bytes:
    """A FLAC file whose header does not know how long it is."""
    content = bytearray(flac)
    content[21] &= 0xF0  # the upper 4 of 36 bits
    content[22:26] = bytes(4)
    return bytes(content)


def with_last_position(ogg: bytes, position: int) -> bytes:
    """An Ogg file whose last page tells another length."""
    content, at = bytearray(ogg), ogg.rindex(b"OggS")
    struct.pack_into("<q", content, at + 6, position)
    last = bytearray(content[at:])
    mend_ogg(last)
    content[at:] = last
    return bytes(content)


PCM = b"\1\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
HEARD = "filed: "
TOO_LONG = "skipped: .*(long; a one-shot|is longer than)"

POISON: dict[str, tuple[Callable[[], bytes], str]] = {
    "no channels": (lambda: riff(fmt(1, 0, 44_100, 0, 0, 16), SOUND), "failed: unreadable: has 0 channels"),
    "65,535 channels": (
        lambda: riff(fmt(1, 65_535, 44_100, 0, 0, 16), SOUND),
        "failed: unreadable: has 65535 channels",
    ),
    "no block": (lambda: riff(fmt(1, 1, 44_100, 0, 0, 0), SOUND), "failed: unreadable: .*no size"),
    "odd block": (
        lambda: riff(fmt(1, 2, 44_100, 0, 65_535, 16), SOUND),
        "failed: unreadable: |filed: |skipped: ",
    ),
    "no rate": (lambda: riff(fmt(1, 1, 0, 0, 2, 16), SOUND), "failed: unreadable: has a sample rate of 0 Hz"),
    "4 GHz": (
        lambda: riff(fmt(1, 1, 4_000_000_000, 0, 2, 16), SOUND),
        "failed: unreadable: has a sample rate",
    ),
    "255 bits": (
        lambda: riff(fmt(1, 1, 44_100, 88_200, 2, 255), SOUND),
        "failed: unreadable: cannot be decoded",
    ),
    "foreign guid": (lambda: extensible(b"\x61\1" + PCM[2:]), "failed: unreadable: is a WAV with a coding"),
    "half a guid": (
        lambda: extensible(PCM[:2] + b"\xee" * 14),
        "failed: unreadable: cannot be decoded|filed: ",
    ),
    "opus in wav": (
        lambda: riff(fmt(0x704F, 1, 48_000, 0, 1, 0), SOUND),
        "failed: unreadable: is a WAV with a",
    ),
    "mp3 that is none": (
        lambda: riff(fmt(0x55, 1, 44_100, 0, 1, 0), SOUND),
        "failed: unreadable: is not audio that can be read",
    ),
    "flac as mp3 in wav": (
        lambda: riff(fmt(0x55, 1, 44_100, 0, 1, 0), chunk(b"data", FLAC)),
        "failed: unreadable: is a WAV that",
    ),
    "rf64 of 8 EB": (lambda: rf64((1 << 63) - 1), "failed: unreadable: |filed: "),
    "rf64 of nothing": (lambda: rf64(0), "failed: unreadable: |filed: "),
    "rf64 of one": (lambda: rf64(1), "failed: unreadable: |skipped: "),
    "not a number": (
        lambda: of_floats(0, 1, float("nan"), 1, 0, 1),
        "failed: unreadable: holds values that are",
    ),
    "infinite": (lambda: of_floats(0, 1, float("inf"), 1, 0, 1), "failed: unreadable: holds values that are"),
    "loud": (lambda: of_floats(0, 1e38, -1e38, 3e38, -3e38, 0), "failed: unreadable: holds values beyond"),
    "denormal": (lambda: of_floats(0, 1e-40, -1e-40, 1e-42, 0, 0), "skipped: .*silent"),
    "told too long": (
        lambda: riff(wave_format(), chunk(b"data", b"\1\0" * 999, size=90_000)),
        "failed: .*cut off",
    ),
    "told too short": (
        lambda: riff(wave_format(), chunk(b"data", SOUND[8:], size=8_000)),
        "filed: |skipped: ",
    ),
    "size of riff": (lambda: riff(wave_format(), SOUND, size=3), HEARD),
    "odd parts": (
        lambda: riff(
            *[chunk(b"odd ", bytes(n)) for n in (1, 3, 5, 7)],
            wave_format(),
            chunk(b"cue ", b"\xff" * 99),
            SOUND,
        ),
        HEARD,
    ),
    "part that points back": (
        lambda: riff(wave_format(), chunk(b"loop", b"", size=0xFFFF_FFF0), SOUND),
        "failed: unreadable: (holds no sound|cut off)",
    ),
    "nested": (lambda: riff(wave_format(), nested(b"", 2_000), SOUND), HEARD),
    "riff in riff": (
        lambda: riff(chunk(b"RIFF", b"WAVE" + plain_wav()), wave_format(), SOUND),
        "failed: unreadable: cannot be decoded",
    ),
    "aiff at minus": (
        lambda: aiff(comm(b"\xc0" + RATE_16000[1:]), AIFF_SOUND),
        "failed: .*sample rate of 0 Hz",
    ),
    "aiff at infinite": (
        lambda: aiff(comm(b"\x7f\xff" + bytes(8)), AIFF_SOUND),
        "failed: .*sample rate of 0 Hz",
    ),
    "aiff at 2 to 16000": (
        lambda: aiff(comm(b"\x7e" + RATE_16000[1:]), AIFF_SOUND),
        "failed: .*sample rate of 0",
    ),
    "aiff of 4 G frames": (
        lambda: aiff(comm(RATE_16000, frames=0xFFFF_FFFF), AIFF_SOUND),
        "failed: unreadable: |skipped: |filed: ",
    ),
    "huge picture in id3": (
        lambda: id3v2(frames=id3_frame(b"APIC", b"\0image/png\0\3\0" + bytes(40_000_000))) + MPEG,
        "filed: |failed: unreadable: cannot be decoded",
    ),
    "huge picture in flac": (BUSY["FLAC with a picture of 16 MB"], HEARD),
    "comments without end": (BUSY["Ogg with 400,000 comments of one name"], "filed: |failed: unreadable: "),
    "title without end": (BUSY["ID3 with a title of a million texts"], "filed: |failed: unreadable: "),
    "wave of parts": (BUSY["WAV of 400,000 parts"], "failed: unreadable: has a header of too many parts"),
    "hours in flac": (lambda: silence("FLAC", "PCM_16", 3.0), TOO_LONG),
    "hours in flac, untold": (lambda: without_length(silence("FLAC", "PCM_16", 3.0)), TOO_LONG),
    "long ogg": (lambda: silence("OGG", "VORBIS", 0.3), TOO_LONG),
    "long ogg, told as nothing": (
        lambda: with_last_position(silence("OGG", "VORBIS", 0.3), 800),
        TOO_LONG + "|failed: unreadable: |skipped: .*silent",
    ),
    "long mp3": (lambda: silence("MP3", "MPEG_LAYER_III", 0.3), TOO_LONG),
    "long opus": (lambda: silence("OGG", "OPUS", 0.3), TOO_LONG),
    "nothing": (lambda: b"", "failed: unreadable: the file is empty"),
    "zeros": (lambda: bytes(5_000_000), "failed: unreadable: .*zeros"),
    "text": (lambda: b"<html>404" * 99, "failed: unreadable: .*text"),
    "zip": (lambda: b"PK\3\4" + bytes(999), "failed: unreadable: .*zip"),
}
"""What is poison, and what is to become of it: a state and the first words of its reason."""

AIFF_SOUND = chunk(b"SSND", bytes(8) + b"\0\1\0\7" * 600, order=">")
