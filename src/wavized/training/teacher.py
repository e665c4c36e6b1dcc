"""A small convolutional network that learns fast from few sounds, and hands what it learned to the model.

Its first two layers have the shape of a Whisper encoder's own two convolutions and can be written into them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import WhisperForAudioClassification

from wavized.training import network


@dataclass(frozen=True, slots=True)
class Answer:
    """Raw scores (clips, labels), as the stock models give them."""

    logits: Tensor


class Teacher(nn.Module):
    """Two stem convolutions, a convolutional body, mean and maximum over time, a small head.

    `width` is the width of the encoder that takes over the stem: band positions times channels.
    """

    def __init__(self, labels: int, width: int, channels: int = 64) -> None:
        super().__init__()
        first, second = width // (network.MELS // 2), width // (network.MELS // 4)
        self.first = nn.Conv2d(1, first, (7, 3), stride=(2, 1), padding=(3, 1))
        self.first_norm = nn.BatchNorm2d(first)
        self.second = nn.Conv2d(first, second, (5, 3), stride=(2, 2), padding=(2, 1))
        self.second_norm = nn.BatchNorm2d(second)
        self.body = nn.Sequential(
            _layer(second, channels, 2),
            _layer(channels, channels, 1),
            _layer(channels, 2 * channels, 2),
            _layer(2 * channels, 2 * channels, 1),
            _layer(2 * channels, 2 * channels, 2),
        )
        bands = network.MELS // 32
        self.head = nn.Sequential(
            nn.Linear(2 * bands * 2 * channels, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, labels)
        )

    def forward(self, features: Tensor) -> Answer:
        """Scores for features (clips, bands, frames)."""
        seen = self.body(self.stem(features))
        pooled = torch.cat([seen.mean(dim=3), seen.amax(dim=3)], dim=1).flatten(1)
        return Answer(self.head(pooled))

    def stem(self, features: Tensor) -> Tensor:
        """What the model takes over: (clips, channels, bands / 4, frames / 2)."""
        seen = functional.gelu(self.first_norm(self.first(features[:, None])))
        return functional.gelu(self.second_norm(self.second(seen)))

    def folded_stem(self) -> list[tuple[Tensor, Tensor]]:
        """Weight and bias of both stem layers with the norms that follow them folded in."""
        return [_folded(self.first, self.first_norm), _folded(self.second, self.second_norm)]


@torch.no_grad()
def hand_over(teacher: Teacher, model: WhisperForAudioClassification) -> None:
    """Write the teacher's stem, norms folded in, into the encoder's two convolutions: the same function."""
    bands = network.MELS
    for folded, target in zip(teacher.folded_stem(), (model.encoder.conv1, model.encoder.conv2), strict=True):
        weight, bias = folded
        target.load_state_dict(
            {"weight": _written_out(weight, bands), "bias": bias.repeat_interleave(bands // 2)}
        )
        bands //= 2


def _written_out(weight: Tensor, bands: int) -> Tensor:
    """A convolution over bands (stride 2) and frames as one over frames alone.

    (out, in, kernel bands, kernel frames) becomes (out * bands / 2, in * bands, kernel frames).
    """
    outs, ins, height, frames = weight.shape
    dense = weight.new_zeros(outs, bands // 2, ins, bands, frames)
    for place in range(bands // 2):
        for tap in range(height):
            band = 2 * place + tap - height // 2
            if 0 <= band < bands:
                dense[:, place, :, band] = weight[:, :, tap]
    return dense.reshape(outs * (bands // 2), ins * bands, frames)


def _folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    state, fixed = norm.state_dict(), convolution.state_dict()
    scale = state["weight"] / torch.sqrt(state["running_var"] + norm.eps)
    bias = (fixed["bias"] - state["running_mean"]) * scale + state["bias"]
    return fixed["weight"] * scale[:, None, None, None], bias


def _layer(ins: int, outs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(ins, outs, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(outs), nn.ReLU()
    )
