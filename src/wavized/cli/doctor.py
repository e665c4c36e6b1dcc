"""`wavized doctor`: is everything in order, and what to do where it is not."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from wavized.checkup import Finding, Grade, examine
from wavized.checkup.layout import lines, summary
from wavized.cli.main import add_config_argument
from wavized.cli.output import console, print_json
from wavized.cli.settings import config_path

_COLOURS = {Grade.OK: "green", Grade.NOTE: "yellow", Grade.PROBLEM: "red"}
_WIDEST = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized doctor`."""
    parser.add_argument("--json", action="store_true", help="one JSON object per finding on standard output")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """1 where something is a problem, 4 where that is the model: the running daemon then repeats it."""
    findings: list[Finding] = []
    told = _kept(examine(config_path(args)), findings)
    if args.json:
        for finding in told:
            print_json({**asdict(finding), "advice": finding.whole_advice})
    else:
        _show(told)
        print(f"\n{summary(findings)}")
    problems = {finding.about for finding in findings if finding.grade is Grade.PROBLEM}
    return 0 if not problems else 4 if problems - {"daemon"} == {"model"} else 1


def _kept(findings: Iterable[Finding], into: list[Finding]) -> Iterator[Finding]:
    for finding in findings:
        into.append(finding)
        yield finding


def _show(findings: Iterable[Finding]) -> None:
    """Each as soon as it is found: some take a moment."""
    out = console()
    for line in lines(findings, min(out.width, _WIDEST)):
        if line.mark and line.grade:
            out.print(line.mark, style=_COLOURS[line.grade], end="")
        style = None if line.grade else "bold"
        out.print(line.text, style=style, markup=False, soft_wrap=True)
