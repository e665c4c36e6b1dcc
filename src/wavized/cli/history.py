"""`wavized history`: what was done with every sample, newest first, from the journal."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from wavized.cli.main import whole_number
from wavized.cli.output import console, outcome, place, print_json, table
from wavized.cli.settings import journal_to_read
from wavized.domain.job import Job, JobState
from wavized.logic.origins import origin_words
from wavized.services.describe import describe_job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized history`."""
    parser.add_argument(
        "--state", action="append", choices=[s.value for s in JobState], help="only these; may be repeated"
    )
    parser.add_argument(
        "--limit", type=whole_number, default=50, metavar="N", help="at most N (default 50, 0 for all)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per sample on standard output")


def run(args: argparse.Namespace) -> int:
    """Print the newest jobs."""
    states = [JobState(word) for word in args.state or ()]
    with journal_to_read() as journal:
        jobs = journal.find(states=states, limit=args.limit or None, newest_first=True)
    print_jobs(jobs, as_json=args.json, empty="Nothing yet. What Wavized does will be listed here.")
    return 0


def print_jobs(jobs: Sequence[Job], *, as_json: bool, empty: str) -> None:
    """Jobs as JSON lines or as a table."""
    if as_json:
        for job in jobs:
            print_json(describe_job(job))
    elif not jobs:
        console().print(empty)
    else:
        table(("no.", "when", "outcome", "file", "why"), (_row(job) for job in jobs))


def _row(job: Job) -> tuple[str, ...]:
    when = datetime.fromtimestamp(job.updated_at).strftime("%d %b %H:%M")
    return (str(job.id), when, outcome(job), place(job) or origin_words(job), job.reason)
