"""What is changed in pictures during training stays a picture of the same sound."""

from __future__ import annotations

import numpy as np
import torch

from wavized.training import masking

FLOOR, LOUD = -1.0, 0.5


def test_the_end_of_a_sound_is_never_heard_before_its_onset() -> None:
    """A sound that comes later has silence before it, whatever it ends on."""
    pictures = torch.full((4, 2, 96, 112), FLOOR)
    pictures[..., 100:] = LOUD
    for seed in range(20):
        varied = masking.vary(pictures, np.random.default_rng(seed))
        assert float(varied[..., :90].max()) < LOUD / 2, seed
        assert float(varied[..., 100:].max()) > 0, seed


def test_what_changes_changes_in_both_spectra_and_not_in_the_picture_it_was_made_of() -> None:
    """Bands and frames that are masked are masked in both; the original is as it was."""
    pictures = torch.rand(4, 1, 96, 112).repeat(1, 2, 1, 1)
    before = pictures.clone()
    varied = masking.vary(pictures, np.random.default_rng(3))
    assert torch.equal(varied[:, 0], varied[:, 1])
    assert torch.equal(pictures, before)
    assert not torch.equal(varied, before)
