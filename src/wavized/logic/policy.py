"""Turn evidence into a decision: file, ask, or leave alone, each with its reason in plain words. Pure.

Two different kinds of no: unsure *which* category goes to review; *no bass one-shot* is left alone.
Better to ask than to be wrong: every threshold that is missed by a hair leads to review, never to filing.

The ear decides, with the rhythm, which is heard as well and tells loops. Names and tags may help it, hinder
it, or make it ask:
- What the ear rejects is never filed, whatever it is called.
- They lift a category over the threshold only where the ear hears that category most, and is at least
  EAR_SHARE as sure of it as filing asks for.
- Where they clearly say something else than the ear, a person is asked, and is told who said what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wavized.domain.hearing import Decision, Evidence, FileIt, Judgement, ModelInfo, Review, Skip
from wavized.domain.sample import Kind
from wavized.logic import wording
from wavized.logic.pooling import HEARD, RHYTHM, Voice, listen_to_others, pool

EAR_SHARE = 0.7
"""Names lift what the ear gives at least this share of `file_above`: 0.56 for the usual 0.8, so it is heard
as likelier than all else together. Relative, so that whoever raises `file_above` is asked more here, too."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities between 0 and 1; see `ModelInfo` for their meaning."""

    file_above: float
    margin: float
    reject_above: float
    file_above_for: Mapping[str, float] = field(default_factory=dict)

    def needed(self, category: str) -> float:
        """The probability that filing into this category asks for."""
        return self.file_above_for.get(category, self.file_above)

    @classmethod
    def of(
        cls,
        model: ModelInfo,
        *,
        file_above: float | None = None,
        margin: float | None = None,
        reject_above: float | None = None,
    ) -> Thresholds:
        """The model's own thresholds, each replaced by the user's where one is given.

        A user's `file_above` is meant for every category.
        """
        return cls(
            file_above=model.file_above if file_above is None else file_above,
            margin=model.margin if margin is None else margin,
            reject_above=model.reject_above if reject_above is None else reject_above,
            file_above_for=model.file_above_for if file_above is None else {},
        )


def judge(evidence: Sequence[Evidence], model: ModelInfo, thresholds: Thresholds) -> Judgement:
    """Decide on one sample from all that is known of it."""
    labels = (*model.categories, *model.rejects)
    scores = pool(evidence, labels)
    case = _Case(
        heard=pool([witness for witness in evidence if witness.source in HEARD], labels),
        pooled=scores,
        voice=listen_to_others(evidence, labels),
        repeats=_repeats(evidence, model),
        model=model,
        thresholds=thresholds,
    )
    return Judgement(decision=case.decide(), scores=scores, evidence=tuple(evidence), model_id=model.model_id)


def _repeats(evidence: Sequence[Evidence], model: ModelInfo) -> str:
    """What repeats in the sound, in words, where its rhythm speaks for a loop; else empty."""
    for witness in evidence:
        if witness.source == RHYTHM and witness.scores:
            likeliest = max(witness.scores, key=lambda label: witness.scores[label])
            if model.rejects.get(likeliest) is Kind.LOOP:
                return witness.detail
    return ""


@dataclass(frozen=True, slots=True)
class _Case:
    """One sample: what is heard, what all give together, what others say of it, and what repeats in it."""

    heard: Mapping[str, float]
    pooled: Mapping[str, float]
    voice: Voice | None
    repeats: str
    model: ModelInfo
    thresholds: Thresholds

    def decide(self) -> Decision:
        rejected = self._rejected(self.pooled)
        if self._is_left_alone():
            return self._leave_alone(max(rejected, self._rejected(self.heard)))
        first, second = self._ranked(self.pooled)[:2]
        if self._is_contradicted():
            return self._ask_who_is_right()
        top = self.pooled[first]
        needed = self.thresholds.needed(first)
        sure = top >= needed and top - self.pooled[second] >= self.thresholds.margin
        if not sure or self._rejects(self.pooled):
            why = wording.doubt(first, second, self.pooled, rejected=rejected, file_above=needed)
            return Review((first, second), top, why + self._echo())
        if self._heard_most() != first:
            return self._ask_who_is_right()
        if self.heard[first] < EAR_SHARE * needed:
            why = f"The ear alone is too unsure of {first} ({wording.percent(self.heard[first])})"
            return Review((first, second), top, why + self._echo())
        return FileIt(first, top, self._why_filed(first, second))

    def _is_left_alone(self) -> bool:
        """The ear rejects it and nobody clearly says otherwise, or all reject it and the ear most of all."""
        voice = self.voice
        if self._rejects(self.heard):
            spoken_for = voice is not None and voice.clear and voice.label not in self.model.rejects
            return not spoken_for or self._rejects(self.pooled)
        heard_most = max(self.heard, key=lambda label: self.heard[label])
        return self._rejects(self.pooled) and heard_most in self.model.rejects

    def _leave_alone(self, rejected: float) -> Skip:
        likeliest = max(self.model.rejects, key=lambda label: self.pooled[label])
        kind = self.model.rejects[likeliest]
        return Skip(kind, wording.rejection(kind, rejected, self.repeats) + self._echo(), rejected)

    def _is_contradicted(self) -> bool:
        """Names say something else than the ear: clearly, or enough for one of the two to reject it."""
        if self.voice is None or self.voice.label == self._heard_most():
            return False
        return self.voice.clear or self._rejects(self.heard) or self._rejects(self.pooled)

    def _ask_who_is_right(self) -> Review:
        """Who said what; the category that was heard and the one that was named are offered."""
        heard = self._heard_most()
        said = f"The ear says {self._word(heard)} ({wording.percent(self._heard_share(heard))})"
        if self.voice:
            said += f", {wording.sources(self.voice.sources)} {self._word(self.voice.label)}"
        ranked = self._ranked(self.pooled)
        meant = [label for label in ranked if self.voice and label in (heard, self.voice.label)]
        candidates = (*meant, *(label for label in ranked if label not in meant))[:2]
        return Review(candidates, self.pooled[candidates[0]], said)

    def _why_filed(self, first: str, second: str) -> str:
        next_guess = f"next guess {second} ({wording.percent(self.pooled[second])})"
        heard = f"Sounds like {first} ({wording.percent(self.heard[first])})"
        together = f", {wording.percent(self.pooled[first])} with all that is known" if self.voice else ""
        return f"{heard}{self._echo()}{together}; {next_guess}"

    def _echo(self) -> str:
        """A clause for what those beside the ear say."""
        if self.voice is None:
            return ""
        return f"; {wording.sources(self.voice.sources)} {self._word(self.voice.label)}"

    def _heard_most(self) -> str:
        """The category the ear hears most, or the reject where it hears no bass one-shot."""
        if self._rejects(self.heard):
            return max(self.model.rejects, key=lambda label: self.heard[label])
        return self._ranked(self.heard)[0]

    def _heard_share(self, label: str) -> float:
        return self._rejected(self.heard) if label in self.model.rejects else self.heard[label]

    def _ranked(self, scores: Mapping[str, float]) -> list[str]:
        return sorted(self.model.categories, key=lambda label: -scores[label])

    def _rejects(self, scores: Mapping[str, float]) -> bool:
        return bool(self.model.rejects) and self._rejected(scores) >= self.thresholds.reject_above

    def _rejected(self, scores: Mapping[str, float]) -> float:
        return sum(scores[label] for label in self.model.rejects)

    def _word(self, label: str) -> str:
        kind = self.model.rejects.get(label)
        return {Kind.LOOP: "loop", Kind.NOT_BASS: "no bass"}.get(kind, label) if kind else label
