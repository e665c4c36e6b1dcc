"""What differs by class without being the class: length, pitch, level, rate, channels, source.

Pure: numbers in, tables and sentences out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wavized.training.audit.hearing import Heard
from wavized.training.audit.traits import MAKING, TRAITS
from wavized.training.corpus import LABELS, UNLABELLED_BASS, Source
from wavized.training.statistics import auroc

Floats = npt.NDArray[np.float64]

INNOCENT = frozenset(
    {
        "decay_s",
        "held_share",
        "centroid_hz",
        "low_share",
        "flatness",
        "attack_ratio",
        "movement",
        "clipped_share",
        "bandwidth_hz",
    }
)
"""These may well be what a class is; all others should not tell it."""
TELLS = 0.85
"""From this area under the curve on a single number gives the label away."""
FEWEST = 8
FEW_MAKERS = 4
MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Confound:
    """One number that tells one label from the others, with the middle of either."""

    label: str
    feature: str
    auc: float
    here: float
    elsewhere: float
    part: str
    """`all` clips, or only the `recordings`, or only the `renders`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the clips of one label come from. `makers` are families, the biggest first."""

    label: str
    clips: int
    recordings: int
    makers: tuple[tuple[str, int], ...]
    complaint: str


def quartiles(heard: Sequence[Heard]) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Label to feature to lower quartile, median, upper quartile."""
    table: dict[str, dict[str, tuple[float, float, float]]] = {}
    for label in (*LABELS, UNLABELLED_BASS):
        own = [clip for clip in heard if clip.source.label == label and clip.traits]
        if own:
            table[label] = {
                name: _three(np.percentile(_column(own, name), [25, 50, 75])) for name in (*TRAITS, *MAKING)
            }
    return table


def find(heard: Sequence[Heard]) -> list[Confound]:
    """Numbers that give a label away, the plainest first; recordings and renders are looked at apart, too."""
    parts = {
        "all": [clip for clip in heard if clip.traits],
        "recordings": [clip for clip in heard if clip.traits and clip.source.real],
        "renders": [clip for clip in heard if clip.traits and not clip.source.real],
    }
    parts = {part: [clip for clip in clips if clip.source.label in LABELS] for part, clips in parts.items()}
    if not parts["recordings"] or not parts["renders"]:
        parts = {"all": parts["all"]}
    found = [confound for part, clips in parts.items() for confound in _tells(clips, part)]
    return sorted(found, key=lambda confound: -confound.auc)


def _tells(clips: Sequence[Heard], part: str) -> list[Confound]:
    given = np.array([clip.source.label for clip in clips])
    found = []
    for name in (*TRAITS, *MAKING):
        if name in INNOCENT:
            continue
        values = _column(clips, name)
        for label in LABELS:
            own = given == label
            if own.sum() < FEWEST or (~own).sum() < FEWEST:
                continue
            area = auroc(values, own)
            if area is None or max(area, 1.0 - area) < TELLS:
                continue
            here, elsewhere = float(np.median(values[own])), float(np.median(values[~own]))
            found.append(Confound(label, name, max(area, 1.0 - area), here, elsewhere, part))
    return found


def origins(sources: Sequence[Source]) -> list[Origin]:
    """Where each label comes from, and what is thin about it."""
    rows = []
    mixed = len({source.real for source in sources}) > 1
    for label in LABELS:
        own = [source for source in sources if source.label == label]
        makers = Counter(source.family for source in own).most_common()
        recordings = sum(source.real for source in own)
        rows.append(
            Origin(
                label, len(own), recordings, tuple(makers), _complaint(len(own), recordings, makers, mixed)
            )
        )
    return rows


def _complaint(clips: int, recordings: int, makers: Sequence[tuple[str, int]], mixed: bool) -> str:
    if not clips:
        return "no sound at all"
    complaints = []
    if len(makers) <= FEW_MAKERS:
        complaints.append(f"all of {len(makers)} {'family' if len(makers) == 1 else 'families'}")
    if len(makers) > 1 and makers[0][1] >= MOSTLY * clips:
        complaints.append(f"{100 * makers[0][1] / clips:.0f} % of one family")
    if mixed and recordings in (0, clips):
        complaints.append("no render" if recordings else "no recording")
    return "; ".join(complaints)


def _column(clips: Sequence[Heard], name: str) -> Floats:
    side = "traits" if name in TRAITS else "making"
    return np.array([float(getattr(getattr(clip, side), name)) for clip in clips])


def _three(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
