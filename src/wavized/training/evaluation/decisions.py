"""What the product would do with each clip by the model's own thresholds, and what it hears wrongly.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wavized.domain.hearing import Evidence, FileIt, ModelInfo, Skip
from wavized.logic.policy import Thresholds, judge
from wavized.logic.pooling import EAR
from wavized.training.evaluation.listening import Heard
from wavized.training.statistics import ratio, wilson

UNHEARD = "unheard"
"""Stands for the guess where no answer came; such a clip counts as wrong."""

VERDICTS = ("file", "file_wrong", "review", "skip", "failed")
Json = dict[str, object]


def verdict(clip: Heard, info: ModelInfo, others: Sequence[Evidence] = ()) -> str:
    """One of VERDICTS, as the product decides by the model's own thresholds: by what is heard, and others."""
    if clip.kind is not None:
        return "skip"
    if clip.scores is None:
        return "failed"
    evidence = [Evidence(EAR, clip.scores), *clip.evidence, *others]
    decision = judge(evidence, info, Thresholds.of(info)).decision
    if isinstance(decision, FileIt):
        return "file" if decision.category == clip.truth else "file_wrong"
    return "skip" if isinstance(decision, Skip) else "review"


def decisions(heard: Sequence[Heard], info: ModelInfo) -> dict[str, dict[str, int]]:
    """For basses and each other label: how many were filed rightly, wrongly, reviewed, left alone, failed."""
    counts = {name: dict.fromkeys(VERDICTS, 0) for name in ("bass", *info.rejects)}
    for clip in heard:
        name = "bass" if clip.truth in info.categories else clip.truth
        counts.setdefault(name, dict.fromkeys(VERDICTS, 0))[verdict(clip, info)] += 1
    return counts


def filed(outcomes: Mapping[str, Mapping[str, int]]) -> Json:
    """What is filed without asking: the share of the basses, and the wrong among all that is filed."""
    bass = outcomes["bass"]
    wrong = sum(counts["file_wrong"] for counts in outcomes.values())
    filed = wrong + bass["file"]
    known = sum(bass.values())
    return {
        "n": filed,
        "share_of_basses": (bass["file"] + bass["file_wrong"]) / known if known else None,
        "wrong": wrong,
        "wrong_share": wrong / filed if filed else None,
        "wrong_interval": list(wilson(wrong, filed)) if filed else None,
    }


def misclassified(heard: Sequence[Heard], info: ModelInfo) -> list[Json]:
    """Basses whose forced choice is wrong, and rejects that would be filed; the surest first."""
    found: list[tuple[float, Json]] = []
    for clip in heard:
        ranked = _ranked(clip, info)
        said = verdict(clip, info)
        if ranked[0][0] == clip.truth or (clip.truth not in info.categories and said != "file_wrong"):
            continue
        (guess, probability), (second, next_best) = ranked[:2]
        row: Json = {
            "path": str(clip.path),
            "truth": clip.truth,
            "guess": guess,
            "probability": probability,
            "second": second,
            "second_probability": next_best,
            "verdict": said,
        }
        found.append((probability, row))
    return [row for _, row in sorted(found, key=lambda pair: -pair[0])]


def _ranked(clip: Heard, info: ModelInfo) -> list[tuple[str | None, float]]:
    """Categories with their share among all categories, likeliest first."""
    if clip.scores is None:
        return [(UNHEARD, 0.0), (None, 0.0)]
    total = sum(clip.scores[label] for label in info.categories)
    shares: list[tuple[str | None, float]] = [
        (label, ratio(clip.scores[label], total)) for label in info.categories
    ]
    return sorted(shares, key=lambda pair: -pair[1])
