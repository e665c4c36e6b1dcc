"""A whole training: bank, one model a fold for calibration, the final model, its folder.

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

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Training:
    """What `wavized train` was asked for. `fold_epochs` epochs are spent on each calibration model."""

    corpus: Path
    out: Path
    work: Path
    base: Path | None = None
    folds: int = 3
    fold_epochs: int = 4
    processes: int = 2
    threads: int = 2
    size: network.Size = field(default_factory=network.Size)
    shares: bank.Shares = field(default_factory=bank.Shares)
    settings: fit.Settings = field(default_factory=fit.Settings)


def train(training: Training, say: Say) -> None:
    """Make the model. Raises CorpusError, UsageError; may be interrupted and called again."""
    if training.base and training.base.resolve() == training.out.resolve():
        raise UsageError("The base model and the new one cannot be one folder", hint="Name another --out")
    torch.set_num_threads(training.threads)
    sources = corpus.for_training(corpus.read(training.corpus))
    recipes = bank.plan(sources, training.shares, training.settings.seed)
    name = bank.key(sources, recipes)
    say(f"{len(sources)} sounds, {len(recipes)} bank entries ({name})")
    for done in bank.build(sources, recipes, training.work / "bank" / name, training.processes):
        say(f"bank: {done} of {len(recipes)}")
    features = bank.read(training.work / "bank" / name, len(recipes))
    allowed = np.array([_allowed(recipe.label) for recipe in recipes])
    run = _Run(
        training, sources, recipes, features, allowed, training.work / "runs" / _run_key(training, name)
    )
    temperature, thresholds, metrics = _calibrate(run, say)
    say(f"temperature {temperature}, {thresholds}")
    model = _fit(run, np.ones(len(recipes), dtype=bool), training.settings, "final", say)
    declaration = export.Declaration(
        model_id=training.out.name,
        temperature=temperature,
        thresholds=thresholds,
        metrics={"held_out": metrics},
        data_digest=corpus.digest(sources),
        data_description=_describe(sources, recipes),
    )
    export.write(model, declaration, training.out)
    say(f"saved {training.out}")


@dataclass(frozen=True, slots=True)
class _Run:
    training: Training
    sources: Sequence[Source]
    recipes: Sequence[bank.Recipe]
    features: bank.Features
    allowed: NDArray[np.bool_]
    folder: Path


def _fit(
    run: _Run, kept: NDArray[np.bool_], settings: fit.Settings, name: str, say: Say
) -> WhisperForAudioClassification:
    """One model on the kept bank entries, from its checkpoint on if there is one."""
    if run.training.base:
        model = network.load(run.training.base, LABELS)
    else:
        model = fit.fresh(LABELS, run.training.size, settings.seed)
    examples = fit.Examples(run.features, run.allowed, fit.balanced(run.allowed, kept))
    return fit.fit(model, examples, settings, run.folder / f"{name}.pt", lambda text: say(f"{name}: {text}"))


def _calibrate(run: _Run, say: Say) -> tuple[float, calibration.Thresholds, dict[str, object]]:
    """Temperature, thresholds and figures from models that never heard the families they are asked about."""
    place = np.array(corpus.folds(run.sources, run.training.folds))
    entries = np.array([place[recipe.sources[0]] if recipe.sources else -1 for recipe in run.recipes])
    settings = replace(run.training.settings, epochs=run.training.fold_epochs)
    clean = bank.hear(run.sources)
    scores, truth = [], []
    for fold in range(run.training.folds):
        model = _fit(run, entries != fold, settings, f"fold-{fold}", say)
        own = [LABELS.index(s.label) if s.label in LABELS else -1 for s in run.sources]
        asked = np.flatnonzero((place == fold) & (np.array(own) >= 0))
        scores.append(network.logits(model, clean[asked]))
        truth.append(np.array(own)[asked])
        produced = _some_held_out(run, entries == fold, settings.seed)
        scores.append(network.logits(model, run.features[produced]))
        truth.append(run.allowed[produced].argmax(axis=1))
    logits, labels = np.concatenate(scores), np.concatenate(truth)
    temperature = calibration.temperature(logits, labels)
    found = calibration.thresholds(calibration.probabilities(logits, temperature), labels, len(CATEGORIES))
    return temperature, found, calibration.summary(logits, labels, LABELS, len(CATEGORIES), found)


def _some_held_out(run: _Run, held: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
    """Up to 150 bank entries a label of a held-out fold: productions of sounds the model never heard."""
    rng = np.random.default_rng(seed)
    labelled = held & (run.allowed.sum(axis=1) == 1)
    chosen = []
    for column in range(len(LABELS)):
        of_label = np.flatnonzero(labelled & run.allowed[:, column])
        chosen.append(rng.permutation(of_label)[:150])
    return np.sort(np.concatenate(chosen))


def _allowed(label: str) -> list[bool]:
    if label == UNLABELLED_BASS:
        return [known in CATEGORIES for known in LABELS]
    return [known == label for known in LABELS]


def _run_key(training: Training, bank_name: str) -> str:
    """Checkpoints are taken up only by a run of the same bank, size and settings."""
    shape = (training.size, training.settings, training.folds, training.fold_epochs, training.base)
    return bank.short_digest([bank_name, repr(shape)])


def _describe(sources: Sequence[Source], recipes: Sequence[bank.Recipe]) -> str:
    real = sum(source.real for source in sources)
    made = sum(not recipe.sources for recipe in recipes)
    return (
        f"{real} recordings and {len(sources) - real} synthesizer renders, {len(recipes)} productions, "
        f"{made} of them of sounds from the project's own synthesis"
    )


def clear(work: Path) -> None:
    """Forget the checkpoints of earlier runs; banks are kept, for they are named after what is in them."""
    shutil.rmtree(work / "runs", ignore_errors=True)
