"""`wavized.inference.protocol`: what daemon and worker say to each other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.hearing import Evidence, Refused, Scored, Unanswered
from wavized.domain.sample import Kind
from wavized.inference.protocol import (
    WORDS_LIMIT,
    Answered,
    Ask,
    BabbleError,
    Listening,
    Opening,
    Ready,
    Unusable,
    decode,
    encode,
)

numbers = st.integers(min_value=0, max_value=2**40)
words = st.text()
paths = st.binary(min_size=1).map(os.fsdecode)
shares = st.floats(min_value=0, max_value=1)
scores = st.dictionaries(words, shares, min_size=1)
witnesses = st.builds(Evidence, words, scores, weight=shares, detail=words)
answers = st.one_of(
    st.builds(Scored, scores, model_id=words, evidence=st.lists(witnesses, max_size=3).map(tuple)),
    st.builds(Refused, st.sampled_from(Kind), words),
    st.builds(Unanswered, words, suspect=st.booleans()),
)
messages = st.one_of(
    st.builds(Ask, numbers, st.lists(paths).map(tuple)),
    st.builds(Ready, words, words),
    st.builds(Unusable, words, words),
    st.builds(Opening, numbers, numbers),
    st.builds(Listening, numbers, st.lists(numbers).map(tuple)),
    st.builds(Answered, numbers, numbers, answers),
)


@given(messages)
def test_round_trip(message):
    """Every message arrives as it was sent, in exactly one line of ASCII."""
    line = encode(message)
    assert line.isascii() and line.count(b"\n") == 1 and line.endswith(b"\n")
    assert decode(line) == message


@pytest.mark.skipif(os.name == "nt", reason="file names are bytes on POSIX only")
@pytest.mark.parametrize("name", [b"\xff\xfe.wav", b"a\nb.wav", "🎹 é.wav".encode(), b'"quoted"\t.wav'])
def test_names_survive(name: bytes):
    """A file whose name is no text, or has newlines or emoji, is asked for by exactly its name."""
    sent = Ask(1, (str(Path(os.fsdecode(name))),))
    received = decode(encode(sent))
    assert isinstance(received, Ask)
    assert os.fsencode(received.paths[0]) == name


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"hello\n",
        b"\xff\xfe\n",
        b"[1]\n",
        b"{}\n",
        b"[" * 100_000,
        b'{"type": "party"}\n',
        b'{"type": "opening", "batch": 1}\n',
        b'{"type": "opening", "batch": 1, "index": true}\n',
        b'{"type": "opening", "batch": 1, "index": "0"}\n',
        b'{"type": "listening", "batch": 1, "indices": 3}\n',
        b'{"type": "ask", "batch": 1, "paths": [3]}\n',
        b'{"type": "answer", "batch": 1, "index": 0}\n',
        b'{"type": "answer", "batch": 1, "index": 0, "refused": "x", "kind": "kazoo"}\n',
        b'{"type": "answer", "batch": 1, "index": 0, "scores": {}, "model_id": "m"}\n',
        b'{"type": "answer", "batch": 1, "index": 0, "scores": {"808": NaN}, "model_id": "m"}\n',
        b'{"type": "answer", "batch": 1, "index": 0, "scores": {"808": 1.5}, "model_id": "m"}\n',
        b'{"type": "answer", "batch": 1, "index": 0, "scores": {"808": "1"}, "model_id": "m"}\n',
        b'{"type": "answer", "batch": 1, "index": 0, "scores": {"808": 1%b}, "model_id": "m"}\n'
        % (b"0" * 399),
        b'{"type": "opening", "batch": 1, "index": 1%b}\n' % (b"0" * 9_000),
        b'{"type": "opening", "batch": 1, "index": 1e400}\n',
        *(
            b'{"type": "answer", "batch": 1, "index": 0, "model_id": "m", "scores": {"808": 1}, '
            b'"evidence": %b}\n' % evidence
            for evidence in (
                b"null",
                b"{}",
                b'["rhythm"]',
                b'[{"source": "rhythm"}]',
                b'[{"source": 3, "scores": {"808": 0.5}, "weight": 1, "detail": ""}]',
                b'[{"source": "rhythm", "scores": {}, "weight": 1, "detail": ""}]',
                b'[{"source": "rhythm", "scores": {"808": 2}, "weight": 1, "detail": ""}]',
                b'[{"source": "rhythm", "scores": {"808": NaN}, "weight": 1, "detail": ""}]',
                b'[{"source": "rhythm", "scores": {"808": 0.5}, "weight": -1, "detail": ""}]',
                b'[{"source": "rhythm", "scores": {"808": 0.5}, "weight": true, "detail": ""}]',
                b'[{"source": "rhythm", "scores": {"808": 0.5}, "weight": 1, "detail": null}]',
            )
        ),
    ],
)
def test_babble_is_told(line: bytes):
    """A line that is no message is called babble, whatever is wrong with it."""
    with pytest.raises(BabbleError):
        decode(line)


def test_words_can_be_written_down():
    """Odd bytes of a path in a reason do not stop the journal later, and no reason is a novel."""
    line = b'{"type": "answer", "batch": 1, "index": 0, "refused": "a\\ud800b%b", "kind": "unreadable"}\n'
    message = decode(line % (b"x" * 10_000))
    assert isinstance(message, Answered) and isinstance(message.answer, Refused)
    assert message.answer.reason.startswith("a?bxxx")
    assert len(message.answer.reason) == WORDS_LIMIT


def test_an_answer_may_come_without_evidence():
    """An answer that names no evidence is one of the ear alone."""
    line = b'{"type": "answer", "batch": 1, "index": 0, "scores": {"808": 1.0}, "model_id": "m"}\n'
    assert decode(line) == Answered(1, 0, Scored({"808": 1.0}, "m"))


@given(st.binary())
def test_nothing_else_is_raised(line: bytes):
    """Whatever bytes arrive, the only error is babble."""
    try:
        decode(line)
    except BabbleError:
        pass
