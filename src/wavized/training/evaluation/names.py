"""What names and tags are worth beside the ear on label folders: names alone, and both together.

A label folder's own name is never seen: it holds the answer. Seen are a file's own name, the folders strictly
below its label folder, and the tags inside the file. Splice's catalogue is left out, as it belongs to a
computer and not to the clips.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wavized.audio.tags import read_tags
from wavized.domain.hearing import Evidence, ModelInfo
from wavized.logic.names import saying
from wavized.logic.pooling import pool
from wavized.training.evaluation import tables
from wavized.training.evaluation.decisions import VERDICTS, Json, filed, verdict
from wavized.training.evaluation.listening import Heard
from wavized.training.statistics import ratio, wilson


@dataclass(frozen=True, slots=True)
class _Told:
    """A clip with what is told of it beside its sound."""

    clip: Heard
    others: tuple[Evidence, ...]


def names_figures(heard: Sequence[Heard], folder: Path, info: ModelInfo) -> Json:
    """What `evaluate --names` adds to the figures of the ear: the blocks `names_alone` and `both`."""
    told = [_Told(clip, evidence_of(clip.path, folder / clip.truth)) for clip in heard]
    return {"names_alone": _alone(told, info), "both": _both(told, info)}


def evidence_of(path: Path, label_folder: Path) -> tuple[Evidence, ...]:
    """What the file's name, the folders below its label folder and its tags say."""
    *below, _ = path.relative_to(label_folder).parts
    folder, pack = below[-1] if below else "", below[0] if len(below) > 1 else ""
    tagged = saying.from_tags(read_tags(path))
    return (*saying.from_names(path.stem, folder, pack), *([tagged] if tagged else []))


def _alone(told: Sequence[_Told], info: ModelInfo) -> Json:
    """Forced choice by names only; a clip of which they say nothing counts as wrong."""
    clips = [replace(one.clip, scores=_guess(one.others, info), kind=None) for one in told]
    rows = tables.basses(clips, info.categories)
    said = int((rows.guess >= 0).sum())
    right = int(rows.right.sum())
    sources = Counter(witness.source for one in told for witness in one.others)
    return {
        "n": len(rows.truth),
        "n_with_evidence": said,
        "accuracy": ratio(right, len(rows.truth)),
        "accuracy_interval": list(wilson(right, len(rows.truth))),
        "accuracy_with_evidence": ratio(right, said) if said else None,
        "per_class": _recalls(rows),
        "sources": dict(sources),
    }


def _both(told: Sequence[_Told], info: ModelInfo) -> Json:
    """Forced choice and decisions by all that is known, and which clips that changes."""
    labels = (*info.categories, *info.rejects)
    pooled = [replace(one.clip, scores=one.clip.pooled(labels, one.others)) for one in told]
    rows = tables.basses(pooled, info.categories)
    ear = tables.basses([one.clip for one in told], info.categories)
    right = int(rows.right.sum())
    paths = [str(one.clip.path) for one in told if one.clip.truth in info.categories]
    outcomes = _decisions(told, info)
    return {
        "n": len(rows.truth),
        **tables.summary(rows),
        "accuracy_interval": list(wilson(right, len(rows.truth))),
        "per_class": _recalls(rows),
        "decisions": outcomes,
        "filed": filed(outcomes),
        "gained": [
            path for path, now, was in zip(paths, rows.right, ear.right, strict=True) if now and not was
        ],
        "lost": [
            path for path, now, was in zip(paths, rows.right, ear.right, strict=True) if was and not now
        ],
    }


def _guess(others: Sequence[Evidence], info: ModelInfo) -> Mapping[str, float] | None:
    """Scores by names only; None where no category stands out."""
    scores = pool([replace(witness, weight=1.0) for witness in others], (*info.categories, *info.rejects))
    best = max(scores[label] for label in info.categories)
    stand_out = [label for label in info.categories if scores[label] > best - 1e-9]
    return scores if len(stand_out) == 1 else None


def _recalls(rows: tables.Basses) -> Json:
    counts = tables.confusion(rows)
    return {
        label: {"recall": ratio(int(counts[at, at]), int(counts[at].sum())), "support": int(counts[at].sum())}
        for at, label in enumerate(rows.labels)
    }


def _decisions(told: Sequence[_Told], info: ModelInfo) -> dict[str, dict[str, int]]:
    counts = {name: dict.fromkeys(VERDICTS, 0) for name in ("bass", *info.rejects)}
    for one in told:
        name = "bass" if one.clip.truth in info.categories else one.clip.truth
        counts.setdefault(name, dict.fromkeys(VERDICTS, 0))[verdict(one.clip, info, one.others)] += 1
    return counts
