"""Find sounds that are twice in a corpus: the same samples, the same sound at another level, speed or format.

Prints are compared all with all, waveforms only of pairs whose prints agree. Reads samples only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soxr

from wavized.audio import decode
from wavized.training.audit.hearing import PRINT_S, ROWS, Advance, Heard

SAME_PRINT, SHIFTED_PRINT, SAME_WAVE = 0.97, 0.96, 0.97
"""Both are asked for: prints of simple tones agree by chance. Waveforms of copies at another level, rate,
polarity, depth, as MP3 or OGG agree by 0.98 and more; two engines' sines or saws of one note by up to 0.98.
"""
ALIKE = 0.985
"""From here on two clips with different labels are worth a look, whatever their waveforms."""
SHIFTS = tuple(k for k in range(-12, 13) if k)
"""In semitones of a sound played faster or slower."""
WAVE_RATE = 11_025
COARSE = 4
BLOCK = 1024
MOST = 100_000
"""Pairs looked at, the most alike first."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clips by their index. `how` is `identical`, `copy`, `shifted` or `alike`; `semitones` says by how
    much the second was played faster.
    """

    first: int
    second: int
    how: str
    print: float
    wave: float
    semitones: int = 0


def find(heard: Sequence[Heard], advance: Advance) -> list[Pair]:
    """Every pair that sounds the same, the surest first. Only clips that were heard are compared by sound."""
    pairs = list(identical(heard))
    known = {(pair.first, pair.second) for pair in pairs}
    at = [index for index, clip in enumerate(heard) if clip.traits]
    if len(at) < 2:
        return pairs
    prints = np.stack([heard[index].print for index in at])
    wave = _Waves(heard)
    for done, semitones in enumerate((0, *SHIFTS), 1):
        for first, second, score in _agreeing(prints, semitones):
            pair = (min(at[first], at[second]), max(at[first], at[second]))
            if pair in known:
                continue
            found = _judge(heard, at[first], at[second], score, semitones, wave)
            if found:
                known.add(pair)
                pairs.append(found)
        advance(done, len(SHIFTS) + 1)
    order = {"identical": 0, "copy": 1, "shifted": 2, "alike": 3}
    return sorted(pairs, key=lambda pair: (order[pair.how], -pair.wave, -pair.print))


def identical(heard: Sequence[Heard]) -> Iterator[Pair]:
    """Clips whose decoded samples are the same; each is paired with the first of its kind."""
    first: dict[str, int] = {}
    for index, clip in enumerate(heard):
        if clip.content and first.setdefault(clip.content, index) != index:
            yield Pair(first[clip.content], index, "identical", 1.0, 1.0)


def _judge(
    heard: Sequence[Heard], first: int, second: int, score: float, semitones: int, wave: _Waves
) -> Pair | None:
    """Whether it is one sound. A shift is looked for between families alone: within one it is expected."""
    one, other = heard[first].source, heard[second].source
    if semitones and one.family == other.family:
        return None
    agreed = wave.agreement(first, second, semitones)
    if agreed >= SAME_WAVE:
        return Pair(first, second, "shifted" if semitones else "copy", score, agreed, semitones)
    if not semitones and score >= ALIKE and one.label != other.label:
        return Pair(first, second, "alike", score, agreed)
    return None


def _agreeing(prints: Floats, semitones: int) -> Iterator[tuple[int, int, float]]:
    """Pairs whose prints agree when the second is played `semitones` faster, by normalised correlation."""
    if semitones == 0:
        table, other = _level(prints), _level(prints)
    else:
        low, high = max(0, semitones), min(ROWS, ROWS + semitones)
        table = _level(_coarse(prints, 1.0)[:, low:high])
        other = _level(_coarse(prints, 2.0 ** (semitones / 12))[:, low - semitones : high - semitones])
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(table), BLOCK):
        scores = table[start : start + BLOCK] @ other.T
        rows, columns = np.nonzero(scores >= (SHIFTED_PRINT if semitones else SAME_PRINT))
        for row, column in zip(rows + start, columns, strict=True):
            if row < column or (semitones and row != column):
                found.append((int(row), int(column), float(scores[row - start, column])))
    found.sort(key=lambda pair: -pair[2])
    yield from found[:MOST]


def _level(prints: Floats) -> Floats:
    flat = prints.reshape(len(prints), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-9), dtype=np.float32)


def _coarse(prints: Floats, speed: float) -> Floats:
    """The prints in wider steps of time, as if played at that speed."""
    count = prints.shape[2]
    edges = np.arange(0, count // COARSE + 1) * COARSE * speed
    summed = np.concatenate([np.zeros((*prints.shape[:2], 1), np.float32), prints.cumsum(axis=2)], axis=2)
    at = np.minimum(edges, count).astype(int)
    widths = np.maximum(1, np.diff(at))
    return np.asarray(np.diff(summed[:, :, at], axis=2) / widths, dtype=np.float32)


class _Waves:
    """How well two waveforms agree at the best alignment, 0 to 1; level and polarity make no difference."""

    def __init__(self, heard: Sequence[Heard]) -> None:
        self._heard = heard
        self._spectrum = lru_cache(maxsize=256)(self._transform)

    def agreement(self, first: int, second: int, semitones: int) -> float:
        product = self._spectrum(first, 0) * np.conj(self._spectrum(second, semitones))
        return float(min(1.0, np.abs(np.fft.irfft(product)).max()))

    def _transform(self, index: int, semitones: int) -> npt.NDArray[np.complex64]:
        path = self._heard[index].source.path
        mono = decode.load(path, sample_rate=WAVE_RATE, window_s=2 * PRINT_S).samples.mean(axis=0)
        if semitones:
            mono = soxr.resample(mono, WAVE_RATE * 2.0 ** (semitones / 12), WAVE_RATE)
        length = round(PRINT_S * WAVE_RATE)
        mono = mono[:length] - mono[:length].mean()
        spectrum = np.fft.rfft(mono / (np.linalg.norm(mono) + 1e-12), 1 << (2 * length - 1).bit_length())
        return np.asarray(spectrum, dtype=np.complex64)
