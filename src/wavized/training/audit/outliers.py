"""Find the clips that are unlike the others of their label, by robust distance on hand features. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wavized.training.audit.hearing import Heard
from wavized.training.audit.traits import TRAITS, row
from wavized.training.corpus import LABELS

Floats = npt.NDArray[np.float64]

COMPARED = (
    "duration_s",
    "decay_s",
    "centroid_hz",
    "low_share",
    "inaudible_share",
    "flatness",
    "attack_ratio",
    "movement",
    "f0_hz",
)
FEWEST = 8
"""A label with fewer clips has no middle to be away from."""
FAR = 3.2
"""Root mean square over the features of the distance from the middle, in robust standard deviations."""
FARTHEST = 8.0
"""No single feature counts for more than this."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """One clip, how far it is out, and the features that put it there: name, value, the label's middle."""

    index: int
    distance: float
    odd: tuple[tuple[str, float, float], ...]


def find(heard: Sequence[Heard]) -> list[Outlier]:
    """The outliers of every label, farthest first."""
    columns = [TRAITS.index(name) for name in COMPARED]
    outliers = []
    everyone = np.array([row(clip.traits)[columns] for clip in heard if clip.traits])
    for label in LABELS:
        own = [at for at, clip in enumerate(heard) if clip.source.label == label and clip.traits]
        if len(own) < FEWEST:
            continue
        table = np.array([row(traits)[columns] for at in own if (traits := heard[at].traits)])
        middle, spread = _spread(table, everyone)
        away = np.nan_to_num(np.clip((table - middle) / spread, -FARTHEST, FARTHEST), nan=0.0)
        distances = np.sqrt(np.square(away).mean(axis=1))
        for place in np.flatnonzero(distances > FAR):
            odd = np.argsort(-np.abs(away[place]))[:3]
            outliers.append(
                Outlier(own[place], float(distances[place]), _named(heard, own, int(place), odd, away[place]))
            )
    return sorted(outliers, key=lambda outlier: -outlier.distance)


def _named(
    heard: Sequence[Heard], own: Sequence[int], place: int, odd: npt.NDArray[np.intp], away: Floats
) -> tuple[tuple[str, float, float], ...]:
    named = []
    for column in odd:
        name = COMPARED[int(column)]
        values = [float(getattr(heard[at].traits, name)) for at in own]
        if abs(away[column]) > 1.5:
            named.append((name, values[place], float(np.median(values))))
    return tuple(named)


def _spread(table: Floats, everyone: Floats) -> tuple[Floats, Floats]:
    """Median and robust standard deviation of each column; a narrow label is not held to its own width."""
    middle = np.nanmedian(np.where(np.isnan(table).all(axis=0), 0.0, table), axis=0)
    deviation = np.abs(table - middle)
    own = 1.4826 * np.nanmedian(np.where(np.isnan(deviation).all(axis=0), 0.0, deviation), axis=0)
    far = np.abs(everyone - np.nanmedian(np.where(np.isnan(everyone).all(axis=0), 0.0, everyone), axis=0))
    common = 1.4826 * np.nanmedian(np.where(np.isnan(far).all(axis=0), 0.0, far), axis=0)
    return middle, np.maximum(np.maximum(own, 0.4 * common), 0.02)
