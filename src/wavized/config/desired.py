"""What a set of changes asks of a config: the text with them made, and the values it must then have.

Pure but for `~` and variables of the environment, by which folders are told to be the same.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path

from wavized.config.document import Value, parse
from wavized.config.dump import path_text
from wavized.config.folders import PathError, absolute, expand
from wavized.config.model import Config, WatchFolder
from wavized.config.proposal import located
from wavized.config.rewrite import add_watched, drop, drop_watched, put
from wavized.config.written import Word

Changes = Mapping[str, object]
"""Keys to values as JSON has them: text, numbers, booleans, lists, mappings; None for the default."""

_PATHS = ("library", "model")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class InvalidChangeError(Exception):
    """A value that no config can hold."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


def apply(text: str, config: Config, changes: Changes, path: Path) -> str:
    """The text with the changes made; keys that have their value already are left as they are written."""
    for key, wanted in changes.items():
        if key == "watch":
            text = _watch(text, config, wanted, path)
        elif key == "folders":
            text = _folders(text, wanted)
        elif wanted is None:
            text = drop(text, (key,))
        elif not _has(config, key, wanted):
            text = put(text, (key,), _value(key, wanted))
    return text


def expected(config: Config, changes: Changes) -> dict[str, object]:
    """The values of a config after the changes, ready to be validated."""
    values: dict[str, object] = config.model_dump()
    for key, wanted in changes.items():
        if wanted is None:
            values.pop(key, None)
        elif key == "watch":
            values[key] = [_expected_folder(config, entry) for entry in _entries(wanted)]
        elif key in _PATHS:
            values[key] = located(str(wanted))
        else:
            values[key] = wanted
    return values


def _has(config: Config, key: str, wanted: object) -> bool:
    now = getattr(config, key, None) if key in Config.model_fields else None
    if isinstance(now, Path) and isinstance(wanted, str):
        return now == _place(key, wanted)
    if isinstance(now, tuple):
        return list(now) == wanted
    return now is wanted or (not isinstance(now, bool) and now is not None and bool(now == wanted))


def _place(key: str, typed: str) -> Path:
    try:
        return located(typed)
    except PathError as error:
        raise InvalidChangeError(key, str(error)) from None


def _value(key: str, wanted: object) -> Value:
    """A value as the text of YAML has it. Raises InvalidChangeError."""
    match wanted:
        case bool():
            return Word("yes" if wanted else "no")
        case int() | float():
            if not math.isfinite(wanted):
                raise InvalidChangeError(key, "expected a number")
            return Word(str(wanted).removesuffix(".0"))
        case str() if _UNPRINTABLE.search(wanted):
            raise InvalidChangeError(key, "holds characters that cannot be printed")
        case str():
            if key in _PATHS or key.endswith(".path"):
                _place(key, wanted)
                return path_text(Path(wanted))
            return wanted
        case list() if all(isinstance(item, str) for item in wanted):
            return [_value(key, item) for item in wanted]
    raise InvalidChangeError(key, "expected another kind of value")


def _folders(text: str, wanted: object) -> str:
    """Names of the categories' folders; those not named go back to their default."""
    if wanted is None:
        return drop(text, ("folders",))
    if not isinstance(wanted, dict):
        raise InvalidChangeError("folders", "expected a folder name for each category")
    for label, name in wanted.items():
        if not label or _UNPRINTABLE.search(label) or not isinstance(name, str):
            raise InvalidChangeError("folders", "expected a folder name for each category")
    now = parse(text).values.get("folders")
    written = now if isinstance(now, dict) else {}
    default = {key: name for key, name in Config(library=Path()).folders.items() if key not in written}
    new = {
        str(label): _value(f"folders.{label}", name)
        for label, name in wanted.items()
        if default.get(label) != name and written.get(label) != name
    }
    if not written:
        return put(text, ("folders",), dict(new)) if new else text
    for label, name in new.items():
        text = put(text, ("folders", label), name)
    for label in written:
        if label not in wanted:
            text = drop(text, ("folders", label))
    return text


# --- watched folders ----------------------------------------------------------------------------------


def _entries(wanted: object) -> list[dict[str, object]]:
    if not isinstance(wanted, list) or not all(isinstance(entry, dict) for entry in wanted):
        raise InvalidChangeError("watch", "expected a list of folders")
    for index, entry in enumerate(wanted):
        if not isinstance(entry.get("path"), str):
            raise InvalidChangeError(f"watch[{index}].path", "expected the path of a folder")
    return wanted


def _written_paths(text: str, path: Path) -> list[Path | None]:
    """The folders the text watches, in its order."""
    watch = parse(text).values.get("watch")
    found: list[Path | None] = []
    for entry in watch if isinstance(watch, list) else []:
        written = entry.get("path") if isinstance(entry, dict) else None
        base = absolute(path).parent
        found.append(expand(written, base, os.environ) if isinstance(written, str) else None)
    return found


def _watch(text: str, config: Config, wanted: object, path: Path) -> str:
    entries = _entries([] if wanted is None else wanted)
    now = {folder.path: folder for folder in config.watch}
    asked = [_place(f"watch[{index}].path", str(entry["path"])) for index, entry in enumerate(entries)]
    for index, place in enumerate(asked):
        if place in asked[:index]:
            raise InvalidChangeError(f"watch[{index}].path", "the same folder is in the list twice")
    for index in reversed(range(len(now))):
        if _written_paths(text, path)[index] not in asked:
            text = drop_watched(text, index)
    for number, (place, entry) in enumerate(zip(asked, entries, strict=True)):
        if place in now:
            index = _written_paths(text, path).index(place)
            text = _alter(text, index, now[place], entry, number)
        else:
            text = add_watched(text, _new_entry(entry, number))
    return text


def _alter(text: str, index: int, now: WatchFolder, entry: dict[str, object], number: int) -> str:
    """One watched folder, key by key; keys that are not named stay."""
    for key, wanted in entry.items():
        if key == "path" or _folder_has(now, key, wanted):
            continue
        if wanted is None:
            text = drop(text, ("watch", index, key))
        else:
            text = put(text, ("watch", index, key), _value(f"watch[{number}].{key}", wanted))
    return text


def _folder_has(now: WatchFolder, key: str, wanted: object) -> bool:
    if key not in WatchFolder.model_fields:
        return False
    value = getattr(now, key)
    if wanted is None:
        return value is None
    return list(value) == wanted if isinstance(value, tuple) else bool(value == wanted)


def _new_entry(entry: dict[str, object], number: int) -> dict[str, Value]:
    default = WatchFolder(path=Path())
    made: dict[str, Value] = {"path": _value(f"watch[{number}].path", entry["path"])}
    made["existing"] = _value(f"watch[{number}].existing", entry.get("existing") or default.existing.value)
    for key, wanted in entry.items():
        if key not in made and wanted is not None and not _folder_has(default, key, wanted):
            made[key] = _value(f"watch[{number}].{key}", wanted)
    return made


def _expected_folder(config: Config, entry: dict[str, object]) -> dict[str, object]:
    """A folder as it was, with what is asked on top."""
    place = located(str(entry["path"]))
    old = next((folder.model_dump() for folder in config.watch if folder.path == place), {})
    merged = {**old, **entry, "path": place}
    return {key: value for key, value in merged.items() if value is not None}
