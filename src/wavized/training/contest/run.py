"""Hold the contest: each contestant learns without each fold and answers for it, one lesson after another.

A lesson that was taken is not taken again, so several processes may share a contest; the table is written
anew after each. Writes into the work folder and the folder of the table only.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from wavized.training import bank, train
from wavized.training.bank import Sounds
from wavized.training.contest import table
from wavized.training.contest.contestants import Budget, Contestant, Learned, Say, Task
from wavized.training.lessons import Course

TIMED, WARMING = 40, 3
"""Clips that are asked about one at a time to take the time, after so many that are not timed."""


@dataclass(frozen=True, slots=True)
class Contest:
    """What a contest was asked for."""

    corpora: tuple[Path, ...]
    work: Path
    out: Path
    contestants: tuple[Contestant, ...]
    folds: int = 4
    seeds: tuple[int, ...] = (1,)
    processes: int = 2
    budget: Budget = field(default_factory=Budget)
    shares: bank.Shares = field(default_factory=bank.Shares)


def hold(contest: Contest, say: Say) -> list[table.Row]:
    """Take every lesson that was not taken. Raises CorpusError, UsageError; may be called again."""
    course = prepare(contest, say)
    torch.set_num_threads(1)  # whatever the preparation used: times are told of one
    rows: list[table.Row] = []
    for seed in contest.seeds:
        for contestant in contest.contestants:
            for fold in range(contest.folds):
                _lesson(contest, course, contestant, fold, seed, say)
                rows = tabulate(contest, course)
                table.write(rows, _remarks(contest, course), contest.out)
    say(f"wrote {contest.out / 'table.md'} and table.json")
    return rows


def prepare(contest: Contest, say: Say) -> Course:
    """The bank, the pictures and the folds, the very ones of `wavized train`."""
    training = train.Training(
        corpora=contest.corpora,
        out=contest.out,
        work=contest.work,
        folds=contest.folds,
        processes=contest.processes,
        shares=contest.shares,
    )
    return train.prepare(training, say)


def tabulate(contest: Contest, course: Course) -> list[table.Row]:
    """The rows of all lessons that were taken so far."""
    kept = {
        contestant.name: [
            [
                np.load(path)
                for fold in range(contest.folds)
                if (path := _path(contest, course, contestant, fold, seed)).is_file()
            ]
            for seed in contest.seeds
        ]
        for contestant in contest.contestants
    }
    return table.rows(course.sources, kept, contest.folds)


def _lesson(contest: Contest, course: Course, contestant: Contestant, fold: int, seed: int, say: Say) -> None:
    path = _path(contest, course, contestant, fold, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    name = f"{contestant.name}, seed {seed}, fold {fold}"
    try:
        with FileLock(path.with_suffix(".lock"), blocking=False):
            if not path.is_file():
                _take(contest, course, contestant, fold, seed, path, lambda text: say(f"{name}: {text}"))
    except Timeout:
        say(f"{name}: another process is at it")


def _take(
    contest: Contest, course: Course, contestant: Contestant, fold: int, seed: int, path: Path, say: Say
) -> None:
    say("begins")
    shared = path.parent
    scratch = shared / "scratch" / path.stem
    scratch.mkdir(parents=True, exist_ok=True)
    clean = heard_clean(course, shared)
    started, began = time.process_time(), time.monotonic()
    task = Task(
        course=course,
        kept=np.array(course.recipe_folds) != fold,
        seed=1009 * seed + fold,
        budget=contest.budget,
        scratch=scratch,
        shared=shared,
        say=say,
    )
    spent = scratch / "minutes"  # of what was interrupted before
    before, before_wall = map(float, spent.read_text("ascii").split()) if spent.is_file() else (0.0, 0.0)

    def so_far() -> tuple[float, float]:
        took, passed = time.process_time() - started, time.monotonic() - began
        return before + took / 60, before_wall + passed / 60

    try:
        learned = contestant.learn(task)
    except BaseException:
        spent.write_text("{} {}".format(*so_far()), encoding="ascii")
        raise
    minutes, wall = so_far()
    at = np.flatnonzero(np.array(course.folds) == fold)
    _keep(path, learned, clean[at], at, minutes, wall)
    shutil.rmtree(scratch)
    say(f"{learned.heard} clips, {minutes:.1f} min")


def _keep(
    path: Path, learned: Learned, clean: Sounds, at: NDArray[np.int64], minutes: float, wall: float
) -> None:
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        at=at,
        probabilities=learned.answer(clean),
        milliseconds=_milliseconds(learned, clean),
        megabytes=learned.megabytes,
        minutes=minutes,
        wall_minutes=wall,
        heard=learned.heard,
    )
    partial.replace(path)


def _milliseconds(learned: Learned, clean: Sounds) -> float:
    """Median processor time of an answer for one clip that was decoded and shaped before."""
    taken = []
    for number in range(TIMED + WARMING):
        clip = clean[number % len(clean)][None]
        started = time.process_time()
        learned.answer(clip)
        taken.append(time.process_time() - started)
    return 1000 * float(np.median(taken[WARMING:]))


def heard_clean(course: Course, shared: Path) -> Sounds:
    """The clips as the product hears them, (clips, samples); made once."""
    path = shared / "clean.npy"
    if not path.is_file():
        partial = path.with_suffix(".partial.npy")
        np.save(partial, bank.hear(course.sources, course.config))
        partial.replace(path)
    return np.asarray(np.load(path, mmap_mode="r"))


def _path(contest: Contest, course: Course, contestant: Contestant, fold: int, seed: int) -> Path:
    """Named after all that the answers depend on."""
    key = bank.short_digest(
        [contest.folds, repr(contest.budget), contestant.settings, course.config.to_json_string()]
    )
    shared = contest.work / "contest" / course.bank.name
    return shared / f"{contestant.name}-{key}-seed-{seed}-fold-{fold}.npz"


def _remarks(contest: Contest, course: Course) -> Sequence[str]:
    made = sum(not recipe.sources for recipe in course.recipes)
    base = next((getattr(c, "base", None) for c in contest.contestants if c.name == "thesis"), None)
    start = f"starts from {base}" if base else "starts from scratch, without a pretrained checkpoint"
    return (
        f"{len(course.sources)} clips in {contest.folds} folds; families are never parted. All learn from "
        f"the same {len(course.recipes)} produced entries ({made} synthesized), answer for bare clips.",
        f"Budget of a lesson: {contest.budget.clips} clips heard, repeats counted; every labelled entry once "
        f"for `handcrafted`; {contest.budget.minutes:g} minutes of a processor for `thesis`; it {start}.",
        "Times are of processor, one thread. The first lesson of `handcrafted` measures all entries; the "
        "pictures of the others are made before. Ms without decoding, one clip at a time, median. "
        "What is sure is neither doubted nor of low confidence. ± is the standard deviation over seeds.",
    )
