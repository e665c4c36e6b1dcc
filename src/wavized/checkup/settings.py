"""What is wrong or doubtful in the config file, line by line. Only reads."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok, problem
from wavized.config import paths
from wavized.config.load import check
from wavized.config.problem import Severity


def check_settings(path: Path) -> Iterator[Finding]:
    """Each problem with its line, or that there is none. Raises ConfigError where the file cannot be read."""
    if not path.exists():
        yield problem("config", f"none at {path}", "Write one with:", "wavized config init")
        return
    # a folder that does not exist is told among the folders, with what that means
    problems = [one for one in check(path) if "does not exist" not in one.message]
    for one in problems:
        grade = note if one.severity is Severity.WARNING else problem
        yield grade("config", one.located(path.name), f"Edit {path}")
    if not problems:
        yield ok("config", str(path))


def named(config_path: Path) -> str:
    """What a command to be typed needs so that it is about this config; nothing for the usual one."""
    return "" if config_path == paths.config_file() else f" --config {shlex.quote(str(config_path))}"
