"""A Classifier in memory: answers by a function of the path, dies on the files it is told to die on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from support.tiny_model import CATEGORIES, REJECTS, SAMPLE_RATE
from wavized.domain.hearing import Answer, ModelInfo, Scored, Unanswered
from wavized.domain.sample import Kind
from wavized.errors import ModelUnusableError

MODEL = ModelInfo(
    model_id="tiny",
    categories=CATEGORIES,
    rejects={label: Kind(kind) for label, kind in REJECTS.items()},
    file_above=0.8,
    margin=0.2,
    reject_above=0.5,
    sample_rate=SAMPLE_RATE,
    window_s=1.0,
)


def scored(category: str = "808", probability: float = 0.96, *, model: ModelInfo = MODEL) -> Scored:
    """A probability for one label, the rest shared out evenly among the others."""
    labels = (*model.categories, *model.rejects)
    rest = (1 - probability) / (len(labels) - 1)
    return Scored({label: probability if label == category else rest for label in labels}, model.model_id)


class FakeClassifier:
    """`crashes_on` and `hangs_on` hold names of files that end the worker, every time they are opened.

    `unusable` is raised instead of any answer while it is set. `asked` lists every batch, `starts` counts
    workers started.
    """

    def __init__(
        self,
        answers: Callable[[Path], Answer] = lambda _: scored(),
        *,
        model: ModelInfo = MODEL,
        crashes_on: Collection[str] = (),
        hangs_on: Collection[str] = (),
        batch_size: int = 16,
    ) -> None:
        self._answers = answers
        self._model = model
        self._batch_size = batch_size
        self._state = "off"
        self.crashes_on = crashes_on
        self.hangs_on = hangs_on
        self.unusable: ModelUnusableError | None = None
        self.asked: list[list[Path]] = []
        self.starts = 0

    def info(self) -> ModelInfo:
        if self.unusable is not None:
            raise self.unusable
        return self._model

    def classify(self, paths: Sequence[Path]) -> list[Answer]:
        answers: list[Answer] = []
        for start in range(0, len(paths), self._batch_size):
            answers += self._hear(list(paths[start : start + self._batch_size]))
        return answers

    def rest(self) -> None:
        self._state = "off"

    def close(self) -> None:
        self._state = "off"

    def state(self) -> str:
        return self._state

    def _hear(self, batch: list[Path]) -> list[Answer]:
        self.info()
        if self._state == "off":
            self.starts += 1
            self._state = "ready"
        self.asked.append(batch)
        for index, path in enumerate(batch):
            if path.name in self.crashes_on or path.name in self.hangs_on:
                self._state = "off"
                how = "ended" if path.name in self.crashes_on else "gave no sign for 60 s"
                reason = f"The recognition process {how}"
                return [Unanswered(reason, suspect=position == index) for position in range(len(batch))]
        return [self._answers(path) for path in batch]
