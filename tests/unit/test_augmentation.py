"""The production chain: its effects, its chance, its bounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavized.training import compose, effects
from wavized.training.augmentation import Limits, produce

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
