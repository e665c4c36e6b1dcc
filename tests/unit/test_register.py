"""Renders are brought into the register that basses are played in."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import sawtooth

from wavized.training.audit.traits import RATE, fundamental
from wavized.training.effects import Audio
from wavized.training.register import LOWEST_HZ, playable

TIME = np.arange(round(1.5 * RATE)) / RATE


def saw(hertz: float) -> Audio:
    return np.asarray(0.5 * sawtooth(2 * np.pi * hertz * TIME), dtype=np.float32)[None]


@pytest.mark.parametrize(("hertz", "octaves"), [(16.35, 1), (20.0, 1), (24.5, 1), (32.7, 0), (65.4, 0)])
def test_what_is_too_low_goes_up_by_whole_octaves(hertz: float, octaves: int) -> None:
    """Up as far as the lowest pitch a pack has, and no further; what is there stays where it is."""
    heard = fundamental(playable(saw(hertz))[0].astype(np.float64))
    assert heard == pytest.approx(hertz * 2**octaves, rel=0.06)
    assert heard > LOWEST_HZ


@pytest.mark.parametrize(("hertz", "times"), [(20.0, 2), (9.0, 4)])
def test_a_render_is_played_faster_and_nothing_else_is_done_to_it(hertz: float, times: int) -> None:
    """Each octave halves the length; what is heard are the samples that a sampler would play."""
    made = playable(saw(hertz))
    assert made.shape[1] == pytest.approx(len(TIME) / times, rel=0.02)
    played = saw(hertz * times)[:, : made.shape[1] - round(0.05 * RATE)]
    assert np.abs(np.corrcoef(made[0, : played.shape[1]], played[0])[0, 1]) > 0.98


def test_an_offset_and_its_step_at_the_end_are_gone() -> None:
    """A render that ends on an offset ends at nought; one without a pitch keeps its length."""
    noise = np.random.default_rng(1).normal(0.0, 0.1, (1, RATE)).astype(np.float32) + np.float32(0.3)
    made = playable(noise)
    assert made.shape == noise.shape
    assert abs(float(made[0, -1])) < 1e-6
    assert abs(float(made[0, : RATE // 2].mean())) < 0.02
