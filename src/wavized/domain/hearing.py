"""What the ear and other witnesses say of a sample, and what is concluded from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wavized.domain.sample import Kind


@dataclass(frozen=True, slots=True)
class Scored:
    """The model's answer: a calibrated probability for each of its labels (they sum to 1).

    `evidence` is what else was heard in the same sound, such as its rhythm; over the same labels.
    """

    scores: Mapping[str, float]
    model_id: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The worker looked at the file and will not score it: unreadable, or silent (`kind` NOT_BASS)."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The worker died or ran out of time. `suspect` tells whether this file may be the cause."""

    reason: str
    suspect: bool


Answer = Scored | Refused | Unanswered


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a model folder declares of itself.

    `categories` are the labels that can be filed; `rejects` maps the other labels to what they mean
    (a loop, or no bass at all). Thresholds are on the calibrated probability of the top category:
    `file_above` and `margin` (over the second category) are needed to file; at `reject_above`, the summed
    probability of the rejects, a sample is left alone. `file_above_for` are the categories that need another
    probability than `file_above`, for a model is not equally trustworthy in all of them.
    """

    model_id: str
    categories: tuple[str, ...]
    rejects: Mapping[str, Kind]
    file_above: float
    margin: float
    reject_above: float
    sample_rate: int
    window_s: float
    file_above_for: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One witness: who says it, and how much it counts.

    `source` is who heard it (`ear`, `rhythm`) or who was told (`name`, `folder`, `pack`, `tags`, `splice`).
    `scores` are its likelihoods per label (any scale), `detail` what it went by: a model, or words.
    """

    source: str
    scores: Mapping[str, float]
    weight: float = 1.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FileIt:
    """Sure enough to file without asking."""

    category: str
    confidence: float
    reason: str
    kind: Kind = Kind.ONE_SHOT


@dataclass(frozen=True, slots=True)
class Review:
    """A bass one-shot, or perhaps one: a person should say which."""

    candidates: tuple[str, ...]
    confidence: float
    reason: str
    kind: Kind = Kind.ONE_SHOT


@dataclass(frozen=True, slots=True)
class Skip:
    """Not a bass one-shot: left where it is."""

    kind: Kind
    reason: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Fail:
    """Nothing can be said of it: unreadable, or the worker broke on it."""

    reason: str
    kind: Kind = Kind.UNREADABLE


Decision = FileIt | Review | Skip | Fail


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision with everything that led to it; `scores` are the pooled probabilities per label."""

    decision: Decision
    scores: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    model_id: str | None = None
