"""A model folder of the real format, its stock network so small that it loads and hears in milliseconds."""

from __future__ import annotations

import json
from pathlib import Path

from wavized.inference.manifest import digest_files

CATEGORIES = ("808", "acid", "brass", "growl", "reese", "slap", "sub")
REJECTS = {"not_bass": "not_bass", "loop": "loop"}
SAMPLE_RATE = 16_000


def make_tiny_model(folder: Path, *, model_id: str = "tiny") -> Path:
    """Write a randomly initialised AST with a valid manifest into `folder`; returns the folder."""
    import torch
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    labels = (*CATEGORIES, *REJECTS)
    torch.manual_seed(0)
    config = ASTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_length=128,
        num_mel_bins=32,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    ASTForAudioClassification(config).save_pretrained(folder)
    ASTFeatureExtractor(num_mel_bins=32, max_length=128, sampling_rate=SAMPLE_RATE).save_pretrained(folder)
    write_manifest(folder, model_id=model_id)
    return folder


def make_paper_model(folder: Path) -> Path:
    """Write a folder that declares itself well and holds no network: enough for whoever does not load it."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = (*CATEGORIES, *REJECTS)
    config = {"id2label": {str(index): label for index, label in enumerate(labels)}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "preprocessor_config.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"paper")
    write_manifest(folder)
    return folder


def write_manifest(folder: Path, **changes: object) -> None:
    """Declare what lies in `folder`; `changes` replace top-level keys, and a value of None removes one."""
    data: dict[str, object] = {
        "format": 1,
        "model_id": "tiny",
        "categories": list(CATEGORIES),
        "rejects": REJECTS,
        "sample_rate": SAMPLE_RATE,
        "window_s": 1.0,
        "temperature": 2.0,
        "thresholds": {"file_above": 0.8, "margin": 0.2, "reject_above": 0.5},
        "metrics": {"accuracy": 0.5},
        "files": digest_files(folder),
        **changes,
    }
    kept = {key: value for key, value in data.items() if value is not None}
    (folder / "manifest.json").write_text(json.dumps(kept), encoding="utf-8")
