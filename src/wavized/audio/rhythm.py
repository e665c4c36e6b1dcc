"""What repeats in a sound: onsets, their evenness, a beat, and whether the sound dies away like one note.

Runs in the worker, where numpy may be imported; never in the daemon. Pure: samples in, numbers out. Hears
more than the model's window, since a loop of one bar may be longer than that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wavized.audio.mixing import Samples, to_mono

HEARD_S = 12.0
"""So much of a file is listened to for its rhythm."""
STEP_S = 0.01
SPAN_S = 0.064
"""Frames of 64 ms every 10 ms: long enough that the cycles of a 40 Hz bass are no onsets."""
EDGES_HZ = (30.0, 70.0, 140.0, 280.0, 560.0, 1120.0, 2240.0, 4480.0, 8000.0)
RISE_STEPS = 4
FLOOR = 10 ** (-30 / 10)
"""Power 30 dB below the loudest of a band counts half; what lies far below that is no event."""
QUIET_BAND = 10 ** (-25 / 10)
"""A band whose loudest lies further than 25 dB below the loudest band is not raised to meet it."""
CLEAR_RISE = 0.25
"""An onset is clear from this mean rise over the bands (in units of 10 dB) on..."""
CLEAR_SHARE = 0.25
"""...if it has this share of the rise of the strongest onset but the first."""
APART_STEPS = 6
BEGUN = 10 ** (-50 / 20)
"""A sound begins where it leaves its first value by this part of its peak."""
NOTHING = 1e-30
"""A peak below this is as good as none, and too small to divide by."""
_CHUNK = 64
BEAT_S = (0.3, 1.0)
"""A beat at 200 to 60 bpm."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Measurements of one file; shares lie between 0 and 1.

    `length_s` is that of the whole file, `heard_s` what was listened to from the first sound on, in seconds.
    `onsets` counts clear onsets, the first included; `rise_db` is their median rise over the bands (dB).
    `evenness` tells how well they lie on thirds, quarters or sixths of the beat; `periodicity` how alike the
    onset envelope is to itself a beat later, as a correlation, `tempo_bpm` of which beat (0: there is none).
    `beats` is the length of the file in such beats.
    `variety_db` is how much the onsets differ in colour, `accent_db` how much in strength (both standard
    deviations, dB), `gap_spread` how much the gaps between them differ (standard deviation over mean).
    `lift_db` is by how much the whole sound gets louder at an onset (median, dB): little where only a filter
    opens on a held note.
    `end_db` is the loudest tenth of a second of the last quarter against that of the whole (dB, 0 at most),
    `steadiness_db` the same for the quietest of four quarters.
    """

    length_s: float
    heard_s: float = 0.0
    onsets: int = 0
    rise_db: float = 0.0
    evenness: float = 0.0
    periodicity: float = 0.0
    tempo_bpm: float = 0.0
    beats: float = 0.0
    variety_db: float = 0.0
    accent_db: float = 0.0
    gap_spread: float = 0.0
    lift_db: float = 0.0
    end_db: float = -60.0
    steadiness_db: float = -60.0

    def __str__(self) -> str:
        """In plain words: `8 even onsets in 4.0 s, about 120 bpm`."""
        count = "no clear onset" if self.onsets == 0 else "1 onset"
        if self.onsets > 1:
            even = "even " if self.evenness >= EVEN else ""
            count = f"{self.onsets} {even}onsets"
        beat = self.onsets >= FEWEST and self.evenness >= EVEN and self.tempo_bpm > 0
        return f"{count} in {self.length_s:.1f} s" + (f", about {self.tempo_bpm:.0f} bpm" if beat else "")


PARTS = np.array([3.0, 4.0, 6.0])
"""Steps that a beat is parted into."""
EVEN = 0.8
"""Onsets are called even from this evenness on."""
FEWEST = 3
"""So many onsets are needed before anything can be said to repeat."""

Floats = npt.NDArray[np.float64]


def listen(samples: Samples, *, sample_rate: int, length_s: float | None = None) -> Rhythm:
    """The rhythm of a sound (channels, n) from its onset on, of which HEARD_S are listened to.

    `length_s` is the length of its whole file in seconds, where that is longer. The level does not matter.
    """
    heard = samples[:, : round(HEARD_S * sample_rate)]
    length_s = heard.shape[1] / sample_rate if length_s is None else length_s
    peak = float(np.abs(heard).max(initial=0.0))
    if not NOTHING < peak < np.inf or heard.shape[1] < sample_rate * SPAN_S:
        return Rhythm(length_s, heard.shape[1] / sample_rate)
    mono = to_mono(heard * np.float32(1.0 / peak))
    begun = int(np.argmax(np.abs(mono - mono[0]) > BEGUN))
    mono = mono[begun:] - mono[begun:].mean()
    bands = _bands(mono, sample_rate)
    loudest = bands.max(axis=0)
    if loudest.max() <= 0.0:
        return Rhythm(length_s, heard.shape[1] / sample_rate)
    reference = np.maximum(loudest, QUIET_BAND * loudest.max())
    level = np.log10(bands / reference + FLOOR)
    flux = _flux(level)
    at = _onsets(flux)
    lag, periodicity = _beat(flux)
    power = bands.sum(axis=1)
    steadiness_db, end_db = _ends(power)
    return Rhythm(
        length_s=length_s,
        heard_s=heard.shape[1] / sample_rate,
        onsets=len(at),
        rise_db=float(np.median(flux[at[1:]]) * 10) if len(at) > 1 else 0.0,
        evenness=_evenness(at, lag * STEP_S),
        periodicity=periodicity,
        tempo_bpm=60.0 / (lag * STEP_S) if lag else 0.0,
        beats=length_s / (lag * STEP_S) if lag else 0.0,
        variety_db=_variety(level, at),
        accent_db=float(10 * flux[at[1:]].std()) if len(at) > 2 else 0.0,
        gap_spread=_gap_spread(at),
        lift_db=_lift(power, at),
        end_db=end_db,
        steadiness_db=steadiness_db,
    )


def _bands(mono: Samples, rate: int) -> Floats:
    """Power in bands of an octave, (frames, bands).

    Half a frame of silence goes before the sound; none after it, or a sound cut off would begin anew there.
    """
    span, hop = round(SPAN_S * rate), max(1, round(STEP_S * rate))
    padded = np.pad(mono, (span // 2, max(0, span - span // 2 - len(mono))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, span)[::hop]
    size = 1 << (span - 1).bit_length()
    window = np.hanning(span).astype(np.float32)
    edges = np.unique(np.minimum(np.ceil(np.array(EDGES_HZ) * size / rate).astype(int), size // 2))
    powers = []
    for start in range(0, len(frames), _CHUNK):  # so much stays in the processor's cache
        spectrum = np.fft.rfft(frames[start : start + _CHUNK] * window, size, axis=1)[:, : edges[-1]]
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        powers.append(np.add.reduceat(power, edges[:-1], axis=1))
    return np.concatenate(powers).astype(np.float64)


def _flux(level: Floats) -> Floats:
    """Mean rise over the bands within RISE_STEPS frames, in units of 10 dB; before the sound is silence."""
    before = np.concatenate([np.full((RISE_STEPS, level.shape[1]), np.log10(FLOOR)), level[:-RISE_STEPS]])
    return np.asarray(np.maximum(level - before[: len(level)], 0.0).mean(axis=1))


def _onsets(flux: Floats) -> npt.NDArray[np.intp]:
    """Frames of clear onsets, in order; the first is where the sound begins."""
    first = int(np.argmax(flux[: 2 * RISE_STEPS]))
    later = flux[first + APART_STEPS :]
    if len(later) < 3:
        return np.array([first])
    bar = max(CLEAR_RISE, CLEAR_SHARE * float(later.max()))
    window = 2 * APART_STEPS + 1
    padded = np.pad(flux, APART_STEPS)
    highest = np.lib.stride_tricks.sliding_window_view(padded, window).max(axis=1)
    found = np.flatnonzero((flux == highest) & (flux >= bar))
    found = found[found >= first + APART_STEPS]
    apart = found[np.diff(found, prepend=-window) > 1]
    return np.concatenate([[first], apart])


def _beat(flux: Floats) -> tuple[float, float]:
    """Frames from beat to beat and how alike the flux is to itself that much later; 0 where nothing repeats.

    A beat must go at least twice into what is heard. Faster pulses count as parts of a beat.
    """
    smooth = np.convolve(flux, (0.25, 0.5, 0.25), mode="same")[RISE_STEPS * 2 :]
    least, most = round(BEAT_S[0] / STEP_S), round(BEAT_S[1] / STEP_S)
    most = min(most, len(smooth) // 2)
    if most <= least:
        return 0.0, 0.0
    centred = smooth - smooth.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    alike = np.fft.irfft(np.square(np.abs(spectrum)), size)[: len(centred)]
    if alike[0] <= 1e-12:
        return 0.0, 0.0
    reach = np.arange(len(centred))
    alike = alike / alike[0] * len(centred) / (len(centred) - reach)
    lags = np.arange(least, most + 1)
    # a beat near 120 bpm is preferred among its multiples (Parncutt's preferred tempo, wide)
    preferred = np.exp(-0.5 * np.square(np.log2(lags * STEP_S / 0.5) / 1.2))
    best = int(lags[np.argmax(np.maximum(alike[lags], 0.0) * preferred)])
    if alike[best] <= 0.0:
        return 0.0, 0.0
    return _refined(alike, best), float(min(1.0, alike[best]))


def _refined(alike: Floats, lag: int) -> float:
    """The lag to a fraction of a frame, from ever higher multiples of it in the first half of the sound."""
    exact = float(lag)
    times = 2
    while times * exact < 0.6 * len(alike):
        around = round(times * exact)
        window = alike[max(1, around - 3) : around + 4]
        peak = max(1, around - 3) + int(np.argmax(window))
        if alike[peak] < 0.5 * alike[lag]:
            break
        exact = peak / times
        times *= 2
    return exact


def _evenness(at: npt.NDArray[np.intp], beat_s: float) -> float:
    """How well onsets lie on parts of a beat, whatever its phase: 1 exactly, 0 as if by chance.

    The Rayleigh statistic, freed of what so few onsets give by chance, at its best within 1.5 % of the beat.
    """
    count = len(at)
    if count < FEWEST or not beat_s:
        return 0.0
    steps = np.outer(beat_s / PARTS, np.linspace(0.985, 1.015, 25)).ravel()
    turns = np.exp(2j * np.pi * STEP_S * at / steps[:, np.newaxis])
    alike = np.square(np.abs(turns.mean(axis=1)))
    return float(max(0.0, (count * alike.max() - 1) / (count - 1)))


def _variety(level: Floats, at: npt.NDArray[np.intp]) -> float:
    """How much the colour of the sound differs from onset to onset: spread over the bands, in dB."""
    if len(at) < 2:
        return 0.0
    after = level[np.minimum(at + 2, len(level) - 1)]
    colour = after - after.mean(axis=1, keepdims=True)
    return float(10 * colour.std(axis=0).mean())


def _gap_spread(at: npt.NDArray[np.intp]) -> float:
    """Standard deviation of the gaps between onsets over their mean: an LFO has the same again and again."""
    gaps = np.diff(at)
    return float(gaps.std() / gaps.mean()) if len(gaps) > 1 else 0.0


def _lift(power: Floats, at: npt.NDArray[np.intp]) -> float:
    """The loudest frame at an onset against the quietest in the tenth of a second before it: median, dB."""
    if len(at) < 2:
        return 0.0
    level = power / power.max() + 1e-4
    after = [level[max(0, frame - 2) : frame + 8].max() for frame in at[1:]]
    before = [level[max(0, frame - 12) : frame + 1].min() for frame in at[1:]]
    return float(10 * np.log10(np.median(np.divide(after, before))))


def _ends(power: Floats) -> tuple[float, float]:
    """The quietest quarter and the last one, each where it is loudest, in dB of the loudest of all."""
    tenth = max(1, round(0.1 / STEP_S))
    smooth = np.convolve(power, np.ones(tenth) / tenth, mode="valid") if len(power) > tenth else power
    parts = [part.max() for part in np.array_split(smooth, min(4, len(smooth)))]
    quietest, end = 10 * np.log10(np.array([min(parts), parts[-1]]) / smooth.max() + 1e-6)
    return float(quietest), float(end)
