"""Outlines and pictures of sounds, from samples in memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.audio.spectrogram import HEIGHT, HIGHEST_HZ, LOWEST_HZ, WIDTH, colour, levels
from wavized.audio.waveform import COLUMNS, columns_of, outline

RATE = 44_100


def sine(hertz: float, seconds: float = 1.0, rate: int = RATE) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate).astype(np.float32)


@given(
    length=st.integers(1, 3000),
    step=st.integers(1, 40),
    pieces=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_an_outline_is_the_lowest_and_highest(length: int, step: int, pieces: int, seed: int) -> None:
    """However a sound comes in pieces, each step has the extremes of its own frames, over all channels."""
    sound = np.random.default_rng(seed).uniform(-1, 1, (length, 2)).astype(np.float32)
    size = step * max(1, length // step // pieces)
    frames, low, high = outline([sound[at : at + size] for at in range(0, length, size)], step)
    assert frames == length
    expected = [sound[at : at + step] for at in range(0, length, step)]
    assert low.tolist() == [part.min() for part in expected]
    assert high.tolist() == [part.max() for part in expected]


@given(length=st.integers(1, 5000))
def test_columns_cover_everything_once_and_in_order(length: int) -> None:
    """There are always as many columns; none is empty, nothing is left out, and time does not run back."""
    values = np.arange(length, dtype=np.float32)
    low, high = columns_of(values, values)
    assert len(low) == len(high) == COLUMNS
    assert low[0] == 0 and high[-1] == length - 1
    assert (low <= high).all()
    if length >= COLUMNS:
        assert (low[1:] == high[:-1] + 1).all()


def test_nothing_is_an_outline_of_nothing() -> None:
    """A stream without a frame has no steps."""
    frames, low, high = outline([], 10)
    assert (frames, len(low), len(high)) == (0, 0, 0)


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
@pytest.mark.parametrize("hertz", [30.0, 55.0, 110.0, 440.0, 1_000.0, 5_000.0])
def test_a_tone_lights_up_at_its_pitch(hertz: float, rate: int) -> None:
    """A steady sine is brightest at the row of its pitch, whatever the sample rate."""
    picture = levels(sine(hertz, rate=rate), rate)
    assert picture.shape == (HEIGHT, WIDTH)
    row = (HEIGHT - 1) * (1 - np.log(hertz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ))
    assert abs(int(np.argmax(picture[:, WIDTH // 2])) - row) <= 1.5
    assert picture[:, WIDTH // 2].max() > 0.95


def test_low_notes_a_fourth_apart_are_told_apart() -> None:
    """Between two basses that sound together the picture is darker than at either."""
    picture = levels(sine(55.0) + sine(73.4), RATE)[:, WIDTH // 2]
    rows = [
        round((HEIGHT - 1) * (1 - np.log(f / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ)))
        for f in (55.0, 73.4)
    ]
    between = picture[rows[1] + 1 : rows[0]].min()
    assert between < min(picture[rows[0]], picture[rows[1]]) - 0.1


def test_what_begins_late_is_dark_before() -> None:
    """Silence at first leaves the left half empty."""
    sound = np.concatenate([np.zeros(RATE, np.float32), sine(2_000.0)])
    picture = levels(sound, RATE)
    assert picture[:, : WIDTH // 2 - 20].max() == 0.0
    assert picture[:, WIDTH // 2 + 20 :].max() > 0.9


@pytest.mark.parametrize("length", [1, 2, 100, 5000])
def test_silence_and_scraps_make_an_empty_or_a_whole_picture(length: int) -> None:
    """However short or silent, the picture has its size and holds no nonsense."""
    for sound in (np.zeros(length, np.float32), np.full(length, 0.5, np.float32)):
        picture = levels(sound, 8_000)
        assert picture.shape == (HEIGHT, WIDTH)
        assert np.isfinite(picture).all() and picture.min() >= 0.0 and picture.max() <= 1.0


def test_quiet_is_transparent_and_loud_is_not() -> None:
    """Opacity and warmth grow with the level."""
    picture = colour(np.array([[0.0, 0.5, 1.0]], np.float32))
    assert picture.shape == (1, 3, 4)
    assert picture[0, 0, 3] == 0 and picture[0, 2, 3] == 255
    red_over_blue = picture[0, :, 0].astype(int) - picture[0, :, 2]
    assert (np.diff(red_over_blue) > 0).all() and (np.diff(picture[0, :, 3].astype(int)) > 0).all()
