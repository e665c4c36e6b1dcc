"""What every Classifier does: the fake, the client with a scripted worker, the client with a real model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import rogue_worker
from support.audio import write_tone
from support.fake_classifier import MODEL, FakeClassifier, scored
from support.tiny_model import make_paper_model, make_tiny_model
from support.watching import RealClock
from wavized.domain.hearing import Answer, Refused, Scored, Unanswered
from wavized.domain.sample import Kind
from wavized.inference.client import WorkerClassifier, default_command
from wavized.logic.backoff import Backoff
from wavized.ports import Classifier


def _fake_answer(path: Path) -> Answer:
    return Refused(Kind.UNREADABLE, "is not audio") if "unreadable" in path.name else scored()


@pytest.fixture(scope="module", params=["fake", "scripted", "real"])
def ear(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classifier]:
    if request.param == "fake":
        yield FakeClassifier(_fake_answer, batch_size=4)
        return
    folder = tmp_path_factory.mktemp("model")
    scripted = request.param == "scripted"
    model = make_paper_model(folder) if scripted else make_tiny_model(folder)
    command = rogue_worker.command() if scripted else default_command()
    with WorkerClassifier(command, model, clock=RealClock(), batch_size=4) as classifier:
        yield classifier


@pytest.fixture(params=["fake", "scripted"])
def frail_ear(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Classifier]:
    """One that can be made to die by a file's name, and asks three files at a time."""
    if request.param == "fake":
        yield FakeClassifier(
            _fake_answer, crashes_on={"crash-opening.wav"}, hangs_on={"hang.wav"}, batch_size=3
        )
        return
    with WorkerClassifier(
        rogue_worker.command(),
        make_paper_model(tmp_path / "model"),
        clock=RealClock(),
        timeout_s=1.0,
        batch_size=3,
        backoff=Backoff(first_s=0.01),
    ) as classifier:
        yield classifier


def test_tells_its_model_without_starting(ear: Classifier):
    """The model's declaration is known without loading it."""
    ear.rest()
    assert ear.info() == MODEL
    assert ear.state() == "off"


def test_no_files_no_answers(ear: Classifier):
    """Asked for nothing, it answers nothing and starts nothing."""
    ear.rest()
    assert ear.classify([]) == []
    assert ear.state() == "off"


def test_answers_in_order(ear: Classifier, tmp_path: Path):
    """Every file gets its own answer at its own place, over several batches."""
    paths = [write_tone(tmp_path / f"{number}.wav") for number in range(9)]
    unreadable = tmp_path / "unreadable.wav"
    unreadable.write_bytes(b"this is no audio")
    paths.insert(5, unreadable)
    answers = ear.classify(paths)
    assert [type(answer) for answer in answers] == [Scored] * 5 + [Refused] + [Scored] * 4
    refusal = answers[5]
    assert isinstance(refusal, Refused)
    assert refusal.kind is Kind.UNREADABLE
    assert refusal.reason
    assert ear.state() == "ready"


def test_scores_are_probabilities(ear: Classifier, tmp_path: Path):
    """Scores have the model's labels, sum to one and name the model."""
    (answer,) = ear.classify([write_tone(tmp_path / "a.wav")])
    assert isinstance(answer, Scored)
    assert set(answer.scores) == {*MODEL.categories, *MODEL.rejects}
    assert sum(answer.scores.values()) == pytest.approx(1.0)
    assert answer.model_id == ear.info().model_id


def test_rests_and_wakes(ear: Classifier, tmp_path: Path):
    """After a rest, which may be asked for twice, the next question is answered all the same."""
    path = write_tone(tmp_path / "a.wav")
    before = ear.classify([path])
    ear.rest()
    ear.rest()
    assert ear.state() == "off"
    assert ear.classify([path]) == before


@pytest.mark.parametrize("name", ["crash-opening.wav", "hang.wav"])
def test_a_crash_on_one_sample_does_not_lose_the_next(frail_ear: Classifier, name: str):
    """The file that ends the worker is the only suspect; its batch is unanswered, the next one answered."""
    paths = [Path(part) for part in ("a.wav", name, "b.wav", "c.wav", "d.wav")]
    answers = frail_ear.classify(paths)
    lost = [answer for answer in answers[:3] if isinstance(answer, Unanswered)]
    assert [answer.suspect for answer in lost] == [False, True, False]
    assert all(isinstance(answer, Scored) for answer in answers[3:])
    again = frail_ear.classify([Path("a.wav"), Path("b.wav")])
    assert all(isinstance(answer, Scored) for answer in again)


def test_a_suspect_alone_is_told_again(frail_ear: Classifier):
    """Asked again alone, the file that ends the worker is suspect again."""
    for _ in range(2):
        (answer,) = frail_ear.classify([Path("crash-opening.wav")])
        assert isinstance(answer, Unanswered)
        assert answer.suspect
        assert "ended" in answer.reason
