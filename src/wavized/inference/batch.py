"""One question under way: what has been answered, and which files may be to blame should the worker die now.

Pure: no process, no clock.
"""

from __future__ import annotations

from wavized.domain.hearing import Answer, Scored, Unanswered
from wavized.inference.protocol import Answered, Listening, Message, Opening
from wavized.logic.pooling import EAR

_ROUNDING = 1e-3
"""Probabilities sum to 1 but for so much."""


class Batch:
    """Follows the worker through one batch of `size` files, answering to `number`.

    A file being opened is the only suspect. While the network listens every file it listens to is one:
    asked again alone, the innocent get their answer and the guilty one stands out.
    """

    def __init__(self, number: int, size: int, labels: frozenset[str]) -> None:
        self.number = number
        self._labels = labels
        self._answers: list[Answer | None] = [None] * size
        self._opened: set[int] = set()
        self._listened: set[int] = set()
        self._suspects: set[int] = set()

    def accept(self, message: Message) -> bool:
        """Take in one message; False where it brings nothing new or does not belong here."""
        match message:
            case Opening(self.number, index) if self._awaits(index) and index not in self._opened:
                self._opened.add(index)
                self._suspects = {index}
            case Listening(self.number, indices) if self._may_listen(indices):
                self._listened.update(indices)
                self._suspects = set(indices)
            case Answered(self.number, index, answer) if self._awaits(index) and self._makes_sense(answer):
                self._answers[index] = answer
                self._suspects.discard(index)
            case _:
                return False
        return True

    @property
    def done(self) -> bool:
        """Whether every file has its answer."""
        return None not in self._answers

    @property
    def answered(self) -> bool:
        """Whether any file has its answer."""
        return any(answer is not None for answer in self._answers)

    @property
    def blames(self) -> bool:
        """Whether some file is suspect at this moment."""
        return bool(self._suspects)

    def answers(self, reason: str, *, blame: bool) -> list[Answer]:
        """The answers so far; files without one are Unanswered for `reason`, suspects marked if `blame`."""
        return [
            Unanswered(reason, suspect=blame and index in self._suspects) if answer is None else answer
            for index, answer in enumerate(self._answers)
        ]

    def _awaits(self, index: int) -> bool:
        return 0 <= index < len(self._answers) and self._answers[index] is None

    def _may_listen(self, indices: tuple[int, ...]) -> bool:
        return not self._listened.issuperset(indices) and all(self._awaits(index) for index in indices)

    def _makes_sense(self, answer: Answer) -> bool:
        if not isinstance(answer, Scored):
            return True
        sources = [witness.source for witness in answer.evidence]
        known = all(self._labels.issuperset(witness.scores) for witness in answer.evidence)
        alone = EAR not in sources and len(set(sources)) == len(sources)  # nobody speaks twice
        whole = abs(sum(answer.scores.values()) - 1.0) <= _ROUNDING
        return frozenset(answer.scores) == self._labels and whole and known and alone
