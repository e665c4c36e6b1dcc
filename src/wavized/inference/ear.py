"""The network of the default model: several small convolutional listeners over two kinds of spectrogram.

Registered with transformers' Auto classes when this is imported. Takes the sound itself, float32
(clips, samples), so that a model folder says all there is to say about its front end. Runs in the worker and
in training; never reads files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForAudioClassification, PreTrainedConfig, PreTrainedModel
from transformers.utils.generic import ModelOutput

RANGE_DECADES = 8.0
"""What lies more than 80 dB below the loudest point of a spectrogram is heard as that."""
FIRST_FRAME_S = 0.01
LINEAR = "linear"
LOGARITHMIC = "logarithmic"
FRONTS = (LINEAR, LOGARITHMIC)


@strict
class EarConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]  # transformers is untyped
    """Front end and size.

    Sound at `sample_rate` (Hz), `window_s` seconds, in `bands` bands whose centres lie evenly in pitch
    from `lowest_hz` to `highest_hz`. `members` names the front of each listener; `width` and `embedding`
    say how big each is.
    """

    model_type = "wavized_ear"

    sample_rate: int = 16_000
    window_s: float = 3.0
    bands: int = 96
    lowest_hz: float = 27.5
    highest_hz: float = 7800.0
    members: list[str] | tuple[str, ...] = (LOGARITHMIC,)
    width: int = 16
    embedding: int = 64


@dataclass
class EarOutput(ModelOutput):
    """`logits` (clips, labels) are log probabilities, not tempered; `embedding` (clips, d) has length 1."""

    logits: Tensor | None = None
    embedding: Tensor | None = None


class Spectrum(nn.Module):
    """Power in bands evenly spaced in pitch, (clips, samples) to (clips, bands, frames).

    Frames of `span` samples every `hop` samples; where `frames` is given, pooled into so many that grow with
    time: the attack is heard in steps of 10 ms, the end of 3 s in steps of some 60 ms.
    """

    window: Tensor
    to_bands: Tensor
    to_frames: Tensor | None

    def __init__(self, config: EarConfig, span: int, hop: int, frames: int | None = None) -> None:
        super().__init__()
        self.span, self.hop = span, hop
        self.steps = round(config.window_s * config.sample_rate) // hop
        self.register_buffer("window", torch.hann_window(span))
        self.register_buffer("to_bands", _band_weights(config, span))
        step_s = hop / config.sample_rate
        pooling = None if frames is None else _growing_frames(self.steps, step_s, config.window_s, frames)
        self.register_buffer("to_frames", pooling)

    def forward(self, sound: Tensor) -> Tensor:
        spectrum = torch.stft(
            sound, self.span, self.hop, window=self.window, pad_mode="constant", return_complex=True
        )
        power = torch.view_as_real(spectrum[..., : self.steps]).square().sum(-1) / self.window.sum().square()
        bands = torch.matmul(self.to_bands, power)
        return bands if self.to_frames is None else torch.matmul(bands, self.to_frames)


class Front(nn.Module):
    """Two spectra of one sound, one sharp in time and one sharp in pitch: (clips, 2, bands, frames).

    In units of 40 dB, 1 at the loudest point and -1 at 80 dB below it: the level of a sound does not matter.
    """

    def __init__(self, config: EarConfig, kind: str) -> None:
        super().__init__()
        if kind == LINEAR:
            self.sharp_in_time = Spectrum(config, 1024, 320)
            self.sharp_in_pitch = Spectrum(config, 4096, 320)
        elif kind == LOGARITHMIC:
            self.sharp_in_time = Spectrum(config, 512, 160, frames=112)
            self.sharp_in_pitch = Spectrum(config, 2048, 320, frames=112)
        else:
            raise ValueError(f"no front end is called {kind!r}; there are {', '.join(FRONTS)}")

    def forward(self, sound: Tensor) -> Tensor:
        power = torch.stack([self.sharp_in_time(sound), self.sharp_in_pitch(sound)], dim=1)
        level = torch.log10(power.clamp_min(1e-12))
        loudest = level.amax(dim=(1, 2, 3), keepdim=True)
        return (torch.maximum(level, loudest - RANGE_DECADES) - loudest) * (2 / RANGE_DECADES) + 1


class Residual(nn.Module):
    """Two convolutions and a short cut (He et al. 2015)."""

    def __init__(self, ins: int, outs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(ins, outs, 3, stride=stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(outs)
        self.second = nn.Conv2d(outs, outs, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(outs)
        self.pool = nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity()
        self.across = nn.Conv2d(ins, outs, 1, bias=False)
        self.across_norm = nn.BatchNorm2d(outs)

    def forward(self, seen: Tensor) -> Tensor:
        inner = functional.relu(self.first_norm(self.first(seen)))
        short = self.across_norm(self.across(self.pool(seen)))
        return functional.relu(self.second_norm(self.second(inner)) + short)


class Listener(nn.Module):
    """One member: from a front's picture (clips, 2, bands, frames) to scores and an embedding."""

    def __init__(self, config: EarConfig) -> None:
        super().__init__()
        width = config.width
        self.stem = nn.Sequential(
            nn.Conv2d(2, width, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.body = nn.Sequential(
            Residual(width, width, 1),
            Residual(width, 2 * width, 2),
            Residual(2 * width, 4 * width, 2),
            Residual(4 * width, 6 * width, 2),
        )
        # bands are kept apart, for their height is the pitch; time is summed up
        self.embed = nn.Linear(6 * width * (-(-config.bands // 16)) * 2, config.embedding)
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(config.embedding, len(config.id2label or ()))

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (clips, labels) and embedding (clips, d)."""
        seen = self.body(self.stem(picture))
        summed = torch.cat([seen.mean(dim=3), seen.amax(dim=3)], dim=1).flatten(1)
        embedding = functional.relu(self.embed(summed))
        return self.head(self.drop(embedding)), embedding


class EarForAudioClassification(PreTrainedModel):  # type: ignore[no-untyped-call]  # transformers is untyped
    """Every member listens; their probabilities are averaged."""

    config_class = EarConfig
    main_input_name = "input_values"

    def __init__(self, config: EarConfig) -> None:
        super().__init__(config)
        self.fronts = nn.ModuleDict({kind: Front(config, kind) for kind in sorted(set(config.members))})
        self.members = nn.ModuleList(Listener(config) for _ in config.members)
        self.post_init()  # type: ignore[no-untyped-call]  # as above

    def _init_weights(self, module: nn.Module) -> None:
        """Each layer keeps torch's own initial weights."""

    def forward(self, input_values: Tensor, **_: object) -> EarOutput:
        """Hear `input_values` (clips, samples) at `config.sample_rate`: cut or padded to the window."""
        window = round(self.config.window_s * self.config.sample_rate)
        sound = functional.pad(input_values[:, :window], (0, max(0, window - input_values.shape[1])))
        pictures = {kind: front(sound) for kind, front in self.fronts.items()}
        answers = [
            member(pictures[kind]) for kind, member in zip(self.config.members, self.members, strict=True)
        ]
        logs = torch.stack([torch.log_softmax(logits, dim=-1) for logits, _ in answers])
        joined = torch.cat([functional.normalize(embedding, dim=-1) for _, embedding in answers], dim=-1)
        return EarOutput(
            logits=torch.logsumexp(logs, dim=0) - float(np.log(len(answers))),
            embedding=joined / len(answers) ** 0.5,
        )


def _band_weights(config: EarConfig, span: int) -> Tensor:
    """Triangles over the bins of a spectrum, (bands, bins); none narrower than a bin, each of sum 1."""
    bins = np.fft.rfftfreq(span, 1 / config.sample_rate)
    centres = np.geomspace(config.lowest_hz, config.highest_hz, config.bands)
    ratio = centres[1] / centres[0]
    half = np.maximum(centres * (ratio - 1), bins[1])
    weights = np.maximum(0.0, 1 - np.abs(bins[None] - centres[:, None]) / half[:, None])
    return torch.tensor(weights / weights.sum(axis=1, keepdims=True), dtype=torch.float32)


def _growing_frames(steps: int, step_s: float, window_s: float, frames: int) -> Tensor:
    """Pooling of even steps into frames whose edges grow geometrically from `FIRST_FRAME_S` on.

    (steps, frames), each column of sum 1; a frame is never narrower than a step.
    """
    # the edges are window * expm1(b * n / frames) / expm1(b); bisection finds the b of the wanted first frame
    low, high = 1e-3, 20.0
    for _ in range(60):
        b = (low + high) / 2
        first_s = window_s * np.expm1(b / frames) / np.expm1(b)
        low, high = (b, high) if first_s > FIRST_FRAME_S else (low, b)
    edges = window_s * np.expm1(b * np.arange(frames + 1) / frames) / np.expm1(b)
    centres, widths = (edges[1:] + edges[:-1]) / 2, np.maximum(np.diff(edges), step_s)
    times = np.arange(steps) * step_s
    weights = np.maximum(0.0, 1 - np.abs(times[:, None] - centres[None]) / widths[None])
    return torch.tensor(weights / weights.sum(axis=0, keepdims=True), dtype=torch.float32)


AutoConfig.register(EarConfig.model_type, EarConfig)
AutoModelForAudioClassification.register(EarConfig, EarForAudioClassification)
