"""`wavized evaluate`: measure a model on label folders, through the same worker that files samples."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from wavized.assembly import make_classifier, model_folder
from wavized.cli.main import add_config_argument, whole_number
from wavized.cli.measures import show_batches, show_intervals, show_mistakes, show_rejection
from wavized.cli.output import console, print_json, table
from wavized.cli.progress import Progress
from wavized.cli.read_along import show_names
from wavized.cli.settings import load_config_or_defaults
from wavized.errors import UsageError
from wavized.training.evaluation import Study, canvas, listen, saving, study, time_batches
from wavized.training.evaluation.decisions import Json
from wavized.training.evaluation.latency import RUNS
from wavized.training.evaluation.names import names_figures
from wavized.training.evaluation.words import share


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized evaluate`."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="one folder per label: 808, acid, ..., and not_bass, loop"
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="another model folder")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write report.html and its pictures here")
    parser.add_argument(
        "--batch-runs",
        type=whole_number,
        default=RUNS,
        metavar="N",
        help=f"how often each size of batch is timed (default {RUNS}; 0 leaves it out)",
    )
    parser.add_argument(
        "--names",
        action="store_true",
        help="tell apart what names and tags give, alone and with the ear; the ear's own figures stay",
    )
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Forced choice among the categories, from audio alone; `--names` adds what else is known, apart."""
    if not args.folder.is_dir():
        raise UsageError(f"There is no folder {args.folder}")
    if args.plots:
        canvas.require()
        saving.prepare(args.plots)
    config = load_config_or_defaults(args)
    model = model_folder(config, args.model)
    classifier = make_classifier(config, model)
    try:
        info = classifier.info()
        with Progress("Listening", quiet=args.json) as progress:
            heard = listen(args.folder, classifier, progress=progress.reach)
        with Progress("Timing batches", quiet=args.json) as progress:
            paths = [clip.path for clip in heard]
            batches = time_batches(paths, classifier, runs=args.batch_runs, progress=progress.reach)
    finally:
        classifier.close()
    found = study(model.resolve().name, args.folder, heard, info, batches)
    figures = found.figures
    if args.names:
        figures = {**figures, "names": names_figures(heard, args.folder, info)}
    if args.plots:
        _report(found, figures.get("names"), args.plots, quiet=args.json)
    if args.json:
        print_json(figures)
    else:
        _show(figures, args)
    return 0


def _report(found: Study, names: Json | None, folder: Path, *, quiet: bool) -> None:
    from wavized.training.evaluation.report import report  # templates and pictures cost a second to load

    made_at = f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"
    with Progress("Drawing", quiet=quiet) as progress:
        pages = report(found, made_at=made_at, names=names, progress=progress.reach)
        saving.save(folder, pages)


def _show(figures: dict[str, Any], args: argparse.Namespace) -> None:
    """The same for people."""
    rows = [
        (label, str(row["support"]), share(row["recall"]), share(row["precision"]), share(row["f1"]))
        for label, row in figures["per_class"].items()
    ]
    table(("category", "clips", "recall", "precision", "F1"), rows)
    low, high = figures["accuracy_interval"]
    latency = figures["latency_ms"]
    out = console()
    out.print(
        f"\n{figures['n']} basses, {share(figures['accuracy'])} right "
        f"(Wilson 95 % interval {share(low)} to {share(high)})",
        soft_wrap=True,
    )
    show_intervals(figures)
    for label, left_alone in figures["reject"].items():
        if left_alone is not None:
            out.print(f"{label}: {share(left_alone)} left alone", soft_wrap=True, markup=False)
    show_rejection(figures)
    out.print(f"One clip takes {latency['p50']:.0f} ms (median), {latency['p95']:.0f} ms (95th percentile)")
    show_batches(figures["latency_batches"])
    if args.names:
        show_names(figures)
    show_mistakes(figures["misclassified"], args.folder, reported=args.plots is not None)
    if args.plots:
        out.print(f"The report is {args.plots / 'report.html'}", markup=False, soft_wrap=True)
