"""`wavized train`: arguments and messages. Stops at Ctrl-C without losing finished epochs."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import platformdirs

from wavized.errors import UsageError
from wavized.inference.ear import FRONTS
from wavized.training import bank, export, fit, setting, train
from wavized.training.audit import command as audit
from wavized.training.setting import Setting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `wavized train`."""
    settings, shares = fit.Settings(), bank.Shares()
    parser.add_argument(
        "--corpus",
        type=Path,
        default=[],
        action="append",
        help="label folders, with or without manifest.csv, once or more; without, all is synthesized",
    )
    parser.add_argument("--out", type=Path, help="the model folder to write, such as models/mine")
    parser.add_argument("--work", type=Path, help="where the bank and the checkpoints are kept")
    parser.add_argument(
        "--members",
        nargs="+",
        choices=FRONTS,
        default=train.MEMBERS,
        help="the front of each listener that the model is made of",
    )
    parser.add_argument(
        "--width", type=int, help=f"channels of a listener's stem (default {train.WIDTH}, or the settings')"
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="what a search found best, a best.json, is followed"
    )
    parser.add_argument("--folds", type=int, default=train.FOLDS, help="parts that are held out in turn")
    parser.add_argument("--epochs", type=int, default=settings.epochs, help="epochs of a lesson")
    parser.add_argument("--draws", type=int, default=settings.draws, help="clips an epoch")
    parser.add_argument("--per-label", type=int, default=shares.per_label, help="bank entries a label")
    parser.add_argument("--seed", type=int, default=settings.seed, help="the same seed gives the same model")
    parser.add_argument("--processes", type=int, default=2, help="how many lessons are taken side by side")
    parser.add_argument("--resume", action="store_true", help="go on from what the work folder holds")
    audit.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Train and save a model. Raises UsageError and CorpusError; returns 1 when interrupted."""
    if args.audit is not None:
        return audit.run(args)
    if args.out is None:
        raise UsageError(
            "Nothing says where the model goes", hint="Name its folder with --out, or audit with --audit"
        )
    if args.probabilities is not None:
        raise UsageError("Probabilities are for an audit", hint="Leave out --probabilities, or add --audit")
    found = _found(args.settings)
    width = args.width if args.width is not None else found.width if found else train.WIDTH
    if min(args.epochs, args.draws, args.per_label, args.processes, width) < 1 or args.folds < 2:
        raise UsageError(
            "Epochs, draws, entries, processes and width are whole numbers above 0, folds above 1"
        )
    export.must_be_free(args.out)
    training = train.Training(
        corpora=tuple(args.corpus),
        out=args.out,
        work=args.work or Path(platformdirs.user_cache_dir("wavized")) / "training",
        folds=args.folds,
        processes=args.processes,
        members=tuple(args.members),
        width=width,
        shares=bank.Shares(per_label=args.per_label),
        settings=replace(
            found.fit if found else fit.Settings(), epochs=args.epochs, draws=args.draws, seed=args.seed
        ),
        setting=found,
    )
    if not args.resume:
        train.clear(training.work)
    started = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:7.0f} s  {text}\n")
        sys.stderr.flush()

    signal.signal(signal.SIGTERM, _stop)
    try:
        train.train(training, say)
    except KeyboardInterrupt:
        say("stopped; the same command with --resume goes on from here")
        return 1
    return 0


def _found(path: Path | None) -> Setting | None:
    if path is None:
        return None
    found = setting.read(path)
    if found is None:
        raise UsageError(
            f"There is no file {path}", hint="`python -m wavized.training.search` writes such a file"
        )
    return found


def _stop(*_: object) -> None:
    """Asked to end, end as at Ctrl-C: with all processes, keeping what was learned."""
    raise KeyboardInterrupt
