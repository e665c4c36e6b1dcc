"""`wavized doctor`: is everything in order, and what to do where it is not."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from wavized.checkup import Finding, Grade, examine
from wavized.cli.main import add_config_argument
from wavized.cli.output import console, print_json, printable
from wavized.cli.settings import config_path

_MARKS = {Grade.OK: "[green]ok[/]     ", Grade.NOTE: "[yellow]note[/]   ", Grade.PROBLEM: "[red]problem[/]"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized doctor`."""
    parser.add_argument("--json", action="store_true", help="one JSON object per finding on standard output")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """1 where something is a problem, 4 where that is the model."""
    findings: list[Finding] = []
    for finding in examine(config_path(args)):
        findings.append(finding)
        if args.json:
            print_json(asdict(finding))
        else:
            _show(finding)
    problems = {finding.about for finding in findings if finding.grade is Grade.PROBLEM}
    return 0 if not problems else 4 if problems == {"model"} else 1


def _show(finding: Finding) -> None:
    out = console()
    out.print(f"{_MARKS[finding.grade]} {finding.about}: ", end="")
    out.print(printable(finding.found), markup=False, soft_wrap=True)
    if finding.advice:
        out.print(f"          {finding.advice}", markup=False, soft_wrap=True)
