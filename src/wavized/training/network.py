"""The shape of the model: a small Whisper encoder with a classification head, and its log-mel front end.

Stock transformers classes only, so that a trained folder loads anywhere through the Auto classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForAudioClassification

from wavized.errors import UsageError

SAMPLE_RATE = 16_000
WINDOW_S = 3.0
HOP = 320
FFT = 1024
"""64 ms windows: 15.6 Hz bins, narrow enough to tell a sub from its first overtone."""
MELS = 128
FRAMES = int(WINDOW_S * SAMPLE_RATE) // HOP


@dataclass(frozen=True, slots=True)
class Size:
    """Width, depth, attention heads and inner width of the encoder; the width is a multiple of 64."""

    width: int = 256
    layers: int = 3
    heads: int = 4
    inner: int = 512


def front_end() -> WhisperFeatureExtractor:
    """Log-mel of 3 s at 16 kHz: 128 bands over 0 to 8 kHz, 150 frames of 20 ms."""
    return WhisperFeatureExtractor(  # type: ignore[no-untyped-call]  # transformers leaves it unannotated
        feature_size=MELS,
        sampling_rate=SAMPLE_RATE,
        hop_length=HOP,
        chunk_length=int(WINDOW_S),
        n_fft=FFT,
    )


def features(extractor: WhisperFeatureExtractor, clips: Sequence[NDArray[np.float32]]) -> NDArray[np.float16]:
    """What the model sees of each clip: (clips, bands, frames)."""
    seen = extractor(list(clips), sampling_rate=SAMPLE_RATE, return_tensors="np")["input_features"]
    return np.asarray(seen, dtype=np.float16)


def build(labels: Sequence[str], size: Size, *, dropout: float = 0.0) -> WhisperForAudioClassification:
    """A model with random weights (torch's seed decides) for these labels."""
    config = WhisperConfig(
        d_model=size.width,
        encoder_layers=size.layers,
        encoder_attention_heads=size.heads,
        encoder_ffn_dim=size.inner,
        decoder_layers=0,
        decoder_attention_heads=size.heads,
        decoder_ffn_dim=4,
        num_mel_bins=MELS,
        max_source_positions=FRAMES // 2,
        max_target_positions=1,
        vocab_size=4,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
        classifier_proj_size=size.width,
        dropout=dropout,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    # the plain attention trains twice as fast on a CPU at this length as the fused one
    model = WhisperForAudioClassification(config)
    model.set_attn_implementation("eager")
    return model


def load(folder: Path, labels: Sequence[str]) -> WhisperForAudioClassification:
    """A trained model to go on from; its labels must be the same."""
    model = WhisperForAudioClassification.from_pretrained(folder, use_safetensors=True)
    model.set_attn_implementation("eager")
    known = list((model.config.id2label or {}).values())
    if known != list(labels):
        raise UsageError(f"{folder} knows other labels: {', '.join(known)}", hint="Train without --base")
    return model


@torch.inference_mode()
def logits(model: nn.Module, seen: NDArray[np.float16], batch: int = 32) -> NDArray[np.float32]:
    """Raw scores (clips, labels) for features (clips, bands, frames)."""
    model.train(False)
    parts = [
        model(torch.from_numpy(seen[start : start + batch].astype(np.float32))).logits.numpy()
        for start in range(0, len(seen), batch)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)
