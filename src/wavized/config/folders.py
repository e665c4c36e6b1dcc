"""Paths of the config made absolute and held against each other and the disk. Looks, but never writes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wavized.config.document import Document, Value
from wavized.config.explain import did_you_mean
from wavized.config.model import DEFAULT_FOLDERS
from wavized.config.problem import Key, Problem, Severity, spell

_MOST_PATH_BYTES = 4096  # more than any system opens

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_]\w*))")


class PathError(ValueError):
    """A path in the config that names no place; the text says why."""


def expand(text: str, base: Path, environ: Mapping[str, str]) -> Path:
    """The absolute path meant by a text: `~` and `$NAME` filled in, relative ones taken from `base`.

    `$$` is a dollar sign. A dollar sign inside a name that fits no variable (`~/Ca$h`) is kept; where one
    begins the path or stands in braces, the missing variable is an error, lest files go astray.
    """

    def fill(found: re.Match[str]) -> str:
        name = found["braced"] or found["bare"]
        if name is None:
            return "$"
        if environ.get(name):
            return environ[name]
        if found["braced"] or found.start() == 0:
            raise PathError(f"the environment has no variable {name}; a plain dollar sign is written $$")
        return found[0]

    if not text.strip():
        raise PathError("expected the path of a folder, not empty text")
    if text.startswith("~"):
        if text[1:2] not in ("", "/", "\\"):
            raise PathError('only "~/" is known, not the home folder of another user')
        home = environ.get("USERPROFILE" if os.name == "nt" else "HOME") or Path.home()
        return _short(Path(home, _VARIABLE.sub(fill, text[1:].lstrip("/\\"))))
    return _short(base / _VARIABLE.sub(fill, text))


def _short(path: Path) -> Path:
    found = absolute(path)
    if len(os.fsencode(found)) > _MOST_PATH_BYTES:
        raise PathError("longer than any path can be")
    return found


def absolute(path: Path) -> Path:
    """From the root and without `..`, but by the links and drive letters that the user wrote."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links


@dataclass(frozen=True, slots=True)
class _Place:
    key: Key
    written: str
    path: Path


@dataclass(slots=True)
class Folders:
    """The document's values with absolute paths in them, and what is wrong with those paths."""

    values: dict[str, Value]
    problems: list[Problem] = field(default_factory=list)


def locate(document: Document, base: Path, environ: Mapping[str, str]) -> Folders:
    """Make every path of the document absolute and check it; types are left to the model."""
    result = Folders(dict(document.values))
    places = []

    def complain(key: Key, message: str, severity: Severity = Severity.ERROR) -> None:
        result.problems.append(Problem(document.line(key), spell(key), message, severity))

    watch = document.values.get("watch")
    if isinstance(watch, list):
        watch = [dict(entry) if isinstance(entry, dict) else entry for entry in watch]
        result.values["watch"] = watch
    for holder, key in _paths(result.values, watch):
        written = holder[str(key[-1])]
        if not isinstance(written, str):
            continue
        try:
            path = expand(written, base, environ)
        except PathError as error:
            complain(key, str(error))
        else:
            holder[str(key[-1])] = str(path)
            places.append(_Place(key, written, path))
    for place in places:
        if finding := _on_disk(place):
            complain(place.key, *finding)
    for key, message in _conflicts(places):
        complain(key, message)
    for key, message in [*_odd_categories(document), *_broken_links(document, places)]:
        complain(key, message, Severity.WARNING)
    return result


def _paths(values: dict[str, Value], watch: Value) -> Iterator[tuple[dict[str, Value], Key]]:
    """Where the document holds paths: the mapping and the key within the document."""
    for name in ("library", "model"):
        if name in values:
            yield values, (name,)
    for index, entry in enumerate(watch if isinstance(watch, list) else []):
        if isinstance(entry, dict) and "path" in entry:
            yield entry, ("watch", index, "path")


def _on_disk(place: _Place) -> tuple[str, Severity] | None:
    try:
        if place.path.is_dir():
            return None
        if place.path.exists():
            return f"this is a file, not a folder: {place.written}", Severity.ERROR
    except OSError as error:
        return f"cannot be looked into ({error.strerror}): {place.written}", Severity.WARNING
    return f"folder does not exist: {place.written}", Severity.WARNING


def _conflicts(places: list[_Place]) -> Iterator[tuple[Key, str]]:
    """Folders that cannot be what they are at the same time."""
    library = next((_identity(_real(place.path)) for place in places if place.key == ("library",)), None)
    seen: dict[_Identity, _Place] = {}
    for place in places:
        if place.key[0] != "watch":
            continue
        real = _real(place.path)
        one = _identity(real)
        twin = seen.setdefault(one, place)
        if twin is not place:
            yield place.key, f"the same folder as {spell(twin.key)}: {place.written}"
        if one == library:
            yield place.key, f"a folder cannot be both watched and the library: {place.written}"
        elif any(_identity(parent) == library for parent in real.parents):
            yield place.key, f"lies inside the library, which is never watched: {place.written}"


def _odd_categories(document: Document) -> Iterator[tuple[Key, str]]:
    """Categories that look misspelt; others may belong to a model of the user's own."""
    folders = document.values.get("folders")
    for category in folders if isinstance(folders, dict) else ():
        if category not in DEFAULT_FOLDERS and (guess := did_you_mean(category, DEFAULT_FOLDERS)):
            yield ("folders", category), f"a category the bundled model does not know{guess}"


def _broken_links(document: Document, places: list[_Place]) -> Iterator[tuple[Key, str]]:
    """Splice folders whose samples are to be moved: allowed, but worth a word."""
    watch, general = document.values.get("watch"), document.values.get("mode")
    for index, entry in enumerate(watch if isinstance(watch, list) else []):
        here = [place for place in places if place.key[:2] == ("watch", index)]
        if not isinstance(entry, dict) or not any(is_splice(place.path) for place in here):
            continue
        if (entry.get("mode") or general) == "move":
            yield (
                ("watch", index, "mode" if entry.get("mode") else "path"),
                'with "move", Splice and the projects that use its samples will not find them any more',
            )


def is_splice(path: Path) -> bool:
    """Whether a folder lies in one of Splice's, by its name."""
    return any(re.fullmatch(r"splice( - user-.*)?", part, re.IGNORECASE) for part in path.parts)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


_Identity = tuple[int, int] | str


def _identity(real: Path) -> _Identity:
    """What a folder is told by, whichever link or mount leads there; while it is missing, its name."""
    try:
        status = real.stat()
    except OSError:
        return os.path.normcase(real)
    return status.st_dev, status.st_ino
