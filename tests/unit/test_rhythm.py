"""What repeats in a sound, and how likely that makes it a loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from wavized.audio import looping
from wavized.audio.rhythm import Rhythm, listen

RATE = 16_000
Sound = np.ndarray


def seconds(count: float) -> Sound:
    return np.arange(round(count * RATE)) / RATE


def hits(at_s, length_s: float, *, hertz=(60.0,), gains=(1.0,), fall_s: float = 0.08) -> Sound:
    """Decaying saws at these times; pitches and gains come round again."""
    sound = np.zeros(round(length_s * RATE))
    for index, start_s in enumerate(at_s):
        start = round(start_s * RATE)
        t = seconds(length_s)[: len(sound) - start]
        pitch = hertz[index % len(hertz)]
        sound[start:] += gains[index % len(gains)] * np.exp(-t / fall_s) * (2 * (pitch * t % 1) - 1)
    return sound


def saw(hertz: float, length_s: float) -> Sound:
    return 2 * (hertz * seconds(length_s) % 1) - 1


def noise(length_s: float, seed: int = 0) -> Sound:
    return np.random.default_rng(seed).standard_normal(round(length_s * RATE))


def hear(sound: Sound, rate: int = RATE) -> Rhythm:
    return listen(np.atleast_2d(sound).astype(np.float32), sample_rate=rate)


BEATS = hits(np.arange(8) / 2, 4.0)
LINE = hits(
    [0, 0.25, 0.5, 1, 1.25, 1.75, 2, 2.25, 2.5, 3, 3.25, 3.75],
    4.0,
    hertz=(55, 110, 65, 82),
    gains=(1, 0.4, 0.7),
)
LONG_808 = np.exp(-seconds(6) / 2) * np.sin(2 * np.pi * (45 * seconds(6) - 8 * np.exp(-seconds(6) / 0.03)))
ONE_SHOTS = {
    "808 with a long tail": LONG_808,
    "808 with a click before it": LONG_808 + hits([0.02], 6.0, hertz=(900,), fall_s=0.01),
    "held sub": np.sin(2 * np.pi * 50 * seconds(4)),
    "reese that beats": sum(saw(hertz, 6) for hertz in (54.3, 55.0, 55.9)),
    "reese that beats as one": saw(55, 6) + saw(57, 6),
    "tremolo": saw(55, 5) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * seconds(5))),
    "sub with an LFO down to nothing": np.sin(2 * np.pi * 55 * seconds(5))
    * (0.5 + 0.5 * np.sin(2 * np.pi * 2 * seconds(5))),
    "wobble": np.sin(2 * np.pi * 55 * seconds(4) + 6 * (1 + np.sin(2 * np.pi * 3 * seconds(4)))
    * np.sin(2 * np.pi * 110 * seconds(4))),
    "noise": noise(4),
    "noise that dies away": noise(5) * np.exp(-seconds(5)),
    "echoes that die away": hits(np.arange(8) * 0.375, 4.0, gains=0.5 ** np.arange(8)),
}  # fmt: skip


def test_even_beats_are_counted_and_timed() -> None:
    """Eight hits in four seconds are eight even onsets, eight beats at 120 bpm, and are told so."""
    rhythm = hear(BEATS)
    assert rhythm.onsets == 8
    assert rhythm.tempo_bpm == pytest.approx(120, abs=1)
    assert rhythm.beats == pytest.approx(8, abs=0.1)
    assert rhythm.evenness > 0.95 and rhythm.periodicity > 0.8
    assert str(rhythm) == "8 even onsets in 4.0 s, about 120 bpm"


@pytest.mark.parametrize("tempo", [70, 95, 128, 174])
def test_any_usual_tempo_is_found_or_a_multiple_of_it(tempo: int) -> None:
    """A hit on every beat gives the tempo, its half or its double."""
    found = hear(hits(np.arange(0, 6, 60 / tempo), 6.0)).tempo_bpm
    assert min(abs(found * factor - tempo) for factor in (0.5, 1, 2)) < 1.5


def test_a_line_speaks_for_a_loop() -> None:
    """A pattern of notes of several pitches and strengths is several times likelier to be a loop."""
    assert looping.likelihood_ratio(hear(LINE)) > 5


def test_uneven_hits_are_not_called_even() -> None:
    """Hits at random times are counted, and no tempo is claimed."""
    rhythm = hear(hits([0, 0.31, 0.83, 1.2, 2.07, 2.41, 3.33], 4.0))
    assert rhythm.onsets == 7
    assert str(rhythm) == "7 onsets in 4.0 s"


@pytest.mark.parametrize("name", ONE_SHOTS)
def test_one_sound_is_not_taken_for_a_loop(name: str) -> None:
    """Long tails, beating, wobble, tremolo, noise and echoes do not make a loop of one sound."""
    rhythm = hear(ONE_SHOTS[name])
    assert looping.likelihood_ratio(rhythm) < 1.5, rhythm


def test_one_sound_has_one_onset() -> None:
    """A long 808 and a held sub begin once."""
    assert str(hear(LONG_808)) == "1 onset in 6.0 s"
    assert hear(ONE_SHOTS["held sub"]).onsets == 1


@pytest.mark.parametrize(
    "changed",
    [LINE + 0.3, LINE + 0.003 * noise(4), -LINE, np.stack([LINE, 0.5 * LINE]), np.stack([LINE, -LINE])],
    ids=["offset", "noise floor", "upside down", "stereo", "out of phase"],
)
def test_what_does_not_sound_does_not_matter(changed: Sound) -> None:
    """An offset, a noise floor, polarity and channels leave the onsets as they are."""
    was, now = hear(LINE), hear(changed)
    assert now.onsets == was.onsets
    assert now.tempo_bpm == pytest.approx(was.tempo_bpm, rel=0.02)


def test_leading_silence_does_not_matter() -> None:
    """A rest before the first hit changes no onset and no tempo, only the length."""
    was, now = hear(LINE), hear(np.concatenate([np.zeros(RATE // 2), LINE]))
    assert now.onsets == was.onsets
    assert now.tempo_bpm == pytest.approx(was.tempo_bpm, rel=0.02)
    assert now.length_s == pytest.approx(was.length_s + 0.5)


@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_the_sample_rate_does_not_matter(rate: int) -> None:
    """The same beats are found at other rates."""
    at = np.arange(8) / 2
    t = np.arange(4 * rate) / rate
    sound = sum(np.where(t >= s, np.exp(-(t - s) / 0.08) * np.sin(2 * np.pi * 220 * t), 0) for s in at)
    rhythm = hear(sound, rate)
    assert rhythm.onsets == 8
    assert rhythm.tempo_bpm == pytest.approx(120, abs=1)


def test_the_length_is_that_of_the_file() -> None:
    """Only the beginning of a long file is heard; its beats are counted in full."""
    rhythm = listen(BEATS[np.newaxis].astype(np.float32), sample_rate=RATE, length_s=30.0)
    assert rhythm.length_s == 30.0 and rhythm.heard_s == 4.0
    assert rhythm.beats == pytest.approx(60, abs=0.5)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(-90, 90))
def test_the_level_does_not_matter(seed: int, gain_db: float) -> None:
    """Any sound gives the same rhythm at any level."""
    rng = np.random.default_rng(seed)
    at = np.sort(rng.uniform(0, 2, rng.integers(1, 9)))
    sound = hits(at, 2.5, hertz=(50, 70, 300), gains=rng.uniform(0.2, 1, 5)) + 1e-3 * noise(2.5, seed)
    was, now = hear(sound), hear(sound * 10 ** (gain_db / 20))
    assert now.onsets == was.onsets
    assert now.tempo_bpm == pytest.approx(was.tempo_bpm, rel=1e-3)
    assert looping.likelihood_ratio(now) == pytest.approx(looping.likelihood_ratio(was), rel=1e-2)


FINITE = st.floats(-(2.0**127), 2.0**127, width=32)


@settings(deadline=None, max_examples=60)
@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 2), st.integers(0, 3_000)), elements=FINITE, fill=FINITE
    ),
    st.sampled_from([1_000, 8_000, 44_100]),
)
def test_no_sound_is_a_fault(samples: Sound, rate: int) -> None:
    """Whatever finite values come, measurements are numbers and the ratio keeps its bounds."""
    rhythm = listen(samples, sample_rate=rate)
    assert all(np.isfinite(getattr(rhythm, name)) for name in Rhythm.__dataclass_fields__)
    assert bounded(looping.likelihood_ratio(rhythm))


@pytest.mark.parametrize(
    "samples", [np.zeros(0), np.zeros(1), np.zeros(RATE), np.full(RATE, 0.7), np.ones(40)]
)
def test_nothing_to_hear_has_no_rhythm(samples: Sound) -> None:
    """Silence, a constant and a few samples have no onset worth counting, and speak for no loop."""
    rhythm = hear(samples)
    assert rhythm.onsets <= 1
    assert looping.likelihood_ratio(rhythm) <= 1


def bounded(ratio: float) -> bool:
    return 1 / looping.MOST_AGAINST - 1e-9 <= ratio <= looping.MOST_FOR + 1e-9


@given(
    st.builds(
        Rhythm,
        length_s=st.floats(0, 1e4),
        onsets=st.integers(0, 500),
        rise_db=st.floats(0, 40),
        evenness=st.floats(0, 1),
        periodicity=st.floats(0, 1),
        beats=st.floats(0, 1e4),
        variety_db=st.floats(0, 30),
        accent_db=st.floats(0, 30),
        gap_spread=st.floats(0, 10),
        end_db=st.floats(-60, 0),
        steadiness_db=st.floats(-60, 0),
    )
)
def test_the_ratio_is_bounded_and_needs_length_and_onsets(rhythm: Rhythm) -> None:
    """It never exceeds its bounds, and speaks for no loop in a short file or where there are two onsets."""
    assert bounded(looping.likelihood_ratio(rhythm))
    shortest, fewest = looping.LOOP_S[0], looping.LOOP_ONSETS[0]
    for small in (replace(rhythm, length_s=shortest), replace(rhythm, onsets=fewest)):
        assert looping.likelihood_ratio(small) <= 1
