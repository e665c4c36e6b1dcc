"""A corpus of our own sounds with planted faults, and whether the audit finds and tells them."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from wavized.cli.main import main
from wavized.errors import UsageError
from wavized.training.audit import run as auditing
from wavized.training.audit.findings import Audit, Finding
from wavized.training.audit.hearing import Advance
from wavized.training.corpus import LABELS, CorpusError
from wavized.training.synthesis import render

RATE = 22_050
PACKS = 4
HOSTILE = "<script>alert('1')&\"quoted\"‮gnp.wav"


def sound(label: str, seed: int) -> np.ndarray:
    """A generated clip, (n, channels), at a peak of a half."""
    clip = render(label, np.random.default_rng((3, seed)), RATE).T
    return 0.5 * clip / np.abs(clip).max()


class Corpus:
    """A corpus on disk that grows row by row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []

    def add(
        self, name: str, samples: np.ndarray, label: str, pack: str, use: str = "train", **more: object
    ) -> None:
        """Write one file and its row."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, int(more.get("rate", RATE)), subtype=more.get("subtype"))
        self.row(name, label, pack, use)

    def row(self, name: str, label: str, pack: str, use: str = "train") -> None:
        """Only the row."""
        self.rows.append({"file": name, "label": label, "kind": "real", "engine_or_pack": pack, "use": use})

    def close(self) -> Path:
        """Write the manifest."""
        with (self.folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ("file", "label", "kind", "engine_or_pack", "use"))
            writer.writeheader()
            writer.writerows(self.rows)
        return self.folder


def healthy(folder: Path, labels: tuple[str, ...] = LABELS) -> Corpus:
    """Two clips of each label in each of four packs, nothing wrong with them."""
    corpus = Corpus(folder)
    for label in labels:
        for pack in range(PACKS):
            for take in range(2):
                seed = 100 * LABELS.index(label) + 10 * pack + take
                corpus.add(f"{label}/{pack}-{take}.wav", sound(label, seed), label, f"pack{pack}")
    return corpus


def quiet(_: str) -> Advance:
    """No progress."""
    return lambda done, total: None


def audit(
    folders: tuple[Path, ...], report: Path, probabilities: Path | None = None
) -> tuple[Audit, list[str]]:
    """Run one; also what it said."""
    said: list[str] = []
    return auditing.audit(auditing.Order(folders, report, probabilities), said.append, quiet), said


def tree(folder: Path) -> dict[str, str]:
    """Every file with its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Audit, Path, Path]]:
    """The audit of a corpus with one fault of each kind, its folder and its report."""
    folder = tmp_path_factory.mktemp("corpus")
    corpus = healthy(folder)
    kick, growl = np.int16(32_000 * sound("808", 900)), sound("growl", 901)
    corpus.add("808/twin.wav", kick, "808", "first")
    corpus.add("sub/twin.flac", kick, "sub", "second")
    corpus.add("growl/original.wav", growl, "growl", "third")
    corpus.add("growl/quiet.mp3", -0.1 * growl, "growl", "fourth", subtype="MPEG_LAYER_III")
    faster = soxr.resample(growl, RATE * 2 ** (3 / 12), RATE)
    corpus.add("growl/faster.wav", faster, "growl", "fifth")
    corpus.add("acid/learnt.wav", sound("acid", 902), "acid", "sixth")
    corpus.add("acid/measured.wav", sound("acid", 902), "acid", "seventh", use="evaluate")
    corpus.add("808/clipped.wav", np.clip(9 * sound("808", 903), -0.99, 0.99), "808", "eighth")
    corpus.add("808/silent.wav", np.zeros((RATE, 1)), "808", "eighth")
    corpus.add("808/deep.wav", 0.5 * np.sin(2 * np.pi * 11 * np.arange(RATE) / RATE), "808", "eighth")
    corpus.add("808/offset.wav", 0.3 + sound("sub", 904), "sub", "eighth")
    (folder / "808" / "text.wav").write_text("this is no sound")
    corpus.row("808/text.wav", "808", "eighth")
    corpus.add(f"slap/{HOSTILE}", np.zeros((RATE, 1)), "slap", "<b>ninth</b>")
    before = tree(corpus.close())
    report = tmp_path_factory.mktemp("report") / "new"
    made, said = audit((folder,), report)
    assert tree(folder) == before, "an audit changes nothing"
    assert any("stand-in" in line for line in said)
    yield made, folder, report


def pairs(audit: Audit, kind: str) -> list[set[str]]:
    """The files of each finding of a kind."""
    return [set(finding.files) for finding in audit.of(kind)]


def test_one_sound_in_two_families_is_a_leak(found: tuple[Audit, Path, Path]) -> None:
    """Equal samples in another format, a quiet inverted MP3 and a faster copy are each found."""
    leaks = pairs(found[0], "family_leak")
    assert {"808/twin.wav", "sub/twin.flac"} in leaks
    assert {"growl/original.wav", "growl/quiet.mp3"} in leaks
    assert {"growl/original.wav", "growl/faster.wav"} in leaks
    twin = next(f for f in found[0].of("family_leak") if "808/twin.wav" in f.files)
    assert twin.reason == "the same samples, under two labels; give first and second a common group"


def test_healthy_clips_are_no_leaks(found: tuple[Audit, Path, Path]) -> None:
    """No two clips that were made apart are called the same."""
    planted = {"808/twin.wav", "sub/twin.flac", "growl/original.wav", "growl/quiet.mp3", "growl/faster.wav"}
    assert all(files <= planted for files in pairs(found[0], "family_leak"))


def test_what_is_kept_for_measuring_is_compared_by_digest_alone(found: tuple[Audit, Path, Path]) -> None:
    """A copy of an evaluation clip is told; that clip is judged, pictured and measured nowhere."""
    audit, _, report = found
    assert [f.files for f in audit.of("evaluation_leak")] == [("acid/learnt.wav", "acid/measured.wav")]
    assert audit.measured_apart == 1
    others = [f for f in audit.findings if f.kind != "evaluation_leak"]
    assert not [f for f in others if "acid/measured.wav" in f.files]
    page = (report / auditing.PAGE).read_text(encoding="utf-8")
    assert page.count("acid/measured.wav") == 1


@pytest.mark.parametrize(
    ("name", "flaw"),
    [
        ("808/clipped.wav", "clipped: "),
        ("808/silent.wav", "silent: it is silent"),
        ("808/deep.wav", "inaudible: "),
        ("808/deep.wav", "too deep: its fundamental is 11 Hz"),
        ("808/offset.wav", "DC offset: "),
        ("808/text.wav", "unreadable: is not audio: starts like text"),
    ],
)
def test_a_flaw_is_named(found: tuple[Audit, Path, Path], name: str, flaw: str) -> None:
    """What is wrong with a sound is said in a sentence, and does not stop the audit."""
    assert [f for f in found[0].of("flaw") if f.files == (name,) and f.reason.startswith(flaw)]


class Page(HTMLParser):
    """Collects tags, what they refer to, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone_and_trusts_no_name(found: tuple[Audit, Path, Path]) -> None:
    """No script, nothing from elsewhere; a hostile name is shown as text with its direction mark in sight."""
    page = Page((found[2] / auditing.PAGE).read_text(encoding="utf-8"))
    assert "script" not in page.tags and "b" in page.tags
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in page.addresses)
    assert "<script>alert('1')&\"quoted\"\\u202egnp.wav" in page.text
    assert "<b>ninth</b>" in page.text
    assert sum(address.startswith("data:") for address in page.addresses) > 100


def test_programs_get_everything(found: tuple[Audit, Path, Path]) -> None:
    """audit.json holds each finding with its files, labels, reason and numbers, and the tables."""
    audit, folder, report = found
    data = json.loads((report / auditing.DATA).read_text(encoding="utf-8"))
    assert data["corpora"] == [str(folder)]
    assert len(data["findings"]) == len(audit.findings) == sum(data["counts"].values())
    assert {"files", "labels", "reason", "numbers", "kind"} <= data["findings"][0].keys()
    assert data["features"]["808"]["duration_s"][1] > 0
    assert data["doubt"]["judged"] > 0
    assert sorted(path.name for path in report.iterdir()) == [auditing.DATA, auditing.PAGE]


def probabilities(path: Path, believed: dict[str, str]) -> Path:
    """An .npz as a training writes it."""
    table = np.full((len(believed), len(LABELS)), 0.02, dtype=np.float32)
    for row, label in zip(table, believed.values(), strict=True):
        row[LABELS.index(label)] = 0.84
    np.savez(path, files=np.array(list(believed)), labels=np.array(LABELS), probabilities=table)
    return path


def test_labels_are_judged_by_a_training_where_there_is_one(tmp_path: Path) -> None:
    """The clip that others take for something else is listed, with both probabilities; the label stays."""
    folder = healthy(tmp_path / "corpus").close()
    believed = {
        f"{label}/{n}-{take}.wav": label for label in LABELS for n in range(PACKS) for take in range(2)
    }
    believed["808/2-1.wav"] = "sub"
    made, said = audit((folder,), tmp_path / "report", probabilities(tmp_path / "oof.npz", believed))
    assert made.of("doubtful_label") == [
        Finding(
            kind="doubtful_label",
            files=("808/2-1.wav",),
            labels=("808",),
            reason="labelled 808, sounds like sub to a model that never heard its family",
            numbers={"808": pytest.approx(0.02), "sub": pytest.approx(0.84)},
            likelier="sub",
        )
    ]
    assert made.verdicts.joint["808"] == {**dict.fromkeys(LABELS, 0), "808": 7, "sub": 1}
    assert said == []


def test_probabilities_of_something_else_are_refused(tmp_path: Path) -> None:
    """A file of another kind, a table of another shape and other clips' names each say so."""
    folder = healthy(tmp_path / "corpus", ("808", "sub")).close()
    text = tmp_path / "text.npz"
    text.write_text("no arrays")
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, files=np.array(["a"]), labels=np.array(LABELS), probabilities=np.zeros((2, 9)))
    lacking = tmp_path / "lacking.npz"
    np.savez(lacking, files=np.array(["a"]))
    other = probabilities(tmp_path / "other.npz", {"elsewhere.wav": "808"})
    for path, problem in (
        (tmp_path / "none.npz", "no out-of-fold"),
        (text, "no out-of-fold"),
        (lacking, "no out-of-fold"),
        (wrong, "a table of"),
        (other, "other files"),
    ):
        with pytest.raises(UsageError, match=problem):
            audit((folder,), tmp_path / "report", path)
    assert not list((tmp_path / "report").glob("*"))


def test_a_corpus_with_one_clip_a_class_is_audited(tmp_path: Path) -> None:
    """What cannot be judged is said; everything else is reported, a missing class among it."""
    corpus = Corpus(tmp_path / "corpus")
    for label in LABELS[:-1]:
        corpus.add(f"{label}/only.wav", sound(label, 1), label, "one pack")
    made, said = audit((corpus.close(),), tmp_path / "report")
    assert any("labels are not judged" in line for line in said)
    assert {origin.label: origin.complaint for origin in made.origins}["loop"] == "no sound at all"
    assert (tmp_path / "report" / auditing.PAGE).is_file()


def test_several_corpora_are_audited_as_one(tmp_path: Path) -> None:
    """A sound that lies in two corpora is a leak between them, called by their numbers."""
    for name, pack in (("one", "first"), ("two", "second")):
        corpus = Corpus(tmp_path / name)
        corpus.add("808/same.wav", sound("808", 5), "808", pack)
        corpus.add("sub/own.wav", sound("sub", len(pack)), "sub", pack)
        corpus.close()
    made, _ = audit((tmp_path / "one", tmp_path / "two"), tmp_path / "report")
    assert {"1:808/same.wav", "2:808/same.wav"} in pairs(made, "family_leak")


def stopping(at: str) -> Callable[[str], Advance]:
    """Ctrl-C in the middle of one stage."""

    def watch(what: str) -> Advance:
        def advance(done: int, total: int) -> None:
            if what == at:
                raise KeyboardInterrupt

        return advance

    return watch


@pytest.mark.parametrize("stage", ["Listening", "Comparing", "Drawing"])
def test_an_interrupted_audit_leaves_the_last_report_as_it_was(tmp_path: Path, stage: str) -> None:
    """Ctrl-C at any stage writes nothing at all."""
    folder = healthy(tmp_path / "corpus", ("808", "sub")).close()
    report = tmp_path / "report"
    report.mkdir()
    (report / auditing.PAGE).write_text("the last one")
    with pytest.raises(KeyboardInterrupt):
        auditing.audit(auditing.Order((folder,), report), lambda text: None, stopping(stage))
    assert {path.name: path.read_text() for path in report.iterdir()} == {auditing.PAGE: "the last one"}


def test_a_report_never_lies_in_the_corpus(tmp_path: Path) -> None:
    """A folder of sounds is read, not written to."""
    folder = healthy(tmp_path / "corpus", ("808",)).close()
    with pytest.raises(UsageError, match="in the corpus"):
        audit((folder,), folder / "report")
    assert not (folder / "report").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--audit", "report", "--out", "model"], "An audit makes no model"),
        ([], "Nothing says where the model goes"),
        (["--out", "model", "--probabilities", "oof.npz"], "Probabilities are for an audit"),
        (["--audit", "sounds/report"], "in the corpus"),
        (["--audit", "report", "--probabilities", "none.npz"], "no out-of-fold probabilities"),
        (["--audit", "file"], "cannot go to"),
    ],
)
def test_what_makes_no_sense_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    """Exit code 2 and a sentence, before any work; nothing is written."""
    healthy(tmp_path / "sounds", ("808",)).close()
    (tmp_path / "file").write_text("in the way")
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--corpus", "sounds", *words]) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "sounds"]


def test_nothing_to_audit_is_said(tmp_path: Path) -> None:
    """An empty folder is refused with what a corpus looks like, and no report is begun."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="one folder for each label"):
        audit((tmp_path / "empty",), tmp_path / "report")
    assert not (tmp_path / "report").exists()
