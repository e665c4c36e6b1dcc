"""A whole training: bank, lessons on folds and on everything, calibration on what was held out, the folder.

Runs in the foreground of `wavized train`, the lessons in processes of their own; every stage is kept in the
work folder and taken up again after an interruption. Writes there and, at the very end, the model folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from wavized.inference.ear import LOGARITHMIC, EarConfig, EarForAudioClassification
from wavized.training import bank, calibration, corpus, export, fit, lessons
from wavized.training.corpus import CATEGORIES, LABELS, Source
from wavized.training.lessons import Course
from wavized.training.setting import Setting

Say = Callable[[str], None]
FOLDS, WIDTH = 5, 16
MEMBERS = (LOGARITHMIC,) * 4
"""Growing time alone: of held-out clips, even time heard less and was surer of what it heard wrongly."""
JUDGED = 2
"""So many of the members, the first, also learn without each fold, to answer for it."""


@dataclass(frozen=True, slots=True)
class Training:
    """What `wavized train` was asked for. Every family is held out once, in one of `folds` parts.

    Without a corpus everything is synthesized.
    """

    corpora: tuple[Path, ...]
    out: Path
    work: Path
    folds: int = FOLDS
    processes: int = 2
    members: tuple[str, ...] = MEMBERS
    width: int = WIDTH
    shares: bank.Shares = field(default_factory=bank.Shares)
    settings: fit.Settings = field(default_factory=fit.Settings)
    setting: Setting | None = None
    """What a search found: width and fit are taken from it already, dropout and chances are not."""

    def config(self) -> EarConfig:
        """The network to be made."""
        return EarConfig(
            members=list(self.members),
            width=self.width,
            id2label=dict(enumerate(LABELS)),
            label2id={label: index for index, label in enumerate(LABELS)},
        )


@dataclass(frozen=True, slots=True)
class Held:
    """What the listeners said of clips that they had never heard a relative of.

    `clean` (sources, labels) is of the clips as they are, `produced` (entries, labels) of those `asked`.
    """

    clean: NDArray[np.float32]
    produced: NDArray[np.float32]
    asked: NDArray[np.int64]


def train(training: Training, say: Say) -> None:
    """Make the model. Raises CorpusError and UsageError; may be interrupted and called again."""
    course = prepare(training, say)
    held = hold_out(course, training, say)
    path = course.folder / "out_of_fold.npz"
    write_out_of_fold(path, course.sources, training.corpora, held.clean)
    say(f"what was heard of held-out clips: {path}")
    temperature, thresholds, metrics = calibrate(course, held, say)
    last = [lessons.Lesson(None, number) for number in range(len(training.members))]
    lessons.take(course, last, training.processes, say)
    declaration = export.Declaration(
        model_id=training.out.name,
        temperature=temperature,
        thresholds=thresholds,
        metrics={"held_out": metrics},
        data_digest=corpus.digest(course.sources),
        data_description=_describe(course),
    )
    export.write(_assemble(course, last), declaration, training.out)
    say(f"saved {training.out}")


def prepare(training: Training, say: Say) -> Course:
    """Read the corpora, make what is missing of the bank and its pictures, part the families."""
    sources = corpus.for_training(_read(training.corpora)) if training.corpora else []
    recipes = bank.plan(sources, training.shares, training.settings.seed)
    name = bank.key(sources, recipes)
    folder = training.work / "bank" / name
    say(f"{len(sources)} sounds, {len(recipes)} bank entries ({name})")
    for done in bank.build(sources, recipes, folder, training.processes):
        say(f"bank: {done} of {len(recipes)}")
    config = training.config()
    torch.set_num_threads(training.processes)
    for kind in sorted(set(training.members)):
        say(f"bank: pictures of the {kind} front")
        bank.pictures(folder, len(recipes), config, kind)
    folds = corpus.folds(sources, training.folds) if sources else []
    parted = [folds, bank.folds(sources, recipes, folds, training.folds)]
    chosen = [repr(training.settings), config.to_json_string()]
    run = bank.short_digest([name, parted, *chosen, *([repr(training.setting)] if training.setting else [])])
    return Course(
        config=config,
        settings=training.settings,
        sources=tuple(sources),
        recipes=tuple(recipes),
        folds=tuple(folds),
        recipe_folds=tuple(parted[1]),
        bank=folder,
        folder=training.work / "runs" / run,
        setting=training.setting,
    )


def _read(corpora: Sequence[Path]) -> list[Source]:
    return corpus.read(corpora[0]) if len(corpora) == 1 else corpus.read_all(corpora)


def hold_out(course: Course, training: Training, say: Say) -> Held:
    """Let each part of the families be heard by listeners that learned from all the others."""
    members = range(min(JUDGED, len(training.members)))
    todo = [lessons.Lesson(fold, number) for fold in range(training.folds) for number in members]
    lessons.take(course, todo, training.processes, say)
    asked = lessons.asked(course)
    clean = np.zeros((len(course.sources), len(LABELS)), dtype=np.float32)
    produced = np.zeros((len(asked), len(LABELS)), dtype=np.float32)
    for lesson in todo:
        kept = np.load(lesson.answers(course))
        clean[kept["clean_at"]] += kept["clean"] / len(members)
        # where a fold holds none of those asked, nothing was answered, in no columns
        produced[kept["produced_at"]] += kept["produced"].reshape(-1, len(LABELS)) / len(members)
    return Held(clean, produced, asked)


def write_out_of_fold(
    path: Path, sources: Sequence[Source], corpora: Sequence[Path], probabilities: NDArray[np.float32]
) -> None:
    """Keep what was said of the held-out clips, for an audit of the labels and for comparisons."""
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        files=np.array(corpus.names(sources, corpora)),
        labels=np.array(LABELS),
        truth=np.array([source.label for source in sources]),
        sure=np.array([source.sure for source in sources]),
        packs=np.array([source.pack for source in sources]),
        families=np.array([source.family for source in sources]),
        probabilities=probabilities,
    )
    partial.replace(path)


def calibrate(
    course: Course, held: Held, say: Say
) -> tuple[float, calibration.Thresholds, dict[str, object]]:
    """Temperature, thresholds and figures, all by clips that were held out and by labels that are sure."""
    own = np.array([LABELS.index(s.label) if s.label in LABELS else -1 for s in course.sources], dtype=int)
    sure = np.array([source.sure for source in course.sources], dtype=bool) & (own >= 0)
    truth = np.concatenate([own[sure], [LABELS.index(course.recipes[at].label) for at in held.asked]])
    heard = np.concatenate([held.clean[sure], held.produced])
    logits = np.log(np.maximum(heard, 1e-9))
    temperature = calibration.temperature(logits, truth)
    scores = calibration.probabilities(logits, temperature)
    overall = calibration.thresholds(scores, truth, len(CATEGORIES))
    found = calibration.by_category(scores, truth, _origins(course, held, sure), CATEGORIES, overall)
    figures: dict[str, object] = {
        **({"clean": _summary(held.clean[sure], own[sure])} if sure.any() else {}),
        "clean_and_produced": _summary(heard, truth),
        "filed": round(found.filed, 4),
        "wrong_among_filed": round(found.wrong_among_filed, 4),
        "coverage": calibration.coverage(scores, truth, len(CATEGORIES), found),
    }
    say(f"held out: {figures}")
    say(f"temperature {temperature}, {found}")
    return temperature, found, figures


def _origins(course: Course, held: Held, sure: NDArray[np.bool_]) -> calibration.Origins:
    """Where each clip that is judged by comes from: the clips as they are, then the entries.

    Takes of one sound are one; of what is synthesized each entry is a sound of its own.
    """
    own = [(s.group, s.family) for s, counts in zip(course.sources, sure, strict=True) if counts]
    for at in held.asked:
        recipe = course.recipes[at]
        if recipe.sources:
            source = course.sources[recipe.sources[0]]
            own.append((source.group, source.family))
        else:
            own.append((f"entry {at}", recipe.family))
    return calibration.Origins(np.array([sound for sound, _ in own]), np.array([kin for _, kin in own]))


def _summary(heard: NDArray[np.float32], truth: NDArray[np.int64]) -> dict[str, object]:
    return calibration.summary(heard, truth, LABELS, len(CATEGORIES))


def _assemble(course: Course, last: Sequence[lessons.Lesson]) -> EarForAudioClassification:
    """The members that learned from everything, as one network."""
    ear = EarForAudioClassification(course.config)
    for member, lesson in zip(ear.members, last, strict=True):
        member.load_state_dict(torch.load(lesson.weights(course), weights_only=True))
    ear.train(False)
    return ear


def _describe(course: Course) -> str:
    real = sum(source.real for source in course.sources)
    made = sum(not recipe.sources for recipe in course.recipes)
    return (
        f"{real} recordings and {len(course.sources) - real} synthesizer renders, {len(course.recipes)} "
        f"productions, {made} of them of sounds from the project's own synthesis"
    )


def clear(work: Path) -> None:
    """Forget what earlier runs learned; banks are kept, for they are named after what is in them."""
    shutil.rmtree(work / "runs", ignore_errors=True)
