"""Every format, depth, rate and count of channels that can be written here: heard, or refused in words."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.audio import tone, write
from support.looking import at_most, look_at
from support.torture import Trial
from wavized.audio.decode import SilentAudioError, load, to_model_input
from wavized.errors import UnreadableAudioError

RATES = (
    8_000,
    11_025,
    12_000,
    16_000,
    22_050,
    24_000,
    32_000,
    44_100,
    48_000,
    88_200,
    96_000,
    176_400,
    192_000,
)
BEYOND = (4_000, 7_999, 192_001, 384_000)
HEARD_FORMATS = frozenset({"WAV", "WAVEX", "RF64", "AIFF", "FLAC", "OGG", "MP3"})
UNHEARD_CODINGS = frozenset({"DWVW_12", "DWVW_16", "DWVW_24"})
"""AIFF's delta words, which nobody has used since 1995; whether they are heard is left open."""
MISCOUNTED = "IMA_ADPCM"
"""libsndfile writes half the count of frames for two channels."""
LENGTH_S = 0.5

FFMPEG = {
    "wav": ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw",
            "pcm_mulaw", "adpcm_ima_wav", "adpcm_ms", "libmp3lame", "g726", "adpcm_yamaha", "wmav2", "aac",
            "ac3", "libopus"],
    "aiff": ["pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_alaw", "adpcm_ima_qt"],
    "flac": ["flac"],
    "ogg": ["libvorbis", "flac", "libopus", "libspeex"],
    "opus": ["libopus"],
    "mp3": ["libmp3lame", "mp2"],
    "m4a": ["aac", "alac"],
    "wv": ["wavpack"],
    "w64": ["pcm_s16le"],
    "caf": ["pcm_s16be"],
    "au": ["pcm_s16be"],
    "wma": ["wmav2"],
}  # fmt: skip
"""Endings and codings: what is in the wild, and what only calls itself so."""
HEARD_CODINGS = frozenset(
    {("ogg", "libvorbis"), ("mp3", "libmp3lame"), ("wav", "libmp3lame"), ("flac", "flac")}
)
"""FLAC within Ogg is refused: libsndfile does not read ffmpeg's."""


def outcome(path: Path, *, told: bool = True) -> str:
    """`heard` with 110 Hz in it, `silent`, or `refused` in plain words; header and decoder agree.

    `told` says that the header's own length is right.
    """
    with at_most(2.0):
        header = look_at(path)
    try:
        clip = load(path, sample_rate=16_000, window_s=1.0)
        sound = to_model_input(clip.samples, sample_rate=16_000, window_s=1.0)
    except SilentAudioError:
        return "silent"
    except UnreadableAudioError as error:
        assert len(error.message) < 200, error.message
        return "refused"
    assert header is not None, "decoded, though its header could not be read"
    decoded_s = clip.samples.shape[1] / 16_000
    assert abs(decoded_s - LENGTH_S) < 0.15, decoded_s
    if told:
        assert header.duration_s == 0.0 or abs(header.duration_s - decoded_s) < 0.15, header
    assert clip.samples.shape[0] == min(header.channels, 2), header
    spectrum = np.abs(np.fft.rfft(sound[:8_000] * np.hanning(8_000), n=80_000))
    assert abs(float(np.argmax(spectrum)) / 5 - 110) < 2.0
    return "heard"


def test_all_that_soundfile_writes(tmp_path: Path, trial: Trial):
    """Every format, coding, rate and count of channels that libsndfile can write"""
    path, told = tmp_path / "sample", Counter[str]()
    rates = (*RATES, *BEYOND) if trial.full else (8_000, 44_100, 384_000)
    counts = (1, 2, 3, 4, 6, 8, 9) if trial.full else (1, 6)
    for format in soundfile.available_formats():
        for subtype in soundfile.available_subtypes(format):
            for rate in rates:
                for channels in counts:
                    if format == "SD2" or (format == "OGG" and rate > 192_000):
                        continue  # keeps half of itself in another file; crashes libsndfile's own encoder
                    frames = tone(110, seconds=LENGTH_S, rate=rate, channels=channels)
                    try:
                        write(path, frames, rate, format=format, subtype=subtype)
                    except (soundfile.LibsndfileError, ValueError, AssertionError):
                        continue  # there is no such file
                    case = f"{format} {subtype} {rate} Hz, {channels} channels"
                    try:
                        what = outcome(path, told=subtype != MISCOUNTED)
                    except AssertionError as error:
                        raise AssertionError(f"{case}: {error}") from error
                    told[what] += 1
                    trial.count()
                    fits = channels <= 8 and rate in RATES and subtype not in UNHEARD_CODINGS
                    if format in HEARD_FORMATS and fits:
                        assert what == "heard", case
                    if channels > 8 or (rate in BEYOND and subtype != "OPUS"):
                        assert what == "refused", case
    trial.note(", ".join(f"{count:,} {what}" for what, count in told.items()))


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed here")
def test_all_that_ffmpeg_writes(tmp_path: Path, trial: Trial):
    """Codings of the wild, as ffmpeg writes them, also in containers where they do not belong"""
    told = Counter[str]()
    rates = (8_000, 22_050, 44_100, 48_000, 96_000) if trial.full else (44_100,)
    for rate in rates:
        for channels in (1, 2, 6) if trial.full else (2,):
            source = write(
                tmp_path / "source.wav", tone(110, seconds=LENGTH_S, rate=rate, channels=channels), rate
            )
            for ending, codings in FFMPEG.items():
                for coding in codings:
                    path = tmp_path / f"made.{ending}"
                    path.unlink(missing_ok=True)
                    command = ["ffmpeg", "-v", "quiet", "-i", str(source), "-c:a", coding, "-strict", "-2"]
                    if subprocess.run([*command, str(path)], check=False).returncode != 0:
                        continue  # there is no such file
                    case = f"{coding} in {ending}, {rate} Hz, {channels} channels"
                    try:
                        what = outcome(path)
                    except AssertionError as error:
                        raise AssertionError(f"{case}: {error}") from error
                    told[what] += 1
                    trial.count()
                    is_plain = coding.startswith("pcm") and ending in ("wav", "aiff")
                    if is_plain or (ending, coding) in HEARD_CODINGS:
                        assert what == "heard", case
    trial.note(", ".join(f"{count:,} {what}" for what, count in told.items()))
