"""`wavized evaluate`: measure a model on label folders, through the same worker that files samples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from wavized.assembly import make_classifier, model_folder
from wavized.cli.main import add_config_argument
from wavized.cli.output import console, print_json, table
from wavized.cli.progress import Progress
from wavized.cli.settings import load_config_or_defaults
from wavized.errors import UsageError
from wavized.training.evaluation import listen, metrics, plots


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized evaluate`."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="one folder per label: 808, acid, ..., and not_bass, loop"
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="another model folder")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    parser.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw confusion, reliability and coverage here"
    )
    parser.add_argument("--names", action="store_true", help="add what file names say (not there yet)")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Forced choice among the categories, from audio alone."""
    if args.names:
        raise UsageError(
            "This version hears audio only, it does not read names",
            hint="Leave --names out: the ear alone is measured",
        )
    if not args.folder.is_dir():
        raise UsageError(f"There is no folder {args.folder}")
    if args.plots:
        plots.require()
    config = load_config_or_defaults(args)
    classifier = make_classifier(config, model_folder(config, args.model))
    try:
        info = classifier.info()
        with Progress("Listening", quiet=args.json) as progress:
            heard = listen(args.folder, classifier, progress=lambda done, total: progress.reach(done, total))
    finally:
        classifier.close()
    figures = metrics(heard, info)
    if args.plots:
        plots.draw(figures, args.plots)
    if args.json:
        print_json(figures)
    else:
        _show(figures)
        if args.plots:
            console().print(f"Pictures are in {args.plots}", markup=False, soft_wrap=True)
    return 0


def _show(figures: dict[str, Any]) -> None:
    """The same for people."""
    rows = [
        (label, str(row["support"]), _share(row["recall"]), _share(row["precision"]), _share(row["f1"]))
        for label, row in figures["per_class"].items()
    ]
    table(("category", "clips", "recall", "precision", "F1"), rows)
    low, high = figures["accuracy_interval"]
    latency = figures["latency_ms"]
    out = console()
    out.print(
        f"\n{figures['n']} basses, {_share(figures['accuracy'])} right "
        f"(95 % interval {_share(low)} to {_share(high)}), macro F1 {_number(figures['macro_f1'])}, "
        f"AUC {_number(figures['auc_macro'])}, AUROC of confidence {_number(figures['auroc_confidence'])}, "
        f"ECE {_number(figures['ece'])}",
        soft_wrap=True,
    )
    for label, share in figures["reject"].items():
        if share is not None:
            out.print(f"{label}: {_share(share)} left alone", soft_wrap=True)
    out.print(f"One clip takes {latency['p50']:.0f} ms (median), {latency['p95']:.0f} ms (95th percentile)")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
