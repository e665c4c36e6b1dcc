"""Turn evidence into a decision: file, ask, or leave alone, each with its reason in plain words. Pure.

Two different kinds of no: unsure *which* category goes to review; *no bass one-shot* is left alone.
Better to ask than to be wrong: every threshold that is missed by a hair leads to review, never to filing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wavized.domain.hearing import Decision, Evidence, FileIt, Judgement, ModelInfo, Review, Skip
from wavized.domain.sample import Kind

_FLOOR = 1e-6
"""Least likelihood a single witness can give: no one witness rules a category out for good."""

_REJECTED = {Kind.LOOP: "Sounds like a loop, not a one-shot", Kind.NOT_BASS: "Does not sound like a bass"}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities between 0 and 1; see `ModelInfo` for their meaning."""

    file_above: float
    margin: float
    reject_above: float

    @classmethod
    def of(
        cls,
        model: ModelInfo,
        *,
        file_above: float | None = None,
        margin: float | None = None,
        reject_above: float | None = None,
    ) -> Thresholds:
        """The model's own thresholds, each replaced by the user's where one is given."""
        return cls(
            file_above=model.file_above if file_above is None else file_above,
            margin=model.margin if margin is None else margin,
            reject_above=model.reject_above if reject_above is None else reject_above,
        )


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


def judge(evidence: Sequence[Evidence], model: ModelInfo, thresholds: Thresholds) -> Judgement:
    """Decide on one sample from all that is known of it."""
    scores = pool(evidence, (*model.categories, *model.rejects))
    return Judgement(
        decision=_decide(scores, model, thresholds),
        scores=scores,
        evidence=tuple(evidence),
        model_id=model.model_id,
    )


def _decide(scores: Mapping[str, float], model: ModelInfo, thresholds: Thresholds) -> Decision:
    rejected = sum(scores[label] for label in model.rejects)
    if model.rejects and rejected >= thresholds.reject_above:
        likeliest = max(model.rejects, key=lambda label: scores[label])
        kind = model.rejects[likeliest]
        return Skip(kind, f"{_REJECTED[kind]} ({_percent(rejected)})", rejected)

    first, second = sorted(model.categories, key=lambda label: -scores[label])[:2]
    top, next_best = scores[first], scores[second]
    if top >= thresholds.file_above and top - next_best >= thresholds.margin:
        return FileIt(
            first, top, f"Sounds like {first} ({_percent(top)}); next guess {second} ({_percent(next_best)})"
        )
    return Review((first, second), top, _doubt(first, second, scores, rejected, thresholds))


def _doubt(
    first: str, second: str, scores: Mapping[str, float], rejected: float, thresholds: Thresholds
) -> str:
    top, next_best = scores[first], scores[second]
    if rejected > max(next_best, top / 3):
        return f"May be {first} ({_percent(top)}), or no bass one-shot at all ({_percent(rejected)})"
    if top < thresholds.file_above and next_best < top / 3:
        return f"Probably {first} ({_percent(top)}); files by itself from {_percent(thresholds.file_above)}"
    return f"Could be {first} ({_percent(top)}) or {second} ({_percent(next_best)})"


def _percent(probability: float) -> str:
    """Whole percent, rounded down, so that 99.6 % is never shown as certain."""
    return f"{math.floor(probability * 100)} %"
