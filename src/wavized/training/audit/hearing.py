"""Hear every clip of a corpus once and keep what the audit needs of it: numbers, a print, what is wrong.

Decodes training clips only; of those kept for measuring it takes nothing but the digest. Read-only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import soundfile

from wavized.audio import decode
from wavized.errors import WavizedError
from wavized.training import content
from wavized.training.audit.traits import END_S, RATE, Making, Traits, making, traits
from wavized.training.corpus import CATEGORIES, Source
from wavized.training.synthesis.measures import FRAME, power_frames

HEARD_S = 12.0
PRINT_S = 2.4
ROWS = 96
"""Semitones from C1 (32.7 Hz) on."""
DEEP_DB = 50.0
POOLED = 2
PRINT_FRAMES = round(PRINT_S * RATE / 512) // POOLED

SHORT_S, LONG_S = 0.05, 12.0
CLIPPED, DC, INAUDIBLE = 0.015, 0.05, 0.1
QUIET_DBFS, LATE_S = -40.0, 0.2
DEEPEST_HZ = 26.0
"""Under the lowest A of a piano (27.5 Hz) no bass is sold."""

Print = npt.NDArray[np.float32]
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip. `flaws` are sentences; without `traits` nothing could be heard.

    `print` is its spectrogram without level, (ROWS, PRINT_FRAMES): a semitone is a row, so that a shift in
    pitch is a shift in rows.
    """

    source: Source
    name: str
    content: str
    flaws: tuple[str, ...] = ()
    traits: Traits | None = None
    making: Making | None = None
    print: Print = field(default_factory=lambda: np.zeros((ROWS, 0), dtype=np.float32))


def hear(sources: Sequence[Source], names: Sequence[str], advance: Advance) -> list[Heard]:
    """Everything there is to know of each clip, in the order given."""
    heard = []
    for done, (source, name) in enumerate(zip(sources, names, strict=True), 1):
        heard.append(_hear(source, name) if source.use == "train" else _digest_only(source, name))
        advance(done, len(sources))
    return heard


def fingerprint(samples: npt.NDArray[np.float32]) -> Print:
    """The print of a clip (channels, n) at RATE that starts at its onset."""
    mono = samples.mean(axis=0)[: round(PRINT_S * RATE)].astype(np.float64)
    mono = np.pad(mono, (0, round(PRINT_S * RATE) - len(mono)))
    power = power_frames(mono)[: PRINT_FRAMES * POOLED]
    power = power.reshape(PRINT_FRAMES, POOLED, -1).mean(axis=1)
    at = 32.703 * 2.0 ** (np.arange(ROWS) / 12.0) * FRAME / RATE
    rows = np.stack([np.interp(at, np.arange(power.shape[1]), frame) for frame in power], axis=1)
    level = 10.0 * np.log10(rows / (rows.max() + 1e-30) + 10.0 ** (-DEEP_DB / 10.0))
    return np.asarray(level + DEEP_DB, dtype=np.float32)


def _digest_only(source: Source, name: str) -> Heard:
    return Heard(source, name, content.digest(source.path))


def _hear(source: Source, name: str) -> Heard:
    try:
        clip = decode.load(source.path, sample_rate=RATE, window_s=HEARD_S)
        frames, rate = content.read(source.path)
    except decode.SilentAudioError as error:
        return Heard(source, name, "", (f"silent: it {error}",))
    except (OSError, soundfile.LibsndfileError, WavizedError) as error:
        return Heard(source, name, "", (f"unreadable: {error}",))
    made, measured = making(frames, rate), traits(clip.samples)
    return Heard(
        source=source,
        name=name,
        content=content.digest_of(frames),
        flaws=tuple(_flaws(made, measured, len(frames) / rate, source.label)),
        traits=measured,
        making=made,
        print=fingerprint(clip.samples),
    )


def _flaws(made: Making, measured: Traits, length_s: float, label: str) -> list[str]:
    flaws = []
    if made.clipped_share > CLIPPED:
        flaws.append(f"clipped: {100 * made.clipped_share:.1f} % of its frames stand at the peak")
    if made.dc > DC:
        flaws.append(f"DC offset: {100 * made.dc:.0f} % of its peak")
    if made.end_offset > DC and length_s > 2 * END_S and label != "loop":
        flaws.append(f"ends with a click: {100 * made.end_offset:.0f} % of its peak still stand when it ends")
    if measured.inaudible_share > INAUDIBLE:
        flaws.append(f"inaudible: {100 * measured.inaudible_share:.0f} % of its energy lies below 20 Hz")
    if 0.0 < measured.f0_hz < DEEPEST_HZ and label in CATEGORIES:
        flaws.append(f"too deep: its fundamental is {measured.f0_hz:.0f} Hz")
    if measured.duration_s < SHORT_S:
        flaws.append(f"very short: {1000 * measured.duration_s:.0f} ms of sound")
    if length_s > LONG_S and label != "loop":
        flaws.append(f"very long: {length_s:.1f} s for a one-shot")
    if made.lead_s > LATE_S:
        flaws.append(f"starts late: after {made.lead_s:.2f} s of silence")
    if made.peak_dbfs < QUIET_DBFS:
        flaws.append(f"very quiet: its peak is at {made.peak_dbfs:.0f} dBFS")
    return flaws
