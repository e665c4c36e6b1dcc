"""Measures of a classifier in plain numpy: areas, calibration error, intervals, paired tests. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

REPLICATES = 1000
BINS = 15
Interval = tuple[float, float]
Statistic = Callable[[Indices], Mapping[str, float | None]]
"""Figures by name of the rows given; a row may occur several times."""


def auroc(values: Floats, positive: Flags) -> float | None:
    """Chance that a positive has the higher value than a negative, ties counting half; None without both."""
    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return None
    _, place, size = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - (size - 1) / 2)[place]
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


def roc(values: Floats, positive: Flags) -> tuple[Floats, Floats]:
    """False and true positive rates from (0, 0) to (1, 1), a point for each distinct value.

    Empty where there is no positive or no negative.
    """
    if not positive.any() or positive.all():
        return np.empty(0), np.empty(0)
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    true = np.cumsum(positive[order])[ends] / positive.sum()
    false = np.cumsum(~positive[order])[ends] / (~positive).sum()
    return np.append(0.0, false), np.append(0.0, true)


def calibration_error(confidence: Floats, right: Flags, bins: int = BINS) -> float | None:
    """Expected calibration error over bins of equal width (Naeini et al. 2015); None without samples."""
    if not len(confidence):
        return None
    at = bin_of(confidence, bins)
    gaps = np.bincount(at, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def bin_of(confidence: Floats, bins: int = BINS) -> Indices:
    """The bin of equal width, from 0 to 1, that each value lies in."""
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def wilson(right: int, total: int, z: float = 1.96) -> Interval:
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


def bootstrap(
    groups: Indices, statistic: Statistic, *, replicates: int = REPLICATES, seed: int = 0
) -> dict[str, Interval | None]:
    """95 % intervals of figures of rows that come in groups: whole groups are drawn, with replacement.

    `groups` numbers the group of each row. Bias-corrected percentiles (Efron 1981), which matter for figures
    that lean one way when clips repeat, such as the calibration error (whose interval is still somewhat too
    narrow: 83 % held the truth in a trial where 95 % did for accuracy and AUROC). None where there are fewer
    than two groups, or where a figure cannot be had of most draws.
    """
    found = statistic(np.arange(len(groups)))
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    if len(members) < 2:
        return dict.fromkeys(found)
    rng = np.random.default_rng(seed)
    draws = [
        statistic(np.concatenate([members[group] for group in rng.integers(len(members), size=len(members))]))
        for _ in range(replicates)
    ]
    return {name: _bias_corrected(value, [draw[name] for draw in draws]) for name, value in found.items()}


def _bias_corrected(value: float | None, drawn: list[float | None]) -> Interval | None:
    known = np.array([one for one in drawn if one is not None])
    if value is None or 2 * len(known) < len(drawn):
        return None
    normal = NormalDist()
    below = float((known < value).mean() + 0.5 * (known == value).mean())
    lean = normal.inv_cdf(min(max(below, 1 / len(known)), 1 - 1 / len(known)))
    low, high = (normal.cdf(2 * lean + normal.inv_cdf(tail)) for tail in (0.025, 0.975))
    return float(np.quantile(known, low)), float(np.quantile(known, high))


def mcnemar(first: Flags, second: Flags) -> tuple[int, int, float]:
    """Only the first right, only the second right, and the exact two-sided chance of so uneven a split.

    McNemar 1947, in its exact binomial form.
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    total = only_first + only_second
    tail = sum(math.comb(total, k) for k in range(min(only_first, only_second) + 1))
    return only_first, only_second, min(1.0, 2 * tail / 2**total)
