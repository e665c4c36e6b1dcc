"""Combine what several witnesses say of one sample, and tell what those beside the ear say together. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wavized.domain.hearing import Evidence

EAR = "ear"
RHYTHM = "rhythm"
HEARD = frozenset({EAR, RHYTHM})
"""Those who listened to the sound itself. What they say together is what is heard; all others were told."""

CLEAR = 0.6
"""From this share on, what the other witnesses say together is clear. A class word in the name is (0.65), as
`loop` or a drum word is (0.71); `808` alone is not (0.44), nor is a folder or a pack alone."""

_FLOOR = 1e-6
"""Least likelihood a single witness can give: no one witness rules a label out for good."""


def pool(evidence: Sequence[Evidence], labels: Sequence[str]) -> dict[str, float]:
    """Combine witnesses log-linearly: a label's score is the weighted product of likelihoods.

    A label that a witness does not mention counts as the mean of those it does, so silence is no vote.
    """
    totals = dict.fromkeys(labels, 0.0)
    for witness in evidence:
        said = [witness.scores[label] for label in labels if label in witness.scores]
        neutral = sum(said) / len(said) if said else 1.0
        for label in labels:
            totals[label] += witness.weight * math.log(max(witness.scores.get(label, neutral), _FLOOR))
    highest = max(totals.values())
    unscaled = {label: math.exp(value - highest) for label, value in totals.items()}
    total = sum(unscaled.values())
    return {label: value / total for label, value in unscaled.items()}


@dataclass(frozen=True, slots=True)
class Voice:
    """What names, tags and the like say together: their likeliest label, whether clearly, and who says it."""

    label: str
    share: float
    sources: tuple[str, ...]

    @property
    def clear(self) -> bool:
        """Whether it names one thing so plainly that the ear must not be believed against it unasked."""
        return self.share >= CLEAR


def listen_to_others(evidence: Sequence[Evidence], labels: Sequence[str]) -> Voice | None:
    """What all who did not hear the sound say, each at its full worth; None where nobody says anything."""
    others = [
        replace(witness, weight=1.0) for witness in evidence if witness.source not in HEARD and witness.weight
    ]
    said = pool(others, labels)
    label = max(labels, key=lambda name: said[name])
    backers = tuple(witness.source for witness in others if _names(witness, label))
    return Voice(label, said[label], backers) if backers else None


def _names(witness: Evidence, label: str) -> bool:
    """Whether this label alone is the likeliest by this witness."""
    best = max(witness.scores.values(), default=0.0)
    return [name for name, value in witness.scores.items() if value == best] == [label]
