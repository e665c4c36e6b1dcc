"""`python -m wavized.training.search`: look for the setting that hears held-out families best (Optuna).

Every trial is kept in the work folder, so that a search that was interrupted goes on; trials that lag behind
are given up after a fold. Writes there, and the best setting into the file it is given.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from wavized.errors import UsageError, WavizedError
from wavized.inference.ear import FRONTS, LOGARITHMIC, EarConfig, Listener
from wavized.training import bank, fit, lessons, setting, train
from wavized.training.bank import Pictures
from wavized.training.corpus import CATEGORIES, LABELS
from wavized.training.lessons import Course
from wavized.training.setting import Setting

if TYPE_CHECKING:
    import optuna

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for: trials in all, each a lesson of `clips` on the first `measured` of the folds."""

    corpora: tuple[Path, ...]
    work: Path
    best: Path = setting.BEST
    front: str = LOGARITHMIC
    folds: int = 4
    measured: int = 2
    trials: int = 12
    clips: int = 12_000
    seed: int = 1
    processes: int = 2
    shares: bank.Shares = field(default_factory=bank.Shares)


@dataclass(frozen=True, slots=True)
class Material:
    """All that the trials of one search share: pictures of the bank, and of the clips as they are."""

    course: Course
    pictures: Pictures
    clean: Pictures


def search(asked: Search, say: Say) -> Setting:
    """Take the trials that are left and keep the best setting. Raises UsageError, CorpusError."""
    try:
        import optuna
    except ImportError as error:
        raise UsageError(
            f"A search needs {error.name}", hint="Install it with: pip install 'wavized[train]'"
        ) from error
    material = _prepare(asked, say)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder = asked.work / "search"
    folder.mkdir(parents=True, exist_ok=True)
    name = bank.short_digest(
        [material.course.bank.name, asked.folds, asked.measured, asked.front, asked.clips, asked.seed]
    )
    study = optuna.create_study(
        storage=f"sqlite:///{folder / 'studies.db'}",
        study_name=name,
        direction="maximize",
        load_if_exists=True,
        # a resumed search must not draw again what it drew at first
        sampler=optuna.samplers.TPESampler(seed=None),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
    )
    if not study.trials:
        study.enqueue_trial(_as_words(Setting()))
    for _ in range(asked.trials - len(_ended(study))):
        trial = study.ask()
        _try(asked, material, study, trial, say)
    best = _setting(study.best_trial.params, asked.clips, asked.seed)
    setting.write(replace(best, fit=replace(best.fit, **_length())), _summary(asked, study), asked.best)
    say(f"best: {study.best_value:.4f} by {study.best_params}, kept in {asked.best}")
    return best


def _prepare(asked: Search, say: Say) -> Material:
    training = train.Training(
        corpora=asked.corpora,
        out=asked.best,
        work=asked.work,
        folds=asked.folds,
        processes=asked.processes,
        shares=asked.shares,
    )
    course = train.prepare(training, say)
    torch.set_num_threads(asked.processes)
    pictures = bank.pictures(course.bank, len(course.recipes), course.config, asked.front)
    clean = bank.see(bank.hear(course.sources, course.config), course.config, asked.front)
    return Material(course, pictures, clean)


def _try(asked: Search, material: Material, study: optuna.Study, trial: optuna.Trial, say: Say) -> None:
    """One trial, fold by fold; Ctrl-C leaves it failed, and it does not count."""
    import optuna

    drawn = _draw(trial, asked)
    recalls: list[float] = []
    try:
        for fold in range(asked.measured):
            recalls.append(_recall(asked, material, drawn, fold))
            trial.report(float(np.mean(recalls)), fold)
            if fold + 1 < asked.measured and trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                say(f"trial {trial.number}: given up at {recalls[0]:.4f}")
                return
    except BaseException:
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
        raise
    study.tell(trial, float(np.mean(recalls)))
    say(f"trial {trial.number}: {np.mean(recalls):.4f} by {trial.params}")


def _draw(trial: optuna.Trial, asked: Search) -> Setting:
    trial.suggest_float("peak_rate", 5e-4, 5e-3, log=True)
    trial.suggest_float("decay", 3e-3, 0.3, log=True)
    trial.suggest_float("mix", 0.0, 0.8, step=0.1)
    trial.suggest_float("smoothing", 0.0, 0.15, step=0.01)
    trial.suggest_categorical("batch", [32, 64, 128])
    trial.suggest_categorical("width", [12, 16, 20, 24])
    trial.suggest_float("dropout", 0.0, 0.5, step=0.1)
    trial.suggest_float("synthesized", 0.05, 0.65, step=0.05)
    trial.suggest_float("open_recording", 1.0, 12.0, log=True)
    return _setting(trial.params, asked.clips, asked.seed)


def _setting(words: dict[str, float], clips: int, seed: int) -> Setting:
    """The setting that a trial's parameters stand for, with lessons of so many clips."""
    epochs = max(1, round(clips / 6000))
    settings = replace(
        fit.Settings(epochs=epochs, draws=max(1, clips // epochs), seed=seed),
        peak_rate=words["peak_rate"],
        decay=words["decay"],
        mix=words["mix"],
        smoothing=words["smoothing"],
        batch=int(words["batch"]),
    )
    rest = {name: words[name] for name in ("dropout", "synthesized", "open_recording")}
    return Setting(fit=settings, width=int(words["width"]), **rest)


def _as_words(known: Setting) -> dict[str, float]:
    """What is in force today is the first trial."""
    fitted = {name: getattr(known.fit, name) for name in ("peak_rate", "decay", "mix", "smoothing", "batch")}
    return fitted | {
        name: getattr(known, name) for name in ("width", "dropout", "synthesized", "open_recording")
    }


def _length() -> dict[str, int]:
    """A search's lessons are short: how long to learn in earnest stays as it was."""
    usual = fit.Settings()
    return {"epochs": usual.epochs, "draws": usual.draws, "seed": usual.seed}


def _recall(asked: Search, material: Material, drawn: Setting, fold: int) -> float:
    """Mean over the categories of the share of held-out clips with sure labels that are heard right."""
    course = material.course
    kept = np.array(course.recipe_folds) != fold
    config = EarConfig.from_dict({**course.config.to_dict(), "width": drawn.width})
    chance = lessons.chances(course, kept, drawn.synthesized, drawn.open_recording)
    torch.manual_seed(drawn.fit.seed)
    listener = Listener(config)
    listener.drop.p = drawn.dropout
    checkpoint = asked.work / "search" / f"{os.getpid()}.checkpoint"
    try:
        examples = fit.Examples(material.pictures, lessons.allowed(course), chance)
        fit.fit(listener, examples, drawn.fit, checkpoint, lambda _: None)
    finally:
        checkpoint.unlink(missing_ok=True)
    of = [LABELS.index(s.label) if s.label in CATEGORIES and s.sure else -1 for s in course.sources]
    at = np.flatnonzero((np.array(course.folds) == fold) & (np.array(of) >= 0))
    if not len(at):
        raise UsageError(f"Fold {fold} has no sound with a sure label", hint="Use fewer folds or more sounds")
    truth = np.array(of)[at]
    guess = fit.probabilities(listener, material.clean[at])[:, : len(CATEGORIES)].argmax(axis=1)
    return float(np.mean([(guess[truth == label] == label).mean() for label in np.unique(truth)]))


def _ended(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """Trials that count: measured, or given up."""
    return [trial for trial in study.trials if trial.state.name in {"COMPLETE", "PRUNED"}]


def _summary(asked: Search, study: optuna.Study) -> dict[str, object]:
    return {
        "objective": "mean recall of the seven on held-out clips with sure labels",
        "front": asked.front,
        "folds": f"{asked.measured} of {asked.folds}",
        "clips": asked.clips,
        "bank": "drawn anew by weight, not made anew",
        "best": round(study.best_value, 4),
        "trials": [
            {
                "number": trial.number,
                "state": trial.state.name.lower(),
                "by_fold": [round(value, 4) for value in trial.intermediate_values.values()],
                "parameters": trial.params,
            }
            for trial in _ended(study)
        ],
    }


def main(words: Sequence[str] | None = None) -> int:
    """Search; returns an exit code."""
    usual = Search((), Path())
    parser = argparse.ArgumentParser(prog="python -m wavized.training.search", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, action="append", help="label folders")
    parser.add_argument("--work", type=Path, required=True, help="where bank and trials are kept")
    parser.add_argument("--best", type=Path, default=usual.best, help="the JSON file to write")
    parser.add_argument("--front", choices=FRONTS, default=usual.front, help="of the listener")
    parser.add_argument("--folds", type=int, default=usual.folds, help="parts of the families")
    parser.add_argument("--measured", type=int, default=usual.measured, help="of these are held out in turn")
    parser.add_argument("--trials", type=int, default=usual.trials, help="in all, those taken before counted")
    parser.add_argument("--clips", type=int, default=usual.clips, help="that a lesson hears")
    parser.add_argument("--per-label", type=int, default=usual.shares.per_label, help="bank entries a label")
    parser.add_argument("--processes", type=int, default=usual.processes, help="that make the bank")
    args = vars(parser.parse_args(words))
    args["corpora"], args["shares"] = tuple(args.pop("corpus")), bank.Shares(per_label=args.pop("per_label"))
    asked, started = Search(**args), time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:7.0f} s  {text}\n")
        sys.stderr.flush()

    try:
        if not 1 <= asked.measured <= asked.folds or min(asked.trials, asked.clips) < 1 or asked.folds < 2:
            raise UsageError(
                "Trials and clips are above 0, folds above 1, and no more are measured than made"
            )
        search(asked, say)
    except WavizedError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
