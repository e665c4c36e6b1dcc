"""`wavized train --audit`: its options, its progress, and what it says at the end."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from wavized.errors import UsageError
from wavized.training.audit import run as auditing
from wavized.training.audit.findings import KINDS, Audit, plain
from wavized.training.evaluation.canvas import require

PAUSE_S = 2.0
"""Progress is said this often at most."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of an audit."""
    parser.add_argument(
        "--audit",
        type=Path,
        metavar="REPORT_DIR",
        help="train nothing: look for what is wrong with the corpus and write a report there",
    )
    parser.add_argument(
        "--probabilities",
        type=Path,
        metavar="FILE",
        help="with --audit: the out_of_fold.npz of a training, to judge the labels by",
    )


def run(args: argparse.Namespace) -> int:
    """Audit the corpora and report. Raises UsageError and CorpusError; Ctrl-C leaves nothing behind."""
    if args.out is not None:
        raise UsageError("An audit makes no model", hint="Leave out --out, or --audit")
    if not args.corpus:
        raise UsageError("An audit needs a corpus", hint="Name its folder with --corpus")
    require()
    order = auditing.Order(tuple(args.corpus), args.audit, args.probabilities)
    found = auditing.audit(order, _say, _progress)
    sys.stdout.write(summary(found, args.audit))
    return 0


def summary(found: Audit, report: Path) -> str:
    """What was found, a line each, leaks first."""
    lines = [f"{found.clips} clips to learn from, {found.measured_apart} kept for measuring"]
    lines += [f"{count:6}  {KINDS[kind]}" for kind, count in found.counts().items()]
    lines += [f"{origin.label}: {origin.complaint}" for origin in found.origins if origin.complaint]
    for label in dict.fromkeys(confound.label for confound in found.confounds):
        numbers = dict.fromkeys(plain(c.feature) for c in found.confounds if c.label == label)
        lines.append(f"{label}: given away by {', '.join(numbers)} alone")
    return "\n".join([*lines, f"Report: {report / auditing.PAGE}", ""])


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _progress(what: str) -> Callable[[int, int], None]:
    said = time.monotonic()

    def advance(done: int, total: int) -> None:
        nonlocal said
        if done == total or time.monotonic() - said >= PAUSE_S:
            said = time.monotonic()
            _say(f"{what}: {done} of {total}")

    return advance
