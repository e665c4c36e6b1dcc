"""What daemon and worker say to each other: one JSON object a line, ASCII only. Standard library only.

Paths travel without loss: bytes that are no UTF-8 are surrogates in Python's strings (`os.fsdecode`), and
JSON's ASCII escapes carry those, newlines and emoji alike. Whatever cannot be understood raises
`BabbleError`; nothing received is trusted further than its shape.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from wavized.domain.hearing import Answer, Evidence, Refused, Scored, Unanswered
from wavized.domain.sample import Kind

LINE_LIMIT = 8 * 1024 * 1024
"""Bytes in the longest line that is read (a full batch of the longest paths stays below it)."""


ANSWER_LIMIT = 64 * 1024
"""Bytes in the longest line a worker has to say; no answer comes near it."""
WORDS_LIMIT = 2_000
"""Characters of a reason, beyond which it is cut."""


class BabbleError(ValueError):
    """A line that is no message of this protocol."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Daemon to worker: hear these files. `batch` numbers the question."""

    batch: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker to daemon, once: the model is loaded and has been tried.

    `declared` is the digest of the declaration that it was loaded by (`Manifest.digest`), where it is told.
    """

    model_id: str
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Worker to daemon, instead of Ready: the model cannot be loaded."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Said before a file is opened: should the worker die now, it is this file that did it."""

    batch: int
    index: int


@dataclass(frozen=True, slots=True)
class Listening:
    """Said before the network hears these files together: any of them may be the cause of a death now."""

    batch: int
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one file of a batch."""

    batch: int
    index: int
    answer: Answer


Message = Ask | Ready | Unusable | Opening | Listening | Answered


def encode(message: Message) -> bytes:
    """One line, newline included."""
    return json.dumps(_to_json(message), allow_nan=False).encode("ascii") + b"\n"


def decode(line: bytes) -> Message:
    """The message of one line; raise BabbleError where it is none."""
    try:
        data = json.loads(line)
        if not isinstance(data, dict):
            raise BabbleError("a message is a JSON object")
        return _from_json(data)
    except BabbleError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise BabbleError(f"no message: {error!r}") from error


def _to_json(message: Message) -> dict[str, object]:
    match message:
        case Ask(batch, paths):
            return {"type": "ask", "batch": batch, "paths": paths}
        case Ready(model_id, declared):
            return {"type": "ready", "model_id": model_id, "declared": declared}
        case Unusable(text, hint):
            return {"type": "unusable", "message": text[:WORDS_LIMIT], "hint": hint[:WORDS_LIMIT]}
        case Opening(batch, index):
            return {"type": "opening", "batch": batch, "index": index}
        case Listening(batch, indices):
            return {"type": "listening", "batch": batch, "indices": indices}
        case Answered(batch, index, answer):
            return {"type": "answer", "batch": batch, "index": index, **_answer_to_json(answer)}


def _answer_to_json(answer: Answer) -> dict[str, object]:
    match answer:
        case Scored(scores, model_id, evidence):
            told = {"evidence": [_witness_to_json(witness) for witness in evidence]} if evidence else {}
            return {"scores": dict(scores), "model_id": model_id, **told}
        case Refused(kind, reason):
            return {"refused": reason[:WORDS_LIMIT], "kind": kind.value}
        case Unanswered(reason, suspect):
            return {"unanswered": reason[:WORDS_LIMIT], "suspect": suspect}


def _witness_to_json(witness: Evidence) -> dict[str, object]:
    return {
        "source": witness.source,
        "scores": dict(witness.scores),
        "weight": witness.weight,
        "detail": witness.detail,
    }


def _from_json(data: Mapping[str, object]) -> Message:
    match data["type"]:
        case "ask":
            return Ask(_integer(data["batch"]), tuple(_text(path) for path in _items(data["paths"])))
        case "ready":
            return Ready(_words(data["model_id"]), _words(data.get("declared", "")))
        case "unusable":
            return Unusable(_words(data["message"]), _words(data["hint"]))
        case "opening":
            return Opening(_integer(data["batch"]), _integer(data["index"]))
        case "listening":
            indices = tuple(_integer(index) for index in _items(data["indices"]))
            return Listening(_integer(data["batch"]), indices)
        case "answer":
            return Answered(_integer(data["batch"]), _integer(data["index"]), _answer_from_json(data))
        case other:
            raise BabbleError(f"unknown type {other!r}")


def _answer_from_json(data: Mapping[str, object]) -> Answer:
    if "scores" in data:
        evidence = tuple(_witness_from_json(witness) for witness in _items(data.get("evidence", [])))
        return Scored(_scores(data["scores"]), _words(data["model_id"]), evidence)
    if "refused" in data:
        return Refused(Kind(_text(data["kind"])), _words(data["refused"]))
    return Unanswered(_words(data["unanswered"]), suspect=data["suspect"] is True)


def _witness_from_json(data: object) -> Evidence:
    """Likelihoods travel as shares of 1, and nobody counts for more than once."""
    if not isinstance(data, dict):
        raise BabbleError("a witness is a JSON object")
    return Evidence(
        _words(data["source"]), _scores(data["scores"]), _probability(data["weight"]), _words(data["detail"])
    )


def _scores(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not value:
        raise BabbleError("scores are an object")
    return {label: _probability(score) for label, score in value.items()}


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BabbleError(f"an integer is expected, not {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BabbleError(f"a string is expected, not {value!r}")
    return value


def _words(value: object) -> str:
    """Text for people: short enough, and such that it can be written down (a path's odd bytes cannot)."""
    return _text(value)[:WORDS_LIMIT].encode("utf-8", "replace").decode("utf-8")


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BabbleError(f"a list is expected, not {value!r}")
    return value


def _probability(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BabbleError(f"a probability is expected, not {value!r}")
    if not math.isfinite(value) or not -1e-6 <= value <= 1 + 1e-6:
        raise BabbleError(f"a probability lies between 0 and 1, not at {value!r}")
    return float(value)
