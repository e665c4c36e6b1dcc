"""What an audit found, as plain sentences with their numbers, ready for a report or for a program. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from wavized.training.audit.confounds import Confound, Origin
from wavized.training.audit.doubt import Verdicts
from wavized.training.audit.hearing import Heard
from wavized.training.audit.outliers import Outlier
from wavized.training.audit.twins import Pair
from wavized.training.corpus import LABELS

CLEAR = 0.3
"""A label is doubted out loud from this lead of the other label on; the rest stands in the JSON alone."""

KINDS = {
    "evaluation_leak": "Training clips that are kept for measuring, too",
    "family_leak": "One sound in two families",
    "label_conflict": "One sound under two labels",
    "doubtful_label": "Labels that others of their kind do not share",
    "outlier": "Unlike the others of their label",
    "flaw": "Something is wrong with the sound",
    "duplicate": "Twice in one family",
}
"""In the order of how much they matter."""

Quartiles = dict[str, dict[str, tuple[float, float, float]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `files` are names; the first is the one to look at, `labels` are theirs."""

    kind: str
    files: tuple[str, ...]
    labels: tuple[str, ...]
    reason: str
    numbers: dict[str, float] = field(default_factory=dict)
    likelier: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything the report shows."""

    folders: tuple[str, ...]
    clips: int
    measured_apart: int
    findings: tuple[Finding, ...]
    origins: tuple[Origin, ...]
    confounds: tuple[Confound, ...]
    quartiles: Quartiles
    verdicts: Verdicts

    def of(self, kind: str) -> list[Finding]:
        """The findings of one kind."""
        return [finding for finding in self.findings if finding.kind == kind]

    def counts(self) -> dict[str, int]:
        """How many findings of each kind, those of which there is none left out."""
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def flaws(self) -> dict[str, dict[str, int]]:
        """What is wrong with sounds, the commonest first, and how often it is with which label."""
        by_kind: dict[str, Counter[str]] = {}
        for finding in self.of("flaw"):
            by_kind.setdefault(finding.reason.partition(":")[0], Counter())[finding.labels[0]] += 1
        return {
            kind: dict(labels.most_common())
            for kind, labels in sorted(by_kind.items(), key=lambda row: -row[1].total())
        }

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "version": 1,
            "corpora": list(self.folders),
            "clips": self.clips,
            "kept_for_measuring": self.measured_apart,
            "counts": self.counts(),
            "flaws": self.flaws(),
            "findings": [asdict(finding) for finding in self.findings],
            "origins": [asdict(origin) for origin in self.origins],
            "confounds": [asdict(confound) for confound in self.confounds],
            "features": self.quartiles,
            "doubt": {
                "by": self.verdicts.by,
                "judged": self.verdicts.judged,
                "accuracy": None if not self.verdicts.judged else self.verdicts.accuracy,
                "joint": self.verdicts.joint,
            },
        }


def gather(
    heard: Sequence[Heard], pairs: Sequence[Pair], outliers: Sequence[Outlier], verdicts: Verdicts
) -> tuple[Finding, ...]:
    """All findings, what matters most first."""
    doubts = [
        Finding(
            kind="doubtful_label",
            files=(doubt.name,),
            labels=(doubt.label,),
            reason=f"labelled {doubt.label}, sounds like {doubt.likelier} to {verdicts.by}",
            numbers={doubt.label: round(doubt.of_label, 4), doubt.likelier: round(doubt.of_likelier, 4)},
            likelier=doubt.likelier,
        )
        for doubt in verdicts.doubts
    ]
    found = [*_twins(heard, pairs), *doubts, *_outliers(heard, outliers), *_flaws(heard)]
    return tuple(sorted(found, key=lambda finding: list(KINDS).index(finding.kind)))


def clear(finding: Finding) -> bool:
    """Whether a doubted label is doubted out loud."""
    return (
        finding.kind != "doubtful_label"
        or finding.numbers[finding.likelier] - finding.numbers[finding.labels[0]] >= CLEAR
    )


def _twins(heard: Sequence[Heard], pairs: Sequence[Pair]) -> Iterator[Finding]:
    for pair in pairs:
        one, other = heard[pair.first], heard[pair.second]
        uses = {one.source.use, other.source.use}
        if uses == {"evaluate"}:
            continue
        kind = _kind_of(one, other, pair, uses)
        if one.source.use == "evaluate":
            one, other = other, one
        numbers = {"print": round(pair.print, 4), "waveform": round(pair.wave, 4)}
        if pair.semitones:
            numbers["semitones"] = pair.semitones
        yield Finding(
            kind=kind,
            files=(one.name, other.name),
            labels=(one.source.label, other.source.label),
            reason=_why(one, other, pair, kind),
            numbers=numbers,
        )


def _kind_of(one: Heard, other: Heard, pair: Pair, uses: set[str]) -> str:
    if "evaluate" in uses:
        return "evaluation_leak"
    if one.source.family != other.source.family and pair.how != "alike":
        return "family_leak"
    labels = {one.source.label, other.source.label}
    return "label_conflict" if len(labels) > 1 and labels <= set(LABELS) else "duplicate"


def _why(one: Heard, other: Heard, pair: Pair, kind: str) -> str:
    what = {
        "identical": "the same samples",
        "copy": "the same sound but for level, polarity or format",
        "shifted": f"the same sound, one of them played {abs(pair.semitones)} semitones faster or slower",
        "alike": "hardly to be told apart",
    }[pair.how]
    if kind == "evaluation_leak":
        return f"{what}; it is not to be trained on: give it the use `evaluate` or `exclude`"
    if kind == "family_leak":
        labels = "" if one.source.label == other.source.label else ", under two labels"
        return f"{what}{labels}; give {one.source.pack} and {other.source.pack} a common group"
    if one.source.label != other.source.label:
        return f"{what}, labelled {one.source.label} and {other.source.label}"
    return what


def _outliers(heard: Sequence[Heard], outliers: Sequence[Outlier]) -> Iterator[Finding]:
    for outlier in outliers:
        clip = heard[outlier.index]
        odd = "; ".join(
            f"{plain(name)} {value:.3g} against {middle:.3g}" for name, value, middle in outlier.odd
        )
        yield Finding(
            kind="outlier",
            files=(clip.name,),
            labels=(clip.source.label,),
            reason=odd or "a little off in everything",
            numbers={"distance": round(outlier.distance, 2)},
        )


def _flaws(heard: Sequence[Heard]) -> Iterator[Finding]:
    for clip in heard:
        for flaw in clip.flaws:
            yield Finding("flaw", (clip.name,), (clip.source.label,), flaw)


def plain(name: str) -> str:
    """A feature's name for people: `decay_s` is "decay in s"."""
    word, _, unit = name.rpartition("_")
    units = {"s": "s", "hz": "Hz", "dbfs": "dBFS"}
    return f"{word.replace('_', ' ')} in {units[unit]}" if unit in units else name.replace("_", " ")
