"""Tells whether threads still come round to answering. Pure but for the questions; time is passed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future

PATIENCE_SECONDS = 1800.0
"""One piece of work may take long: a batch in which file after file runs into its time-out, a slow drive."""


class Vigil:
    """Puts a question to each thread by name and waits for the answer; one question at a time."""

    def __init__(
        self,
        questions: Mapping[str, Callable[[], Future[None]]],
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._questions = questions
        self._patience = patience_seconds
        self._open: dict[str, tuple[Future[None], float]] = {}

    def trouble(self, now: float, living: Collection[str]) -> str:
        """Which thread has ended or not answered for too long; empty where all is well.

        `living` names the threads there are.
        """
        for name, ask in self._questions.items():
            if name not in living:
                return f"the thread {name} has ended"
            answer, asked_at = self._open.get(name, (None, now))
            if answer is None or answer.done():
                self._open[name] = ask(), now
            elif now - asked_at > self._patience:
                return f"the thread {name} has not answered for over {self._patience:.0f} s"
        return ""
