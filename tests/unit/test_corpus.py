"""Reading a corpus: labels, families, what may be fitted on, and what is wrong with it."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from wavized.training import bank, corpus, rows
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


def test_a_pack_is_one_family_whatever_folders_it_has(tmp_path: Path) -> None:
    """The folder below the label is the pack; two packs that both have a folder of one name stay apart."""
    for name in ("808/Deep/One Shots/a.wav", "808/Deep/Long/b.wav", "808/Wide/One Shots/c.wav"):
        clip(tmp_path, name)
    family = {source.path.name: source.family for source in corpus.read(tmp_path)}
    assert family["a.wav"] == family["b.wav"] != family["c.wav"]


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


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"label": "kick"}, "unknown label 'kick', not one of 808, acid"),
        ({"use": "test"}, "unknown use 'test', not one of train, evaluate, exclude"),
        ({"confidence": "sure"}, "unknown confidence 'sure'"),
        ({"file": ""}, "no file"),
        ({"file": "../elsewhere.wav"}, "leaves the corpus folder"),
        ({"file": "808/../../elsewhere.wav"}, "leaves the corpus folder"),
        ({"file": "/etc/passwd"}, "leaves the corpus folder"),
        ({"file": "C:\\sounds\\a.wav"}, "leaves the corpus folder"),
        ({"file": "\\\\server\\share\\a.wav"}, "leaves the corpus folder"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_line(
    tmp_path: Path, row: dict[str, str], problem: str
) -> None:
    """The error says on which line what is wrong, and the hint what to do."""
    clip(tmp_path, "a.wav")
    manifest(tmp_path, [{"file": "a.wav", "label": "808"}, {"file": "b.wav", "label": "808", **row}])
    with pytest.raises(CorpusError, match="Mend the manifest") as caught:
        corpus.read(tmp_path)
    assert "line 3: " in caught.value.message
    assert problem in caught.value.message


def test_all_mistakes_show_at_once(tmp_path: Path) -> None:
    """Five are named, the others counted; a file that is listed twice is one of them."""
    manifest(
        tmp_path,
        [{"file": "a.wav", "label": "808"}, {"file": "a.wav", "label": "sub"}]
        + [{"file": f"{n}.wav", "label": "kick"} for n in range(6)],
    )
    with pytest.raises(CorpusError, match=r"a\.wav stands on line 2 too; .*; and 2 more"):
        corpus.read(tmp_path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"file,label\n", "No labelled sound"),
        (b"file;label\na.wav;808\n", "lacks the columns: file, label"),
        (b"", "lacks the columns: file, label"),
        (b"file,label\na\xff.wav,808\n", "no CSV file in UTF-8"),
        (b"file,label\na.wav,808,and,more\n", "line 2: more cells than columns"),
        (b"file,label\na.wav\n", "line 2: unknown label ''"),
    ],
)
def test_a_broken_manifest_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    """What is no table, or too short or too long a row, is said as such."""
    clip(tmp_path, "a.wav")
    (tmp_path / "manifest.csv").write_bytes(content)
    with pytest.raises(CorpusError, match=problem):
        corpus.read(tmp_path)


def test_a_manifest_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    """A byte order mark and spaces around words do no harm."""
    clip(tmp_path, "a.wav")
    (tmp_path / "manifest.csv").write_bytes(b"\xef\xbb\xbffile,label\r\na.wav, 808\r\n")
    assert [source.label for source in corpus.read(tmp_path)] == ["808"]


@given(st.text(max_size=20))
def test_no_row_reaches_out_of_its_corpus(name: str) -> None:
    """Whatever a manifest calls a file, it lies in the corpus folder or the row is refused."""
    home = Path("/corpus")
    if not rows.leaves(name):
        assert Path(os.path.normpath(home / name.replace("\0", ""))).is_relative_to(home)


def test_what_cannot_be_parted_is_refused(tmp_path: Path) -> None:
    """A class of one family can be learnt or measured, not both; the error names it and what to do."""
    sources = [Source(tmp_path, label, f"pack {n}", "p", 1.0) for label in ("808", "sub") for n in range(3)]
    assert set(corpus.folds(sources, 3)) == {0, 1, 2}
    with pytest.raises(CorpusError, match="4 folds: its sounds make 3 families"):
        corpus.folds(sources, 4)
    alone = [*sources, Source(tmp_path, "acid", "pack 0", "p", 1.0)]
    with pytest.raises(CorpusError, match=r"learnt of acid cannot be measured.*each pack in a sub-folder"):
        corpus.folds(alone, 2)


def test_several_corpora_are_one(tmp_path: Path) -> None:
    """A pack's name joins its clips wherever they lie; alike file names do so in one corpus alone."""
    first, second = tmp_path / "first", tmp_path / "second"
    for seed, path in enumerate(
        (
            first / "808/boom.wav",
            first / "808/Deep Pack/a.wav",
            second / "808/boom.wav",
            second / "sub/Deep Pack/b.wav",
        )
    ):
        clip(path.parent, path.name, seed)
    sources = corpus.read_all([first, second])
    called = corpus.names(sources, [first, second])
    family = dict(zip(called, (source.family for source in sources), strict=True))
    assert sorted(family) == [
        "1:808/Deep Pack/a.wav",
        "1:808/boom.wav",
        "2:808/boom.wav",
        "2:sub/Deep Pack/b.wav",
    ]
    assert family["1:808/Deep Pack/a.wav"] == family["2:sub/Deep Pack/b.wav"]
    assert family["1:808/boom.wav"] != family["2:808/boom.wav"]
    assert corpus.names(sources[:1], [first]) == ["808/Deep Pack/a.wav"]


def test_one_sound_in_two_corpora_is_one_family(tmp_path: Path) -> None:
    """The decoded sound decides: format, rate, doubled channels and silence around it make no difference."""
    first, second = tmp_path / "first", tmp_path / "second"
    sound, rate = soundfile.read(clip(first, "808/boom.wav"), dtype="int16")
    padded = np.concatenate([np.zeros(50, np.int16), sound, np.zeros(90, np.int16)])
    (second / "808").mkdir(parents=True)
    soundfile.write(second / "808" / "other.flac", np.stack([padded, padded], axis=1), 2 * rate)
    clip(second, "808/third.wav", seed=5)
    family = {source.path.name: source.family for source in corpus.read_all([first, second])}
    assert family["boom.wav"] == family["other.flac"] != family["third.wav"]


def test_what_is_kept_for_measuring_is_never_fitted_on_under_another_name(tmp_path: Path) -> None:
    """A training clip that sounds exactly like an evaluation clip becomes one."""
    first, second = tmp_path / "first", tmp_path / "second"
    clip(first, "808/boom.wav", seed=1)
    clip(first, "808/else.wav", seed=2)
    clip(second, "same.wav", seed=1)
    manifest(second, [{"file": "same.wav", "label": "808", "use": "evaluate"}])
    use = {source.path.name: source.use for source in corpus.read_all([first, second])}
    assert use == {"boom.wav": "evaluate", "else.wav": "train", "same.wav": "evaluate"}


def test_a_corpus_is_read_once(tmp_path: Path) -> None:
    """A folder that is given twice, or lies in another one, is refused."""
    clip(tmp_path, "808/boom.wav")
    for twice in ([tmp_path, tmp_path], [tmp_path / "808", tmp_path], [tmp_path, tmp_path / "808" / ".."]):
        with pytest.raises(CorpusError, match="twice"):
            corpus.read_all(twice)


def test_reading_several_says_how_far_it_is(tmp_path: Path) -> None:
    """Each clip that was listened to is counted."""
    for name in ("808/a.wav", "808/b.wav"):
        clip(tmp_path, name)
    steps: list[tuple[int, int]] = []
    corpus.read_all([tmp_path], lambda done, total: steps.append((done, total)))
    assert steps == [(1, 2), (2, 2)]
