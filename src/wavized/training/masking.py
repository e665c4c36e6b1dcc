"""Vary log-mel features during training: level, tone curve, onset, masked bands and frames. Pure, seeded."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

LEVEL = 0.08
CURVE = 0.08
"""Standard deviations in units of the front end: 0.25 is 10 dB."""
WIDEST_BAND, LONGEST_GAP = 14, 16


def vary(features: Tensor, rng: np.random.Generator) -> Tensor:
    """A changed copy of a batch (clips, bands, frames)."""
    clips, bands, frames = features.shape
    floor = features.amin(dim=(1, 2), keepdim=True)
    level = rng.normal(0.0, LEVEL, (clips, 1, 1))
    knots = rng.normal(0.0, CURVE, (clips, 6))
    curve = np.stack([np.interp(np.linspace(0, 5, bands), np.arange(6), row) for row in knots])[:, :, None]
    varied = torch.maximum(features + torch.from_numpy((level + curve).astype(np.float32)), floor)
    varied = varied.roll(int(rng.integers(0, 3)), dims=2)
    for clip in range(clips):
        if rng.random() < 0.5:
            width, at = int(rng.integers(1, WIDEST_BAND)), int(rng.integers(bands))
            varied[clip, at : at + width] = floor[clip]
        if rng.random() < 0.5:
            width, at = int(rng.integers(1, LONGEST_GAP)), int(rng.integers(frames))
            varied[clip, :, at : at + width] = floor[clip]
    return varied
