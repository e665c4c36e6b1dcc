"""Vary a front's pictures during training: tone curve, onset, masked bands and frames. Pure, seeded."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

CURVE = 0.08
"""Standard deviation in units of the front end: 0.25 is 10 dB."""
WIDEST_BAND, LONGEST_GAP = 12, 16


def vary(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """A changed copy of a batch (clips, spectra, bands, frames); what changes, changes in both spectra."""
    clips, _, bands, frames = pictures.shape
    floor = pictures.amin(dim=(1, 2, 3), keepdim=True)
    knots = rng.normal(0.0, CURVE, (clips, 6))
    curve = np.stack([np.interp(np.linspace(0, 5, bands), np.arange(6), row) for row in knots])
    moved = torch.from_numpy(curve.astype(np.float32)).to(pictures.device)[:, None, :, None]
    varied = torch.maximum(pictures + moved, floor)
    varied = _later(varied, int(rng.integers(0, 3)), floor)
    for clip in range(clips):
        if rng.random() < 0.4:
            width, at = int(rng.integers(1, WIDEST_BAND)), int(rng.integers(bands))
            varied[clip, :, at : at + width] = floor[clip]
        if rng.random() < 0.4:
            width, at = int(rng.integers(1, LONGEST_GAP)), int(rng.integers(frames))
            varied[clip, :, :, at : at + width] = floor[clip]
    return varied


def _later(pictures: Tensor, frames: int, floor: Tensor) -> Tensor:
    """The pictures so many frames later, silence before them."""
    moved = pictures.roll(frames, dims=3)
    moved[..., :frames] = floor
    return moved
