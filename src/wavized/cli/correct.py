"""`wavized correct`: say what a sample really is. It is filed there, and the answer is kept for learning."""

from __future__ import annotations

import argparse

from wavized.cli.change import apply, report
from wavized.cli.main import add_config_argument, whole_number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized correct`."""
    parser.add_argument(
        "samples", nargs="+", type=whole_number, metavar="NUMBER", help="as shown by review and history"
    )
    parser.add_argument(
        "category", metavar="CATEGORY", help="808, acid, brass, growl, reese, slap, sub, not_bass or loop"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per sample on standard output")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """File each sample as the category given; a filed one is moved there."""
    category: str = args.category.lower().replace(" ", "_")
    changed = apply(
        args,
        "/api/jobs/{}/correct",
        {"category": category},
        lambda workshop, job_id: workshop.correct(job_id, category),
    )
    for job in changed:
        where = (
            f"lies at {job['target']}"
            if job["state"] == "filed"
            else f"is {str(job['state']).replace('_', ' ')}"
        )
        report(job, as_json=args.json, sentence=f"No. {job['id']} {where}. {job['reason']}.")
    return 0
