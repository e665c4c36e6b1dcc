"""The production chain: its effects, its chance, its bounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from wavized.training import compose, degradation, effects
from wavized.training.augmentation import LIMITS, Limits, produce
from wavized.training.synthesis.catalogue import HIGHER

RATE = 22_050


def sound(seconds: float = 1.0, frequency: float = 110.0, channels: int = 2) -> effects.Audio:
    time = np.arange(int(seconds * RATE)) / RATE
    line = np.sin(2 * np.pi * frequency * time) * np.exp(-2 * time)
    return np.repeat(line[None, :], channels, axis=0).astype(np.float32)


def strongest_hz(samples: effects.Audio) -> float:
    spectrum = np.abs(np.fft.rfft(samples[0] * np.hanning(samples.shape[1]), 8 * RATE))
    return float(np.argmax(spectrum)) / 8


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    seconds=st.floats(0.03, 3.0),
    channels=st.integers(1, 2),
    clean=st.booleans(),
    whole=st.booleans(),
)
def test_a_production_is_sound_whatever_goes_in(
    seed: int, seconds: float, channels: int, clean: bool, whole: bool
) -> None:
    """Any clip comes out as finite float32 at full scale with one or two channels."""
    made = produce(sound(seconds, channels=channels), RATE, np.random.default_rng(seed), Limits(clean, whole))
    assert made.dtype == np.float32
    assert made.ndim == 2 and made.shape[0] <= channels and made.shape[1] > 0
    assert np.isfinite(made).all()
    assert np.max(np.abs(made)) == pytest.approx(1.0, abs=1e-4)


def test_the_same_seed_gives_the_same_production() -> None:
    """Chance comes from the generator alone."""
    first, second = (produce(sound(), RATE, np.random.default_rng(7), Limits()) for _ in range(2))
    other = produce(sound(), RATE, np.random.default_rng(8), Limits())
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_a_production_leaves_its_source_alone() -> None:
    """The samples handed in are not written to."""
    source = sound()
    kept = source.copy()
    for seed in range(20):
        produce(source, RATE, np.random.default_rng(seed), Limits())
    assert np.array_equal(source, kept)


def test_a_clean_sound_keeps_its_overtones_away() -> None:
    """Where harmonics would change the class, none are added: a sine's energy stays at its pitch."""
    for seed in range(60):
        made = produce(sound(frequency=60.0), RATE, np.random.default_rng(seed), Limits(clean=True))
        power = np.abs(np.fft.rfft(made.mean(axis=0))) ** 2
        high = np.fft.rfftfreq(made.shape[1], 1 / RATE) > 400
        assert power[high].sum() < 0.05 * power.sum()


def test_a_whole_sound_is_not_cut() -> None:
    """A loop keeps at least what pitch and stretch leave of its length."""
    for seed in range(30):
        made = produce(sound(3.0), RATE, np.random.default_rng(seed), Limits(whole=True))
        assert made.shape[1] > 3.0 * 0.8 * 0.84 * RATE * 0.99


@pytest.mark.parametrize("semitones", [-6.0, -2.5, 3.0])
def test_pitch_moves_as_a_sampler_moves_it(semitones: float) -> None:
    """Resampling by n semitones scales the pitch by 2^(n/12) and the length by its inverse."""
    moved = effects.pitch_by_resampling(sound(2.0, 200.0), semitones, RATE)
    ratio = 2 ** (semitones / 12)
    assert strongest_hz(moved) == pytest.approx(200.0 * ratio, rel=0.01)
    assert moved.shape[1] == pytest.approx(2.0 * RATE / ratio, rel=0.001)


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_stretching_keeps_the_pitch(factor: float) -> None:
    """The length changes by the factor, the pitch stays."""
    stretched = effects.stretch(sound(1.5, 220.0), factor)
    assert stretched.shape[1] == pytest.approx(1.5 * RATE * factor, rel=0.05)
    assert strongest_hz(stretched) == pytest.approx(220.0, rel=0.01)


@pytest.mark.parametrize("shape", effects.SHAPES)
def test_every_wave_shaper_adds_overtones(shape: Callable[[effects.Audio, float], effects.Audio]) -> None:
    """A driven sine is no sine any more."""
    driven = shape(effects.to_peak(sound(1.0, 100.0)), 6.0)
    power = np.abs(np.fft.rfft(driven[0])) ** 2
    high = np.fft.rfftfreq(driven.shape[1], 1 / RATE) > 180
    assert power[high].sum() > 0.02 * power.sum()


def test_a_cut_ends_the_sound_in_silence() -> None:
    """After a cut the length is what was asked for and the last sample is silent."""
    for seed in range(10):
        short = effects.cut(sound(2.0), RATE, 0.5, np.random.default_rng(seed))
        assert short.shape[1] == int(0.5 * RATE)
        assert abs(float(short[0, -1])) < 1e-6


def test_silence_stays_silence() -> None:
    """Scaling to the peak does not divide by a peak of nothing."""
    silence = np.zeros((1, 100), dtype=np.float32)
    assert np.array_equal(effects.to_peak(silence), silence)


def test_a_composed_loop_repeats() -> None:
    """A loop made of one hit lasts a bar or so and has several onsets within the model's three seconds."""
    hit = sound(0.1)
    for seed in range(20):
        made = compose.loop([hit], RATE, np.random.default_rng(seed))
        heard = made[0, : min(3 * RATE, made.shape[1])]
        heard = heard[: len(heard) // (RATE // 50) * (RATE // 50)]
        level = np.abs(heard).reshape(-1, RATE // 50).max(axis=1) > 0.1
        onsets = int((level[1:] & ~level[:-1]).sum()) + int(level[0])
        assert onsets >= 2
        assert made.shape[1] > 1.4 * RATE


def tone(seconds: float, frequency: float) -> effects.Audio:
    time = np.arange(int(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * frequency * time)[None, :].astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), seconds=st.floats(0.05, 2.0), channels=st.integers(1, 2))
@pytest.mark.parametrize("gentle", [False, True])
def test_old_machines_keep_length_and_channels(
    seed: int, seconds: float, channels: int, gentle: bool
) -> None:
    """Tape, sampler, codec and noise give finite sound of the same shape, neither silent nor far too loud."""
    source = sound(seconds, channels=channels)
    rng = np.random.default_rng(seed)
    for made in (
        degradation.tape(source, RATE, rng, gentle),
        degradation.lo_fi(source, RATE, rng, gentle),
        degradation.noise_floor(source, RATE, rng, gentle),
        degradation.codec(source, RATE, rng),
    ):
        assert made.dtype == np.float32
        assert made.shape[0] == channels
        assert abs(made.shape[1] - source.shape[1]) <= 16
        assert np.isfinite(made).all()
        assert 0.05 < np.max(np.abs(made)) < 2.0


def test_a_codec_loses_little_of_a_bass_and_shifts_nothing() -> None:
    """After a round trip the clip lies where it lay, and is much the same."""
    source = sound(1.0, 110.0)
    for seed in range(8):
        back = degradation.codec(source, RATE, np.random.default_rng(seed))
        assert np.corrcoef(source[0], back[0])[0, 1] > 0.9


def test_an_old_sampler_has_few_levels() -> None:
    """A sampler's sound takes 4096 values at most; its source takes many more."""
    source = effects.to_peak(tone(1.0, 97.3))
    assert len(np.unique(source)) > 5000
    for seed in range(12):
        assert len(np.unique(degradation.lo_fi(source, RATE, np.random.default_rng(seed)))) <= 4097


def test_tape_keeps_the_pitch() -> None:
    """Wow and flutter sway around the pitch and do not shift it."""
    for seed in range(6):
        assert strongest_hz(
            degradation.tape(tone(2.0, 220.0), RATE, np.random.default_rng(seed))
        ) == pytest.approx(220.0, rel=0.012)


def test_noise_stays_below_the_sound() -> None:
    """What the floor adds is 30 dB or more below the peak."""
    source = effects.to_peak(sound())
    for seed in range(20):
        made = degradation.noise_floor(source, RATE, np.random.default_rng(seed))
        assert np.max(np.abs(made - source)) <= 10 ** (-30 / 20) + 1e-4


def test_a_limiter_brings_a_decaying_sound_closer_to_its_peak() -> None:
    """The mean level rises against the peak, and nothing is clipped flat."""
    source = effects.to_peak(sound())
    for seed in range(8):
        made = effects.limit(source, RATE, np.random.default_rng(seed))
        assert np.mean(made**2) > np.mean(source**2)
        assert np.mean(np.abs(made) > 0.999) < 0.01


def test_an_echo_comes_later_and_fainter() -> None:
    """Sound goes on after the end of the source, and is quieter there."""
    source = sound(0.3)
    for seed in range(8):
        made = effects.echo(source, RATE, np.random.default_rng(seed))
        late = made[:, source.shape[1] :]
        assert late.shape[1] > 0
        assert 0.0 < np.max(np.abs(late)) < 0.7


def test_width_leaves_the_mono_sum() -> None:
    """What widens or narrows a sound changes its sides alone."""
    source = np.random.default_rng(0).standard_normal((2, 4000)).astype(np.float32)
    made = effects.width(source, np.random.default_rng(1))
    assert np.corrcoef(source.mean(axis=0), made.mean(axis=0))[0, 1] > 0.9999
    assert np.array_equal(effects.width(source[:1], np.random.default_rng(1)), source[:1])


def held_share(made: effects.Audio) -> float:
    """Level of the last quarter, but its final tenth, against the loudest, over pieces of 20 ms."""
    size = RATE // 50
    line = made[0, : made.shape[1] // size * size].reshape(-1, size)
    level = np.sqrt((line**2).mean(axis=1))
    first, last = len(level) * 3 // 4, len(level) * 9 // 10
    return float(level[first : max(last, first + 1)].max() / level.max())


def test_a_cut_808_falls_and_a_cut_sub_does_not() -> None:
    """Cut short while it is loud, an 808 ends in a fall and a sub where it stands."""
    steady = tone(3.0, 55.0)
    for seed in range(20):
        fallen = effects.cut(steady, RATE, 0.6, np.random.default_rng(seed), fall=1.0)
        kept = effects.cut(steady, RATE, 0.6, np.random.default_rng(seed), fall=0.0)
        assert held_share(fallen) < 0.35
        assert held_share(kept) > 0.6


def test_a_clean_steady_tone_is_never_made_to_fall() -> None:
    """No production of a sub ends more than about 12 dB down, unless a room rings after it."""
    fallen = 0
    for seed in range(120):
        made = produce(tone(3.0, 55.0), RATE, np.random.default_rng(seed), LIMITS["sub"])
        fallen += held_share(made) < 0.25
    assert fallen <= 25


def test_what_is_raised_goes_up_an_octave_and_no_more() -> None:
    """With `raised` at 1 every retuned sound lands 6 to 15 semitones up; without it, -6 to 3."""
    for raised, low, high in ((1.0, 6.0, 15.0), (0.0, -6.0, 3.0)):
        for seed in range(12):
            made = produce(
                tone(2.0, 110.0), RATE, np.random.default_rng(seed), Limits(clean=True, raised=raised)
            )
            steps = 12.0 * np.log2(strongest_hz(made) / 110.0)
            assert low - 0.5 < steps < high + 0.5 or abs(steps) < 0.3


def test_lengths_follow_one_law_for_every_class() -> None:
    """Produced lengths of one sound do not differ by the limits that cut it."""
    source = tone(2.5, 110.0)
    lengths = {
        label: [
            produce(source, RATE, np.random.default_rng((7, seed)), limits).shape[1] for seed in range(150)
        ]
        for label, limits in (("808", LIMITS["808"]), ("sub", LIMITS["sub"]), ("other", Limits()))
    }
    for first, second in (("808", "sub"), ("808", "other"), ("sub", "other")):
        assert ks_2samp(lengths[first], lengths[second], method="asymp").pvalue > 0.001


def test_every_label_has_limits_that_fit_it() -> None:
    """Only loops stay whole, only subs clean, only 808s must fall; basses of any register may be raised."""
    assert [label for label, limits in LIMITS.items() if limits.whole] == ["loop"]
    assert [label for label, limits in LIMITS.items() if limits.clean] == ["sub"]
    assert [label for label, limits in LIMITS.items() if limits.falling] == ["808"]
    assert {label for label, limits in LIMITS.items() if limits.raised} == HIGHER
