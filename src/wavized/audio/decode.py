"""Decode samples and shape them for the model: the one path for worker, command line and training.

Runs where numpy may be imported (worker, CLI worker, training), never in the daemon. Opens files read-only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from wavized.audio.containers import must_be_in_range, read_container
from wavized.audio.mixing import Samples, stereo_weights, to_mono
from wavized.audio.probe import examine
from wavized.audio.stream import Section, open_sample
from wavized.domain.sample import Header
from wavized.errors import UnreadableAudioError, WavizedError

SILENT_BELOW = 10 ** (-80 / 20)
"""A file whose peak stays under -80 dBFS holds nothing to hear."""
ONSET_ABOVE = 10 ** (-50 / 20)
"""A sample has begun once it leaves its first value by more than this part (-50 dB) of its peak."""
PRE_ONSET_S = 0.002
MARGIN_S = 0.1
"""`load` keeps this much more than the window, so that a later onset in the mono mix still fills it."""
RUMBLE_HZ = 20.0
"""Nobody hears what lies below, but it would decide how loud the rest reaches the model."""
FADE_S = 0.01
LEVEL_SPAN_S = 0.4
LEVEL_RMS = 0.1
LOSSY_TOLERANCE = 2 * 1152
"""Frames that a lossy file may end early: two MPEG frames."""
BLOCK_FRAMES = 1 << 16
_MPEG_NOT_FOUND = 7
"""libsndfile's code for an MP3 stream without a frame; its own words speak of a missing file instead."""
LOUDEST = 1e12
"""240 dB over full scale: numbers written unscaled stay below it, and their squares can be reckoned with."""
LENGTH_TOLERANCE_S = 1.0
"""A lossy file may be that much longer than its header says."""
_UNKNOWN_FRAMES = 1 << 40
"""From here on a number of frames stands for "not known" (a FLAC stream without its length)."""


class SilentAudioError(WavizedError):
    """The file can be read and there is nothing to hear in it."""


class TooLongAudioError(UnreadableAudioError):
    """There is more sound than its header says, and more than a one-shot may have."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Decoded sound: float32 of shape (channels, n) with one or two channels; `sample_rate` is in Hz."""

    samples: Samples
    sample_rate: int


def load(path: Path, *, sample_rate: int, window_s: float, max_seconds: float = 12.0) -> Clip:
    """Decode a file from its onset on, at `sample_rate` Hz: up to `window_s` seconds and a margin of 0.1 s.

    The onset is looked for in the first `max_seconds`. Level, stereo and any DC offset are kept as they are.
    Raises UnreadableAudioError (foreign, damaged, cut off, not finite), of that TooLongAudioError where a
    header tells of no more than `max_seconds` and lies or does not know, and SilentAudioError.
    """
    file, size = open_sample(path)
    with file:
        section = Section(file, 0, size)
        header = _refuse_broken_promises(section)
        samples, rate = _decode(section, max_seconds + window_s)
    at_least = (max_seconds + min(window_s, LENGTH_TOLERANCE_S)) * rate
    if header.duration_s <= max_seconds and samples.shape[1] >= int(at_least):
        raise TooLongAudioError(f"is longer than {max_seconds:g} s, whatever its header says")
    heard = _from_onset(samples, rate, max_seconds)
    heard = heard[:, : round((window_s + MARGIN_S) * rate)]
    if rate != sample_rate:
        heard = soxr.resample(heard.T, rate, sample_rate, quality="HQ").T
    return Clip(np.ascontiguousarray(heard, dtype=np.float32), sample_rate)


def to_model_input(samples: Samples, *, sample_rate: int, window_s: float) -> Samples:
    """Shape a clip (channels, n) into what a model hears: mono, round(window_s * sample_rate) samples.

    Mixed to mono, trimmed to the onset, cut to the window with a short fade, freed of DC and of what lies
    below 20 Hz, brought to an RMS of -20 dBFS over its loudest 400 ms, zero-padded. The level is taken there
    rather than at the peak, because one click would otherwise decide how loud the body of a sound reaches
    the model. Every threshold is relative to the sound itself, so the result does not depend on gain. Raises
    SilentAudioError where nothing moves.
    """
    length = round(window_s * sample_rate)
    mono = _from_onset(to_mono(samples)[np.newaxis, :], sample_rate, None, silent_below=0.0)[0]
    cut = mono.size > length
    sound = mono[:length].astype(np.float64)
    sound = _without_rumble(sound - sound.mean(), sample_rate)
    if cut:
        fade = min(round(FADE_S * sample_rate), length)
        sound[length - fade :] *= np.linspace(1.0, 0.0, fade)
    level = _loudest_rms(sound, round(LEVEL_SPAN_S * sample_rate))
    if level == 0.0:
        raise SilentAudioError("is silent")
    result = np.zeros(length, dtype=np.float32)
    result[: sound.size] = sound * (LEVEL_RMS / level)
    return result


def _refuse_broken_promises(section: Section) -> Header:
    """The header; UnreadableAudioError where it is foreign or promises more than there is.

    libsndfile itself reads a cut WAV or Ogg as if it ended there.
    """
    header = examine(section)
    if header.format in ("wav", "aiff"):
        container = read_container(section)
        if container.complete is False:
            _refuse_as_cut_off(container.frames_present, container.frames, container.sample_rate)
    elif header.complete is False and header.format != "mp3":
        raise UnreadableAudioError("cut off: its end is missing")
    return header


def _decode(section: Section, seconds: float) -> tuple[Samples, int]:
    """Up to `seconds` of the stream as float32 (channels <= 2, n), with its rate in Hz."""
    section.seek(0)
    try:
        with soundfile.SoundFile(section) as sound:
            must_be_in_range(sound.samplerate, sound.channels)
            wanted = min(sound.frames, round(seconds * sound.samplerate))
            weights = stereo_weights(sound.channels, ogg=sound.format == "OGG")
            blocks = [block.T if weights is None else weights @ block.T for block in _blocks(sound, wanted)]
            _must_be_whole(sound, sum(block.shape[1] for block in blocks), wanted)
            return np.ascontiguousarray(np.concatenate(blocks, axis=1)), int(sound.samplerate)
    except soundfile.LibsndfileError as error:
        raise UnreadableAudioError(f"cannot be decoded: {_plain(error)}") from error
    finally:
        section.raise_error()


def _blocks(sound: soundfile.SoundFile, wanted: int) -> Iterator[Samples]:
    """Read `wanted` frames piece by piece, as (frames, channels); ends early where the stream does."""
    left = wanted
    while left > 0:
        block = _next_block(sound, min(left, BLOCK_FRAMES))
        if not len(block):
            return
        if not np.isfinite(block).all():
            raise UnreadableAudioError("holds values that are no numbers (NaN or infinite)")
        if np.abs(block).max() > LOUDEST:
            raise UnreadableAudioError("holds values beyond all measure")
        left -= len(block)
        yield block


def _next_block(sound: soundfile.SoundFile, frames: int) -> Samples:
    """Up to `frames` frames. At the end of a damaged FLAC stream soundfile raises; what it decoded counts."""
    block: Samples = np.full((frames, sound.channels), np.nan, dtype=np.float32)
    try:
        return block[: len(sound.read(out=block))]
    except soundfile.LibsndfileError:
        untouched = np.isnan(block).all(axis=1)
        return block[: int(np.argmax(untouched))] if untouched.any() else block


def _must_be_whole(sound: soundfile.SoundFile, decoded: int, wanted: int) -> None:
    """Raise UnreadableAudioError where fewer frames were decoded than the header promises."""
    if decoded == 0:
        raise UnreadableAudioError("holds no sound")
    if sound.frames >= _UNKNOWN_FRAMES:
        return
    tolerance = 0 if sound.format == "FLAC" else LOSSY_TOLERANCE
    if wanted - decoded > tolerance:
        _refuse_as_cut_off(decoded, sound.frames, sound.samplerate)
    if wanted < sound.frames - tolerance:
        try:
            sound.seek(sound.frames - tolerance - 1)
            end_is_there = len(sound.read(1)) == 1
        except soundfile.LibsndfileError:
            end_is_there = False
        if not end_is_there:
            raise UnreadableAudioError("cut off: its end is missing")


def _refuse_as_cut_off(there: int, promised: int, rate: int) -> NoReturn:
    if promised == 0:
        raise UnreadableAudioError("cut off: only its header is there")
    digits = 2 if (promised - there) / rate >= 0.01 else 4
    raise UnreadableAudioError(
        f"cut off: {there / rate:.{digits}f} s of {promised / rate:.{digits}f} s are there"
    )


def _plain(error: soundfile.LibsndfileError) -> str:
    if error.code == _MPEG_NOT_FOUND:
        return "no sound was found in it"
    return str(error.error_string).removeprefix("Error : ").rstrip(". ")


def _from_onset(
    samples: Samples, rate: int, within_s: float | None, *, silent_below: float = SILENT_BELOW
) -> Samples:
    """Leave out leading silence, measured from the first value so that a DC offset is no sound."""
    if samples.shape[1] == 0:
        raise SilentAudioError("is silent")
    moved = np.abs(samples - samples[:, :1]).max(axis=0)
    peak = moved.max()
    if peak <= silent_below:
        raise SilentAudioError("is silent")
    onset = int(np.argmax(moved > peak * ONSET_ABOVE))
    if within_s is not None and onset > within_s * rate:
        raise SilentAudioError(f"is silent for its first {within_s:g} s")
    return samples[:, max(0, onset - round(PRE_ONSET_S * rate)) :]


def _without_rumble(sound: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """What lies below `RUMBLE_HZ` taken away, -6 dB there: a Butterworth high-pass run forth and back."""
    size = 1 << (sound.size + round(rate / RUMBLE_HZ) - 1).bit_length()
    hertz = np.fft.rfftfreq(size, 1.0 / rate)
    gain = hertz**4 / (hertz**4 + RUMBLE_HZ**4)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: sound.size])


def _loudest_rms(sound: npt.NDArray[np.float64], span: int) -> float:
    """RMS over the loudest stretch of `span` samples; a shorter sound counts as followed by silence."""
    energy = np.concatenate(([0.0], np.cumsum(np.square(sound))))
    loudest = energy[-1] if sound.size <= span else (energy[span:] - energy[:-span]).max()
    return float(np.sqrt(loudest / span))
