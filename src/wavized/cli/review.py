"""`wavized review`: what it was not sure of, with its two best guesses; answer with `wavized correct`."""

from __future__ import annotations

import argparse

from wavized.cli.history import print_jobs
from wavized.cli.main import whole_number
from wavized.cli.output import console
from wavized.cli.settings import journal_to_read
from wavized.domain.job import JobState


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized review`."""
    parser.add_argument("--limit", type=whole_number, default=0, metavar="N", help="at most N (default: all)")
    parser.add_argument("--json", action="store_true", help="one JSON object per sample on standard output")


def run(args: argparse.Namespace) -> int:
    """List what waits for an answer, oldest first."""
    with journal_to_read() as journal:
        jobs = journal.find(states=(JobState.AWAITING_REVIEW,), limit=args.limit or None)
    print_jobs(jobs, as_json=args.json, empty="Nothing waits for an answer.")
    if jobs and not args.json:
        best = jobs[0].candidates[0] if jobs[0].candidates else "acid"
        console().print(
            f"\nAnswer: wavized correct {jobs[0].id} {best}   (or not_bass to leave it where it is)",
            markup=False,
        )
    return 0
