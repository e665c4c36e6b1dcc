"""Previews from the real process, and from one that misbehaves: nothing it does reaches the daemon."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

import support.rogue_previewer as rogue_previewer
from support.audio import cut, tone, write, write_tone
from wavized.audio.playable import browser_type
from wavized.audio.stream import Section
from wavized.audio.waveform import COLUMNS
from wavized.domain.sample import FileStat
from wavized.window.previews import NoPreviewError, Previews, PreviewsBusyError, Sample, default_command
from wavized.window.shelf import Shelf

Make = Callable[..., Previews]


def sample(path: Path) -> Sample:
    status = path.stat()
    return Sample(
        path, FileStat(status.st_size, status.st_mtime_ns), hashlib.sha256(path.read_bytes()).hexdigest()
    )


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    """The real process, kept for all tests of what it makes."""
    previews = Previews(default_command(), tmp_path_factory.mktemp("cache") / "previews", timeout_s=300.0)
    yield previews
    previews.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Previews over the process that misbehaves; `tmp_path` holds its notes."""
    made: list[Previews] = []

    def build(**limits: float) -> Previews:
        command = [sys.executable, rogue_previewer.__file__, str(tmp_path)]
        made.append(Previews(command, tmp_path / "cache" / "previews", **{"timeout_s": 300.0, **limits}))
        return made[-1]

    yield build
    for previews in made:
        previews.close()


def named(tmp_path: Path, name: str) -> Sample:
    path = tmp_path / f"{name}.wav"
    path.write_bytes(name.encode() * 100)
    return sample(path)


def notes(tmp_path: Path, what: str) -> list[str]:
    return (tmp_path / what).read_text().splitlines()


def outline(real: Previews, path: Path) -> dict[str, object]:
    return json.loads(real.ask("waveform", sample(path)).result().read_bytes())


def test_a_waveform_tells_length_outline_and_peak(real: Previews, tmp_path: Path) -> None:
    """A tone of half a second at half the full scale."""
    told = outline(real, write(tmp_path / "a.wav", tone(100.0, seconds=0.5, amplitude=0.5)))
    assert told["seconds"] == 0.5
    assert told["peak_dbfs"] == pytest.approx(-6.0, abs=0.1)
    columns = np.array(told["columns"])
    assert columns.shape == (COLUMNS, 2)
    assert (columns[:, 0] <= columns[:, 1]).all()
    assert columns.min() == pytest.approx(-0.5, abs=0.01) and columns.max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("seconds", [0.0005, 0.02, 40.0])
def test_any_length_fills_all_columns(real: Previews, tmp_path: Path, seconds: float) -> None:
    """From a scrap to a long file; what is louder in the second half is drawn so."""
    frames = tone(200.0, seconds=seconds)
    frames[: len(frames) // 2] *= 0.1
    told = outline(real, write(tmp_path / "a.wav", frames, subtype="FLOAT"))
    columns = np.array(told["columns"])
    assert columns.shape == (COLUMNS, 2)
    assert told["seconds"] == pytest.approx(len(frames) / 44_100, abs=1e-4)
    assert np.abs(columns[:110]).max() < 0.06
    assert np.abs(columns[130:]).max() == pytest.approx(np.abs(frames).max(), abs=0.01)


def test_silence_has_no_peak(real: Previews, tmp_path: Path) -> None:
    """There is no number for how quiet nothing is."""
    told = outline(real, write(tmp_path / "a.wav", np.zeros((1000, 1))))
    assert told["peak_dbfs"] is None
    assert np.abs(np.array(told["columns"])).max() == 0.0


def test_values_that_are_no_numbers_are_drawn_as_silence(real: Previews, tmp_path: Path) -> None:
    """NaN and infinities do not end up in the answer; what is over full scale is drawn at it and told."""
    frames = tone(100.0, amplitude=2.0)
    frames[100:200] = np.nan
    frames[300] = np.inf
    told = outline(real, write(tmp_path / "a.wav", frames, subtype="FLOAT"))
    assert np.array(told["columns"]).max() == 1.0
    assert told["peak_dbfs"] == pytest.approx(6.0, abs=0.1)


def test_a_cut_file_is_shown_as_far_as_it_goes(real: Previews, tmp_path: Path) -> None:
    """Half a WAV is half as long."""
    told = outline(real, cut(write_tone(tmp_path / "a.wav", seconds=1.0), 0.5))
    assert told["seconds"] == pytest.approx(0.5, abs=0.01)


def test_a_spectrogram_is_a_picture_with_a_transparent_ground(real: Previews, tmp_path: Path) -> None:
    """480 by 160 in PNG; most of a pure tone's picture is clear, its pitch is not."""
    made = real.ask(
        "spectrogram", sample(write_tone(tmp_path / "a.wav", seconds=1.0, frequency=440.0))
    ).result()
    with Image.open(made) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (480, 160))
        opacity = np.array(picture)[:, :, 3]
    assert np.median(opacity) == 0
    assert opacity[:, 240].max() == 255


@pytest.mark.parametrize(
    ("format", "subtype", "channels", "endian"),
    [
        ("AIFF", "PCM_24", 2, "FILE"),
        ("WAV", "FLOAT", 1, "FILE"),
        ("WAV", "DOUBLE", 2, "FILE"),
        ("WAV", "PCM_32", 1, "FILE"),
        ("WAV", "PCM_16", 1, "BIG"),
        ("WAV", "PCM_16", 6, "FILE"),
        ("WAV", "MS_ADPCM", 1, "FILE"),
        ("WAV", "ULAW", 1, "FILE"),
        ("RF64", "PCM_16", 1, "FILE"),
        ("W64", "PCM_16", 1, "FILE"),
        ("CAF", "PCM_16", 2, "FILE"),
    ],
)
def test_what_browsers_cannot_play_becomes_plain_wave(
    real: Previews, tmp_path: Path, format: str, subtype: str, channels: int, endian: str
) -> None:
    """The same sound, rate and length in 16 bits, mono or stereo; the original is left as it was."""
    frames = tone(220.0, seconds=0.3, channels=channels, amplitude=0.25)
    path = write(tmp_path / "a", frames, 48_000, format=format, subtype=subtype, endian=endian)
    before = path.read_bytes()
    assert browser_type(Section(io.BytesIO(before), 0, len(before))) is None
    made = real.ask("wav", sample(path)).result()
    plain = made.read_bytes()
    assert browser_type(Section(io.BytesIO(plain), 0, len(plain))) == "audio/wav"
    with soundfile.SoundFile(made) as sound:
        assert (sound.subtype, sound.samplerate, sound.channels) == ("PCM_16", 48_000, min(channels, 2))
        # ADPCM comes in whole packets
        assert sound.frames - len(frames) in range(4096 if "ADPCM" in subtype else 1)
        decoded = sound.read(len(frames), always_2d=True)
    if channels <= 2:
        assert np.abs(decoded - frames).max() < 0.01
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("format", "subtype", "expected"),
    [
        ("WAV", "PCM_U8", "audio/wav"),
        ("WAV", "PCM_16", "audio/wav"),
        ("WAV", "PCM_24", "audio/wav"),
        ("WAVEX", "PCM_24", "audio/wav"),
        ("FLAC", "PCM_24", "audio/flac"),
        ("OGG", "VORBIS", "audio/ogg"),
        ("OGG", "OPUS", "audio/ogg"),
        ("MP3", "MPEG_LAYER_III", "audio/mpeg"),
    ],
)
def test_what_browsers_play_is_known_by_content(
    tmp_path: Path, format: str, subtype: str, expected: str
) -> None:
    """The type is told whatever the file's name says."""
    data = write(
        tmp_path / "page.html", tone(channels=2), 48_000, format=format, subtype=subtype
    ).read_bytes()
    assert browser_type(Section(io.BytesIO(data), 0, len(data))) == expected


@pytest.mark.parametrize(
    "data", [b"", b"R", b"RIFF", b"<html><script>", b"OggS", b"\xff" * 50, b"RIFF\0\0\0\0WAVE"]
)
@pytest.mark.parametrize("what", ["waveform", "spectrogram", "wav"])
def test_what_is_no_sound_is_refused_in_words(real: Previews, tmp_path: Path, data: bytes, what: str) -> None:
    """Nothing is made of it, and the process goes on."""
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(NoPreviewError) as caught:
        real.ask(what, sample(path)).result()
    assert caught.value.message
    outline(real, write_tone(tmp_path / "b.wav"))


def test_a_name_of_stray_bytes_is_no_obstacle(real: Previews, tmp_path: Path) -> None:
    """A path need not be text."""
    assert outline(real, write_tone(tmp_path / os.fsdecode(b"k\xff\xfe \n'\".wav")))["seconds"] == 0.5


def test_the_process_brings_neither_torch_nor_its_output_along() -> None:
    """What it imports is numpy and libsndfile; a stray print does not reach the pipe."""
    code = (
        "import sys, os; from wavized.audio import preview, waveform, spectrogram, conversion;"
        "voice = preview._move_stdout_away(); print('stray'); os.system('echo stray');"
        "voice.write(b'torch' if 'torch' in sys.modules else b'clean'); voice.flush()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=300)
    assert done.stdout == b"clean"


def test_the_process_leaves_when_its_leash_is_dropped() -> None:
    """End of input ends it, without a word."""
    done = subprocess.run(default_command(), input=b"", capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


def test_what_was_made_is_kept(make: Make, tmp_path: Path) -> None:
    """The second time no process is asked, also by the next daemon; only the owner may read it."""
    kick = named(tmp_path, "kick")
    first = make().ask("waveform", kick).result()
    again = make()
    assert again.ask("waveform", kick).result() == first
    assert not again.running
    assert notes(tmp_path, "asked") == ["waveform kick.wav"]
    assert first.parent.stat().st_mode & 0o777 == 0o700
    make().ask("spectrogram", kick).result()
    assert len(notes(tmp_path, "asked")) == 2


def test_one_file_asked_for_many_times_at_once_is_made_once(make: Make, tmp_path: Path) -> None:
    """Who comes while it is being made gets the same file."""
    previews, sub = make(), named(tmp_path, "wait sub")
    replies = [previews.ask("wav", sub) for _ in range(5)]
    sub.path.with_suffix(".go").touch()
    assert len({reply.result() for reply in replies}) == 1
    assert len(notes(tmp_path, "asked")) == 1


@pytest.mark.parametrize("name", ["die", "babble", "deep", "ahead", "flood"])
def test_a_crash_costs_one_preview(make: Make, tmp_path: Path, name: str) -> None:
    """The next sample gets its own from a new process; the culprit is not tried again; no scrap is left."""
    previews, culprit = make(), named(tmp_path, name)
    for _ in range(3):
        with pytest.raises(NoPreviewError, match="failed"):
            previews.ask("wav", culprit).result()
    made = previews.ask("wav", named(tmp_path, "kick")).result()
    assert made.read_bytes() == b"kick" * 100
    assert len(notes(tmp_path, "starts")) == 2
    assert [file.name for file in made.parent.iterdir()] == [made.name]


def test_a_hang_ends(make: Make, tmp_path: Path) -> None:
    """A file over which the process sits too long is given up, and the process with it."""
    previews = make(timeout_s=1.5)
    with pytest.raises(NoPreviewError, match="failed"):
        previews.ask("wav", named(tmp_path, "hang")).result()
    (pid,) = notes(tmp_path, "starts")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


@pytest.mark.parametrize(("name", "words"), [("refuse", "is no sound"), ("fail", "failed")])
def test_a_refusal_is_remembered(make: Make, tmp_path: Path, name: str, words: str) -> None:
    """What cannot be shown is not asked about again, and the process stays."""
    previews = make()
    for _ in range(3):
        with pytest.raises(NoPreviewError, match=words):
            previews.ask("waveform", named(tmp_path, name)).result()
    assert len(notes(tmp_path, "asked")) == 1
    assert previews.running


def test_a_file_that_changes_meanwhile_is_not_kept_under_its_old_name(make: Make, tmp_path: Path) -> None:
    """The picture of other content would be a lie; it is asked for again."""
    previews = make()
    with pytest.raises(PreviewsBusyError, match="changing"):
        previews.ask("wav", named(tmp_path, "grow")).result()
    assert list((tmp_path / "cache" / "previews").iterdir()) == []


def test_too_much_at_once_is_refused(make: Make, tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """Beyond what may wait the answer comes at once; what waits is answered."""
    previews, slow = make(most_waiting=2), named(tmp_path, "wait slow")
    replies = [previews.ask("wav", slow)]
    wait_for(lambda: (tmp_path / "asked").exists())
    replies += [previews.ask("wav", named(tmp_path, f"kick {n}")) for n in range(4)]
    for reply in replies[3:]:
        with pytest.raises(PreviewsBusyError):
            reply.result(0)
    slow.path.with_suffix(".go").touch()
    for reply in replies[:3]:
        reply.result()


def test_the_process_goes_when_nothing_is_asked(
    make: Make, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    """After a while it leaves, and comes back when it is needed."""
    previews = make(idle_s=0.2)
    previews.ask("wav", named(tmp_path, "a")).result()
    wait_for(lambda: not previews.running)
    previews.ask("wav", named(tmp_path, "b")).result()
    assert len(notes(tmp_path, "starts")) == 2


def test_closing_waits_for_nobody(make: Make, tmp_path: Path, wait_for: Callable[..., None]) -> None:
    """A process at work is ended, what waits is dropped, and no thread is left; closing again is harmless."""
    before = set(threading.enumerate())
    previews = make()
    working = previews.ask("wav", named(tmp_path, "hang"))
    waiting = previews.ask("wav", named(tmp_path, "kick"))
    wait_for(lambda: (tmp_path / "asked").exists())
    previews.close()
    previews.close()
    with pytest.raises(PreviewsBusyError, match="stopping"):
        working.result(0)
    with pytest.raises(CancelledError):
        waiting.result(0)
    with pytest.raises(PreviewsBusyError):
        previews.ask("wav", named(tmp_path, "late")).result(0)
    assert set(threading.enumerate()) <= before


def test_a_process_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    """Each request says so; none hangs."""
    previews = Previews([str(tmp_path / "nothing")], tmp_path / "cache")
    try:
        with pytest.raises(NoPreviewError, match="No such file"):
            previews.ask("wav", named(tmp_path, "kick")).result()
    finally:
        previews.close()


def test_the_shelf_stays_below_its_size(tmp_path: Path) -> None:
    """The longest unused go first, what was left half is swept up, and the newest always stays."""
    folder = tmp_path / "shelf"
    shelf = Shelf(folder, most_bytes=1000)

    def put(name: str, size: int, when: int) -> Path:
        begun = shelf.begin(name)
        begun.write_bytes(b"x" * size)
        os.utime(begun, (when, when))
        return shelf.finish(begun)

    for number in range(4):
        put(f"{number}", 240, 1000 + number)
    os.utime(folder / "0", (2000, 2000))  # used again
    (folder / "left.part").write_bytes(b"x")
    put("4", 240, 1)
    assert sorted(path.name for path in folder.iterdir()) == ["0", "3", "4"]
    put("huge", 5000, 3)
    assert [path.name for path in folder.iterdir()] == ["huge"]
    assert shelf.find("0") is None and shelf.find("huge") == folder / "huge"
    os.utime(folder / "huge", (1, 1))
    shelf.find("huge")
    assert (folder / "huge").stat().st_mtime > 1
