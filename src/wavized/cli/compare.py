"""`wavized compare`: several models on the same labelled clips, each heard through its own worker."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from wavized.assembly import make_classifier
from wavized.cli.main import add_config_argument, whole_number
from wavized.cli.measures import show_comparison
from wavized.cli.output import print_json
from wavized.cli.progress import Progress
from wavized.cli.settings import load_config_or_defaults
from wavized.config.model import Config
from wavized.errors import UsageError
from wavized.inference.manifest import check_files, read_manifest
from wavized.training.evaluation import Heard, canvas, comparison, saving, study, time_batches
from wavized.training.evaluation.decisions import Json
from wavized.training.evaluation.latency import RUNS
from wavized.training.evaluation.listening import Progress as Told
from wavized.training.evaluation.listening import groups, listen_to


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized compare`."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="one folder per label, as for evaluate")
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        dest="models",
        help="a model folder; give it twice or more, the others are compared with the first",
    )
    parser.add_argument(
        "--batch-runs",
        type=whole_number,
        default=RUNS,
        metavar="N",
        help=f"how often each size of batch is timed (default {RUNS}; 0 leaves it out)",
    )
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write report.html and its pictures here")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Every model hears every clip; all that can be wrong is looked at before the first."""
    if not args.folder.is_dir():
        raise UsageError(f"There is no folder {args.folder}")
    comparison.must_be_several(args.models)
    infos = []
    for model in args.models:
        manifest = read_manifest(model)
        check_files(model, manifest)
        infos.append(manifest.info)
    comparison.must_differ(args.models)
    clips = comparison.clips_for_all(args.folder, infos)
    group_of = groups(args.folder, clips)
    if args.plots:
        canvas.require()
        saving.prepare(args.plots)
    config = load_config_or_defaults(args)
    names = comparison.names(args.models)
    studies = []
    for number, (name, model, info) in enumerate(zip(names, args.models, infos, strict=True), 1):
        with Progress(f"Listening, model {number} of {len(names)}", quiet=args.json) as progress:
            heard, batches = _hear(config, model, clips, group_of, args.batch_runs, progress.reach)
        studies.append(study(name, args.folder, heard, info, batches))
    compared = comparison.compare(studies, args.models)
    if args.plots:
        from wavized.training.evaluation.report import compare_report  # templates cost time to load

        made_at = f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"
        saving.save(args.plots, compare_report(compared, studies, args.folder, made_at=made_at))
    if args.json:
        print_json(compared)
    else:
        show_comparison(compared, args.plots)
    return 0


def _hear(
    config: Config,
    model: Path,
    clips: list[tuple[Path, str]],
    group_of: list[str],
    batch_runs: int,
    progress: Told,
) -> tuple[list[Heard], dict[str, Json]]:
    """One model's answers, one clip at a time, then its times for batches.

    Its worker is gone before the next one starts.
    """
    classifier = make_classifier(config, model)
    try:
        heard = listen_to(clips, group_of, classifier, progress=progress)
        return heard, time_batches([path for path, _ in clips], classifier, runs=batch_runs)
    finally:
        classifier.close()
