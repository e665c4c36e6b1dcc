"""Lessons: one listener learns from one part of the bank, in a process of its own, and answers for the rest.

What a lesson gave is kept in the run's folder; a lesson that was taken is not taken again, one that was
interrupted goes on after its last whole epoch. Writes nothing else.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from wavized.inference.ear import EarConfig, Listener
from wavized.training import bank, corpus, fit
from wavized.training.bank import Pictures, Recipe
from wavized.training.corpus import CATEGORIES, LABELS, UNLABELLED_BASS, Source
from wavized.training.setting import Setting

Say = Callable[[str], None]

ASKED_A_LABEL = 200
"""Productions of held-out clips that are answered for, for each label: what is out there is produced."""


@dataclass(frozen=True, slots=True)
class Course:
    """All that the lessons of one run share.

    `folds` has a fold for each source, `recipe_folds` for each bank entry; -1 is never held out. `setting` is
    what a search found, where one is followed.
    """

    config: EarConfig
    settings: fit.Settings
    sources: tuple[Source, ...]
    recipes: tuple[Recipe, ...]
    folds: tuple[int, ...]
    recipe_folds: tuple[int, ...]
    bank: Path
    folder: Path
    setting: Setting | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """One listener, that of member `number`, without what lies in `fold`; None: it learns from everything."""

    fold: int | None
    number: int

    @property
    def name(self) -> str:
        """How it is called in messages and files."""
        return f"{'all' if self.fold is None else f'fold-{self.fold}'}-member-{self.number}"

    def weights(self, course: Course) -> Path:
        """Where the listener is kept."""
        return course.folder / f"{self.name}.pt"

    def answers(self, course: Course) -> Path:
        """Where its answers for the held-out clips are kept."""
        return course.folder / f"{self.name}.npz"

    def taken(self, course: Course) -> bool:
        """Whether nothing is left to do."""
        return (self.weights(course) if self.fold is None else self.answers(course)).is_file()


def take(course: Course, lessons: Sequence[Lesson], processes: int, say: Say) -> None:
    """Take all lessons that were not taken yet. May be interrupted and called again."""
    todo = [lesson for lesson in lessons if not lesson.taken(course)]
    done = len(lessons) - len(todo)
    if processes == 1 or torch.cuda.is_available():
        for lesson in todo:
            _take_one(course, lesson, say)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _prepare, (course,)) as pool:
        try:
            jobs = [pool.submit(_take_in_child, lesson) for lesson in todo]
            for job in jobs:
                job.result()
                done += 1
                say(f"lessons: {done} of {len(lessons)}")
        except BaseException:
            for process in list(pool._processes.values()):  # has no public name before Python 3.14
                process.terminate()
            raise


def asked(course: Course) -> NDArray[np.int64]:
    """The bank entries that are answered for: productions of sure clips, as many of each label."""
    rng = np.random.default_rng(course.settings.seed)
    sure = np.array([source.sure for source in course.sources])
    usable = np.array(course.recipe_folds) >= 0
    usable &= np.array([all(sure[at] for at in recipe.sources) for recipe in course.recipes])
    of = np.array([recipe.label for recipe in course.recipes])
    chosen = [rng.permutation(np.flatnonzero((of == label) & usable))[:ASKED_A_LABEL] for label in LABELS]
    return np.sort(np.concatenate(chosen))


def allowed(course: Course) -> NDArray[np.bool_]:
    """The labels that each entry of the bank may have, (entries, labels)."""
    return np.array(
        [
            [known in CATEGORIES if r.label == UNLABELLED_BASS else known == r.label for known in LABELS]
            for r in course.recipes
        ]
    )


def chances(
    course: Course, kept: NDArray[np.bool_], synthesized: float, open_recording: float
) -> NDArray[np.float64]:
    """How often each entry is drawn: as if the bank had this share synthesized, and recordings this weight.

    Labels count alike, as in `fit.balanced`.
    """
    made = np.array([not recipe.sources for recipe in course.recipes])
    real = np.array(
        [bool(r.sources) and all(course.sources[at].real for at in r.sources) for r in course.recipes]
    )
    balanced = fit.balanced(allowed(course), kept)
    weights = balanced * np.where(real, open_recording / corpus.OPEN_RECORDING, 1.0)
    labels = np.array([recipe.label for recipe in course.recipes])
    for label in np.unique(labels):
        own, part = labels == label, (labels == label) & made
        rest = own & ~made
        share = synthesized if weights[part].any() and weights[rest].any() else float(weights[part].any())
        for group, of in ((part, share), (rest, 1 - share)):
            if weights[group].any():
                weights[group] *= of * balanced[own].sum() / weights[group].sum()
    return np.asarray(weights / weights.sum())


_course: Course | None = None


def _prepare(course: Course) -> None:
    global _course  # a process pool's workers have no other place for what they share
    _course = course
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    torch.set_num_threads(1)


def _take_in_child(lesson: Lesson) -> None:
    assert _course is not None
    _take_one(_course, lesson, _say_in_child)


def _say_in_child(text: str) -> None:
    sys.stderr.write(f"           {text}\n")
    sys.stderr.flush()


def _take_one(course: Course, lesson: Lesson, say: Say) -> None:
    held_sources = np.array(course.folds) == lesson.fold
    held = np.array(course.recipe_folds) == (-2 if lesson.fold is None else lesson.fold)
    kind = course.config.members[lesson.number]
    pictures = _pictures(course.bank, len(course.recipes), course.config.to_json_string(), kind)
    settings = replace(course.settings, seed=_seed(course.settings.seed, lesson))
    may_be, found = allowed(course), course.setting
    chance = (
        chances(course, ~held, found.synthesized, found.open_recording)
        if found
        else fit.balanced(may_be, ~held)
    )
    examples = fit.Examples(pictures, may_be, chance)
    torch.manual_seed(settings.seed)
    listener = Listener(course.config)
    if found:
        listener.drop.p = found.dropout
    checkpoint = course.folder / f"{lesson.name}.checkpoint"
    fit.fit(listener, examples, settings, checkpoint, lambda text: say(f"{lesson.name}: {text}"))
    if lesson.fold is None:
        _keep(lesson.weights(course), lambda path: torch.save(listener.state_dict(), path))
    else:
        _answer(course, lesson, listener, held_sources, held, pictures)
    checkpoint.unlink()


def _answer(
    course: Course,
    lesson: Lesson,
    listener: Listener,
    held_sources: NDArray[np.bool_],
    held: NDArray[np.bool_],
    pictures: Pictures,
) -> None:
    """Keep what the listener says of the fold's clips, as they are and produced."""
    own = np.flatnonzero(held_sources)
    clean = np.zeros((0, len(LABELS)), dtype=np.float32)
    if own.size:
        sounds = bank.hear([course.sources[at] for at in own], course.config)
        clean = fit.probabilities(
            listener, bank.see(sounds, course.config, course.config.members[lesson.number])
        )
    chosen = asked(course)
    produced = np.flatnonzero(held[chosen])
    _keep(
        lesson.answers(course),
        lambda path: np.savez(
            path,
            clean_at=own,
            clean=clean,
            produced_at=produced,
            produced=fit.probabilities(listener, pictures[chosen[produced]]),
        ),
    )


def _keep(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all; its suffix says what it is."""
    partial = target.with_name(f".{target.name}")
    write(partial)
    partial.replace(target)


@lru_cache(maxsize=2)
def _pictures(folder: Path, count: int, config: str, kind: str) -> Pictures:
    return bank.pictures(folder, count, EarConfig.from_dict(json.loads(config)), kind)


def _seed(seed: int, lesson: Lesson) -> int:
    return seed * 10_007 + 100 * (0 if lesson.fold is None else lesson.fold + 1) + lesson.number
