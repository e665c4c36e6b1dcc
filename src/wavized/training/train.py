"""A whole training: bank, teachers, the model taught by them, calibration on what it never heard, its folder.

Runs in the foreground of `wavized train`; every stage is kept in the work folder and taken up again after an
interruption. Writes nothing but the work folder and, at the very end, the model folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import WhisperForAudioClassification

from wavized.errors import UsageError
from wavized.training import bank, calibration, corpus, export, fit, network
from wavized.training.corpus import CATEGORIES, LABELS, UNLABELLED_BASS, Source
from wavized.training.teacher import Teacher, hand_over

Say = Callable[[str], None]
Kept = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Training:
    """What `wavized train` was asked for.

    One of `folds` parts of the families is held out from teachers and model until the thresholds are set;
    in the finish the model learns from it too.
    """

    corpus: Path
    out: Path
    work: Path
    base: Path | None = None
    folds: int = 3
    processes: int = 2
    threads: int = 2
    teachers: int = 4
    size: network.Size = field(default_factory=network.Size)
    shares: bank.Shares = field(default_factory=bank.Shares)
    teaching: fit.Settings = field(
        default_factory=lambda: fit.Settings(epochs=4, draws=12_000, batch=64, peak_rate=2e-3, decay=0.02)
    )
    settings: fit.Settings = field(default_factory=fit.Settings)
    finish: fit.Settings = field(
        default_factory=lambda: fit.Settings(epochs=6, draws=12_000, peak_rate=4e-4, warm_up=0.02)
    )


@dataclass(frozen=True, slots=True)
class Run:
    """A training with its bank: entries, their features, the labels each may have, what is held out."""

    training: Training
    sources: Sequence[Source]
    recipes: Sequence[bank.Recipe]
    features: bank.Features
    allowed: Kept
    held_sources: Kept
    held: Kept
    folder: Path


def train(training: Training, say: Say) -> None:
    """Make the model. Raises CorpusError, UsageError; may be interrupted and called again."""
    if training.base and training.base.resolve() == training.out.resolve():
        raise UsageError("The base model and the new one cannot be one folder", hint="Name another --out")
    torch.set_num_threads(training.threads)
    run = prepare(training, say)
    teachers = [teach(run, number, say) for number in range(training.teachers)]
    hints = _hints(run, teachers)
    model = _new_model(run, teachers)
    examples = fit.Examples(run.features, run.allowed, fit.balanced(run.allowed, ~run.held), hints)
    fit.fit(model, examples, training.settings, run.folder / "model.pt", _prefixed(say, "model"))
    temperature, thresholds, metrics = _calibrate(run, model, say)
    everything = fit.balanced(run.allowed, np.ones(len(run.recipes), dtype=bool))
    examples = replace(examples, chance=everything)
    fit.fit(model, examples, training.finish, run.folder / "finish.pt", _prefixed(say, "finish"))
    declaration = export.Declaration(
        model_id=training.out.name,
        temperature=temperature,
        thresholds=thresholds,
        metrics={"held_out": metrics},
        data_digest=corpus.digest(run.sources),
        data_description=_describe(run),
    )
    export.write(model, declaration, training.out)
    say(f"saved {training.out}")


def prepare(training: Training, say: Say) -> Run:
    """Read the corpus, make what is missing of the bank, part the families."""
    sources = corpus.for_training(corpus.read(training.corpus))
    recipes = bank.plan(sources, training.shares, training.settings.seed)
    name = bank.key(sources, recipes)
    folder = training.work / "bank" / name
    say(f"{len(sources)} sounds, {len(recipes)} bank entries ({name})")
    for done in bank.build(sources, recipes, folder, training.processes):
        say(f"bank: {done} of {len(recipes)}")
    held_sources = np.array(corpus.folds(sources, training.folds)) == training.folds - 1
    held = np.array([bool(recipe.sources) and bool(held_sources[recipe.sources[0]]) for recipe in recipes])
    settings = (training.size, training.teaching, training.settings, training.finish, training.base)
    return Run(
        training=training,
        sources=sources,
        recipes=recipes,
        features=bank.read(folder, len(recipes)),
        allowed=np.array([_allowed(recipe.label) for recipe in recipes]),
        held_sources=held_sources,
        held=held,
        folder=training.work / "runs" / bank.short_digest([name, training.folds, repr(settings)]),
    )


def teach(run: Run, number: int, say: Say) -> Teacher:
    """One teacher, on all but what is held out; each has a chance of its own."""
    settings = replace(run.training.teaching, seed=run.training.settings.seed + 100 + number)
    torch.manual_seed(settings.seed)
    teacher = Teacher(len(LABELS), run.training.size.width)
    examples = fit.Examples(run.features, run.allowed, fit.balanced(run.allowed, ~run.held))
    name = f"teacher-{number}"
    fit.fit(teacher, examples, settings, run.folder / f"{name}.pt", _prefixed(say, name))
    return teacher


def _hints(run: Run, teachers: Sequence[Teacher]) -> NDArray[np.float32] | None:
    """The teachers' mean probabilities for every entry they could learn from, zeros for the others."""
    if not teachers:
        return None
    each = [calibration.probabilities(network.logits(teacher, run.features), 1.0) for teacher in teachers]
    hints = np.asarray(np.mean(each, axis=0), dtype=np.float32)
    hints[run.held] = 0.0
    return hints


def _new_model(run: Run, teachers: Sequence[Teacher]) -> WhisperForAudioClassification:
    if run.training.base:
        return network.load(run.training.base, LABELS)
    torch.manual_seed(run.training.settings.seed)
    model = network.build(LABELS, run.training.size)
    if teachers:
        hand_over(teachers[0], model)
    return model


def _calibrate(
    run: Run, model: WhisperForAudioClassification, say: Say
) -> tuple[float, calibration.Thresholds, dict[str, object]]:
    """Temperature, thresholds and figures on families that neither model nor teachers ever heard.

    Only by labels that are sure. The clips as they are, and up to 150 productions of them a label: what is
    out there is produced.
    """
    own = np.array([LABELS.index(s.label) if s.label in LABELS else -1 for s in run.sources])
    sure = np.array([source.sure for source in run.sources])
    asked = np.flatnonzero(run.held_sources & (own >= 0) & sure)
    clean = network.logits(model, bank.hear([run.sources[int(index)] for index in asked]))
    rng = np.random.default_rng(run.training.settings.seed)
    labelled = run.held & (run.allowed.sum(axis=1) == 1)
    labelled &= np.array([all(sure[index] for index in recipe.sources) for recipe in run.recipes])
    produced = np.concatenate(
        [rng.permutation(np.flatnonzero(labelled & run.allowed[:, at]))[:150] for at in range(len(LABELS))]
    )
    logits = np.concatenate([clean, network.logits(model, run.features[produced])])
    truth = np.concatenate([own[asked], run.allowed[produced].argmax(axis=1)])
    temperature = calibration.temperature(logits, truth)
    found = calibration.thresholds(calibration.probabilities(logits, temperature), truth, len(CATEGORIES))
    figures: dict[str, object] = {
        "clean": calibration.summary(clean, own[asked], LABELS, len(CATEGORIES)),
        "clean_and_produced": calibration.summary(logits, truth, LABELS, len(CATEGORIES)),
        "filed": round(found.filed, 4),
        "wrong_among_filed": round(found.wrong_among_filed, 4),
    }
    say(f"held out: {figures}")
    say(f"temperature {temperature}, {found}")
    return temperature, found, figures


def _allowed(label: str) -> list[bool]:
    if label == UNLABELLED_BASS:
        return [known in CATEGORIES for known in LABELS]
    return [known == label for known in LABELS]


def _prefixed(say: Say, name: str) -> Say:
    return lambda text: say(f"{name}: {text}")


def _describe(run: Run) -> str:
    real = sum(source.real for source in run.sources)
    made = sum(not recipe.sources for recipe in run.recipes)
    return (
        f"{real} recordings and {len(run.sources) - real} synthesizer renders, {len(run.recipes)} "
        f"productions, {made} of them of sounds from the project's own synthesis"
    )


def clear(work: Path) -> None:
    """Forget the checkpoints of earlier runs; banks are kept, for they are named after what is in them."""
    shutil.rmtree(work / "runs", ignore_errors=True)
