"""What a model folder declares of itself, and whether its files are the ones it declares.

Standard library only, so the daemon may ask without loading a model. Reads; never writes or deletes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from wavized.domain.hearing import ModelInfo
from wavized.domain.sample import Kind
from wavized.errors import ModelUnusableError

FORMAT = 1
MANIFEST_NAME = "manifest.json"
REQUIRED_FILES = ("model.safetensors", "config.json", "preprocessor_config.json")
_FORBIDDEN = frozenset('/\\:*?"<>|')
_HINT = "Install Wavized again, or let `model:` in the configuration name a whole model folder"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model's declaration.

    `labels` stand in the order of the network's outputs: `info.categories` and `info.rejects`, mixed.
    `temperature` divides the logits. `files` maps a file's name to its sha256 (hex). `digest` is the sha256
    of the declaration itself: two that are equal declare the same model.
    """

    info: ModelInfo
    labels: tuple[str, ...]
    temperature: float
    files: Mapping[str, str]
    metrics: Mapping[str, object]
    digest: str


def read_manifest(folder: Path) -> Manifest:
    """Read the declaration and check it for sense, without hashing; raise ModelUnusableError."""
    if not folder.is_dir():
        raise ModelUnusableError(f"The model folder is missing: {folder}", hint=_HINT)
    data, digest = _read_json(folder / MANIFEST_NAME)
    number = data.get("format")
    if number != FORMAT:
        raise ModelUnusableError(
            f"The model in {folder} has format {number!r}; this version reads format {FORMAT}",
            hint="Use the model that came with this version of Wavized, or update Wavized",
        )
    try:
        info = _read_info(data)
        files = _read_files(data)
        temperature = _number(data, "temperature", at_least=1e-3, at_most=1e3)
        metrics = _object(data, "metrics") if "metrics" in data else {}
        labels = _network_labels(_read_json(folder / "config.json")[0])
    except (_FaultyError, ValueError) as fault:
        raise ModelUnusableError(
            f"The model's declaration in {folder} is wrong: {fault}", hint=_HINT
        ) from fault
    if sorted(labels) != sorted((*info.categories, *info.rejects)):
        raise ModelUnusableError(
            f"The model in {folder} was trained for other labels ({', '.join(labels)}) than it declares",
            hint=_HINT,
        )
    return Manifest(info, labels, temperature, files, metrics, digest)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every listed file with its digest; raise ModelUnusableError on the first that differs."""
    for name, digest in digest_files(folder, manifest.files).items():
        if digest != manifest.files[name]:
            raise ModelUnusableError(
                f"The model is damaged: {folder / name} is not the file it should be", hint=_HINT
            )


def digest_files(folder: Path, names: Iterable[str] = REQUIRED_FILES) -> dict[str, str]:
    """Sha256 (hex) of these files of a model folder, as a manifest lists them; raise ModelUnusableError."""
    return {name: _digest(folder / name) for name in names}


def _digest(path: Path) -> str:
    if not path.is_file():
        raise ModelUnusableError(f"The model is incomplete: {path} is missing", hint=_HINT)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnusableError(f"The model cannot be read: {error}", hint=_HINT) from error


def _read_json(path: Path) -> tuple[dict[str, object], str]:
    """A file's JSON object, and its sha256."""
    if not path.is_file():
        raise ModelUnusableError(f"The model is incomplete: {path} is missing", hint=_HINT)
    try:
        content = path.read_bytes()
        data = json.loads(content.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelUnusableError(f"The model cannot be read: {path}: {error}", hint=_HINT) from error
    if not isinstance(data, dict):
        raise ModelUnusableError(f"The model cannot be read: {path} holds no JSON object", hint=_HINT)
    return data, hashlib.sha256(content).hexdigest()


class _FaultyError(Exception):
    """One thing wrong with a value; its text says which."""


def _read_info(data: Mapping[str, object]) -> ModelInfo:
    thresholds = _object(data, "thresholds")
    categories = tuple(_label(item) for item in _list(data, "categories"))
    rejects = {_label(label): _reject_kind(label, kind) for label, kind in _object(data, "rejects").items()}
    if len(categories) < 2:
        raise _FaultyError("`categories` names fewer than two")
    if len({*categories, *rejects}) != len(categories) + len(rejects):
        raise _FaultyError("a label is listed twice")
    return ModelInfo(
        model_id=_label(_value(data, "model_id")),
        categories=categories,
        rejects=rejects,
        file_above=_number(thresholds, "file_above", at_least=0.0, at_most=1.0),
        file_above_for=_file_above_for(thresholds, categories),
        margin=_number(thresholds, "margin", at_least=0.0, at_most=1.0),
        reject_above=_number(thresholds, "reject_above", at_least=0.0, at_most=1.0),
        sample_rate=_sample_rate(data),
        window_s=_number(data, "window_s", at_least=0.1, at_most=60.0),
    )


def _file_above_for(thresholds: Mapping[str, object], categories: tuple[str, ...]) -> dict[str, float]:
    """Probabilities of categories that have one of their own; a manifest may leave them out."""
    if "file_above_for" not in thresholds:
        return {}
    given = _object(thresholds, "file_above_for")
    if unknown := sorted(set(given) - set(categories)):
        raise _FaultyError(f"`file_above_for` names {', '.join(unknown)}, which is no category")
    return {category: _number(given, category, at_least=0.0, at_most=1.0) for category in given}


def _read_files(data: Mapping[str, object]) -> dict[str, str]:
    files: dict[str, str] = {}
    for name, digest in _object(data, "files").items():
        if name in {"", ".", ".."} or PurePosixPath(name).name != name or PureWindowsPath(name).name != name:
            raise _FaultyError(f"`files` names {name!r}, which is no plain file name")
        if not isinstance(digest, str) or len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise _FaultyError(f"the digest of {name!r} is no sha256")
        files[name] = digest
    missing = [name for name in REQUIRED_FILES if name not in files]
    if missing:
        raise _FaultyError(f"`files` does not list {', '.join(missing)}")
    return files


def _network_labels(config: Mapping[str, object]) -> tuple[str, ...]:
    """The labels in the order of the network's outputs, from `id2label` of its config.json."""
    by_index = {int(index): _label(label) for index, label in _object(config, "id2label").items()}
    if sorted(by_index) != list(range(len(by_index))):
        raise _FaultyError("`id2label` of config.json has gaps")
    return tuple(by_index[index] for index in range(len(by_index)))


def _value(data: Mapping[str, object], key: str) -> object:
    if key not in data:
        raise _FaultyError(f"`{key}` is missing")
    return data[key]


def _object(data: Mapping[str, object], key: str) -> dict[str, object]:
    value = _value(data, key)
    if not isinstance(value, dict):
        raise _FaultyError(f"`{key}` should be an object")
    return value


def _list(data: Mapping[str, object], key: str) -> list[object]:
    value = _value(data, key)
    if not isinstance(value, list):
        raise _FaultyError(f"`{key}` should be a list")
    return value


def _number(data: Mapping[str, object], key: str, *, at_least: float, at_most: float) -> float:
    value = _value(data, key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _FaultyError(f"`{key}` should be a number")
    if not at_least <= value <= at_most:
        raise _FaultyError(f"`{key}` is {value}, not between {at_least:g} and {at_most:g}")
    return float(value)


def _sample_rate(data: Mapping[str, object]) -> int:
    return round(_number(data, "sample_rate", at_least=1000, at_most=384_000))


def _label(value: object) -> str:
    """A label may become a folder's name, so it is a plain word."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or _FORBIDDEN & set(value):
        raise _FaultyError(f"{value!r} is no plain name")
    return value


def _reject_kind(label: str, value: object) -> Kind:
    if value not in (Kind.LOOP, Kind.NOT_BASS):
        raise _FaultyError(f"the reject {label!r} means {value!r}, not {Kind.LOOP} or {Kind.NOT_BASS}")
    return Kind(str(value))
