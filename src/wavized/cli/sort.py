"""`wavized sort`: file folders or files once, with the same pipeline, journal and undo as the daemon."""

from __future__ import annotations

import _thread
import argparse
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from wavized.assembly import (
    Workshop,
    make_classifier,
    model_folder,
    open_journal,
    open_library,
)
from wavized.cli.main import add_config_argument
from wavized.cli.opened import count
from wavized.cli.output import console, outcome, place, print_json, table
from wavized.cli.progress import Progress
from wavized.cli.rehearsal import rehearse
from wavized.cli.settings import load_config_or_defaults
from wavized.cli.sources import NOTHING_THERE, find_files, resolved
from wavized.config import paths
from wavized.config.model import Config
from wavized.control.instance import InstanceLock
from wavized.domain.events import Event, JobChanged
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import Arrival, FileStat, FilingMode
from wavized.errors import AlreadyRunningError, JournalError, UsageError, WavizedError
from wavized.journal.store import SqliteJournal
from wavized.logic.lifecycle import AT_REST
from wavized.logic.origins import origin_words
from wavized.logic.selection import is_archive
from wavized.ports import Classifier
from wavized.services.describe import describe_job
from wavized.services.hub import EventHub
from wavized.services.recovery import close_interrupted

CHUNK = 32

MOST_ROWS = 60
"""Of a larger sort only the counts are printed; `history` has the rest."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized sort`."""
    parser.add_argument(
        "sources",
        nargs="+",
        type=Path,
        metavar="SOURCE",
        help="a file, a .zip, or a folder: all audio below it",
    )
    parser.add_argument(
        "--library", type=Path, metavar="DIR", help="file into this library (default: the configured one)"
    )
    parser.add_argument(
        "--mode",
        choices=[mode.value for mode in FilingMode],
        help="how to file (default: as configured, else copy)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be filed where; change nothing"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per file on standard output")
    # for the window, which runs this command as a child of its own
    parser.add_argument("--tell-total", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--leash", action="store_true", help=argparse.SUPPRESS)
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """File everything that is sure enough; 1 where a file failed."""
    if args.leash:
        _heed_the_window()
    library = resolved(args.library) if args.library else None
    config = load_config_or_defaults(args, library)
    if args.library is None and not config.watch and not config.library.is_dir():
        raise UsageError(
            "No library is set",
            hint="Give one with --library DIR, or write a configuration: wavized config init",
        )
    mode = FilingMode(args.mode) if args.mode else config.mode
    _check_sources(args.sources, config.library)
    files = find_files(args.sources, library=config.library, archives=config.archives)
    total = count(files, config)
    if args.tell_total:
        print(json.dumps({"total": total}), file=sys.stderr, flush=True)
    classifier = make_classifier(config, model_folder(config))
    try:
        if args.dry_run:
            return rehearse(files, total, config, mode, classifier, as_json=args.json)
        return _Sort(config, mode, classifier, as_json=args.json).run(files, total)
    finally:
        classifier.close()


def _heed_the_window() -> None:
    """Its Stop comes as Ctrl-C, or as Ctrl-Break on Windows, also where they were ignored before.

    Standard input is a leash: it ends with the daemon, however that dies, and then this stops as by Ctrl-C.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, signal.default_int_handler)
    # a daemon thread: nothing but the end of the pipe can end its reading
    threading.Thread(target=_obey_leash, name="leash", daemon=True).start()


def _obey_leash() -> None:
    while os.read(0, 4096):
        pass
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        os.kill(os.getpid(), signal.SIGINT)  # so that a system call under way is broken off too


def _check_sources(sources: list[Path], library: Path) -> None:
    for source in sources:
        if resolved(source).is_relative_to(library.resolve()):
            raise UsageError(
                f"{source} lies in the library", hint="Its samples are filed already; choose another folder"
            )


class _Sort:
    """One run: intake chunk by chunk, then the pipeline's steps until nothing waits."""

    def __init__(self, config: Config, mode: FilingMode, classifier: Classifier, *, as_json: bool) -> None:
        self._config = config
        self._mode = mode
        self._classifier = classifier
        self._as_json = as_json
        self._unheard = False
        self._rested: list[Job] = []
        self._total = 0

    def run(self, files: Sequence[tuple[Path, FileStat]], total: int) -> int:
        """Returns the exit code; whatever happens, no job is left half done."""
        self._total = total
        self._progress = Progress("Filing", total=total, quiet=self._as_json)
        state = paths.state_dir(create=True)
        events = EventHub()
        lock = InstanceLock(state / "sort.lock", runtime=state / "sort.json", what="Another sort")
        daemon = InstanceLock(state / "daemon.lock", runtime=paths.runtime_file())
        with lock, ExitStack() as stack:
            journal, lost = open_journal(self._config, keep_out=daemon)
            stack.enter_context(journal)
            if lost:
                print(lost, file=sys.stderr)
            workshop = Workshop.open(
                self._config, origin=Origin.SORT, classifier=self._classifier, events=events, journal=journal
            )
            open_library(self._config, journal)
            workshop.recover(Origin.SORT, carry_on=False)
            self._classifier.info()
            self._rebuild(workshop, daemon)
            events.subscribe(self._note)
            begun = workshop.clock.now()
            try:
                with self._progress:
                    self._work(workshop, files)
            except BaseException as error:
                reason = error.message if isinstance(error, WavizedError) else "you stopped the sort"
                journal.flush()
                workshop.recover(Origin.SORT, carry_on=True)  # a file that was just being placed
                close_interrupted(journal, workshop.clock, Origin.SORT, f"interrupted: {reason}")
                workshop.archives.tidy(Origin.SORT)
                self._note_untold(journal, begun)
                self._summarise()
                raise
        self._summarise()
        return 1 if any(job.state is JobState.FAILED for job in self._rested) else 0

    def _rebuild(self, workshop: Workshop, daemon: InstanceLock) -> None:
        """After a journal was lost: know what lies in the library before anything is filed."""
        if not workshop.rebuilding.is_due:
            return
        try:
            with daemon:
                while workshop.rebuilding.step():
                    pass
        except AlreadyRunningError as error:
            raise JournalError(
                "Wavized is looking through the library, as its journal was lost",
                hint="Try again once wavized status says that it watches",
            ) from error

    def _work(self, workshop: Workshop, files: Sequence[tuple[Path, FileStat]]) -> None:
        arrivals = [Arrival(path, stat, path.parent, self._mode) for path, stat in files]
        loose = [arrival for arrival in arrivals if not is_archive(arrival.path.name)]
        for start in range(0, len(loose), CHUNK):
            self._finish(workshop, workshop.intake.admit(loose[start : start + CHUNK], self._config.library))
        for arrival in arrivals:
            if is_archive(arrival.path.name):
                workshop.unpacking.add(arrival)
        try:
            while workshop.unpacking.busy:
                self._finish(workshop, workshop.unpacking.step(self._config.library))
        finally:
            workshop.unpacking.let_go()

    def _finish(self, workshop: Workshop, jobs: Sequence[Job]) -> None:
        """Take these to rest before any more are taken in."""
        for job in jobs:
            workshop.events.publish(JobChanged(job))
        while workshop.sorting.step():
            pass

    def _note_untold(self, journal: SqliteJournal, begun: float) -> None:
        """What came to rest in the moment it was interrupted: it is done, so it is told."""
        told = {job.id for job in self._rested}
        done = (JobState.FILED, JobState.AWAITING_REVIEW)
        for job in journal.find(states=done, origin=Origin.SORT, limit=CHUNK, newest_first=True):
            if job.created_at >= begun and job.id not in told:
                self._note(JobChanged(job))

    def _note(self, event: Event) -> None:
        if not isinstance(event, JobChanged) or event.job.state not in AT_REST:
            return
        job = event.job
        self._rested.append(job)
        self._progress.advance(job.source.name)
        if self._as_json and not self._unheard:
            try:
                print_json(describe_job(job))
            except BrokenPipeError:
                self._unheard = True  # whoever read along has left; what was begun is done all the same
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _summarise(self) -> None:
        if self._as_json:
            return
        if not self._rested and not self._total:
            console().print(NOTHING_THERE)
            return
        if len(self._rested) <= MOST_ROWS:
            rows = [
                (outcome(job), str(job.id), place(job) or origin_words(job), job.reason)
                for job in self._rested
            ]
            table(("outcome", "no.", "file", "why"), rows)
        counts = Counter(job.state for job in self._rested)
        by_folder = Counter(job.target.parent.name for job in self._rested if job.target)
        folders = ", ".join(f"{name} {count}" for name, count in sorted(by_folder.items()))
        console().print(
            f"\nFiled {counts[JobState.FILED]}{f' ({folders})' if folders else ''}, "
            f"to review {counts[JobState.AWAITING_REVIEW]}, left alone {counts[JobState.SKIPPED]}, "
            f"failed {counts[JobState.FAILED]}."
        )
        if counts[JobState.AWAITING_REVIEW]:
            console().print("Answer what it was not sure of: wavized review")
        if counts[JobState.FILED]:
            console().print("Take any of it back: wavized undo NUMBER")
