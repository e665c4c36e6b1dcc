"""What WAV and AIFF headers are taken to say, on files made by hand; no disk."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.audio import aiff, chunk, riff, wave_format
from wavized.audio.containers import Container, read_container
from wavized.audio.probe import examine, identify
from wavized.audio.stream import Section
from wavized.errors import UnreadableAudioError

SECOND = b"\1\0" * 44_100
COMM_44100 = struct.pack(">HIH", 1, 44_100, 16) + bytes.fromhex("400eac44000000000000")


class CountingFile(io.BytesIO):
    """Counts what is asked of it."""

    bytes_read = 0
    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.bytes_read += len(data)
        self.reads += 1
        return data


def section_of(content: bytes) -> Section:
    return Section(io.BytesIO(content), 0, len(content))


def container_of(content: bytes) -> Container:
    return read_container(section_of(content))


def test_a_plain_wav_is_complete():
    """A WAV whose data chunk ends within the file is complete, with the length its bytes give."""
    found = container_of(riff(wave_format(), chunk(b"data", SECOND)))
    assert (found.format, found.sample_rate, found.channels) == ("wav", 44_100, 1)
    assert found.frames == found.frames_present == 44_100
    assert found.complete is True


def test_a_cut_wav_tells_how_much_is_there():
    """A data chunk that ends beyond the file makes it incomplete, and what is there is counted."""
    whole = riff(wave_format(), chunk(b"data", SECOND))
    found = container_of(whole[: 44 + 44_100])
    assert (found.frames, found.frames_present, found.complete) == (44_100, 22_050, False)


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0xFFFFFFFF])
def test_a_streaming_header_is_not_incomplete(size):
    """A size that was never filled in says nothing: the file is as long as it is."""
    found = container_of(riff(wave_format(), chunk(b"data", SECOND, size=size), size=size))
    assert (found.frames, found.complete) == (44_100, None)


def test_a_missing_pad_byte_is_fine():
    """Odd data without its pad byte at the end of the file is complete."""
    content = riff(wave_format(bits=8), chunk(b"data", b"\x80" * 8_001))[:-1]
    found = container_of(content)
    assert (found.frames, found.complete) == (8_001, True)


def test_trailing_junk_is_fine():
    """Bytes after the last chunk do not matter, nor does a total that leaves them out."""
    assert container_of(riff(wave_format(), chunk(b"data", SECOND)) + b"TAG" * 40).complete is True


def test_a_wrong_total_does_not_matter():
    """The data chunk decides, not the total of the file, which careless writers get wrong."""
    assert container_of(riff(wave_format(), chunk(b"data", SECOND), size=1 << 20)).complete is True


def test_chunks_before_the_data_are_walked_over():
    """`JUNK`, `bext`, `smpl`, `inst` and `acid` chunks of odd and even size are stepped over."""
    extras = [
        chunk(name, b"x" * n) for name, n in [(b"JUNK", 27), (b"bext", 602), (b"smpl", 36), (b"acid", 24)]
    ]
    found = container_of(riff(*extras, wave_format(channels=2), *extras, chunk(b"data", SECOND)))
    assert (found.frames, found.complete) == (22_050, True)


def test_a_header_without_data_yet_is_incomplete():
    """A download of which only the header came so far is incomplete, not foreign."""
    found = container_of(riff(wave_format(), chunk(b"data", SECOND))[:40])
    assert (found.frames_present, found.complete) == (0, False)


def test_rifx_is_read_big_endian():
    """RIFX is WAV with its numbers the other way round."""
    content = riff(wave_format(order=">"), chunk(b"data", SECOND, order=">"), name=b"RIFX")
    assert container_of(content).frames == 44_100


def test_rf64_takes_its_size_from_ds64():
    """RF64 keeps the length of its data in the `ds64` chunk."""
    wide = chunk(b"ds64", struct.pack("<QQQI", 0, len(SECOND), 44_100, 0))
    whole = riff(wide, wave_format(), chunk(b"data", SECOND, size=0xFFFFFFFF), name=b"RF64", size=0xFFFFFFFF)
    assert container_of(whole).complete is True
    assert container_of(whole[:-2_000]).complete is False


def test_wave_extensible_is_judged_by_its_inner_format():
    """WAVE_FORMAT_EXTENSIBLE names the real coding in its sub-format."""
    base = struct.pack("<HHIIHH", 0xFFFE, 6, 48_000, 48_000 * 18, 18, 24)
    pcm, wma = (base + struct.pack("<HHIH", 22, 24, 0x3F, code) + b"\0" * 14 for code in (1, 0x0161))
    found = container_of(riff(chunk(b"fmt ", pcm), chunk(b"data", b"\0" * 18 * 4_800)))
    assert (found.code, found.channels, found.frames) == (1, 6, 4_800)
    with pytest.raises(UnreadableAudioError, match="coding that cannot be decoded"):
        container_of(riff(chunk(b"fmt ", wma), chunk(b"data", SECOND)))


def test_aiff_counts_frames_by_its_common_chunk():
    """AIFF keeps the frames in COMM and the sound in SSND, in either order."""
    comm = chunk(b"COMM", COMM_44100, order=">")
    sound = chunk(b"SSND", b"\0" * 8 + SECOND, order=">")
    for content in (aiff(comm, sound), aiff(sound, comm)):
        found = container_of(content)
        assert (found.format, found.sample_rate, found.frames) == ("aiff", 44_100, 44_100)
        assert found.complete is True
    cut_off = container_of(aiff(comm, sound)[:-44_100])
    assert (cut_off.complete, cut_off.frames_present) == (False, 22_050)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (riff(wave_format(channels=0), chunk(b"data", SECOND)), "has 0 channels"),
        (riff(wave_format(channels=9), chunk(b"data", SECOND)), "has 9 channels"),
        (riff(wave_format(rate=0), chunk(b"data", SECOND)), "sample rate of 0 Hz"),
        (riff(wave_format(rate=4_000_000_000), chunk(b"data", SECOND)), "sample rate of 4000000000 Hz"),
        (riff(wave_format(bits=0), chunk(b"data", SECOND)), "no size"),
        (riff(chunk(b"data", SECOND)), "no format"),
        (riff(wave_format()), "holds no sound"),
        (riff(*[chunk(b"JUNK", b"")] * 10_000), "too many parts"),
        (riff(wave_format())[:30], "cut off: its header is not whole"),
        (
            aiff(chunk(b"COMM", struct.pack(">HIHHQ", 1, 9, 16, 0x7FFF, 1 << 63), order=">")),
            "sample rate of 0",
        ),
        (aiff(chunk(b"SSND", b"\0" * 8 + SECOND, order=">")), "no format"),
    ],
)
def test_impossible_headers_are_refused_with_a_reason(content, reason):
    """A header that cannot be true is refused in plain words."""
    with pytest.raises(UnreadableAudioError, match=reason):
        container_of(content)


def test_lying_lengths_read_little():
    """Ten thousand chunks, or ones of absurd size, cost some kB at most and never the sound."""
    for content in (
        riff(*[chunk(b"JUNK", b"xy")] * 100, wave_format(), chunk(b"data", SECOND * 20)),
        riff(*[chunk(b"JUNK", b"")] * 10_000),
        riff(chunk(b"JUNK", b"", size=0xFFFFFFF0), wave_format(), chunk(b"data", SECOND)),
    ):
        file = CountingFile(content)
        try:
            read_container(Section(file, 0, len(content)))
        except UnreadableAudioError:
            pass  # how much was read is the question here
        assert file.bytes_read < 4_096


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"Hello, this is no audio\n", "starts like text"),
        (b"<!DOCTYPE html><html>", "starts like text"),
        (b"\0" * 600, "zeros"),
        (b"PK\3\4" + b"\0\xff" * 30, "zip archive"),
        (b"RIFF\0\0\0\0AVI LIST", "no WAV"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "no known kind"),
        (b"\xff\xff\xff\xff" * 8, "no known kind"),
    ],
)
def test_foreign_content_is_named(head, reason):
    """What is no audio is refused by its first bytes, whatever its name."""
    with pytest.raises(UnreadableAudioError, match=reason):
        identify(section_of(head))


SEEDS = [
    riff(
        wave_format(), chunk(b"fact", b"\0\1\0\0"), chunk(b"data", b"\1\2" * 200), chunk(b"smpl", b"\0" * 36)
    ),
    riff(
        chunk(b"ds64", b"\0" * 28), wave_format(), chunk(b"data", b"\1\2" * 99, size=0xFFFFFFFF), name=b"RF64"
    ),
    aiff(chunk(b"COMM", COMM_44100, order=">"), chunk(b"SSND", b"\0" * 308, order=">")),
    aiff(
        chunk(b"COMM", COMM_44100 + b"ima4\0\0", order=">"),
        chunk(b"SSND", b"\0" * 308, order=">"),
        kind=b"AIFC",
    ),
    b"fLaC\x80\0\0\x22" + b"\x10\0\x10\0" + b"\0" * 6 + bytes.fromhex("0ac440f0000004b0") + b"\0" * 200,
    b"OggS\0\2" + b"\0" * 20 + b"\1\x1e\1vorbis\0\0\0\0\1\x44\xac\0\0" + b"\0" * 40,
    b"OggS\0\2" + b"\0" * 20 + b"\1\x13OpusHead\1\1\0\0\x80\xbb\0\0\0\0\0" + b"\0" * 40,
    b"ID3\3\0\0\0\0\0\x10" + b"\0" * 16 + b"\xff\xfb\x90\x64" + b"\0" * 600,
    b"\xff\xfb\x90\x64" + b"\0" * 32 + b"Xing\0\0\0\3\0\0\1\0\0\0\x90\0" + b"\0" * 600,
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid header with bytes overwritten, then cut or continued at random."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content) - 1))
        patch = draw(
            st.sampled_from([b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff", b"\0\0\0\0"])
            | st.binary(max_size=4)
        )
        content[at : at + len(patch)] = patch
    end = draw(st.integers(0, len(content)))
    return bytes(content[:end]) + draw(st.binary(max_size=64)) if draw(st.booleans()) else bytes(content)


@given(st.binary(max_size=600) | mutated())
def test_headers_never_break_the_reader(content):
    """Any bytes give a header that makes sense or UnreadableAudioError, after a short read."""
    file = CountingFile(content)
    try:
        header = examine(Section(file, 0, len(content)))
    except UnreadableAudioError as error:
        assert str(error)
    else:
        assert 8_000 <= header.sample_rate <= 192_000
        assert 1 <= header.channels <= 8
        assert header.duration_s >= 0
    assert file.reads < 2_000


@given(st.sampled_from([(SEEDS[0], SEEDS[0].index(b"smpl")), (SEEDS[2], len(SEEDS[2]))]), st.data())
def test_a_cut_container_is_never_called_complete(seed, data):
    """Wherever a file ends before its sound does, its header is not taken for complete."""
    content, sound_end = seed
    kept = content[: data.draw(st.integers(0, sound_end - 2))]
    try:
        assert container_of(kept).complete is False
    except UnreadableAudioError as error:
        assert "cut off" in str(error) or "no format" in str(error)
