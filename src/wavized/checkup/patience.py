"""Look at something with a time limit: a folder on a computer that is away may never answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from wavized.errors import WavizedError

T = TypeVar("T")


class NoAnswerError(WavizedError):
    """It took longer than anybody wants to wait."""


def within(seconds: float, look: Callable[[], T]) -> T:
    """What `look` gives back or raises; NoAnswerError where that takes longer: it is then left behind."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(look())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised to the caller
            answer.set_exception(error)

    # A thread that waits for a dead share cannot be ended; a daemon does not keep the program from leaving.
    threading.Thread(target=run, name="doctor", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        if answer.done():
            raise  # the disk's own word
        raise NoAnswerError(f"no answer within {seconds:g} seconds") from None
