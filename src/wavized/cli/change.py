"""`wavized correct` and `wavized undo`: through the running daemon, or directly where none runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wavized.assembly import Workshop, make_classifier, model_folder
from wavized.cli.output import console, print_json, printable
from wavized.cli.settings import load_config_or_defaults
from wavized.config import paths
from wavized.control.client import DaemonClient
from wavized.control.instance import InstanceLock
from wavized.domain.job import Job, Origin
from wavized.errors import NotRunningError
from wavized.journal.store import SqliteJournal
from wavized.services.describe import describe_job
from wavized.services.hub import EventHub


def apply(
    args: argparse.Namespace, path: str, body: dict[str, Any], act: Callable[[Workshop, int], Job]
) -> Iterator[dict[str, Any]]:
    """Change each sample named in `args.samples`, in order, and yield what it became."""
    try:
        daemon = DaemonClient.find(paths.runtime_file())
    except NotRunningError:
        with _workshop(args) as workshop:
            for job_id in args.samples:
                yield describe_job(act(workshop, job_id))
    else:
        for job_id in args.samples:
            yield daemon.post(path.format(job_id), body)


def report(described: dict[str, Any], *, as_json: bool, sentence: str) -> None:
    """Print what a sample became."""
    if as_json:
        print_json(described)
    else:
        console().print(printable(sentence), markup=False, soft_wrap=True)


@contextmanager
def _workshop(args: argparse.Namespace) -> Iterator[Workshop]:
    """The pipeline's services without its thread, while the daemon's lock keeps the daemon out."""
    config = load_config_or_defaults(args)
    classifier = make_classifier(config, model_folder(config))
    state = paths.state_dir(create=True)
    with (
        InstanceLock(state / "daemon.lock", runtime=paths.runtime_file()),
        SqliteJournal(paths.journal_file()) as journal,
    ):
        workshop = Workshop.open(
            config, origin=Origin.WATCH, classifier=classifier, events=EventHub(), journal=journal
        )
        workshop.recover(Origin.WATCH, carry_on=True)
        yield workshop
