"""Reading a corpus: labels, families, what may be fitted on, and what is wrong with it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wavized.training import bank, corpus
from wavized.training.corpus import LABELS, CorpusError, Source

COLUMNS = ("file", "label", "kind", "group", "engine_or_pack", "confidence", "doubt", "use")


def clip(folder: Path, name: str, seed: int = 0) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).uniform(-0.5, 0.5, 800), 16_000)
    return path


def manifest(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({**dict.fromkeys(COLUMNS, ""), **row} for row in rows)


def test_label_folders_are_enough(tmp_path: Path) -> None:
    """Without a manifest the folder is the label, and takes that differ in a number are one family."""
    for name in (
        "808/boom 1.wav",
        "808/boom 2.wav",
        "808/other.wav",
        "acid/pack a/line.wav",
        "acid/.hidden.wav",
    ):
        clip(tmp_path, name)
    (tmp_path / "808" / "notes.txt").write_text("no sound")
    found = {source.path.name: source for source in corpus.read(tmp_path)}
    assert sorted(found) == ["boom 1.wav", "boom 2.wav", "line.wav", "other.wav"]
    assert found["boom 1.wav"].family == found["boom 2.wav"].family != found["other.wav"].family
    assert found["line.wav"].label == "acid"


def test_a_manifest_tells_use_weight_and_family(tmp_path: Path) -> None:
    """Excluded rows are gone, measured rows are not fitted on, doubt and confidence lower the weight."""
    names = ("a.wav", "b.wav", "c.wav", "d.wav")
    for name in names:
        clip(tmp_path, name)
    manifest(
        tmp_path,
        [
            {"file": "a.wav", "label": "808", "kind": "real_original", "engine_or_pack": "p", "use": "train"},
            {"file": "b.wav", "label": "808", "confidence": "low", "doubt": "no decay", "use": "train"},
            {"file": "c.wav", "label": "acid", "use": "evaluate"},
            {"file": "d.wav", "label": "acid", "use": "exclude"},
        ],
    )
    found = corpus.read(tmp_path)
    assert [source.path.name for source in found] == ["a.wav", "b.wav", "c.wav"]
    fit = corpus.for_training(found, required=("808",))
    assert [source.path.name for source in fit] == ["a.wav", "b.wav"]
    assert fit[0].real and not fit[1].real
    assert fit[0].weight > fit[1].weight


def test_groups_and_packs_that_touch_are_one_family(tmp_path: Path) -> None:
    """A shared group joins two packs, and so does a shared maker; nothing else is joined."""
    packs = {
        "a": ("g1", "p1"),
        "b": ("g1", "p2"),
        "c": ("g2", "p2"),
        "d": ("g3", "sf2"),
        "e": ("g4", "sf2-x"),
    }
    for name in (*packs, "f"):
        clip(tmp_path, f"{name}.wav")
    rows = [
        {"file": f"{n}.wav", "label": "sub", "group": g, "engine_or_pack": p} for n, (g, p) in packs.items()
    ]
    manifest(tmp_path, [*rows, {"file": "f.wav", "label": "sub", "group": "g9", "engine_or_pack": "p9"}])
    family = {source.path.stem: source.family for source in corpus.read(tmp_path)}
    assert family["a"] == family["b"] == family["c"]
    assert family["d"] == family["e"]
    assert len(set(family.values())) == 3


def test_folds_keep_families_whole_and_classes_spread(tmp_path: Path) -> None:
    """No family is in two folds, and every fold holds some of each class."""
    sources = [
        Source(tmp_path, label, f"family {label} {n // 2}", "p", 1.0)
        for label in ("808", "acid", "sub")
        for n in range(12)
    ]
    place = corpus.folds(sources, 3)
    where: dict[str, set[int]] = {}
    for source, fold in zip(sources, place, strict=True):
        where.setdefault(source.family, set()).add(fold)
    assert all(len(folds) == 1 for folds in where.values())
    spread = Counter((source.label, fold) for source, fold in zip(sources, place, strict=True))
    assert len(spread) == 9
    assert place == corpus.folds(sources, 3)


@pytest.mark.parametrize("content", [[], ["drums/kick.wav"], ["808.wav"]])
def test_a_corpus_without_labels_is_refused(tmp_path: Path, content: list[str]) -> None:
    """The error says which folders are expected."""
    for name in content:
        clip(tmp_path, name)
    with pytest.raises(CorpusError, match="one folder for each label: 808, acid"):
        corpus.read(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(CorpusError, match="nowhere"):
        corpus.read(tmp_path / "nowhere")


def test_a_missing_class_is_named(tmp_path: Path) -> None:
    """Training needs every label, the rejects too."""
    for label in set(LABELS) - {"reese", "loop"}:
        clip(tmp_path, f"{label}/one.wav")
    with pytest.raises(CorpusError, match="Nothing to learn reese, loop from"):
        corpus.for_training(corpus.read(tmp_path))


def test_damaged_sounds_are_named(tmp_path: Path) -> None:
    """A file that is no audio stops the training before it begins, by name."""
    for label in LABELS:
        clip(tmp_path, f"{label}/one.wav")
    (tmp_path / "sub" / "broken.wav").write_bytes(b"RIFF but no sound")
    with pytest.raises(CorpusError, match=r"1 of the sounds cannot be read: .*broken\.wav"):
        corpus.for_training(corpus.read(tmp_path))


def test_rows_without_files_are_named(tmp_path: Path) -> None:
    """A manifest that promises a file which is not there is refused."""
    manifest(tmp_path, [{"file": "gone.wav", "label": "808"}])
    with pytest.raises(CorpusError, match=r"gone\.wav"):
        corpus.read(tmp_path)


def test_a_manifest_needs_its_columns(tmp_path: Path) -> None:
    """The missing column is named."""
    (tmp_path / "manifest.csv").write_text("file,kind\na.wav,real\n")
    with pytest.raises(CorpusError, match="label"):
        corpus.read(tmp_path)


def test_the_digest_follows_content_and_label_not_place(tmp_path: Path) -> None:
    """Moving a corpus changes nothing; another label does."""
    first, second = clip(tmp_path / "a", "x.wav"), clip(tmp_path / "b", "y.wav")
    digests = [
        corpus.digest([Source(path, label, "f", "p", 1.0)])
        for path, label in ((first, "808"), (second, "808"), (first, "sub"))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_a_composed_loop_stays_within_one_family(tmp_path: Path) -> None:
    """What is held out in a fold cannot come back inside a loop."""
    sources = [
        Source(tmp_path / f"{n}.wav", label, f"family {n % 3}", "p", 1.0)
        for n, label in enumerate((*LABELS, *LABELS))
    ]
    recipes = bank.plan(sources, bank.Shares(per_label=60), 3)
    composed = [recipe for recipe in recipes if recipe.label == "loop" and len(recipe.sources) > 1]
    assert composed
    assert all(len({sources[i].family for i in recipe.sources}) == 1 for recipe in composed)


def test_a_plan_follows_its_seed(tmp_path: Path) -> None:
    """The same seed gives the same plan, every clip is in it, and every class has its share."""
    sources = [Source(tmp_path / label, label, label, "p", 1.0) for label in LABELS]
    plan = bank.plan(sources, bank.Shares(per_label=50), 1)
    assert plan == bank.plan(sources, bank.Shares(per_label=50), 1)
    assert plan != bank.plan(sources, bank.Shares(per_label=50), 2)
    assert {index for recipe in plan for index in recipe.sources} == set(range(len(sources)))
    assert all(45 <= count <= 55 for count in Counter(recipe.label for recipe in plan).values())
