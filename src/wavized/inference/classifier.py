"""A model folder as a function of sound. Beside `ear` the one file of the product with torch in it.

Runs in the worker process, and in training and evaluation. Loads safetensors only, runs no code that a model
folder brings along, and never reaches for the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification
from transformers.utils import logging as transformers_logging

from wavized.audio import looping, rhythm
from wavized.audio.decode import MARGIN_S, load, to_model_input
from wavized.audio.probe import HeaderProbe
from wavized.audio.rhythm import Rhythm
from wavized.domain.hearing import Evidence, ModelInfo, Scored
from wavized.domain.sample import Kind
from wavized.errors import ModelUnusableError
from wavized.inference.ear import EarForAudioClassification  # registers itself with the Auto classes
from wavized.inference.manifest import Manifest
from wavized.logic.pooling import RHYTHM

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it is heard: what goes into the model, (window_samples,), and what its rhythm says."""

    window: Samples
    evidence: tuple[Evidence, ...]


class AudioModel:
    """A loaded model on the CPU. `threads` bounds torch's own; it is set for the whole process."""

    def __init__(self, folder: Path, manifest: Manifest, *, threads: int) -> None:
        """Load and try the model once on noise; raise ModelUnusableError. `manifest` has been checked."""
        self.info = manifest.info
        self._labels = manifest.labels
        self._temperature = manifest.temperature
        torch.set_num_threads(max(1, threads))
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers is untyped
        try:
            self._extractor, self._network = _from_folder(folder)
            self.score([_noise(self.window_samples)])
        except ModelUnusableError:
            raise
        except Exception as error:  # transformers raises nearly anything on a folder it cannot load
            raise ModelUnusableError(
                f"The model in {folder} cannot be loaded: {type(error).__name__}: {error}",
                hint="Install Wavized again, or use a model made for this version",
            ) from error

    @property
    def window_samples(self) -> int:
        """Length in samples of what the model hears."""
        return round(self.info.window_s * self.info.sample_rate)

    def open(self, path: Path, *, max_seconds: float = 12.0) -> Opened:
        """Decode a file once, for the model and for its rhythm, which is listened to beyond the window.

        Raises UnreadableAudioError and SilentAudioError.
        """
        rate, window_s = self.info.sample_rate, self.info.window_s
        heard_s = max(window_s, min(rhythm.HEARD_S, max_seconds))
        clip = load(path, sample_rate=rate, window_s=heard_s, max_seconds=max_seconds)
        window = clip.samples[:, : round((window_s + MARGIN_S) * rate)]
        length_s = max(HeaderProbe().read_header(path).duration_s, clip.samples.shape[1] / rate)
        heard = rhythm.listen(clip.samples, sample_rate=rate, length_s=length_s)
        return Opened(
            to_model_input(window, sample_rate=rate, window_s=window_s), rhythm_says(heard, self.info)
        )

    def prepare(self, path: Path, *, max_seconds: float = 12.0) -> Samples:
        """What the model hears of a file, float32 of shape (window_samples,); raises as `open` does."""
        return self.open(path, max_seconds=max_seconds).window

    def score(self, windows: Sequence[Samples]) -> list[Scored]:
        """Calibrated probabilities for each window, in one forward pass."""
        features = self._extractor(list(windows), sampling_rate=self.info.sample_rate, return_tensors="pt")
        with torch.inference_mode():
            logits = self._network(**features).logits.to(torch.float64)
            probabilities = torch.softmax(logits / self._temperature, dim=-1)
        if probabilities.shape != (len(windows), len(self._labels)):
            raise ValueError(f"the network answered with shape {tuple(probabilities.shape)}")
        if not bool(torch.isfinite(probabilities).all()):
            raise ValueError("the network answered with values that are no numbers")
        return [
            Scored(dict(zip(self._labels, row, strict=True)), self.info.model_id)
            for row in probabilities.tolist()
        ]

    def embed(self, windows: Sequence[Samples]) -> npt.NDArray[np.float32]:
        """Where each window lies among all sounds: (windows, d), each row of length 1.

        The product of two rows tells how alike two sounds are, 1 being the same. Only comparable within one
        model. Raises ModelUnusableError where the model is of another architecture than the default one.
        """
        if not isinstance(self._network, EarForAudioClassification):
            raise ModelUnusableError(
                f"The model {self.info.model_id} has no embedding",
                hint="Use the model that came with Wavized",
            )
        with torch.inference_mode():
            heard = self._network(torch.from_numpy(np.stack(windows))).embedding
        return np.asarray(heard.numpy(), dtype=np.float32)


def rhythm_says(heard: Rhythm, model: ModelInfo) -> tuple[Evidence, ...]:
    """What a rhythm says of each label, loop or not; nothing where the model knows no loops."""
    loops = {label for label, kind in model.rejects.items() if kind is Kind.LOOP}
    if not loops:
        return ()
    odds = looping.likelihood_ratio(heard)
    loop, other = odds / (1 + odds), 1 / (1 + odds)
    labels = (*model.categories, *model.rejects)
    scores = {label: loop if label in loops else other for label in labels}
    return (Evidence(RHYTHM, scores, detail=str(heard)),)


def _from_folder(folder: Path) -> tuple[Any, Any]:
    """Feature extractor and network of a folder (transformers is untyped), every weight taken from it."""
    local = {"local_files_only": True, "trust_remote_code": False}
    extractor = AutoFeatureExtractor.from_pretrained(folder, **local)  # type: ignore[no-untyped-call]  # as above
    network, report = AutoModelForAudioClassification.from_pretrained(
        folder, use_safetensors=True, output_loading_info=True, **local
    )
    # transformers only warns of weights it did not find, and makes them up.
    invented = [*report["missing_keys"], *report["mismatched_keys"]]
    if invented:
        raise ModelUnusableError(
            f"The model in {folder} lacks {len(invented)} of its weights, such as {invented[0]}",
            hint="Install Wavized again, or use a model made for this version",
        )
    network.eval().float()
    return extractor, network


def _noise(length: int) -> Samples:
    return np.random.default_rng(0).standard_normal(length).astype(np.float32) * np.float32(0.1)
