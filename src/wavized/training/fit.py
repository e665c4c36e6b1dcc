"""Fit a listener to a bank: balanced draws, mixing, masking, averaged weights, a checkpoint each epoch.

The same seed gives the same listener, also over an interruption: chance depends on seed and epoch alone.
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

from wavized.inference.ear import Listener
from wavized.training import masking


@dataclass(frozen=True, slots=True)
class Settings:
    """How to fit one listener.

    `draws` are the clips of an epoch, `average` is the decay of the averaged weights a step, `mix` the shape
    of the beta distribution that mixes clips, `smoothing` is of the labels.
    """

    epochs: int = 24
    draws: int = 12_000
    batch: int = 64
    peak_rate: float = 2e-3
    decay: float = 0.03
    average: float = 0.998
    mix: float = 0.4
    smoothing: float = 0.05
    warm_up: float = 0.08
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Examples:
    """Pictures (n, 2, bands, frames), the labels each may have (n, labels), how often it is drawn (n,)."""

    pictures: NDArray[np.float16]
    allowed: NDArray[np.bool_]
    chance: NDArray[np.float64]


def balanced(allowed: NDArray[np.bool_], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Equal shares for each label, half a share for the unlabelled, none for what is not kept."""
    chance = np.zeros(len(allowed))
    groups, counts = np.unique(allowed, axis=0, return_inverse=True)
    for index, group in enumerate(groups):
        members = (counts.ravel() == index) & kept
        if members.any():
            chance[members] = (1.0 if group.sum() == 1 else 0.5) / members.sum()
    return np.asarray(chance / chance.sum(), dtype=np.float64)


def fit(
    listener: Listener,
    examples: Examples,
    settings: Settings,
    checkpoint: Path,
    say: Callable[[str], None],
) -> None:
    """Train in place, from `checkpoint` on if it exists; the listener ends with its averaged weights."""
    device = best_device()
    listener.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    optimizer = torch.optim.AdamW(_groups(listener, settings.decay), lr=settings.peak_rate, fused=True)
    average = {name: value.detach().clone() for name, value in listener.state_dict().items()}
    done = 0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True, map_location=device)
        listener.load_state_dict(saved["listener"])
        optimizer.load_state_dict(saved["optimizer"])
        average, done = saved["average"], int(saved["epochs"])
    for epoch in range(done, settings.epochs):
        loss = _epoch(listener, optimizer, average, examples, settings, epoch)
        state = {"listener": listener.state_dict(), "optimizer": optimizer.state_dict(), "average": average}
        _save(checkpoint, state | {"epochs": epoch + 1})
        say(f"epoch {epoch + 1} of {settings.epochs}: loss {loss:.3f}")
    listener.load_state_dict(average)
    listener.to("cpu").train(False)


def best_device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@torch.inference_mode()
def probabilities(listener: Listener, pictures: NDArray[np.float16], batch: int = 64) -> NDArray[np.float32]:
    """What a fitted listener says of each picture, (n, labels)."""
    listener.train(False)
    parts = [
        torch.softmax(
            listener(torch.from_numpy(pictures[at : at + batch].astype(np.float32)))[0], dim=-1
        ).numpy()
        for at in range(0, len(pictures), batch)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)


def _epoch(
    listener: Listener,
    optimizer: torch.optim.Optimizer,
    average: dict[str, Tensor],
    examples: Examples,
    settings: Settings,
    epoch: int,
) -> float:
    rng = np.random.default_rng((settings.seed, epoch))
    torch.manual_seed(settings.seed * 1009 + epoch)
    order = rng.choice(len(examples.pictures), size=settings.draws, p=examples.chance)
    steps = math.ceil(settings.draws / settings.batch)
    total = 0.0
    listener.train()
    for step, chosen in enumerate(np.array_split(order, steps)):
        at = epoch * steps + step
        for group in optimizer.param_groups:
            group["lr"] = settings.peak_rate * _schedule(at / (settings.epochs * steps), settings.warm_up)
        loss = _mixed_loss(listener, examples, chosen, settings, rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves this one unannotated
        torch.nn.utils.clip_grad_norm_(listener.parameters(), 2.0)
        optimizer.step()
        keep = min(settings.average, (1 + at) / (10 + at))
        for name, value in listener.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - keep)
            else:
                average[name].copy_(value)  # a counter
        total += float(loss.detach())
    return total / steps


def _mixed_loss(
    listener: Listener,
    examples: Examples,
    chosen: NDArray[np.int64],
    settings: Settings,
    rng: np.random.Generator,
) -> Tensor:
    """Loss of a batch, in half of the batches mixed with itself turned by one place (Zhang et al. 2018)."""
    device = best_device()
    pictures = torch.from_numpy(examples.pictures[chosen].astype(np.float32)).to(device)
    allowed = torch.from_numpy(examples.allowed[chosen]).to(device)
    pictures = masking.vary(pictures, rng)
    share = float(rng.beta(settings.mix, settings.mix)) if settings.mix and rng.random() < 0.5 else 1.0
    if share < 1.0:
        pictures = share * pictures + (1 - share) * pictures.roll(1, 0)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        scores = listener(pictures.contiguous(memory_format=torch.channels_last))[0].float()
    loss = share * partial_loss(scores, allowed, settings.smoothing)
    if share < 1.0:
        loss = loss + (1 - share) * partial_loss(scores, allowed.roll(1, 0), settings.smoothing)
    return loss.mean()


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


def _save(target: Path, state: dict[str, object]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(target)
