"""`wavized undo`: take filed samples out of the library again; the source is as it was."""

from __future__ import annotations

import argparse

from wavized.cli.change import apply, report
from wavized.cli.main import add_config_argument, whole_number
from wavized.cli.settings import journal_to_read
from wavized.domain.job import JobState
from wavized.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized undo`."""
    parser.add_argument("samples", nargs="*", type=whole_number, metavar="NUMBER", help="as shown by history")
    parser.add_argument("--last", type=whole_number, metavar="N", help="the N samples filed last")
    parser.add_argument("--json", action="store_true", help="one JSON object per sample on standard output")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Take back each sample named, or the last ones."""
    if bool(args.samples) == (args.last is not None):
        raise UsageError("Say which", hint="wavized undo NUMBER..., or wavized undo --last 1")
    if args.last is not None:
        with journal_to_read() as journal:
            filed = journal.find(states=(JobState.FILED,))
        newest = sorted(filed, key=lambda job: job.updated_at, reverse=True)[: max(args.last, 0)]
        args.samples = [job.id for job in newest]
    for job in apply(args, "/api/jobs/{}/undo", {}, lambda workshop, job_id: workshop.reviewing.undo(job_id)):
        report(
            job,
            as_json=args.json,
            sentence=f"Took back no. {job['id']}; the original lies at {job['path']}.",
        )
    return 0
