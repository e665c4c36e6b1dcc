"""Read a training corpus: label folders, with a manifest.csv or without one.

Says of each clip what it is, which family of sounds it belongs to and whether it may be fitted on.
Never decodes more than a header, never writes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from wavized.errors import UsageError

CATEGORIES = ("808", "acid", "brass", "growl", "reese", "slap", "sub")
REJECTS = ("not_bass", "loop")
LABELS = CATEGORIES + REJECTS
UNLABELLED_BASS = "_unlabelled_bass"
"""A bass one-shot of which nobody said which: any of the seven, and no reject."""

SUFFIXES = frozenset({".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".mp3"})
CONFIDENCE = {"high": 1.0, "medium": 0.8, "low": 0.5}
DOUBTED = 0.4
OPEN_RECORDING = 4.0
"""How much more a real sample counts than a render: there are few, and they are what comes later."""


class CorpusError(UsageError):
    """The corpus cannot be trained or measured on."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the corpus. `family` is what a split may not tear apart; `weight` is relative."""

    path: Path
    label: str
    family: str
    pack: str
    weight: float
    use: str = "train"
    doubt: str = ""
    real: bool = True

    @property
    def sure(self) -> bool:
        """Whether the label is good enough to measure by: not doubted, and not of low confidence."""
        return not self.doubt and self.weight >= CONFIDENCE["medium"]


def read(folder: Path) -> list[Source]:
    """Every clip of the corpus that is not excluded, in a fixed order. Raises CorpusError."""
    if not folder.is_dir():
        raise CorpusError(f"The corpus folder does not exist: {folder}")
    manifest = folder / "manifest.csv"
    sources = _from_manifest(folder, manifest) if manifest.is_file() else _from_folders(folder)
    if not any(source.label in LABELS for source in sources):
        raise CorpusError(
            f"No labelled sound was found in {folder}",
            hint=f"It needs one folder for each label: {', '.join(LABELS)}",
        )
    return _join_families(sources)


def for_training(sources: Iterable[Source], *, required: Sequence[str] = LABELS) -> list[Source]:
    """The clips that may be fitted on. Raises CorpusError where a class is missing or a file is damaged."""
    fit = [source for source in sources if source.use == "train"]
    have = Counter(source.label for source in fit)
    missing = [label for label in required if not have[label]]
    if missing:
        raise CorpusError(
            f"Nothing to learn {', '.join(missing)} from",
            hint="Add at least one sound to each of these folders that may be used for training",
        )
    damaged = [problem for source in fit if (problem := _damage(source.path))]
    if damaged:
        shown = "; ".join(damaged[:10])
        raise CorpusError(
            f"{len(damaged)} of the sounds cannot be read: {shown}", hint="Remove or replace them"
        )
    return fit


def digest(sources: Iterable[Source]) -> str:
    """sha256 over the content, label and weight of every clip, whatever its path."""
    rows = sorted(
        f"{hashlib.sha256(s.path.read_bytes()).hexdigest()} {s.label} {s.weight:g}" for s in sources
    )
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def folds(sources: Sequence[Source], count: int) -> list[int]:
    """A fold for each clip: families stay whole, classes are spread as evenly as that allows.

    Greedy, biggest family first, each into the fold that lacks its labels most; deterministic.
    """
    totals = Counter(source.label for source in sources)
    held = [Counter[str]() for _ in range(count)]
    families: dict[str, Counter[str]] = {}
    for source in sources:
        families.setdefault(source.family, Counter())[source.label] += 1
    place: dict[str, int] = {}
    for family in sorted(families, key=lambda name: (-sum(families[name].values()), name)):
        content = families[family]
        load = [
            sum((held[fold][label] + n) ** 2 / totals[label] ** 2 for label, n in content.items())
            + 0.01 * sum(held[fold].values()) / len(sources)
            for fold in range(count)
        ]
        place[family] = load.index(min(load))
        held[place[family]].update(content)
    return [place[source.family] for source in sources]


def _from_manifest(folder: Path, manifest: Path) -> list[Source]:
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    needed = {"file", "label"} - set(rows[0] if rows else ())
    if needed:
        raise CorpusError(f"{manifest} lacks the columns: {', '.join(sorted(needed))}")
    sources = [_from_row(folder, row) for row in rows if row.get("use") != "exclude"]
    absent = [str(source.path) for source in sources if not source.path.is_file()]
    if absent:
        raise CorpusError(f"{len(absent)} files of {manifest} do not exist: {'; '.join(absent[:5])}")
    return sources


def _from_row(folder: Path, row: dict[str, str]) -> Source:
    real = row.get("kind", "").startswith("real")
    weight = CONFIDENCE.get(row.get("confidence", "high"), 1.0)
    weight *= (DOUBTED if row.get("doubt") else 1.0) * (OPEN_RECORDING if real else 1.0)
    pack = row.get("engine_or_pack") or row["file"]
    return Source(
        path=folder / row["file"],
        label=row["label"],
        family=row.get("group") or pack,
        pack=pack,
        weight=weight,
        use=row.get("use") or "train",
        doubt=row.get("doubt", ""),
        real=real,
    )


def _from_folders(folder: Path) -> list[Source]:
    """No manifest: a sub-folder is a pack; else names that differ in numbers only are one family."""
    found = []
    for label in (*LABELS, UNLABELLED_BASS):
        for path in sorted((folder / label).rglob("*")):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
                family = f"{label}/{re.sub(r'[0-9 _-]+', '', path.stem).lower()}"
                pack = family if path.parent == folder / label else path.parent.name
                found.append(Source(path, label, family, pack, 1.0))
    return found


def _join_families(sources: list[Source]) -> list[Source]:
    """Give every clip the family that joins its group and its engine or pack (`sf2-a` and `sf2` are one)."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for source in sources:
        first, second = root(f"group {source.family}"), root(_maker(source.pack))
        parent[max(first, second)] = min(first, second)
    return [
        Source(s.path, s.label, root(_maker(s.pack)), s.pack, s.weight, s.use, s.doubt, s.real)
        for s in sources
    ]


def _maker(pack: str) -> str:
    return f"maker {re.split(r'[-:]', pack.lower(), maxsplit=1)[0]}"


def _damage(path: Path) -> str:
    try:
        with soundfile.SoundFile(path) as sound:
            return "" if sound.frames else f"{path} is empty"
    except (OSError, soundfile.LibsndfileError) as error:
        return f"{path}: {error}"
