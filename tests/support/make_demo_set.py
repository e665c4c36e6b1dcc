"""Make the demonstration set in `tests/data`: clear examples of every label, shaped as downloads are.

`python tests/support/make_demo_set.py [FOLDER]` writes all of it from the project's own synthesis; the same
versions of numpy, scipy and libsndfile give the same bytes. Seeds are far from any used in training.
"""

from __future__ import annotations

import io
import json
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from wavized.training.synthesis import Note, render_note

DATA = Path(__file__).parent.parent / "data"
SEED = 9_000_000

Clip = npt.NDArray[np.float32]
Encoder = Callable[[Clip, int], bytes]
"""From samples of shape (channels, n) at a rate in Hz to the bytes of a file."""


def encode(container: str, subtype: str) -> Encoder:
    """An encoder of libsndfile's, with what it takes from clock and chance set to zero."""

    def run(clip: Clip, rate: int) -> bytes:
        buffer = io.BytesIO()
        soundfile.write(buffer, clip.T, rate, format=container, subtype=subtype)
        data = bytearray(buffer.getvalue())
        peak = data.find(b"PEAK", 0, 256)
        if peak >= 0:
            data[peak + 12 : peak + 16] = bytes(4)  # the time of writing
        return with_serial(data, 1) if container == "OGG" else bytes(data)

    return run


def with_serial(ogg: bytearray, serial: int) -> bytes:
    """Replace the random stream serial number in every Ogg page (RFC 3533) and mend its checksum."""
    at = 0
    while at < len(ogg):
        segments = ogg[at + 26]
        end = at + 27 + segments + sum(ogg[at + 27 : at + 27 + segments])
        ogg[at + 14 : at + 18] = struct.pack("<I", serial)
        ogg[at + 22 : at + 26] = bytes(4)
        ogg[at + 22 : at + 26] = struct.pack("<I", ogg_checksum(ogg[at:end]))
        at = end
    return bytes(ogg)


def ogg_checksum(page: bytes) -> int:
    """CRC-32 with the polynomial 0x04c11db7, not reflected, as Ogg pages carry it."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        value &= 0xFFFFFFFF
    return value


def surround(clip: Clip, rate: int) -> bytes:
    """A 5.1 WAVE_FORMAT_EXTENSIBLE: left, right, centre, low frequencies, and two fainter rear channels."""
    mono = clip.mean(axis=0)
    gains = np.array([0.7, 0.7, 0.5, 0.9, 0.3, 0.3], dtype=np.float32)
    return encode("WAVEX", "PCM_16")(gains[:, None] * mono[None, :], rate)


def truncated(clip: Clip, rate: int) -> bytes:
    """A WAV whose header promises all, cut off after a quarter, as an interrupted download leaves it."""
    whole = WAV(clip, rate)
    return whole[: len(whole) // 4]


WAV, WAV24, FLAC = encode("WAV", "PCM_16"), encode("WAV", "PCM_24"), encode("FLAC", "PCM_16")


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to render: where it goes, what it is meant to be, which patch and note, how it is written.

    `seconds` cuts it (with a fade); `width` is the number of channels wanted, 1 or 2.
    """

    path: str
    label: str
    family: str
    seed: int
    midi: float = 36.0
    gate: float = 0.6
    release: float = 0.1
    rate: int = 22050
    seconds: float = 1.4
    width: int = 1
    encoder: Encoder = WAV
    remark: str = ""

    def clip(self) -> Clip:
        """Render, shape (width, n)."""
        rng = np.random.default_rng(SEED + self.seed)
        note = Note(self.midi, self.gate, self.release)
        sound = render_note(self.label, self.family, rng, note, self.rate)
        sound = sound[:, : round(self.seconds * self.rate)]
        fade = min(sound.shape[1] // 4, round(0.08 * self.rate))
        sound[:, sound.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
        sound = sound * (0.9 / np.abs(sound).max())
        if self.width == 1:
            return sound.mean(axis=0, keepdims=True)
        return np.broadcast_to(sound, (2, sound.shape[1])) if len(sound) == 1 else sound


NEURO = "demo_neuro_pack/bass_one_shots/"
TRAP = "Trap Essentials (Demo)/808s/"
HOUSE = "Slap House Tools/One Shots/"
ACID = "acid_lines_demo/"
BRASS = "Brass & Stabs/"
DEEP = "Deep Subs/"
DRUMS = "Drum Hits Demo/"

SAMPLES = (
    Sample(NEURO + "DNP_bass_synth_one_shot_talker_F#.wav", "growl", "talking", 111, 30, 0.9, rate=44100),
    Sample(NEURO + "DNP_bass_synth_one_shot_wobble_E.wav", "growl", "wobble", 121, 28, 0.9),
    Sample(
        NEURO + "DNP_174_growl_one_shot_yoi_F.wav",
        "growl",
        "fm_growl",
        134,
        29,
        0.8,
        encoder=encode("WAVEX", "PCM_24"),
        remark="WAVE_FORMAT_EXTENSIBLE, 24 bit",
    ),
    Sample(
        NEURO + "DNP_reese_one_shot_wide_D#min.wav", "reese", "wide", 4, 27, 1.1, width=2, remark="stereo"
    ),
    Sample(NEURO + "DNP_bass_synth_one_shot_dread_F.wav", "reese", "classic", 5, 29, 1.1),
    Sample(
        NEURO + "DNP_reese_one_shot_night_G.wav",
        "reese",
        "sweeping",
        6,
        31,
        0.7,
        rate=96000,
        encoder=WAV24,
        seconds=0.8,
        remark="96 kHz, 24 bit",
    ),
    Sample(TRAP + "808 Long Boi (C).wav", "808", "classic", 7, 36, rate=44100),
    Sample(TRAP + "808 'Knock' [drive].wav", "808", "driven", 187, 33),
    Sample(TRAP + "SPNZ CLIP 808 D#.WAV", "808", "clipped", 195, 39, remark="capital extension"),
    Sample(
        TRAP + "808 glide up F.wav",
        "808",
        "gliding",
        206,
        29,
        encoder=encode("RF64", "PCM_16"),
        remark="RF64",
    ),
    Sample(HOUSE + "SHT_slap_bass_donk_E.wav", "slap", "donk", 11, 40, 0.4),
    Sample(HOUSE + "SHT “thumb” bass G.wav", "slap", "thumb", 12, 31, 0.8),
    Sample(
        HOUSE + "SHT_solid_bass_A#.mp3",
        "slap",
        "fm_solid",
        13,
        34,
        0.7,
        rate=44100,
        encoder=encode("MP3", "MPEG_LAYER_III"),
        remark="MP3",
    ),
    Sample(
        HOUSE + "SHT_slap_house_knock_F.wav",
        "slap",
        "slap_house",
        241,
        41,
        0.4,
        encoder=encode("WAV", "PCM_U8"),
        remark="8 bit",
    ),
    Sample(ACID + "ALD_303_squelch_A.wav", "acid", "saw_squelch", 252, 33, 0.5, rate=44100),
    Sample(
        ACID + "ALD_303_hollow_D.ogg", "acid", "square_squelch", 262, 38, 0.6, encoder=encode("OGG", "VORBIS")
    ),
    Sample(ACID + "ALD_303_screamer_G#.flac", "acid", "distorted", 272, 32, 0.7, encoder=FLAC, remark="FLAC"),
    Sample(ACID + "ALD_acid_loop_147_Am.wav", "loop", "acid_line", 283, seconds=4.0),
    Sample(
        BRASS + "Brass Stab 01 (Dry).aiff",
        "brass",
        "saw_stack",
        19,
        41,
        0.6,
        encoder=encode("AIFF", "PCM_16"),
        remark="AIFF",
    ),
    Sample(
        BRASS + "Low Horn Blast.wav", "brass", "horn", 20, 36, 0.8, rate=44100, encoder=WAV24, remark="24 bit"
    ),
    Sample(
        BRASS + "Synth Brass 5.1 - Surround.wav",
        "brass",
        "bass_brass",
        21,
        38,
        0.6,
        encoder=surround,
        seconds=0.8,
        remark="5.1",
    ),
    Sample(
        DEEP + "Sub - Pure Sine (F).wav",
        "sub",
        "pure",
        22,
        29,
        1.0,
        encoder=encode("WAV", "FLOAT"),
        remark="32 bit float",
    ),
    Sample(DEEP + "DS_sub_warm_G.wav", "sub", "warm", 332, 31, 1.0),
    Sample(DEEP + "DS_sub_tri_D.flac", "sub", "tri", 24, 38, 0.7, encoder=FLAC, remark="FLAC"),
    Sample(DRUMS + "Kick - Tight.wav", "not_bass", "kick", 25),
    Sample(DRUMS + "Snare 03.wav", "not_bass", "snare", 26),
    Sample(DRUMS + "Closed Hat #2.wav", "not_bass", "hat", 373),
    Sample(DRUMS + "Clap (wide).wav", "not_bass", "clap", 28),
    Sample(DRUMS + "Break 155bpm Loop.wav", "loop", "drum_loop", 397, seconds=4.0),
    Sample("Vox Chop - Ooh (Am).wav", "not_bass", "voice", 400, gate=0.8, remark="vocal-like"),
)

SIDECARS = (NEURO + "DNP_bass_synth_one_shot_talker_F#.wav.asd",)

BROKEN = {
    "odd/Half a Download.wav": "a WAV cut off after a quarter",
    "odd/really a web page.wav": "text named as audio",
    "odd/nothing.wav": "no bytes at all",
}


def oddities() -> dict[str, bytes]:
    """Files with nothing to hear in them, and the sidecar."""
    silence = np.zeros((1, 22050), dtype=np.float32)
    cut = Sample("", "808", "classic", 31).clip()
    page = b"<!DOCTYPE html>\n<title>Sign in to download</title>\n<p>Your session has expired.</p>\n"
    contents = (truncated(cut, 22050), page, b"")
    return {
        "odd/Silence.wav": WAV(silence, 22050),
        **dict(zip(BROKEN, contents, strict=True)),
        SIDECARS[0]: b"warp markers and the like, opaque to everyone but its program\n" * 4,
    }


def contents() -> dict[str, bytes]:
    """Every file of the set by its path below the folder, `demo.json` included."""
    files = {sample.path: sample.encoder(sample.clip(), sample.rate) for sample in SAMPLES}
    meant = {sample.path: {"label": sample.label, "remark": sample.remark} for sample in SAMPLES}
    meant["odd/Silence.wav"] = {"label": "silence", "remark": "digital silence"}
    meant |= {path: {"label": "unreadable", "remark": remark} for path, remark in BROKEN.items()}
    listing = json.dumps(dict(sorted(meant.items())), indent=1, ensure_ascii=False) + "\n"
    return files | oddities() | {"demo.json": listing.encode()}


def main() -> int:
    """Write the set, and remove what the listing of an earlier one names and this one does not."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    files = contents()
    listing = folder / "demo.json"
    earlier = json.loads(listing.read_text(encoding="utf-8")) if listing.exists() else {}
    for name in set(earlier) - set(files):
        (folder / name).unlink(missing_ok=True)
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
