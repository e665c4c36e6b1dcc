"""Pydantic's findings in plain words: what was expected, what was written, what was probably meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from wavized.config.document import Document
from wavized.config.model import Config, WatchFolder
from wavized.config.problem import Key, Problem, spell


def explain(error: ValidationError, document: Document) -> list[Problem]:
    """One problem for each of pydantic's findings, with the line it is about."""
    problems = []
    for finding in error.errors(include_url=False):
        key: Key = tuple(part for part in finding["loc"] if part != "[key]")
        match finding["type"]:
            case "extra_forbidden":
                message = _unknown(key)
            case "missing" if key in document.lines:
                message = f'has no value; expected {expectation(key)} (a lone "~" is none: write "~/")'
            case "missing":
                message = f"is missing; expected {expectation(key)}"
            case "too_long":
                message = f"has more entries than the {finding['ctx']['max_length']} that are allowed"
            case "value_error":
                message = str(finding["ctx"]["error"])
            case _:
                message = f"expected {expectation(key)}, not {_shown(finding['input'])}"
        problems.append(Problem(document.line(key), spell(key), message))
    return problems


def expectation(key: Key) -> str:
    """What belongs at a key, in a musician's words, as the model's own types and limits say."""
    match key:
        case ("watch",):
            return 'a list of folders, each starting with "- path:"'
        case ("watch", int()):
            return 'a folder with its settings, such as "path: ~/Downloads"'
        case ("watch", int(), str(name), *_):
            field = WatchFolder.model_fields[name]
        case ("folders",):
            return 'a folder name for each category, such as "acid: Acid"'
        case ("folders", _):
            return "a folder name"
        case (str(name), *_):
            field = Config.model_fields[name]
        case _:
            return "settings"
    return "text" if isinstance(key[-1], int) else _describe(field)


def _describe(field: FieldInfo) -> str:
    kind = _bare(field.annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"one of {', '.join(member.value for member in kind)}"
    if kind is bool:
        return "yes or no"
    if kind is Path:
        return "the path of a folder"
    if kind is int:
        return f"a whole number{_limits(field)}"
    if kind is float:
        return f"a number{_limits(field)}"
    return 'a list of texts, such as ["one", "two"]'


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - a type annotation can be any object
    """`float` for `Annotated[float, …] | None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(option for option in get_args(annotation) if option is not NoneType))
    return annotation


def _limits(field: FieldInfo) -> str:
    words = {"ge": "from", "gt": "above", "le": "to"}
    return "".join(
        f" {word} {getattr(limit, name):g}"
        for name, word in words.items()
        for limit in field.metadata
        if hasattr(limit, name)
    )


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    return f'"{text if len(text) <= 60 else text[:57] + "…"}"'


def _unknown(key: Key) -> str:
    name, inside_watch = str(key[-1]), key[0] == "watch"
    here, elsewhere = (WatchFolder, Config) if inside_watch else (Config, WatchFolder)
    if name in elsewhere.model_fields:
        place = 'at the top of the file, not inside "watch"' if inside_watch else 'to a folder below "watch"'
        return f"unknown key; it belongs {place}"
    return f"unknown key{did_you_mean(name, here.model_fields)}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "settle_seconds"?`, or nothing where nothing is near."""
    near = get_close_matches(word.lower(), list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
