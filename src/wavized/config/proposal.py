"""A first setup before it is written: what it would do, in words, and what speaks against it.

Looks at the disk, never writes. The checks are those of the config itself, plus what only matters once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from wavized.config.folders import PathError, absolute, expand, is_splice
from wavized.config.load import examine
from wavized.config.model import Config, Existing
from wavized.config.problem import Problem, Severity
from wavized.config.template import Suggestion, render
from wavized.domain.sample import FilingMode
from wavized.logic.selection import is_audio

_MANY = 1000
"""Folders of a library, and sounds that are to be filed at first, are counted up to here."""
_MOST_SEEN = 20_000
"""So many entries of a folder are looked at for it: a person waits."""

_WATCHED = re.compile(r"watch\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose; paths as typed, `library` empty where none is chosen yet."""

    library: str
    watch: tuple[Suggestion, ...]
    mode: FilingMode = FilingMode.COPY


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one field (`library`, `watch` or `mode`); `index` counts the watched folders."""

    field: str
    message: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """`problems` must be mended first; `warnings` should be known; `sentence` says what will happen."""

    problems: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    sentence: str


def review(choice: Choice, config_path: Path) -> Review:
    """Hold a choice against the config's own checks and the disk."""
    problems = list(_unfinished(choice))
    if problems:
        return Review(tuple(problems), (), "")
    content = render(Path(choice.library), choice.watch, choice.mode).encode()
    config, found = examine(content, config_path)
    problems += [_as_remark(problem) for problem in found if problem.severity is Severity.ERROR]
    if config is not None and not problems:
        problems += _not_writable(config.library)
    warnings: list[Remark] = []
    if config is not None:
        # a folder that does not exist is told here in words of its own
        spoken = [problem for problem in found if "does not exist" not in problem.message]
        warnings += [_as_remark(problem) for problem in spoken if problem.severity is Severity.WARNING]
        warnings += [*_about_library(config), *_about_watched(config), *_about_mode(config)]
    sentence = describe(config) if config is not None and not problems else ""
    return Review(tuple(problems), tuple(warnings), sentence)


def describe(config: Config) -> str:
    """What a config will do, in three sentences."""
    watched = [home_relative(folder.path) for folder in config.watch]
    verb = {"copy": "copies", "move": "moves", "hardlink": "links"}[config.mode.value]
    names = list(config.folders.values())
    originals = {
        FilingMode.COPY: "The originals stay where they are.",
        FilingMode.MOVE: "The originals leave their folders.",
        FilingMode.HARDLINK: "The originals stay where they are and take no extra room.",
    }[config.mode]
    return (
        f"Wavized listens to what arrives in {listing(watched)} and {verb} every bass one-shot into "
        f"{home_relative(config.library)}, in folders called {listing(names)}. "
        f"{originals} {_about_old(config)}"
    )


def _about_old(config: Config) -> str:
    """What becomes of the samples that are there already."""
    filed = [home_relative(f.path) for f in config.watch if f.existing is Existing.FILE]
    if not filed:
        return "Samples that are there already are left alone."
    if len(filed) == len(config.watch):
        return "Samples that are there already are filed too."
    return f"Samples that are in {listing(filed)} already are filed too, others are left alone."


def listing(words: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def home_relative(path: Path) -> str:
    """A path as people say it: `~/Music`."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def located(text: str) -> Path:
    """The folder meant by a typed path: whole, or from `~/` on. Raises PathError.

    A dollar sign is only a dollar sign here: who types into a field thinks of no variable.
    """
    path = expand(text.replace("$", "$$"), Path(os.sep), os.environ)
    if not text.startswith("~") and not Path(text).is_absolute():
        raise PathError(f'write the whole path, such as "{home_relative(Path.home() / text)}"')
    return absolute(path)


def _unfinished(choice: Choice) -> Iterator[Remark]:
    if not choice.library.strip():
        yield Remark("library", "Select your library")
    elif told := _misspelt(choice.library):
        yield Remark("library", told)
    if not choice.watch:
        yield Remark("watch", "Choose at least one folder to listen to")
    for index, folder in enumerate(choice.watch):
        text = os.fspath(folder.path)
        if text in ("", "."):
            yield Remark("watch", "Choose a folder", index)
        elif told := _misspelt(text):
            yield Remark("watch", told, index)


def _misspelt(text: str) -> str:
    try:
        located(text).as_posix().encode("utf-8")
    except PathError as error:
        return _sentence(str(error))
    except ValueError:
        return "The settings cannot hold this name: it is not Unicode"
    return ""


def _as_remark(problem: Problem) -> Remark:
    field = problem.key.split(".")[0].split("[")[0]
    index = _WATCHED.match(problem.key)
    return Remark(field, _sentence(problem.message), int(index[1]) if index else None)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _not_writable(library: Path) -> Iterator[Remark]:
    base = _nearest(library)
    if not os.access(base, os.W_OK | os.X_OK):
        yield Remark("library", f"Wavized may not write into {home_relative(base)}")


def _nearest(path: Path) -> Path:
    """The path itself or the folder above it that exists."""
    return next((place for place in (path, *path.parents) if place.is_dir()), path)


def _about_library(config: Config) -> Iterator[Remark]:
    library = config.library
    if not library.is_dir():
        near = library.parent.is_dir() or library.is_relative_to(Path.home())
        unsure = "" if near else " Is its drive plugged in?"
        yield Remark("library", f"There is no such folder yet; it will be made.{unsure}")
    elif count := _folders_in(library):
        many = f"{count} folders are" if count > 1 else "One folder is"
        yield Remark("library", f"Welcome: {many} here already. Nothing in them is overwritten or changed.")
    above = [folder for folder in config.watch if library.is_relative_to(folder.path)]
    if above:
        where = listing([home_relative(folder.path) for folder in above])
        yield Remark("library", f"It lies inside {where} and is left out when Wavized listens there.")


def _folders_in(library: Path) -> int:
    try:
        with os.scandir(library) as entries:
            return sum(entry.is_dir() and not entry.name.startswith(".") for entry in islice(entries, _MANY))
    except OSError:
        return 0


def _about_watched(config: Config) -> Iterator[Remark]:
    for index, folder in enumerate(config.watch):
        if not folder.path.is_dir():
            yield Remark(
                "watch", "There is no such folder yet; Wavized listens as soon as it appears.", index
            )
        elif not os.access(folder.path, os.R_OK | os.X_OK):
            yield Remark("watch", "Wavized may not read this folder.", index)
        elif folder.existing is Existing.FILE and _holds_many(folder.path):
            told = f"Over {_MANY:,} sounds are in here already. All of them are heard, which takes a while."
            yield Remark("watch", told, index)


def _holds_many(folder: Path) -> bool:
    entries = islice((name for _, _, names in os.walk(folder) for name in [None, *names]), _MOST_SEEN)
    return next(islice((name for name in entries if name and is_audio(name)), _MANY, None), None) is not None


def _about_mode(config: Config) -> Iterator[Remark]:
    if config.mode is FilingMode.MOVE and not all(is_splice(folder.path) for folder in config.watch):
        yield Remark(
            "mode", "Projects of your DAW that use a sample from where it lies now will not find it."
        )
    if config.mode is FilingMode.HARDLINK:
        drive = _drive(config.library)
        apart = [folder.path for folder in config.watch if _drive(folder.path) != drive]
        if apart:
            where = listing([home_relative(path) for path in apart])
            yield Remark("mode", f"{where} is on another drive than the library: samples are copied instead.")


def _drive(path: Path) -> int:
    try:
        return _nearest(path).stat().st_dev
    except OSError:  # it went at this moment
        return 0
