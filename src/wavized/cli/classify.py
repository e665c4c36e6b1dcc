"""`wavized classify`: say what files sound like. Reads only; needs neither daemon nor journal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from wavized.assembly import limits, make_classifier, model_folder, sureness, witnesses
from wavized.audio.probe import HeaderProbe
from wavized.cli.main import add_config_argument
from wavized.cli.opened import Found, count, opened
from wavized.cli.output import console, print_json, table
from wavized.cli.progress import Progress
from wavized.cli.settings import load_config_or_defaults
from wavized.cli.sources import NOTHING_THERE, find_files
from wavized.config.model import Config
from wavized.domain.hearing import Decision, Fail, Judgement
from wavized.domain.sample import FileStat
from wavized.ports import Classifier
from wavized.services.describe import describe_judgement
from wavized.services.intake import gate
from wavized.services.sorting import hear_one_by_one

CHUNK = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized classify`."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder: all audio below it"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per file on standard output")
    parser.add_argument("--model", type=Path, metavar="DIR", help="another model folder")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print a verdict per file; 1 where a file could not be read."""
    config = load_config_or_defaults(args)
    files = find_files(args.paths, archives=config.archives)
    classifier = make_classifier(config, model_folder(config, args.model))
    failed = False
    rows: list[tuple[str, ...]] = []
    try:
        with Progress("Listening", total=count(files, config), quiet=args.json) as progress:
            for file, judgement in judge_files(files, config, classifier, progress):
                failed |= isinstance(judgement.decision, Fail)
                described = describe_judgement(file.shown, judgement)
                if args.json:
                    print_json(described)
                else:
                    rows.append(_row(file.shown, described))
    finally:
        classifier.close()
    if rows:
        table(("verdict", "file", "why"), rows)
    elif not args.json:
        console().print(NOTHING_THERE)
    return 1 if failed else 0


def judge_files(
    files: Sequence[tuple[Path, FileStat]], config: Config, classifier: Classifier, progress: Progress
) -> Iterator[tuple[Found, Judgement]]:
    """Gate and hear files in chunks, in order; those inside archives too."""
    others = witnesses(config)
    classifier.info()  # an unusable model is an error before the first file
    for chunk in opened(files, config, CHUNK):
        gated = [_verdict(file, config) for file in chunk]
        wanted = [file for file, verdict in zip(chunk, gated, strict=True) if verdict is None]
        heard = iter(
            hear_one_by_one(
                classifier,
                [file.path for file in wanted],
                sureness(config),
                others,
                [file.named for file in wanted],
            )
        )
        for file, verdict in zip(chunk, gated, strict=True):
            progress.advance(file.shown.name)
            yield file, next(heard) if verdict is None else Judgement(verdict)


def _verdict(file: Found, config: Config) -> Decision | None:
    return file.verdict or gate(file.path, file.stat, HeaderProbe(), limits(config))


def _row(path: Path, described: dict[str, object]) -> tuple[str, ...]:
    return (str(described["verdict"]), path.name, str(described["reason"]))
