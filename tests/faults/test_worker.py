"""A worker that balloons, babbles or lies, and a model swapped under it: nothing untrue is believed."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from support import rogue_worker
from support.audio import tone, write
from support.house import LABELS, MODEL, House, ScriptedEar, sure_of
from support.tiny_model import CATEGORIES, REJECTS, make_paper_model, write_manifest
from support.torture import Trial
from support.watching import RealClock
from wavized.domain.hearing import Answer, ModelInfo, Scored, Unanswered
from wavized.domain.sample import FileStat, Kind
from wavized.errors import ModelUnusableError
from wavized.inference.client import WorkerClassifier, default_command
from wavized.logic.backoff import Backoff
from wavized.window.previews import Previews, Sample
from wavized.window.previews import default_command as preview_command

OTHERS = ("808", "acid", "kazoo")
Make = Callable[..., WorkerClassifier]


@pytest.fixture
def rogue(tmp_path: Path) -> Iterator[Make]:
    """Makes clients of scripted workers, and closes them."""
    made: list[WorkerClassifier] = []

    def make(**options: object) -> WorkerClassifier:
        options = {"timeout_s": 20.0, "backoff": Backoff(first_s=0.01)} | options
        model = make_paper_model(tmp_path / "model")
        made.append(WorkerClassifier(rogue_worker.command(), model, clock=RealClock(), **options))
        return made[-1]

    yield make
    for classifier in made:
        classifier.close()


def put_another_model(folder: Path, **changes: object) -> None:
    """A model of other labels, in the place of the one that is there."""
    shutil.rmtree(folder, ignore_errors=True)
    make_paper_model(folder)
    labels = (*OTHERS, *REJECTS)
    config = {"id2label": {str(number): label for number, label in enumerate(labels)}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(folder, **{"model_id": "another", "categories": list(OTHERS)} | changes)


def words(answers: list[Answer]) -> list[str]:
    """Each answer in one word."""
    told = {True: "suspect", False: "unanswered"}
    return [
        told[answer.suspect] if isinstance(answer, Unanswered) else type(answer).__name__.lower()
        for answer in answers
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread watches; see `watched`")
@pytest.mark.parametrize("name", ["balloon", "watched"])
def test_a_balloon_bursts_alone(rogue: Make, trial: Trial, name: str):
    """A worker takes memory without end over one file: it ends, the file is to blame, the next is heard"""
    classifier = rogue()
    for _ in range(trial.times(1, 20)):
        answers = classifier.classify([Path("a"), Path(name), Path("b")])
        assert words(answers) == ["unanswered", "suspect", "unanswered"]
        if name == "watched":
            blamed = answers[1]
            assert isinstance(blamed, Unanswered) and "more memory than memory_megabytes" in blamed.reason
        assert words(classifier.classify([Path("c")])) == ["scored"]
        trial.count()


def test_nothing_senseless_is_believed(rogue: Make, trial: Trial):
    """A worker answers to other questions, with no numbers, wrong sums, unknown labels, lines without end"""
    classifier = rogue()
    before = psutil.Process().memory_info().rss
    for number in range(trial.times(3, 300)):
        if number % 10 == 9:
            classifier.rest()  # so much babble in one life would end it
        answers = classifier.classify([Path("a"), Path("wrong"), Path("b")])
        assert words(answers) == ["scored"] * 3
        for answer in answers:
            assert isinstance(answer, Scored) and answer.evidence == ()
            assert answer.scores == dict.fromkeys((*CATEGORIES, *REJECTS), 1 / 9)
        trial.count(3)
    grown = (psutil.Process().memory_info().rss - before) / 1e6
    trial.note(f"memory grew by {grown:.0f} MB")
    assert grown < 100


def test_a_worker_that_does_everything(rogue: Make, trial: Trial):
    """Batches of files on which the worker crashes, hangs, babbles, floods and lies, in any order"""
    ills = ["crash-opening", "killed", "flood", "endless-line", "crash-listening"]
    odd = ["babble", "wrong", "slow"]
    chance = random.Random(6)
    classifier = rogue(timeout_s=20.0, batch_size=4)
    for _ in range(trial.times(1, 40)):
        names = [chance.choice((*ills, *odd)) if chance.random() < 0.3 else "good" for _ in range(8)]
        answers = words(classifier.classify([Path(name) for name in names]))
        for name, word in zip(names, answers, strict=True):
            again = word
            while again == "unanswered" or (again == "suspect" and name not in ills):
                (again,) = words(classifier.classify([Path(name)]))  # as the queue asks: alone
                assert again != "unanswered"
            assert (again == "suspect") == (name in ills)
        trial.count(len(names))


def test_a_model_replaced_under_way(rogue: Make, tmp_path: Path, trial: Trial):
    """The model is replaced by one of other labels while files are heard: no answer of the old one counts"""
    put_another_model(tmp_path / "replacement")
    classifier = rogue(batch_size=1)
    for _ in range(trial.times(1, 30)):
        shutil.rmtree(tmp_path / "model")
        make_paper_model(tmp_path / "model")
        classifier.rest()
        assert words(classifier.classify([Path("x")])) == ["scored"]
        assert classifier.info().model_id == "tiny"
        answers = classifier.classify([Path("a"), Path("replace"), Path("b")])
        assert words(answers) == ["unanswered", "suspect", "scored"]
        assert classifier.info().categories == OTHERS
        assert isinstance(answers[2], Scored) and set(answers[2].scores) == {*OTHERS, *REJECTS}
        trial.count(3)


def test_a_model_replaced_while_it_works_is_heard_by_the_next_worker(rogue: Make, tmp_path: Path):
    """The loaded model answers as it was declared; its successor, of other thresholds, later."""
    classifier = rogue()
    assert words(classifier.classify([Path("a")])) == ["scored"]
    write_manifest(tmp_path / "model", thresholds={"file_above": 0.99, "margin": 0.5, "reject_above": 0.1})
    assert words(classifier.classify([Path("b")])) == ["scored"]
    assert classifier.info().file_above == 0.8
    classifier.rest()
    assert words(classifier.classify([Path("c")])) == ["scored"]
    assert classifier.info().file_above == 0.99


def test_a_model_that_is_deleted_or_damaged_is_told_at_the_next_start(rogue: Make, tmp_path: Path):
    """Until then the loaded one goes on; afterwards it works again as soon as it is there again."""
    classifier, model = rogue(), tmp_path / "model"
    assert words(classifier.classify([Path("a")])) == ["scored"]
    model.rename(tmp_path / "away")
    assert words(classifier.classify([Path("b")])) == ["scored"]
    classifier.use(rogue_worker.command(), tmp_path / "nowhere", timeout_s=20.0, batch_size=4)
    with pytest.raises(ModelUnusableError, match="missing"):
        classifier.info()
    classifier.use(rogue_worker.command(), model, timeout_s=20.0, batch_size=4)
    (tmp_path / "away").rename(model)
    assert words(classifier.classify([Path("c")])) == ["scored"]


def test_what_lies_in_the_current_folder_is_no_part_of_a_sample(
    eager_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Where a file is called `._`, MP3 files are heard and shown all the same, also by relative paths."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "._").touch()
    path = write(tmp_path / "a.mp3", tone(), format="MP3", subtype="MPEG_LAYER_III")
    with WorkerClassifier(default_command(), eager_model, clock=RealClock()) as classifier:
        assert words(classifier.classify([path, Path("a.mp3")])) == ["scored", "scored"]
    previews = Previews(preview_command(), tmp_path / "cache", timeout_s=120.0)
    try:
        status = path.stat()
        shown = Sample(path, FileStat(status.st_size, status.st_mtime_ns), "a1")
        assert previews.ask("waveform", shown).result(300.0).exists()
    finally:
        previews.close()


class Turncoat(ScriptedEar):
    """Becomes another model while it hears."""

    model: ModelInfo = MODEL

    def info(self) -> ModelInfo:
        return self.model

    def classify(self, paths: list[Path]) -> list[Answer]:
        rejects = {"not_bass": Kind.NOT_BASS, "loop": Kind.LOOP}
        self.model = ModelInfo("new", ("kazoo", "sub"), rejects, 0.9, 0.3, 0.5, 16_000, 3.0)
        return [Scored({"kazoo": 0.85, "sub": 0.05, "not_bass": 0.05, "loop": 0.05}, "new") for _ in paths]


def test_answers_are_judged_by_the_model_that_gave_them(tmp_path: Path):
    """85 % suffice for the old model and not for the new one, which gave the answer: a person is asked."""
    assert sure_of("sub").scores.keys() == set(LABELS)
    with House(tmp_path, ear=Turncoat()) as house:
        (job,) = house.file("a.wav")
        assert (job.state, job.candidates[0], job.model_id) == ("awaiting_review", "kazoo", "new")
