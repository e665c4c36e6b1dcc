"""Who may take part, and what a contestant is given and gives back. Nothing is fitted here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wavized.errors import UsageError
from wavized.inference.ear import FRONTS
from wavized.training import fit, lessons
from wavized.training.bank import Sounds
from wavized.training.lessons import Course

Say = Callable[[str], None]
Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a lesson may cost: clips heard, repeats counted, and minutes of one processor.

    The minutes bind those only who cannot hear so many clips in a sensible time.
    """

    clips: int = 24_000
    minutes: float = 3.0


@dataclass(frozen=True, slots=True)
class Task:
    """One lesson: the bank entries that are `kept` may be learned from, all others belong to the fold.

    `scratch` is a folder for checkpoints of this lesson, `shared` one for what all lessons may use.
    """

    course: Course
    kept: NDArray[np.bool_]
    seed: int
    budget: Budget
    scratch: Path
    shared: Path
    say: Say

    def labelled(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Of the kept entries that have one label: which they are, their labels, their chances (sum 1)."""
        allowed = lessons.allowed(self.course)
        at = np.flatnonzero(self.kept & (allowed.sum(axis=1) == 1))
        chance = fit.balanced(allowed, self.kept)[at]
        return at, allowed[at].argmax(axis=1), chance / chance.sum()


@dataclass(frozen=True, slots=True)
class Learned:
    """What a lesson gave. `answer` takes sounds (n, samples) as a bank keeps them and gives (n, labels)."""

    answer: Callable[[Sounds], Probabilities]
    heard: int
    megabytes: float


class Contestant(Protocol):
    """One way to hear. `settings` says all that its answers depend on besides task and budget."""

    name: str
    settings: str

    def learn(self, task: Task) -> Learned:
        """Learn from what is kept. May be interrupted, and then called again."""


LISTENERS = tuple(f"listener-{front}" for front in sorted(FRONTS))
NAMES = ("handcrafted", *LISTENERS, "transformer", "thesis")
AVERAGED = {"listener-both": LISTENERS, "listener-both-and-handcrafted": (*LISTENERS, "handcrafted")}
"""What is no contestant of its own: the mean of what several say."""


def choose(names: Sequence[str], base: str | None) -> list[Contestant]:
    """The contestants of these names. Raises UsageError for an unknown name or a missing package."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise UsageError(
            f"No contestant is called {', '.join(unknown)}", hint=f"There are {', '.join(NAMES)}"
        )
    try:
        return [_make(name, base) for name in names]
    except ImportError as error:
        raise UsageError(
            f"The contest needs {error.name}", hint="Install it with: pip install 'wavized[train]'"
        ) from error


def _make(name: str, base: str | None) -> Contestant:
    """Imports what this one needs, and no other's packages."""
    if name == "handcrafted":
        from wavized.training.contest.handcrafted import Handcrafted

        return Handcrafted()
    if name == "thesis":
        from wavized.training.contest.thesis import Thesis

        return Thesis(base)
    from wavized.training.contest.pictured import Ear, SmallTransformer

    return SmallTransformer() if name == "transformer" else Ear(name.removeprefix("listener-"))
