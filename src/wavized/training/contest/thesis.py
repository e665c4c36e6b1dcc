"""The thesis's own recipe: DistilHuBERT on the first second, fine-tuned by transformers' Trainer.

Its settings are kept: 3 epochs, a learning rate of 5e-5, batches of 8 accumulated 4 times, a tenth of
warm-up. On a processor it is slow, so it hears as many clips as the budget's minutes allow.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

import accelerate  # Trainer needs it and says so late
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset
from transformers import (
    HubertConfig,
    HubertForSequenceClassification,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)
from transformers.utils import logging

from wavized.errors import UsageError
from wavized.training import bank
from wavized.training.bank import Sounds
from wavized.training.contest.contestants import Learned, Probabilities, Task
from wavized.training.corpus import LABELS

EPOCHS, RATE, BATCH, ACCUMULATED, WARM_UP = 3, 5e-5, 8, 4, 0.1
HEARD_S = 1.0

Windows = NDArray[np.float32]


class Thesis:
    """`base` is a folder, or the name of a checkpoint on the hub; without one it learns from scratch."""

    name = "thesis"

    def __init__(self, base: str | None) -> None:
        self.base = base
        self.settings = repr((base, EPOCHS, RATE, BATCH, ACCUMULATED, accelerate.__version__))

    def learn(self, task: Task) -> Learned:
        """Fine-tune for three epochs on as many clips as the minutes allow; begins anew if interrupted."""
        torch.manual_seed(task.seed)
        network = network_from(self.base)
        samples = round(HEARD_S * task.course.config.sample_rate)
        at, labels, chance = task.labelled()
        per_clip = seconds_per_clip(network, samples)
        wanted = math.ceil(60 * task.budget.minutes / per_clip / EPOCHS)
        count = min(wanted, round(task.budget.clips / EPOCHS), len(at))
        rng = np.random.default_rng(task.seed)
        drawn = np.sort(rng.choice(len(at), size=count, replace=False, p=chance))
        task.say(f"{count} clips {EPOCHS} times, {per_clip:.2f} s each")
        clips = Clips(_read(task, at[drawn], samples), labels[drawn])
        steps = EPOCHS * math.ceil(count / (BATCH * ACCUMULATED))
        arguments = TrainingArguments(
            output_dir=str(task.scratch),
            num_train_epochs=EPOCHS,
            learning_rate=RATE,
            per_device_train_batch_size=BATCH,
            gradient_accumulation_steps=ACCUMULATED,
            warmup_steps=math.ceil(WARM_UP * steps),
            seed=task.seed,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            dataloader_pin_memory=False,
        )
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # transformers is untyped
        trainer = Trainer(model=network, args=arguments, train_dataset=clips)
        trainer.remove_callback(PrinterCallback)
        trainer.model_accepts_loss_kwargs = False  # else it sums what it accumulates, for HuBERT wrongly
        trainer.train()
        network.cpu().train(False)

        @torch.inference_mode()
        def answer(sounds: Sounds) -> Probabilities:
            parts = [
                torch.softmax(network(torch.from_numpy(windows(sounds[i : i + 32], samples))).logits, dim=-1)
                for i in range(0, len(sounds), 32)
            ]
            return np.asarray(torch.cat(parts).numpy())

        megabytes = sum(parameter.numel() for parameter in network.parameters()) * 4 / 1e6
        return Learned(answer, EPOCHS * count, megabytes)


class Clips(Dataset[dict[str, object]]):
    """What Trainer asks for, one clip at a time."""

    def __init__(self, sounds: Windows, labels: NDArray[np.int64]) -> None:
        self.sounds, self.labels = sounds, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, object]:
        return {"input_values": torch.from_numpy(self.sounds[index]), "labels": int(self.labels[index])}


def network_from(base: str | None) -> HubertForSequenceClassification:
    """A fine-tunable network. Raises UsageError where the base cannot be had."""
    if base is None:
        return HubertForSequenceClassification(distilled())
    try:
        return HubertForSequenceClassification.from_pretrained(
            base, local_files_only=Path(base).is_dir(), ignore_mismatched_sizes=True, num_labels=len(LABELS)
        )
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The base {base} cannot be loaded: {str(error).splitlines()[0]}",
            hint="Name a folder with a HuBERT model, or leave --base out to learn from scratch",
        ) from error


def distilled() -> HubertConfig:
    """DistilHuBERT's shape (Chang et al. 2021): the convolutions of HuBERT and two of its layers."""
    return HubertConfig(
        num_hidden_layers=2,
        apply_spec_augment=False,
        mask_time_prob=0.0,
        feat_proj_layer_norm=False,
        feat_proj_dropout=0.0,
        final_dropout=0.0,
        layerdrop=0.0,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )


def seconds_per_clip(network: HubertForSequenceClassification, samples: int) -> float:
    """Processor time that one clip takes to learn from, by the second of two batches."""
    network.train()
    noise = torch.randn(BATCH, samples, generator=torch.Generator().manual_seed(0))
    for _ in range(2):
        started = time.process_time()
        network(noise, labels=torch.zeros(BATCH, dtype=torch.long)).loss.backward()
        took = time.process_time() - started
    network.zero_grad()
    return max(took, 1e-3) / BATCH


def windows(sounds: Sounds, samples: int) -> Windows:
    """The beginning of each sound, at mean 0 and variance 1, as HuBERT's own preprocessor has it."""
    begun = sounds[:, :samples].astype(np.float32) / bank.UNIT
    begun -= begun.mean(axis=1, keepdims=True)
    return np.asarray(begun / np.sqrt(begun.var(axis=1, keepdims=True) + 1e-7))


def _read(task: Task, chosen: NDArray[np.int64], samples: int) -> Windows:
    """The beginnings of these entries (in ascending order) of the bank."""
    parts, start = [], 0
    for shard in bank.read(task.course.bank, len(task.course.recipes)):
        inside = chosen[(chosen >= start) & (chosen < start + len(shard))] - start
        parts.append(windows(shard[inside], samples))
        start += len(shard)
    return np.concatenate(parts)
