"""Handcrafted features and gradient boosting: scikit-learn's histogram trees over `features`.

Hears every entry that has one label once, weighted so that labels count alike.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from wavized.training import bank
from wavized.training.bank import Sounds
from wavized.training.contest.contestants import Learned, Probabilities, Task
from wavized.training.contest.features import features

TREES, RATE, LEAVES = 120, 0.1, 24
VERSION = 1
"""Raised when the features change."""


class Handcrafted:
    """Needs no more than minutes; its measurements of the bank are made once for all lessons."""

    name = "handcrafted"
    settings = repr((TREES, RATE, LEAVES, VERSION))

    def learn(self, task: Task) -> Learned:
        """Measure what was not measured yet, then boost."""
        measured = _measured(task)
        at, labels, chance = task.labelled()
        booster = HistGradientBoostingClassifier(
            max_iter=TREES,
            learning_rate=RATE,
            max_leaf_nodes=LEAVES,
            l2_regularization=1.0,
            max_features=0.3,
            early_stopping=False,
            random_state=task.seed,
        )
        with threadpool_limits(1):
            booster.fit(measured[at], labels, sample_weight=chance * len(at))
        column = {int(label): index for index, label in enumerate(booster.classes_)}

        def answer(sounds: Sounds) -> Probabilities:
            with threadpool_limits(1):
                found = booster.predict_proba(measure(sounds))
            known = np.zeros((len(sounds), len(task.course.config.id2label or ())), dtype=np.float32)
            for label, index in column.items():
                known[:, label] = found[:, index]
            return known

        return Learned(answer, len(at), len(pickle.dumps(booster)) / 1e6)


def measure(sounds: Sounds) -> NDArray[np.float32]:
    """The features of each sound, (n, features)."""
    return np.stack([features(sound / bank.UNIT) for sound in sounds]).astype(np.float32)


def _measured(task: Task) -> NDArray[np.float32]:
    """Of every entry of the bank, shard by shard; what is there is not measured again."""
    folder: Path = task.shared / f"features-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number, shard in enumerate(bank.read(task.course.bank, len(task.course.recipes))):
        path = folder / f"{number:05d}.npy"
        if not path.is_file():
            partial = path.with_suffix(".partial.npy")
            np.save(partial, measure(shard))
            partial.replace(path)
            task.say(f"measured shard {number + 1}")
        parts.append(np.load(path))
    return np.concatenate(parts)
