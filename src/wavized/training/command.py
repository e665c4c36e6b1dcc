"""`wavized train`: arguments and messages. Stops at Ctrl-C without losing finished epochs."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import platformdirs

from wavized.errors import UsageError
from wavized.training import bank, fit, train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `wavized train`."""
    settings, shares = fit.Settings(), bank.Shares()
    parser.add_argument(
        "--corpus", type=Path, required=True, help="label folders, with or without manifest.csv"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="the model folder to write, such as models/mine"
    )
    parser.add_argument("--base", type=Path, help="go on from this model's weights")
    parser.add_argument("--work", type=Path, help="where the bank and the checkpoints are kept")
    parser.add_argument("--epochs", type=int, default=settings.epochs, help="epochs before the finish")
    parser.add_argument("--draws", type=int, default=settings.draws, help="clips an epoch")
    parser.add_argument("--per-label", type=int, default=shares.per_label, help="bank entries a label")
    parser.add_argument("--seed", type=int, default=settings.seed, help="the same seed gives the same model")
    parser.add_argument("--processes", type=int, default=2, help="how many build the bank")
    parser.add_argument("--threads", type=int, default=2, help="threads to fit with")
    parser.add_argument("--resume", action="store_true", help="go on from what the work folder holds")


def run(args: argparse.Namespace) -> int:
    """Train and save a model. Raises UsageError and CorpusError; returns 1 when interrupted."""
    if min(args.epochs, args.draws, args.per_label, args.processes, args.threads) < 1:
        raise UsageError("Epochs, draws, entries, processes and threads are whole numbers above 0")
    training = train.Training(
        corpus=args.corpus,
        out=args.out,
        work=args.work or Path(platformdirs.user_cache_dir("wavized")) / "training",
        base=args.base,
        processes=args.processes,
        threads=args.threads,
        shares=bank.Shares(per_label=args.per_label),
        settings=fit.Settings(epochs=args.epochs, draws=args.draws, seed=args.seed),
    )
    if not args.resume:
        train.clear(training.work)
    started = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:7.0f} s  {text}\n")
        sys.stderr.flush()

    try:
        train.train(training, say)
    except KeyboardInterrupt:
        say("stopped; the same command with --resume goes on from here")
        return 1
    return 0
