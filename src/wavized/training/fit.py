"""Fit a model to a bank: balanced draws, mixing, masking, averaged weights, a checkpoint after every epoch.

The same seed gives the same model, also over an interruption: chance depends on seed and epoch alone.
Writes checkpoints into the work folder only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from wavized.training import masking


@dataclass(frozen=True, slots=True)
class Settings:
    """How to fit. `average` is the decay of the averaged weights a step, `smoothing` is of the labels,

    `hinted` the share of the loss that follows the hints where there are any, `draws` the clips an epoch.
    """

    epochs: int = 5
    batch: int = 48
    peak_rate: float = 1e-3
    decay: float = 0.05
    average: float = 0.998
    mix: float = 0.4
    smoothing: float = 0.05
    warm_up: float = 0.08
    hinted: float = 0.6
    draws: int = 15_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Examples:
    """Features (n, bands, frames), the labels each may have (n, labels) and how often each is drawn (n,).

    `hints` are a teacher's probabilities (n, labels); a row of zeros is no hint.
    """

    features: NDArray[np.float16]
    allowed: NDArray[np.bool_]
    chance: NDArray[np.float64]
    hints: NDArray[np.float32] | None = None


def balanced(allowed: NDArray[np.bool_], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Equal shares for each label, half a share for the unlabelled, none for what is not kept."""
    chance = np.zeros(len(allowed))
    groups, counts = np.unique(allowed, axis=0, return_inverse=True)
    for index, group in enumerate(groups):
        members = (counts == index) & kept
        if members.any():
            chance[members] = (1.0 if group.sum() == 1 else 0.5) / members.sum()
    return np.asarray(chance / chance.sum(), dtype=np.float64)


def fit(
    model: nn.Module,
    examples: Examples,
    settings: Settings,
    checkpoint: Path,
    say: Callable[[str], None],
) -> None:
    """Train in place, from `checkpoint` on if it exists; the model ends with its averaged weights.

    The model answers a batch of features with something that has `logits`.
    """
    optimizer = torch.optim.AdamW(_groups(model, settings.decay), lr=settings.peak_rate, fused=True)
    average = {name: value.detach().clone() for name, value in model.state_dict().items()}
    done = 0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        average, done = saved["average"], int(saved["epochs"])
        say(f"going on after epoch {done}")
    for epoch in range(done, settings.epochs):
        loss = _epoch(model, optimizer, average, examples, settings, epoch)
        _save(checkpoint, model, optimizer, average, epoch + 1)
        say(f"epoch {epoch + 1} of {settings.epochs}: loss {loss:.3f}")
    model.load_state_dict(average)
    model.train(False)


def _epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    average: dict[str, Tensor],
    examples: Examples,
    settings: Settings,
    epoch: int,
) -> float:
    rng = np.random.default_rng((settings.seed, epoch))
    torch.manual_seed(settings.seed * 1009 + epoch)
    order = rng.choice(len(examples.features), size=settings.draws, p=examples.chance)
    steps = math.ceil(settings.draws / settings.batch)
    total = 0.0
    model.train()
    for step, chosen in enumerate(np.array_split(order, steps)):
        at = epoch * steps + step
        for group in optimizer.param_groups:
            group["lr"] = settings.peak_rate * _schedule(at / (settings.epochs * steps), settings.warm_up)
        loss = _mixed_loss(model, _batch(examples, chosen, rng), settings, rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves this one unannotated
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        keep = min(settings.average, (1 + at) / (10 + at))
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - keep)
            else:
                average[name].copy_(value)  # a counter
        total += float(loss.detach())
    return total / steps


@dataclass(frozen=True, slots=True)
class _Batch:
    features: Tensor
    allowed: Tensor
    hints: Tensor | None

    def turned(self) -> _Batch:
        """The same clips, each one place further."""
        hints = None if self.hints is None else self.hints.roll(1, 0)
        return _Batch(self.features.roll(1, 0), self.allowed.roll(1, 0), hints)


def _batch(examples: Examples, chosen: NDArray[np.int64], rng: np.random.Generator) -> _Batch:
    features = torch.from_numpy(examples.features[chosen].astype(np.float32))
    hints = None if examples.hints is None else torch.from_numpy(examples.hints[chosen])
    return _Batch(masking.vary(features, rng), torch.from_numpy(examples.allowed[chosen]), hints)


def _mixed_loss(model: nn.Module, batch: _Batch, settings: Settings, rng: np.random.Generator) -> Tensor:
    """Loss of a batch, in half of the batches mixed with itself turned by one place (Zhang et al. 2018)."""
    share = float(rng.beta(settings.mix, settings.mix)) if settings.mix and rng.random() < 0.5 else 1.0
    other = batch.turned()
    features = batch.features if share == 1.0 else share * batch.features + (1 - share) * other.features
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = model(features).logits.float()
    loss = _loss(scores, batch, settings)
    if share < 1.0:
        loss = share * loss + (1 - share) * _loss(scores, other, settings)
    return loss.mean()


def _loss(scores: Tensor, batch: _Batch, settings: Settings) -> Tensor:
    """By the labels and, where there is a hint, by the hint too (Hinton et al. 2015)."""
    loss = partial_loss(scores, batch.allowed, settings.smoothing)
    if batch.hints is None:
        return loss
    share = settings.hinted * (batch.hints.sum(dim=-1) > 0)
    hinted = -(batch.hints * torch.log_softmax(scores, dim=-1)).sum(dim=-1)
    return (1 - share) * loss + share * hinted


def partial_loss(scores: Tensor, allowed: Tensor, smoothing: float) -> Tensor:
    """Minus the log probability of the allowed labels together; smoothed where just one is allowed."""
    logs = torch.log_softmax(scores, dim=-1)
    hit = -torch.logsumexp(logs.masked_fill(~allowed, -torch.inf), dim=-1)
    share = smoothing * (allowed.sum(dim=-1) == 1)
    return (1 - share) * hit - share * logs.mean(dim=-1)


def _groups(model: nn.Module, decay: float) -> list[dict[str, object]]:
    """Weight decay for matrices, none for biases, norms and positions."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _schedule(progress: float, warm_up: float) -> float:
    """Linear warm-up, then a cosine down to a hundredth."""
    if progress < warm_up:
        return max(progress, 1e-4) / warm_up
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def _save(
    target: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    average: dict[str, Tensor],
    epochs: int,
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "average": average,
        "epochs": epochs,
    }
    torch.save(state, partial)
    partial.replace(target)
