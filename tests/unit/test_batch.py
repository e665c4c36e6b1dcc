"""`wavized.inference.batch`: who has been answered and who is to blame."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.hearing import Evidence, Refused, Scored, Unanswered
from wavized.domain.sample import Kind
from wavized.inference.batch import Batch
from wavized.inference.protocol import Answered, Listening, Message, Opening, Ready

GOOD = Scored({"808": 0.75, "sub": 0.25}, "m")
BAD = Refused(Kind.UNREADABLE, "is not audio")


def batch_after(*messages: Message, size: int = 3) -> Batch:
    batch = Batch(7, size, frozenset({"808", "sub"}))
    for message in messages:
        assert batch.accept(message), message
    return batch


def suspects(batch: Batch) -> list[int]:
    answers = batch.answers("ended", blame=True)
    return [index for index, answer in enumerate(answers) if answer == Unanswered("ended", suspect=True)]


def test_the_opened_file_is_to_blame():
    """When the worker dies while opening a file, that file alone is suspect."""
    assert suspects(batch_after(Opening(7, 0), Opening(7, 1))) == [1]


def test_all_that_were_listened_to_may_be_to_blame():
    """When the worker dies while the network listens, each unanswered file it listened to is suspect."""
    listened = batch_after(
        Opening(7, 0), Opening(7, 1), Answered(7, 1, BAD), Opening(7, 2), Listening(7, (0, 2))
    )
    assert suspects(listened) == [0, 2]
    assert listened.accept(Answered(7, 0, GOOD))
    assert suspects(listened) == [2]


def test_nobody_is_to_blame_before_the_first_file():
    """A worker that dies before it opens anything leaves no suspect."""
    assert suspects(batch_after()) == []


def test_answers_are_kept():
    """What was answered before a death stays answered."""
    batch = batch_after(Opening(7, 0), Answered(7, 0, BAD), Opening(7, 1))
    assert batch.answers("ended", blame=True) == [
        BAD,
        Unanswered("ended", suspect=True),
        Unanswered("ended", suspect=False),
    ]


def test_evidence_over_the_models_labels_is_taken():
    """What else was heard comes along with the answer."""
    answer = Scored(GOOD.scores, "m", (Evidence("rhythm", {"808": 0.5, "sub": 0.5}),))
    batch = batch_after(Opening(7, 0), Answered(7, 0, answer), size=1)
    assert batch.answers("", blame=False) == [answer]


def test_without_blame_nobody_is_suspect():
    """A worker that was asked to leave blames no file."""
    batch = batch_after(Opening(7, 0))
    assert batch.answers("stopped", blame=False) == [Unanswered("stopped", suspect=False)] * 3


def test_what_does_not_belong_is_not_taken():
    """Answers of other batches, to no file here, given twice or of foreign labels count for nothing."""
    batch = batch_after(Answered(7, 0, BAD))
    for message in (
        Answered(6, 1, GOOD),
        Answered(7, 3, GOOD),
        Answered(7, -1, GOOD),
        Answered(7, 0, GOOD),
        Answered(7, 1, Scored({"kazoo": 1.0}, "m")),
        Answered(7, 1, Scored(GOOD.scores, "m", (Evidence("rhythm", {"kazoo": 1.0}),))),
        Opening(7, 0),
        Opening(6, 1),
        Listening(7, ()),
        Listening(7, (0, 1)),
        Ready("m"),
    ):
        assert not batch.accept(message), message
    assert batch.answers("x", blame=True)[0] == BAD
    assert suspects(batch) == []


indices = st.integers(min_value=-1, max_value=4)
sayings = st.one_of(
    st.builds(Opening, st.integers(6, 8), indices),
    st.builds(Listening, st.integers(6, 8), st.lists(indices, max_size=4).map(tuple)),
    st.builds(Answered, st.integers(6, 8), indices, st.sampled_from([GOOD, BAD])),
)


@given(st.lists(sayings))
def test_progress_is_bounded(messages: list[Message]):
    """A worker can say something new only so often, so none keeps a batch alive for ever."""
    batch = Batch(7, 4, frozenset({"808", "sub"}))
    assert sum(batch.accept(message) for message in messages) <= 3 * 4
    assert len(batch.answers("x", blame=True)) == 4


def test_answers_that_cannot_be_meant_are_none():
    """Probabilities that do not sum to 1, an ear that speaks twice, labels nobody knows: no answer."""
    batch = batch_after(Opening(7, 0))
    twice = (Evidence("rhythm", {"808": 0.5}), Evidence("rhythm", {"808": 0.5}))
    for wrong in (
        Scored({"808": 1.0, "sub": 1.0}, "m"),
        Scored({"808": 0.0, "sub": 0.0}, "m"),
        Scored({"808": 0.2, "sub": 0.2}, "m"),
        Scored({"808": 1.0}, "m"),
        Scored({"808": 0.5, "sub": 0.25, "kazoo": 0.25}, "m"),
        Scored(GOOD.scores, "m", (Evidence("ear", {"808": 1.0}),)),
        Scored(GOOD.scores, "m", twice),
    ):
        assert not batch.accept(Answered(7, 0, wrong)), wrong
    assert batch.accept(Answered(7, 0, GOOD))
