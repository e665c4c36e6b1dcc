"""What a model folder says of itself, for people: thresholds, coverage and its card. Reads small files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wavized.errors import ModelUnusableError
from wavized.inference.manifest import read_manifest

_MAX_CARD_BYTES = 1 << 18


def tell_model(folder: Path) -> dict[str, object]:
    """The facts as plain data. Of a model that cannot be used, `problem` says why."""
    try:
        manifest = read_manifest(folder)
    except ModelUnusableError as error:
        return {
            "id": folder.name,
            "problem": error.message,
            "file_above": 1.0,
            "file_above_for": {},
            "margin": 1.0,
            "reject_above": 1.0,
            "coverage": [],
            "metrics": {},
            "card": "",
        }
    info = manifest.info
    held_out = manifest.metrics.get("held_out")
    coverage = held_out.get("coverage") if isinstance(held_out, Mapping) else None
    return {
        "id": info.model_id,
        "file_above": info.file_above,
        "file_above_for": dict(info.file_above_for),
        "margin": info.margin,
        "reject_above": info.reject_above,
        "coverage": coverage if isinstance(coverage, list) else [],
        "metrics": dict(manifest.metrics),
        "card": _card(folder),
    }


def _card(folder: Path) -> str:
    """The model's README, as far as it has one."""
    try:
        with (folder / "README.md").open("rb") as file:
            return file.read(_MAX_CARD_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
