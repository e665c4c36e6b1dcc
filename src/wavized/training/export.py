"""Write a trained model as a folder that the product takes: weights, configs, manifest with digests.

Writes into a temporary sibling first, so that an interrupted export leaves no half a model.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from transformers import Wav2Vec2FeatureExtractor

from wavized.errors import UsageError
from wavized.inference.ear import EarForAudioClassification
from wavized.inference.manifest import FORMAT, digest_files
from wavized.training.calibration import Thresholds
from wavized.training.corpus import CATEGORIES, REJECTS


@dataclass(frozen=True, slots=True)
class Declaration:
    """What goes into the manifest beside the files: calibration, held-out figures, training data."""

    model_id: str
    temperature: float
    thresholds: Thresholds
    metrics: Mapping[str, object]
    data_digest: str
    data_description: str


def must_be_free(target: Path) -> None:
    """Raise UsageError where `target` exists and is anything but an older model or an empty folder."""
    if not target.exists() or (target / "manifest.json").is_file():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise UsageError(f"{target} exists and is no model folder", hint="Name another folder with --out")


def write(model: EarForAudioClassification, declaration: Declaration, target: Path) -> None:
    """Save the model folder. Raises UsageError, see `must_be_free`.

    A model card (README.md) that lies in the folder already is kept; an older model goes when the new one is
    whole.
    """
    must_be_free(target)
    card, older = target / "README.md", target.with_name(f".{target.name}.older")
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    model.save_pretrained(partial, safe_serialization=True)
    _extractor(model).save_pretrained(partial)
    manifest = json.dumps(_manifest(declaration, partial, model), indent=1) + "\n"
    (partial / "manifest.json").write_text(manifest, encoding="utf-8")
    if card.is_file():
        shutil.copy2(card, partial / "README.md")
    for file in partial.iterdir():
        file.chmod(0o644)
    shutil.rmtree(older, ignore_errors=True)
    if target.exists():
        target.rename(older)
    partial.rename(target)
    shutil.rmtree(older, ignore_errors=True)


def _extractor(model: EarForAudioClassification) -> Wav2Vec2FeatureExtractor:
    """The sound itself goes in: the network has a front end of its own."""
    return Wav2Vec2FeatureExtractor(  # type: ignore[no-untyped-call]  # transformers is untyped
        sampling_rate=model.config.sample_rate, do_normalize=False, return_attention_mask=False
    )


def _manifest(declaration: Declaration, folder: Path, model: EarForAudioClassification) -> dict[str, object]:
    thresholds = declaration.thresholds
    return {
        "format": FORMAT,
        "model_id": declaration.model_id,
        "categories": list(CATEGORIES),
        "rejects": {label: label for label in REJECTS},
        "sample_rate": model.config.sample_rate,
        "window_s": model.config.window_s,
        "temperature": declaration.temperature,
        "thresholds": {
            "file_above": thresholds.file_above,
            "margin": thresholds.margin,
            "reject_above": thresholds.reject_above,
            **({"file_above_for": dict(thresholds.file_above_for)} if thresholds.file_above_for else {}),
        },
        "metrics": dict(declaration.metrics),
        "files": digest_files(folder),
        "training_data": {
            "digest": declaration.data_digest,
            "description": declaration.data_description,
        },
    }
