"""Read a training corpus: label folders, with a manifest.csv or without one; one such folder or several.

Says of each clip what it is, which family of sounds it belongs to and whether it may be fitted on.
`read` never decodes more than a header; `read_all` decodes to tell one sound in two places. Never writes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import soundfile

from wavized.errors import UsageError
from wavized.logic.selection import is_audio
from wavized.training import content, rows
from wavized.training.rows import CONFIDENCE

CATEGORIES = ("808", "acid", "brass", "growl", "reese", "slap", "sub")
REJECTS = ("not_bass", "loop")
LABELS = CATEGORIES + REJECTS
UNLABELLED_BASS = "_unlabelled_bass"
"""A bass one-shot of which nobody said which: any of the seven, and no reject."""

DOUBTED = 0.4
OPEN_RECORDING = 4.0
"""How much more a real sample counts than a render: there are few, and they are what comes later."""
SHOWN = 5
"""So many problems are named in a message; the others are counted."""

Advance = Callable[[int, int], None]


class CorpusError(UsageError):
    """The corpus cannot be trained or measured on."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the corpus. `family` is what a split may not tear apart; `weight` is relative.

    `group` is the smaller circle of takes of one sound, such as a preset at several notes.
    """

    path: Path
    label: str
    family: str
    pack: str
    weight: float
    use: str = "train"
    doubt: str = ""
    real: bool = True
    group: str = ""

    @property
    def sure(self) -> bool:
        """Whether the label is good enough to measure by: not doubted, and not of low confidence."""
        return not self.doubt and self.weight >= CONFIDENCE["medium"]


def read(folder: Path) -> list[Source]:
    """Every clip of the corpus that is not excluded, in a fixed order. Raises CorpusError."""
    return _join(_found(folder))


def read_all(folders: Sequence[Path], advance: Advance | None = None) -> list[Source]:
    """Every clip of several corpora. What sounds the same is one family, wherever it lies; so is one maker.

    A training clip that sounds exactly like one kept for measuring is kept for measuring as well.
    Decodes everything once; of what is kept for measuring only a digest is taken. Raises CorpusError.
    """
    sources = gather(folders)
    digests = []
    for done, source in enumerate(sources, 1):
        digests.append(content.digest(source.path))
        if advance:
            advance(done, len(sources))
    return _join(keep_for_measuring(sources, digests), digests)


def gather(folders: Sequence[Path]) -> list[Source]:
    """Every clip of several corpora, nothing decoded: families by group and maker. Raises CorpusError."""
    places = [folder.resolve() for folder in folders]
    for at, place in enumerate(places):
        if any(place.is_relative_to(other) for other in places[:at] + places[at + 1 :]):
            raise CorpusError(
                f"The corpus {folders[at]} is given twice", hint="It lies in another one; name each once"
            )
    return _join(
        [source for at, folder in enumerate(folders) for source in _found(folder, f"{at}/" if at else "")]
    )


def keep_for_measuring(sources: Sequence[Source], digests: Sequence[str]) -> list[Source]:
    """The clips, with each that sounds exactly like one kept for measuring kept for measuring too."""
    kept = {digest for source, digest in zip(sources, digests, strict=True) if source.use == "evaluate"}
    return [
        replace(source, use="evaluate") if digest and digest in kept else source
        for source, digest in zip(sources, digests, strict=True)
    ]


def names(sources: Iterable[Source], folders: Sequence[Path]) -> list[str]:
    """What reports and probabilities call each clip: its path in its corpus, with `/` on every system.

    Several corpora stand before it by number, as in `1:808/boom.wav`.
    """
    found = []
    for source in sources:
        at = next(at for at, folder in enumerate(folders) if source.path.is_relative_to(folder))
        name = source.path.relative_to(folders[at]).as_posix()
        found.append(name if len(folders) == 1 else f"{at + 1}:{name}")
    return found


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

    Greedy, biggest family first, each into the fold that lacks its labels most; deterministic. Raises
    CorpusError where a class has too few families to be learnt in one fold and measured in another.
    """
    families: dict[str, Counter[str]] = {}
    for source in sources:
        families.setdefault(source.family, Counter())[source.label] += 1
    _must_be_parted(families, count)
    totals = Counter(source.label for source in sources)
    held = [Counter[str]() for _ in range(count)]
    place: dict[str, int] = {}
    for family in sorted(families, key=lambda name: (-sum(families[name].values()), name)):
        labels = families[family]
        load = [
            sum((held[fold][label] + n) ** 2 / totals[label] ** 2 for label, n in labels.items())
            + 0.01 * sum(held[fold].values()) / len(sources)
            for fold in range(count)
        ]
        place[family] = load.index(min(load))
        held[place[family]].update(labels)
    return [place[source.family] for source in sources]


def _must_be_parted(families: dict[str, Counter[str]], count: int) -> None:
    hint = (
        "Add sounds of other packs, each pack in a sub-folder of its label or with its own engine_or_pack "
        "in manifest.csv"
    )
    if len(families) < count:
        raise CorpusError(
            f"The corpus cannot be parted into {count} folds: its sounds make {len(families)} families",
            hint=hint,
        )
    spread = Counter(label for labels in families.values() for label in labels if label in LABELS)
    alone = sorted(label for label, number in spread.items() if number < 2)
    if alone:
        raise CorpusError(
            f"What is learnt of {', '.join(alone)} cannot be measured: all its sounds are of one family",
            hint=hint,
        )


def _found(folder: Path, space: str = "") -> list[Source]:
    if not folder.is_dir():
        raise CorpusError(f"The corpus folder does not exist: {folder}")
    manifest = folder / "manifest.csv"
    sources = _from_manifest(folder, manifest) if manifest.is_file() else _from_folders(folder, space)
    if not any(source.label in LABELS for source in sources):
        raise CorpusError(
            f"No labelled sound was found in {folder}",
            hint=f"It needs one folder for each label: {', '.join(LABELS)}",
        )
    return sources


def _from_manifest(folder: Path, manifest: Path) -> list[Source]:
    try:
        found = rows.read(manifest, (*LABELS, UNLABELLED_BASS))
    except rows.ManifestError as error:
        raise CorpusError(
            f"{manifest}: {_some(error.problems)}",
            hint="Mend the manifest; a row with the use `exclude` is left out, and so is what has no row",
        ) from error
    sources = [_from_row(folder, row) for row in found if row.use != "exclude"]
    absent = [str(source.path) for source in sources if not source.path.is_file()]
    if absent:
        raise CorpusError(
            f"{len(absent)} files of {manifest} do not exist: {_some(absent)}",
            hint="Put them back, or take their rows out",
        )
    return sources


def _some(problems: Sequence[str]) -> str:
    more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
    return "; ".join(problems[:SHOWN]) + more


def _from_row(folder: Path, row: rows.Row) -> Source:
    real = row.kind.startswith("real")
    weight = CONFIDENCE[row.confidence or "high"] * (DOUBTED if row.doubt else 1.0)
    pack = row.pack or row.file
    return Source(
        path=folder / row.file,
        label=row.label,
        family=row.group or pack,
        pack=pack,
        weight=weight * (OPEN_RECORDING if real else 1.0),
        use=row.use,
        doubt=row.doubt,
        real=real,
        group=row.group or pack,
    )


def _from_folders(folder: Path, space: str) -> list[Source]:
    """No manifest: a folder below a label is a pack, with all that is in it.

    Beside such folders, names that differ in numbers only are one family.

    `space` keeps names that were only guessed apart from those of another corpus.
    """
    found = []
    for label in (*LABELS, UNLABELLED_BASS):
        for path in sorted((folder / label).rglob("*")):
            if is_audio(path.name) and not path.name.startswith(".") and path.is_file():
                group = f"{space}{label}/{re.sub(r'[0-9 _-]+', '', path.stem).lower()}"
                pack, *below = path.relative_to(folder / label).parts
                pack = pack if below else group
                found.append(Source(path, label, group, pack, 1.0, group=group))
    return found


def _join(sources: Sequence[Source], digests: Sequence[str] = ()) -> list[Source]:
    """Give every clip the family that joins its group, its engine or pack (`sf2-a` and `sf2` are one) and,
    where digests are given, whatever sounds exactly the same.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    def join(one: str, other: str) -> None:
        first, second = root(one), root(other)
        parent[max(first, second)] = min(first, second)

    for source in sources:
        join(f"group {source.group}", _maker(source.pack))
    for source, digest in zip(sources, digests, strict=False):
        if digest:
            join(f"sound {digest}", _maker(source.pack))
    return [replace(source, family=root(_maker(source.pack))) for source in sources]


def _maker(pack: str) -> str:
    """Who made it: `sf2-a` and `sf2` are one; what one LV2 host played are instruments of many makers."""
    return f"maker {re.split(r'[-:]', pack.lower().removeprefix('lv2:'), maxsplit=1)[0]}"


def _damage(path: Path) -> str:
    try:
        with soundfile.SoundFile(path) as sound:
            return "" if sound.frames else f"{path} is empty"
    except (OSError, soundfile.LibsndfileError) as error:
        return f"{path}: {error}"
