"""Contestants that see a front's pictures: our listener, and a small spectrogram transformer of AST's kind.

Both are fitted by the same loop, with the same variations, on the same draws.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from transformers import ASTConfig, ASTForAudioClassification

from wavized.inference.ear import LINEAR, EarConfig, Listener
from wavized.training import bank, fit, lessons
from wavized.training.bank import Pictures, Sounds
from wavized.training.contest.contestants import Learned, Probabilities, Task

EPOCH = 6000
"""Clips between two checkpoints."""


class Ear:
    """Our own small convolutional network behind one front."""

    def __init__(self, front: str) -> None:
        self.name = f"listener-{front}"
        self.front = front
        self.fit = fit.Settings()
        self.settings = repr((front, self.fit))

    def learn(self, task: Task) -> Learned:
        """Fit a listener, from its last checkpoint on."""
        return _learn(task, self.front, self.fit, Listener)


class Stacked(nn.Module):
    """A stock AST that sees both spectra of a picture, one above the other. Answers as a `Listener` does."""

    def __init__(self, config: EarConfig, frames: int) -> None:
        super().__init__()
        self.network = ASTForAudioClassification(
            ASTConfig(
                hidden_size=96,
                num_hidden_layers=4,
                num_attention_heads=4,
                intermediate_size=384,
                hidden_dropout_prob=0.1,
                attention_probs_dropout_prob=0.1,
                patch_size=16,
                frequency_stride=16,
                time_stride=16,
                max_length=frames,
                num_mel_bins=2 * config.bands,
                id2label=dict(config.id2label or {}),
            )
        )

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (clips, labels), twice: there is no embedding to tell."""
        logits = self.network(picture.flatten(1, 2).transpose(1, 2)).logits
        return logits, logits


class SmallTransformer:
    """AST's architecture at the listener's size: 0.5 million parameters, some 60 million multiplications."""

    name = "transformer"

    def __init__(self) -> None:
        self.fit = fit.Settings(peak_rate=1e-3, decay=0.05, warm_up=0.15)
        self.settings = repr((LINEAR, self.fit))

    def learn(self, task: Task) -> Learned:
        """Fit the transformer, from its last checkpoint on."""
        frames = _pictures(task, LINEAR).shape[3]
        return _learn(task, LINEAR, self.fit, lambda config: Stacked(config, frames))


def _learn(task: Task, front: str, settings: fit.Settings, make: Callable[[EarConfig], nn.Module]) -> Learned:
    course = task.course
    epochs = max(1, round(task.budget.clips / EPOCH))
    settings = replace(settings, epochs=epochs, draws=max(1, task.budget.clips // epochs), seed=task.seed)
    allowed = lessons.allowed(course)
    examples = fit.Examples(_pictures(task, front), allowed, fit.balanced(allowed, task.kept))
    torch.manual_seed(settings.seed)
    network = make(course.config)
    # the loop needs a network that gives logits first, as a listener does
    fit.fit(cast(Listener, network), examples, settings, task.scratch / "checkpoint", task.say)

    def answer(sounds: Sounds) -> Probabilities:
        return fit.probabilities(cast(Listener, network), bank.see(sounds, course.config, front))

    megabytes = sum(parameter.numel() for parameter in network.parameters()) * 4 / 1e6
    return Learned(answer, settings.epochs * settings.draws, megabytes)


def _pictures(task: Task, front: str) -> Pictures:
    course = task.course
    return _read(course.bank, len(course.recipes), course.config.to_json_string(), front)


@lru_cache(maxsize=1)
def _read(folder: Path, count: int, config: str, front: str) -> Pictures:
    return np.asarray(bank.pictures(folder, count, EarConfig.from_dict(json.loads(config)), front))
