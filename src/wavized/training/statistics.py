"""Measures of a classifier in plain numpy: areas, calibration error, intervals. Pure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def auroc(values: Floats, positive: Flags) -> float | None:
    """Chance that a positive has the higher value than a negative, ties counting half; None without both."""
    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return None
    _, place, size = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - (size - 1) / 2)[place]
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


def calibration_error(confidence: Floats, right: Flags, bins: int = 15) -> float | None:
    """Expected calibration error over bins of equal width (Naeini et al. 2015); None without samples."""
    if not len(confidence):
        return None
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(float(confidence[at == index].mean() - right[at == index].mean())) * float((at == index).mean())
        for index in np.unique(at)
    ]
    return float(sum(gaps))


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); (0, 1) without samples."""
    if total == 0:
        return 0.0, 1.0
    share = right / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def ratio(part: float, whole: float) -> float:
    """part / whole, and 0 where there is no whole, as is usual for precision and recall."""
    return part / whole if whole else 0.0
