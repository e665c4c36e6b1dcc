"""The config file, read and checked as a whole: all problems at once, each with its line. Never writes."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from wavized.config import document, explain, folders
from wavized.config.document import DocumentError, Value
from wavized.config.model import Config, WatchFolder
from wavized.config.problem import Problem, Severity
from wavized.errors import ConfigError

MAX_BYTES = 64 * 1024
"""Far more than any config needs, little enough to read at once."""


MOST_TOLD = 50
"""Problems that an error names; of a file that is no config at all nobody reads more."""


def load(path: Path) -> Config:
    """The settings of a file, with absolute paths. Raises ConfigError with every error the file holds.

    A folder that does not exist is no error, as its drive may be unplugged; `check` tells of it.
    """
    return load_bytes(read(path), path)


def load_bytes(content: bytes, path: Path) -> Config:
    """The settings that the file at `path` would give if it held this content; as `load`, without reading."""
    config, problems = examine(content, path)
    errors = [problem.located(path.name) for problem in problems if problem.severity is Severity.ERROR]
    if config is None or errors:
        number = "one problem" if len(errors) == 1 else f"{len(errors):,} problems"
        if len(errors) > MOST_TOLD:
            errors[MOST_TOLD:] = [f"{path.name}: and {len(errors) - MOST_TOLD:,} more"]
        raise ConfigError(
            f"The config file {path} has {number}",
            hint="Mend the lines named and try again",
            problems=tuple(errors),
        )
    return config


def check(path: Path) -> list[Problem]:
    """Everything wrong or doubtful in a config file, by line. Raises ConfigError where none can be read."""
    return examine(read(path), path)[1]


def examine(content: bytes, path: Path) -> tuple[Config | None, list[Problem]]:
    """What the file at `path` would give if it held this content, and all that is wrong or doubtful in it."""
    try:
        parsed = document.parse(_decode(content))
    except DocumentError as error:
        return None, [error.problem]
    located = folders.locate(parsed, folders.absolute(path).parent, os.environ)
    problems = [*parsed.problems, *located.problems]
    config = None
    try:
        config = Config.model_validate(_without_blanks(located.values))
    except ValidationError as error:
        told = {problem.key for problem in problems if problem.severity is Severity.ERROR}
        problems += [problem for problem in explain.explain(error, parsed) if problem.key not in told]
    return config, sorted(problems, key=lambda problem: problem.line)


def read(path: Path) -> bytes:
    """The content of the config file. Raises ConfigError where it cannot be one."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        if path.is_dir():  # which Windows does not open at all
            raise ConfigError(f"The config {path} is no file")
        with os.fdopen(os.open(path, flags), "rb") as file:  # never waits on a pipe
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ConfigError(f"The config {path} is no file")
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"There is no config file at {path}", hint='"wavized config init" writes one'
        ) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"The config file {path} cannot be read: {why}") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"{path} is larger than {MAX_BYTES // 1024} KiB", hint="This is hardly a config file"
        )
    return content


def _decode(content: bytes) -> str:
    """UTF-8, with or without a byte order mark."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(Problem(1, "", 'saved as UTF-16 ("Unicode"); save it as UTF-8'))
    if b"\x00" in content:
        line = content[: content.index(0)].count(b"\n") + 1
        said = "holds zero bytes and was probably damaged; bring back a copy or write it anew"
        raise DocumentError(Problem(line, "", said))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        said = "holds a character that is not UTF-8; save it as UTF-8"
        raise DocumentError(Problem(line, "", said)) from None


def _without_blanks(values: dict[str, Value]) -> dict[str, Value]:
    """Keys with nothing behind them count as not set, so that a list can be commented out below its name.

    Those that are no settings stay, to be told of.
    """

    def written(mapping: Mapping[str, Value], model: type[BaseModel]) -> dict[str, Value]:
        known = model.model_fields
        return {key: value for key, value in mapping.items() if value is not None or key not in known}

    kept = written(values, Config)
    watch = kept.get("watch")
    if isinstance(watch, list):
        kept["watch"] = [written(entry, WatchFolder) if isinstance(entry, dict) else entry for entry in watch]
    return kept
