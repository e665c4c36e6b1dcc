"""Real files of every format, rate and layout: what the probe says, what is decoded, what is refused."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from support.audio import chunk, cut, riff, tone, write, write_tone
from support.hostile import without_length
from wavized.audio.decode import Clip, SilentAudioError, TooLongAudioError, load, to_model_input
from wavized.audio.mixing import stereo_weights
from wavized.audio.probe import HeaderProbe
from wavized.audio.stream import Section
from wavized.errors import UnreadableAudioError

MODEL_RATE = 16_000
RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
OPUS_RATES = (8_000, 16_000, 24_000, 48_000)
MPEG_RATES = RATES[:8]

# container, subtype, endian, rates, channel counts
EXACT = [
    *[
        ("WAV", s, "FILE")
        for s in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")
    ],
    ("WAV", "PCM_16", "BIG"),  # RIFX
    ("WAVEX", "PCM_16", "FILE"),
    ("WAVEX", "PCM_24", "FILE"),
    ("WAVEX", "FLOAT", "FILE"),
    ("RF64", "PCM_24", "FILE"),
    ("AIFF", "PCM_S8", "FILE"),
    ("AIFF", "PCM_16", "FILE"),
    ("AIFF", "PCM_24", "FILE"),
    ("AIFF", "PCM_16", "LITTLE"),  # AIFC, sowt
    ("AIFF", "FLOAT", "FILE"),  # AIFC, fl32
    ("FLAC", "PCM_16", "FILE"),
    ("FLAC", "PCM_24", "FILE"),
]
MATRIX = [
    *[(*form, RATES, channels) for form in EXACT for channels in (1, 2, 6)],
    *[("OGG", "VORBIS", "FILE", RATES, channels) for channels in (1, 2, 6)],
    *[("OGG", "OPUS", "FILE", OPUS_RATES, channels) for channels in (1, 2, 6)],
    *[("MP3", "MPEG_LAYER_III", "FILE", MPEG_RATES, channels) for channels in (1, 2)],
]


def peak_frequency(samples: np.ndarray, rate: int) -> float:
    """Where the spectrum is highest, in Hz, to a fifth of a hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size), n=rate * 5))
    return float(np.argmax(spectrum)) / 5


def load_window(path: Path, *, window_s: float = 1.0) -> Clip:
    return load(path, sample_rate=MODEL_RATE, window_s=window_s)


def model_input(path: Path, *, window_s: float = 1.0) -> np.ndarray:
    return to_model_input(
        load_window(path, window_s=window_s).samples, sample_rate=MODEL_RATE, window_s=window_s
    )


@pytest.mark.parametrize(("container", "subtype", "endian", "rates", "channels"), MATRIX)
def test_every_format_is_read(tmp_path, container, subtype, endian, rates, channels):
    """Probe and decoder agree on length, and 110 Hz is 110 Hz whatever the file's format and rate."""
    lossy = subtype in ("VORBIS", "OPUS", "MPEG_LAYER_III")
    for rate in rates:
        path = tmp_path / f"{rate}.wav"
        frames = tone(110, seconds=0.5, rate=rate, channels=channels)
        write(path, frames, rate, format=container, subtype=subtype, endian=endian)
        header = HeaderProbe().read_header(path)
        clip = load_window(path)
        case = f"{container} {subtype} {rate} Hz"
        assert header.channels == channels, case
        assert header.sample_rate == (48_000 if subtype == "OPUS" else rate), case
        assert header.complete is not False, case
        tolerance_s = 0.15 if lossy else 1.01 / rate
        assert header.duration_s == pytest.approx(len(frames) / rate, abs=tolerance_s), case
        assert clip.samples.shape[0] == min(channels, 2), case
        assert clip.samples.dtype == np.float32
        decoded_s = clip.samples.shape[1] / MODEL_RATE
        assert decoded_s == pytest.approx(header.duration_s, abs=0.15 if lossy else 0.001), case
        heard = to_model_input(clip.samples, sample_rate=MODEL_RATE, window_s=1.0)
        assert heard.shape == (MODEL_RATE,)
        assert peak_frequency(heard[:8_000], MODEL_RATE) == pytest.approx(110, abs=0.7), case


@pytest.mark.parametrize(
    ("container", "subtype", "endian"),
    [*EXACT, ("MP3", "MPEG_LAYER_III", "FILE"), ("OGG", "VORBIS", "FILE"), ("OGG", "OPUS", "FILE")],
)
@pytest.mark.parametrize("keep", [0.4, 0.6, 0.9])
def test_cut_files_are_noticed(tmp_path, container, subtype, endian, keep):
    """A file of which the end is missing is refused by name, whichever its format."""
    rng = np.random.default_rng(1)
    frames = tone(110, seconds=2.0) + 0.1 * rng.standard_normal((88_200, 1))
    rate = 48_000 if subtype == "OPUS" else 44_100
    path = write(tmp_path / "cut", frames, rate, format=container, subtype=subtype, endian=endian)
    assert load_window(path).samples.size
    with pytest.raises(UnreadableAudioError, match="cut off"):
        load_window(cut(path, keep))


@pytest.mark.parametrize("container", ["WAV", "WAVEX", "RF64", "AIFF", "MP3", "OGG"])
def test_the_probe_knows_cut_containers(tmp_path, container):
    """RIFF, AIFF, Xing and Ogg headers tell, without decoding, that a file is not whole."""
    rng = np.random.default_rng(1)
    frames = 0.1 * rng.standard_normal((88_200, 2))
    subtype = {"MP3": "MPEG_LAYER_III", "OGG": "VORBIS"}.get(container, "PCM_16")
    path = write(tmp_path / "a", frames, format=container, subtype=subtype)
    assert HeaderProbe().read_header(path).complete is (None if container == "MP3" else True)
    header = HeaderProbe().read_header(cut(path, 0.6))
    assert header.complete is False
    if container != "OGG":
        assert header.duration_s == pytest.approx(2.0, abs=0.1)


def test_an_ogg_stream_that_was_never_ended_is_not_called_complete(tmp_path):
    """Cut between two pages, an Ogg file looks whole, yet does not say that it is: nobody knows."""
    path = write(tmp_path / "a.ogg", tone(seconds=8.0), format="OGG", subtype="VORBIS")
    os.truncate(path, path.read_bytes().rfind(b"OggS"))
    assert HeaderProbe().read_header(path).complete is None


@pytest.mark.parametrize("container", ["WAV", "AIFF", "FLAC"])
def test_a_lossless_file_must_be_there_to_its_last_frame(tmp_path, container):
    """Without loss nothing is rounded: a file that lacks its last few bytes is cut off."""
    path = write(tmp_path / "a", tone(seconds=41_000 / 44_100), format=container)
    os.truncate(path, path.stat().st_size - 4)
    with pytest.raises(UnreadableAudioError, match="cut off"):
        load_window(path)
    with pytest.raises(UnreadableAudioError, match="cut off"):
        load(path, sample_rate=MODEL_RATE, window_s=0.1, max_seconds=0.1)


def test_a_cut_file_says_how_much_is_there(tmp_path):
    """The reason gives both lengths."""
    path = cut(write_tone(tmp_path / "a.wav", seconds=2.0), 0.6)
    with pytest.raises(UnreadableAudioError, match=r"^cut off: 1\.20 s of 2\.00 s are there$"):
        load_window(path)


def test_a_long_file_with_a_missing_end_is_noticed(tmp_path):
    """Truncation is noticed also where it lies behind the part that is decoded."""
    rng = np.random.default_rng(1)
    path = write(tmp_path / "a.flac", 0.1 * rng.standard_normal((160_000, 1)), 8_000, format="FLAC")
    assert load(path, sample_rate=8_000, window_s=1.0, max_seconds=2.0).samples.size
    with pytest.raises(UnreadableAudioError, match="cut off"):
        load(cut(path, 0.9), sample_rate=8_000, window_s=1.0, max_seconds=2.0)


def test_mp3_inside_wav_is_heard(tmp_path):
    """A WAV that wraps an MP3 stream is decoded by its inner stream."""
    inner = io.BytesIO()
    soundfile.write(inner, tone(110, seconds=1.0), 44_100, format="MP3")
    form = struct.pack("<HHIIHHHHIHHH", 0x55, 1, 44_100, 16_000, 1, 0, 12, 1, 2, 417, 1, 0x571)
    path = tmp_path / "wrapped.wav"
    path.write_bytes(riff(chunk(b"fmt ", form), chunk(b"data", inner.getvalue())))
    header = HeaderProbe().read_header(path)
    assert (header.format, header.complete) == ("wav", True)
    assert header.duration_s == pytest.approx(1.0, abs=0.1)
    assert peak_frequency(model_input(path), MODEL_RATE) == pytest.approx(110, abs=0.7)
    with pytest.raises(UnreadableAudioError, match="cut off"):
        load_window(cut(path, 0.6))


def test_a_streamed_wav_is_read_to_its_end(tmp_path):
    """A WAV whose sizes were never filled in is as long as the file."""
    path = write_tone(tmp_path / "a.wav", seconds=1.0)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert HeaderProbe().read_header(path).complete is None
    assert load_window(path).samples.shape == (1, MODEL_RATE)


# --- what is no sample ---


def test_unreadable_things_are_named(tmp_path):
    """Each thing that is no sample is refused in plain words, by the probe and by the decoder alike."""
    reasons = {}

    def thing(name: str, reason: str) -> Path:
        reasons[tmp_path / name] = reason
        return tmp_path / name

    thing("empty.wav", "is empty").touch()
    thing("text.wav", "starts like text").write_text("Dear Sir,\nthis is no sample – really not.\n")
    thing("folder.wav", "is a folder").mkdir()
    thing("vanished.wav", "is not there any more")
    thing("dangling.wav", "is not there any more").symlink_to(tmp_path / "nowhere")
    thing("circle.wav", "cannot be opened").symlink_to(tmp_path / "circle.wav")
    os.mkfifo(thing("pipe.wav", "is not a regular file"))
    thing("device.wav", "is not a regular file").symlink_to("/dev/zero")
    thing("piped.wav", "is not a regular file").symlink_to(tmp_path / "pipe.wav")
    thing("sliver.wav", "cut off").write_bytes(b"RIFF\x24\0\0\0WAVE")
    thing("noise.mp3", "no known kind").write_bytes(b"\x01\xfe" * 2_000)
    thing("ogg.ogg", "Ogg file without a sound").write_bytes(b"OggS" + b"\xff" * 400)
    thing("tag.mp3", "without sample rate|damaged header").write_bytes(b"ID3\3\0\0\0\0\0\0" + b"\0" * 4_000)
    for path, reason in reasons.items():
        for read in (HeaderProbe().read_header, load_window):
            with pytest.raises(UnreadableAudioError, match=reason):
                read(path)


def test_forbidden_files_are_named(tmp_path):
    """A file that may not be read is refused with that reason, tried as a user without rights."""
    write_tone(tmp_path / "secret.wav").chmod(0)
    tmp_path.chmod(0o755)
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from wavized.audio.probe import HeaderProbe\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "print(Path('secret.wav').stat().st_size > 0)\n"
        "try: HeaderProbe().read_header(Path('secret.wav'))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\nUnreadableAudioError no permission to read it\n"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(tmp_path, bad):
    """A float file with NaN or infinity in it is unreadable, not silently mended."""
    frames = tone(seconds=0.5)
    frames[5_000] = bad
    with pytest.raises(UnreadableAudioError, match="no numbers"):
        load_window(write(tmp_path / "a.wav", frames, subtype="FLOAT"))


def test_a_file_without_frames_holds_no_sound(tmp_path):
    """A well-formed file of length zero is unreadable."""
    with pytest.raises(UnreadableAudioError, match="no sound"):
        load_window(write(tmp_path / "a.wav", tone(seconds=0.0)))


def test_silence_has_its_own_name(tmp_path):
    """Digital silence, a hiss under -80 dBFS and a constant offset are silent; -70 dBFS is not."""
    offset = np.full((22_050, 1), 0.25)
    for frames in (tone(amplitude=0.0), tone(amplitude=0.9e-4), offset):
        with pytest.raises(SilentAudioError, match="silent"):
            load_window(write(tmp_path / "a.wav", frames, subtype="FLOAT"))
    assert load_window(write(tmp_path / "a.wav", tone(amplitude=10 ** (-70 / 20)), subtype="FLOAT"))


def test_broken_files_print_nothing_on_stdout(tmp_path):
    """What the decoding libraries grumble about bad files never reaches standard output."""
    rng = np.random.default_rng(1)
    for container in ("MP3", "OGG", "FLAC", "WAV"):
        whole = write(
            tmp_path / container,
            0.3 * rng.standard_normal((44_100, 2)),
            format=container,
            subtype={"MP3": "MPEG_LAYER_III", "OGG": "VORBIS"}.get(container, "PCM_16"),
        )
        content = bytearray(whole.read_bytes())
        content[len(content) // 2 : len(content) // 2 + 999] = rng.bytes(999)
        whole.write_bytes(content)
        (tmp_path / f"{container} cut").write_bytes(content[: len(content) // 3])
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from wavized.audio.decode import load\n"
        "from wavized.errors import WavizedError\n"
        "for path in Path(sys.argv[1]).iterdir():\n"
        "    try: load(path, sample_rate=16000, window_s=1.0)\n"
        "    except WavizedError: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, check=True)
    assert done.stdout == b""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def small_files(scratch) -> list[bytes]:
    """The content of a small file of each container."""
    kinds = [
        ("WAV", "PCM_16"),
        ("WAV", "FLOAT"),
        ("AIFF", "PCM_16"),
        ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("MP3", "MPEG_LAYER_III"),
        ("WAV", "IMA_ADPCM"),
    ]
    return [
        write(
            scratch / "a", tone(seconds=0.1, rate=48_000), 48_000, format=kind, subtype=subtype
        ).read_bytes()
        for kind, subtype in kinds
    ]


@settings(deadline=None)
@given(st.data())
def test_damaged_files_never_break_the_decoder(scratch, small_files, data):
    """A file damaged anywhere gives sound, UnreadableAudioError or SilentAudioError; nothing else."""
    content = bytearray(data.draw(st.sampled_from(small_files)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, min(len(content) - 1, 400)) | st.integers(0, len(content) - 1))
        patch = data.draw(st.binary(min_size=1, max_size=4))
        content[at : at + len(patch)] = patch
    path = scratch / "damaged"
    path.write_bytes(content)
    try:
        clip = load_window(path)
    except (UnreadableAudioError, SilentAudioError):
        return
    assert np.isfinite(clip.samples).all()
    assert clip.samples.shape[0] in (1, 2)


# --- names ---


@pytest.mark.parametrize(
    "name",
    [
        "AU_ESH2_bass_synth_one_shot_bristly_G#.WAV",
        'it\'s "quoted" (really) $HOME `x` %s {0}.wav',
        "line\nbreak\tand tab.wav",
        "🔊 bass 💥.wav",
        unicodedata.normalize("NFD", "Bässe für Zoë.wav"),
        "x" * 251 + ".wav",
        os.fsdecode(b"latin \xe4\xff bass.wav"),
        " leading and trailing .wav",
        "-n.wav",
        "fake.raw",
    ],
)
def test_odd_names_open(tmp_path, name):
    """Any name that a file can have, a file with sound can have."""
    path = write_tone(tmp_path / name)
    assert HeaderProbe().read_header(path).duration_s == pytest.approx(0.5)
    assert load_window(path).samples.shape == (1, MODEL_RATE // 2)


def test_the_probe_is_light():
    """Importing and using the probe brings neither numpy nor libsndfile into the daemon."""
    script = (
        "import sys, wavized.audio.probe\n"
        "heavy = {'numpy', 'soundfile', 'soxr', 'cffi', 'tinytag'} & set(sys.modules)\n"
        "print(heavy or 'light')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "light\n"


# --- shaping ---


def test_level_does_not_matter():
    """From -60 dB to +12 dB of gain the model hears the same, to within 1e-4."""
    rng = np.random.default_rng(7)
    for channels in (1, 2):
        decay = np.exp(-np.arange(24_000) / 6_000)
        sound = tone(55, seconds=1.5, rate=MODEL_RATE, channels=channels, amplitude=0.2).T * decay
        sound[:, :500] = 0.0
        sound[-1] += 0.01 * rng.standard_normal(24_000) * decay
        reference = to_model_input(sound.astype(np.float32), sample_rate=MODEL_RATE, window_s=1.0)
        for gain_db in (-60, -37.3, -20, -1, 6, 12):
            scaled = (sound * 10 ** (gain_db / 20)).astype(np.float32)
            heard = to_model_input(scaled, sample_rate=MODEL_RATE, window_s=1.0)
            assert np.abs(heard - reference).max() < 1e-4, gain_db


def test_the_level_is_that_of_the_loudest_stretch():
    """A tone reaches the model at -20 dBFS RMS, and a click in front of it changes that little."""
    plain = tone(110, seconds=1.0, rate=MODEL_RATE).T.astype(np.float32)
    clicked = plain.copy()
    clicked[:, 3] = 1.0
    for samples in (plain, clicked):
        heard = to_model_input(samples, sample_rate=MODEL_RATE, window_s=1.0)
        assert np.sqrt(np.square(heard[4_000:12_000]).mean()) == pytest.approx(0.1, rel=0.02)


def test_leading_silence_is_left_out(tmp_path):
    """A sound that begins late is heard whole, wherever in the first twelve seconds it begins."""
    sound = tone(110, seconds=1.0, rate=8_000)
    for late_s in (0.0, 0.3, 5.0, 11.5):
        frames = np.concatenate([np.zeros((round(late_s * 8_000), 1)), sound])
        path = write(tmp_path / "late.wav", frames, 8_000)
        heard = model_input(path)
        assert np.flatnonzero(np.abs(heard) > 0.01)[0] < 0.004 * MODEL_RATE
        assert np.sqrt(np.square(heard[-2_000:-500]).mean()) > 0.05
    with pytest.raises(SilentAudioError, match="first 12 s"):
        write(path, np.concatenate([np.zeros((8_000 * 12 + 80, 1)), sound]), 8_000)
        load_window(path)


def test_a_soft_attack_is_kept(tmp_path):
    """A swell that begins 40 dB under its peak belongs to the sound; what is 60 dB under it does not."""
    swell = tone(110, seconds=1.0, rate=MODEL_RATE)
    for start_db, heard_s in ((-40, 1.0), (-60, 0.5)):
        swell[:8_000] = tone(110, seconds=0.5, rate=MODEL_RATE, amplitude=0.5 * 10 ** (start_db / 20))
        clip = load_window(write(tmp_path / "a.wav", swell, MODEL_RATE))
        assert clip.samples.shape[1] == pytest.approx(heard_s * MODEL_RATE, abs=0.005 * MODEL_RATE)


def test_a_quiet_file_keeps_its_beginning(tmp_path):
    """Silence is judged against the file's own peak: a quiet file is not taken for silence."""
    loud, quiet = (
        write(tmp_path / f"{a}.wav", tone(seconds=0.5, amplitude=a), subtype="FLOAT") for a in (0.9, 0.002)
    )
    assert load_window(loud).samples.shape == load_window(quiet).samples.shape


def test_an_offset_is_no_sound(tmp_path):
    """A DC offset neither hides the onset nor reaches the model."""
    frames = np.concatenate([np.zeros((20_000, 1)), tone(110, seconds=0.5, amplitude=0.1)]) + 0.4
    heard = model_input(write(tmp_path / "a.wav", frames, subtype="FLOAT"))
    assert abs(heard[:8_000].mean()) < 1e-3
    assert np.abs(heard[100:300]).max() > 0.05


def test_a_cut_is_faded():
    """Sound longer than the window ends at zero; shorter sound is followed by zeros."""
    long, short = (tone(110, seconds=s, rate=MODEL_RATE).T.astype(np.float32) for s in (2.0, 0.25))
    heard = to_model_input(long, sample_rate=MODEL_RATE, window_s=1.0)
    assert heard[-1] == 0.0
    assert np.abs(heard[-160:-80]).max() > 0.05
    heard = to_model_input(short, sample_rate=MODEL_RATE, window_s=1.0)
    assert not heard[4_000:].any()
    assert heard.dtype == np.float32


def test_opposite_phases_do_not_cancel(tmp_path):
    """Stereo whose channels cancel each other is heard through its louder channel, not by what is left."""
    left, right = tone(110, amplitude=0.5), tone(110, amplitude=-0.45)
    rest = tone(990, amplitude=0.05)
    heard = model_input(write(tmp_path / "a.wav", np.hstack([left + rest, right + rest])))
    alone = model_input(write(tmp_path / "b.wav", left + rest))
    assert np.abs(heard - alone).max() < 1e-4


def test_wide_stereo_is_mixed(tmp_path):
    """Channels that differ without cancelling are both heard."""
    path = write(tmp_path / "a.wav", np.hstack([tone(110), tone(165)]))
    spectrum = np.abs(np.fft.rfft(model_input(path)))
    assert spectrum[110] == pytest.approx(spectrum[165], rel=0.1)


@pytest.mark.parametrize("channel", range(6))
def test_no_channel_of_surround_is_lost(tmp_path, channel):
    """Bass in any one channel of 5.1 is heard, the LFE included; left stays left."""
    frames = np.zeros((22_050, 6))
    frames[:, channel] = tone(110, seconds=0.5)[:, 0]
    path = write(tmp_path / "a.wav", frames, format="WAVEX")
    left, right = np.sqrt(np.square(load_window(path).samples).mean(axis=1))
    sides = {0: (True, False), 1: (False, True), 4: (True, False), 5: (False, True)}.get(
        channel, (True, True)
    )
    assert (left > 0.2, right > 0.2) == sides
    assert peak_frequency(model_input(path)[:8_000], MODEL_RATE) == pytest.approx(110, abs=0.7)


@pytest.mark.parametrize("channels", range(3, 9))
def test_ogg_keeps_its_channels_in_another_order(channels):
    """Folding Vorbis gives the channels the same weights as folding WAVE, in its own order."""
    wave, ogg = (stereo_weights(channels, ogg=ogg) for ogg in (False, True))
    assert wave is not None and ogg is not None
    assert sorted(map(tuple, wave.T)) == sorted(map(tuple, ogg.T))
    right = {3: 2, 4: 1, 5: 2, 6: 2, 7: 2, 8: 2}[channels]
    assert tuple(ogg[:, right]) == (0.0, 1.0)


def test_a_section_never_leaves_its_bounds():
    """libsndfile may ask for any position; it is kept within the section."""
    section = Section(io.BytesIO(b"0123456789"), 2, 5)
    assert (section.seek(-3), section.read(2)) == (0, b"23")
    assert (section.seek(99), section.read(2)) == (5, b"")
    assert (section.seek(-2, io.SEEK_END), section.read()) == (3, b"56")


def test_what_is_longer_than_its_header_says_is_too_long(tmp_path):
    """A FLAC of 20 s whose header knows no length is no one-shot; told honestly it is read as ever."""
    path = write(tmp_path / "a.flac", tone(seconds=20.0, rate=8_000), 8_000, format="FLAC")
    assert load(path, sample_rate=8_000, window_s=3.0).samples.shape[1] > 24_000
    path.write_bytes(without_length(path.read_bytes()))
    assert HeaderProbe().read_header(path).duration_s == 0.0
    with pytest.raises(TooLongAudioError, match="longer than 12 s"):
        load(path, sample_rate=8_000, window_s=3.0)


def test_values_beyond_all_measure_are_refused(tmp_path):
    """Numbers that were never scaled are heard; numbers whose squares are infinite are not."""
    path = write(tmp_path / "a.wav", tone(amplitude=2.0**31), subtype="FLOAT")
    assert model_input(path).max() < 1.0
    with pytest.raises(UnreadableAudioError, match="beyond all measure"):
        load_window(write(path, tone(amplitude=1e38), subtype="FLOAT"))
