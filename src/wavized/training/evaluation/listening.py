"""Ask a classifier about every clip below label folders, one at a time, and take the time of each answer.

Reads samples only through the classifier; never looks at file names for a category, never writes.
"""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wavized.domain.hearing import Evidence, Refused, Scored
from wavized.domain.sample import Kind
from wavized.logic.pooling import EAR, pool
from wavized.logic.selection import is_audio
from wavized.ports import Classifier
from wavized.training.corpus import CorpusError

Progress = Callable[[int, int], None]
"""Told after each clip: how many are done, of how many."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip: what it is, what the ear gave for each label (None: no answer), and how long that took.

    `kind` is set where the file was refused: it is left alone without any scores. `group` names the clips
    that belong together (a pack, say) and are drawn together for intervals; empty for a clip on its own.
    `evidence` is what else was heard in it, such as its rhythm.
    """

    path: Path
    truth: str
    scores: Mapping[str, float] | None
    latency_ms: float
    kind: Kind | None = None
    group: str = ""
    evidence: tuple[Evidence, ...] = ()

    def pooled(self, labels: Sequence[str], others: Sequence[Evidence] = ()) -> Mapping[str, float] | None:
        """The probabilities by all that was heard, and by others; None where the ear gave none."""
        beside = (*self.evidence, *others)
        if self.scores is None or not beside:
            return self.scores
        return pool([Evidence(EAR, self.scores), *beside], labels)


def find(folder: Path, labels: Sequence[str]) -> list[tuple[Path, str]]:
    """Every audio file below the label folders, with its label. Raises CorpusError where there is none."""
    found = [
        (path, label)
        for label in labels
        for path in sorted((folder / label).rglob("*"))
        if is_audio(path.name) and not path.name.startswith(".") and path.is_file()
    ]
    if not found:
        raise CorpusError(
            f"No labelled sound was found in {folder}",
            hint=f"It needs one folder for each label, such as {', '.join(labels)}",
        )
    return found


def empty_labels(folder: Path, labels: Sequence[str]) -> list[str]:
    """Labels whose folder is there and holds no sound: most likely a slip."""
    filled = Counter(label for _, label in find(folder, labels))
    return [label for label in labels if (folder / label).is_dir() and not filled[label]]


def groups(folder: Path, clips: Sequence[tuple[Path, str]]) -> list[str]:
    """The group of each clip: by `manifest.csv`, else the pack folder below its label folder, else none ("").

    Raises CorpusError where the manifest cannot be read.
    """
    stated = _stated_groups(folder / "manifest.csv")
    return [
        stated.get(path.relative_to(folder).as_posix()) or _pack(path.relative_to(folder / label))
        for path, label in clips
    ]


def listen(folder: Path, classifier: Classifier, *, progress: Progress | None = None) -> list[Heard]:
    """Ask the classifier about every clip, one at a time, after one unmeasured question that wakes it.

    Raises CorpusError, ModelUnusableError.
    """
    info = classifier.info()
    clips = find(folder, (*info.categories, *info.rejects))
    return listen_to(clips, groups(folder, clips), classifier, progress=progress)


def listen_to(
    clips: Sequence[tuple[Path, str]],
    group_of: Sequence[str],
    classifier: Classifier,
    *,
    progress: Progress | None = None,
) -> list[Heard]:
    """The same for clips that were found before; `group_of` holds a group for each."""
    classifier.classify([clips[0][0]])
    heard = []
    for done, ((path, label), group) in enumerate(zip(clips, group_of, strict=True), 1):
        start = time.perf_counter()
        answer = classifier.classify([path])[0]
        took_ms = 1000.0 * (time.perf_counter() - start)
        scores = answer.scores if isinstance(answer, Scored) else None
        kind = answer.kind if isinstance(answer, Refused) else None
        evidence = answer.evidence if isinstance(answer, Scored) else ()
        heard.append(Heard(path, label, scores, took_ms, kind, group, evidence))
        if progress:
            progress(done, len(clips))
    return heard


def _stated_groups(manifest: Path) -> dict[str, str]:
    """File (as written in the manifest) to group; empty where there is no manifest or it names no groups."""
    if not manifest.is_file():
        return {}
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{manifest} cannot be read: {error}", hint="Mend it or take it away") from error
    return {row["file"]: row["group"] for row in rows if row.get("file") and row.get("group")}


def _pack(below_label: Path) -> str:
    return below_label.parts[0] if len(below_label.parts) > 1 else ""
