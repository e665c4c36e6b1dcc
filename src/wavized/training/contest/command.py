"""`python -m wavized.training.contest`: arguments and messages. Stops at Ctrl-C and keeps what was done."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from wavized.errors import UsageError, WavizedError
from wavized.training import bank
from wavized.training.contest.contestants import NAMES, Budget, choose
from wavized.training.contest.run import Contest, hold


def main(words: Sequence[str] | None = None) -> int:
    """Hold a contest; returns an exit code."""
    args = parse(words)
    started = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:7.0f} s  {text}\n")
        sys.stderr.flush()

    try:
        hold(contest(args), say)
    except WavizedError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        return 1
    return 0


def contest(args: argparse.Namespace) -> Contest:
    """What was asked for. Raises UsageError where it cannot be held."""
    if args.folds < 2 or min(args.clips, args.per_label, args.processes) < 1 or args.minutes <= 0:
        raise UsageError("Clips, minutes, entries and processes are above 0, folds above 1")
    return Contest(
        corpora=tuple(args.corpus),
        work=args.work,
        out=args.out,
        contestants=tuple(choose(args.contestants, args.base)),
        folds=args.folds,
        seeds=tuple(args.seeds),
        processes=args.processes,
        budget=Budget(args.clips, args.minutes),
        shares=bank.Shares(per_label=args.per_label),
    )


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the words of a command line; exits with 2 where they make no sense."""
    budget, shares = Budget(), bank.Shares()
    parser = argparse.ArgumentParser(prog="python -m wavized.training.contest", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, action="append", help="label folders")
    parser.add_argument("--work", type=Path, required=True, help="where bank and lessons are kept")
    parser.add_argument("--out", type=Path, required=True, help="where table.md and table.json are written")
    parser.add_argument("--contestants", nargs="+", default=NAMES, help=f"of {', '.join(NAMES)}; else all")
    parser.add_argument("--folds", type=int, default=4, help="parts that are held out in turn")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="each repeats all lessons")
    parser.add_argument("--clips", type=int, default=budget.clips, help="clips that a lesson hears")
    parser.add_argument(
        "--minutes", type=float, default=budget.minutes, help="of a lesson of the thesis's recipe"
    )
    parser.add_argument("--per-label", type=int, default=shares.per_label, help="bank entries a label")
    parser.add_argument("--processes", type=int, default=2, help="that make the bank")
    parser.add_argument(
        "--base", help="HuBERT to fine-tune: a folder or a name on the hub; else from scratch"
    )
    return parser.parse_args(words)
