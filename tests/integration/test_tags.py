"""Words inside real sound files, written by other programs' hands."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys

import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.audio import chunk, riff, tone, wave_format, write_tone
from wavized.audio.tags import MAX_CHARACTERS, MAX_TEXTS, read_tags

WITH_TITLES = [("WAV", "wav"), ("AIFF", "aif"), ("FLAC", "flac"), ("OGG", "ogg"), ("MP3", "mp3")]


@pytest.mark.parametrize(("format", "ending"), WITH_TITLES)
def test_titles_genres_and_comments_are_read_from_every_format(tmp_path, format, ending):
    """RIFF INFO, AIFF text chunks, Vorbis comments and ID3, as libsndfile writes them."""
    path = tmp_path / f"sample.{ending}"
    with soundfile.SoundFile(path, "w", 44_100, 1, format=format) as file:
        file.title = "Dark Reese"
        file.comment = "wide and slow"
        if format != "AIFF":
            file.genre = "Neurofunk"
        file.write(tone(seconds=0.2))
    told = set(read_tags(path))
    assert told >= {"Dark Reese", "wide and slow"}
    assert ("Neurofunk" in told) == (format != "AIFF")


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed here")
@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "ogg", "aiff"])
def test_what_ffmpeg_writes_is_read(tmp_path, ending):
    """Another program's idea of the same tags."""
    source, path = write_tone(tmp_path / "plain.wav"), tmp_path / f"tagged.{ending}"
    words = ["-metadata", "title=Squelchy Line", "-metadata", "comment=303 through a pedal"]
    encode = ["-write_id3v2", "1"] if ending == "aiff" else []
    command = ["ffmpeg", "-v", "error", "-i", str(source), *words, *encode, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    assert "Squelchy Line" in read_tags(path)
    assert "303 through a pedal" in read_tags(path)


def test_keywords_of_riff_info_are_read(tmp_path):
    """`IKEY` and `ISBJ`, where sample editors put what a sound is."""
    fields = b"INFO" + chunk(b"IKEY", b"bass, growl\0") + chunk(b"ISBJ", b"dubstep\0")
    sound = riff(wave_format(), chunk(b"LIST", fields), chunk(b"data", b"\0\0" * 4_410))
    (tmp_path / "x.wav").write_bytes(sound)
    assert read_tags(tmp_path / "x.wav") == ("bass, growl", "dubstep")


@pytest.mark.parametrize(
    ("flags", "beats", "tempo", "told"),
    [
        (0x01, 0, 120.0, ("one shot",)),
        (0x03, 8, 120.0, ("one shot",)),
        (0x00, 8, 174.0, ("loop", "174 bpm")),
        (0x04, 1, 120.0, ()),
        (0x00, 0, 120.0, ()),
        (0x00, 8, 0.0, ()),
        (0x00, 8, float("nan"), ()),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_the_mark_of_a_loop_is_read(tmp_path, flags, beats, tempo, told, last):
    """Sequencers leave an `acid` chunk before or after the sound; beats without a tempo say nothing."""
    body = struct.pack("<IHHfIHHf", flags, 60, 0x8000, 0.0, beats, 4, 4, tempo)
    mark, data = chunk(b"acid", body), chunk(b"data", b"\0\0" * 4_410)
    parts = (data, mark) if last else (mark, data)
    (tmp_path / "x.wav").write_bytes(riff(wave_format(), *parts))
    assert read_tags(tmp_path / "x.wav") == told


@pytest.mark.parametrize("body", [b"", b"\x01\0\0", b"\0" * 23])
def test_a_mark_that_is_cut_short_says_nothing(tmp_path, body):
    """Half a chunk is none."""
    sound = riff(wave_format(), chunk(b"data", b"\0\0" * 4_410), chunk(b"acid", body))
    (tmp_path / "x.wav").write_bytes(sound)
    assert read_tags(tmp_path / "x.wav") == ()


def test_files_without_tags_say_nothing(tmp_path):
    """Nor do files that are not there, are no files, or are no sound."""
    (tmp_path / "text.wav").write_text("reese")
    (tmp_path / "empty.wav").touch()
    absent = [tmp_path / "gone.wav", tmp_path, tmp_path / "text.wav", tmp_path / "empty.wav"]
    assert [read_tags(path) for path in [write_tone(tmp_path / "plain.wav"), *absent]] == [()] * 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / "pipe.wav")
    assert read_tags(tmp_path / "pipe.wav") == ()


def test_a_long_comment_is_cut(tmp_path):
    """An advertisement does not outweigh a name."""
    path = tmp_path / "x.wav"
    with soundfile.SoundFile(path, "w", 44_100, 1, format="WAV") as file:
        file.comment = "buy our packs " * 200
        file.write(tone(seconds=0.1))
    assert [len(text) for text in read_tags(path)] == [MAX_CHARACTERS]


def test_of_many_tags_some_are_read(tmp_path):
    """A file of nothing but comments does not keep the daemon busy."""
    fields = b"INFO" + b"".join(chunk(b"ICMT", b"reese %d\0" % number) for number in range(5_000))
    sound = riff(wave_format(), chunk(b"LIST", fields), chunk(b"data", b"\0\0" * 4_410))
    (tmp_path / "x.wav").write_bytes(sound)
    assert len(read_tags(tmp_path / "x.wav")) == MAX_TEXTS


@given(damage=st.binary(max_size=64), at=st.integers(0, 200))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_tags_are_no_evidence_and_no_error(tmp_path, damage, at):
    """Bytes written over any part of a tagged file never make reading raise."""
    fields = b"INFO" + chunk(b"INAM", b"reese\0") + chunk(b"ICMT", b"wide\0")
    id3 = b"ID3\x03\0\0" + struct.pack(">I", 30) + b"TIT2" + struct.pack(">IH", 10, 0) + b"\0some name"
    sound = bytearray(
        riff(wave_format(), chunk(b"LIST", fields), chunk(b"id3 ", id3), chunk(b"data", b"\0" * 64))
    )
    sound[at : at + len(damage)] = damage
    path = tmp_path / "x.wav"
    path.write_bytes(bytes(sound))
    assert all(isinstance(text, str) for text in read_tags(path))
