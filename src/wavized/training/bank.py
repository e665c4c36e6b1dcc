"""The bank: augmented clips as the model sees them, made once by several processes and kept on disk.

Each shard is written whole under a temporary name, so that an interrupted build goes on where it stopped.
Writes only into the work folder it is given.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavized.audio import decode
from wavized.training import compose, corpus, effects, network
from wavized.training.augmentation import Limits, produce
from wavized.training.corpus import LABELS, UNLABELLED_BASS, Source
from wavized.training.synthesis import LABELS as SYNTHESIZED
from wavized.training.synthesis import render

RATE = 22_050
"""Production happens at this rate in Hz, before the sound is brought to the model's."""
HEARD_S = 6.0
VERSION = 1
"""Raised when the same plan would give other sounds."""

LIMITS = {"sub": Limits(clean=True), "loop": Limits(whole=True)}
Features = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one entry is made: from a corpus clip (one source), a loop (some) or by synthesis (none)."""

    label: str
    sources: tuple[int, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Shares:
    """What the bank is made of: entries a label, and the parts synthesized and composed."""

    per_label: int = 3000
    synthesized: float = 0.35
    composed: float = 0.3
    unlabelled: float = 0.5


def plan(sources: Sequence[Source], shares: Shares, seed: int) -> list[Recipe]:
    """Every entry of the bank in a fixed order, entries of one clip side by side."""
    rng = np.random.default_rng(seed)
    recipes: list[Recipe] = []
    for label in (*LABELS, UNLABELLED_BASS):
        own = [index for index, source in enumerate(sources) if source.label == label]
        count = round(shares.per_label * (shares.unlabelled if label == UNLABELLED_BASS else 1.0))
        made = round(count * shares.synthesized) if label in SYNTHESIZED else 0
        composed = round(count * shares.composed) if label == "loop" else 0
        recipes += [Recipe(label, (), int(s)) for s in rng.integers(2**62, size=made)]
        recipes += [_loop_recipe(sources, rng) for _ in range(composed)]
        weights = np.array([sources[index].weight for index in own])
        if own:
            # at least one entry each; the rest by weight
            counts = 1 + np.floor((count - made - composed) * weights / weights.sum()).astype(int)
            for index, times in zip(own, counts, strict=True):
                recipes += [Recipe(label, (index,), int(s)) for s in rng.integers(2**62, size=times)]
    return recipes


def _loop_recipe(sources: Sequence[Source], rng: np.random.Generator) -> Recipe:
    """One to three one-shots of one family: a composed loop must not mix what a split keeps apart."""
    first = int(rng.integers(len(sources)))
    while sources[first].label == "loop":
        first = int(rng.integers(len(sources)))
    kin = [i for i, s in enumerate(sources) if s.family == sources[first].family and s.label != "loop"]
    others = rng.choice(kin, size=int(rng.integers(3)))
    return Recipe("loop", (first, *(int(i) for i in others)), int(rng.integers(2**62)))


def build(
    sources: Sequence[Source], recipes: Sequence[Recipe], folder: Path, processes: int
) -> Iterator[int]:
    """Make the shards that are missing; yields the number of entries done after each. May be interrupted."""
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, len(recipes), SHARD)
    todo = [start for start in starts if not _shard(folder, start).is_file()]
    done = len(recipes) - sum(min(SHARD, len(recipes) - start) for start in todo)
    yield done
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _prepare, (list(sources),)) as pool:
        jobs = [
            pool.submit(_make_shard, list(recipes[start : start + SHARD]), _shard(folder, start))
            for start in todo
        ]
        try:
            for job in jobs:
                done += job.result()
                yield done
        finally:
            pool.shutdown(cancel_futures=True)


def read(folder: Path, count: int) -> Features:
    """All entries of a finished bank, (entries, bands, frames)."""
    bank = np.empty((count, network.MELS, network.FRAMES), dtype=np.float16)
    for start in range(0, count, SHARD):
        bank[start : start + SHARD] = np.load(_shard(folder, start))
    return bank


def key(sources: Sequence[Source], recipes: Sequence[Recipe]) -> str:
    """A name for this bank: another corpus, plan or version gives another."""
    return short_digest([VERSION, corpus.digest(sources), [asdict(recipe) for recipe in recipes]])


def short_digest(content: list[object]) -> str:
    """Sixteen hex digits that stand for this content."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def hear(sources: Sequence[Source]) -> Features:
    """The clips as the product hears them, without any augmentation."""
    extractor = network.front_end()
    clips = []
    for source in sources:
        clip = decode.load(source.path, sample_rate=network.SAMPLE_RATE, window_s=network.WINDOW_S)
        clips.append(_shape(clip.samples))
    parts = [network.features(extractor, clips[at : at + 64]) for at in range(0, len(clips), 64)]
    return np.concatenate(parts)


SHARD = 256
_sources: list[Source] = []


def _prepare(sources: list[Source]) -> None:
    """Set up a worker process: one thread each, the corpus at hand."""
    import torch

    torch.set_num_threads(1)
    _sources[:] = sources


def _make_shard(recipes: list[Recipe], target: Path) -> int:
    extractor = network.front_end()
    clips = [_cook(recipe) for recipe in recipes]
    parts = [network.features(extractor, clips[at : at + 32]) for at in range(0, len(clips), 32)]
    partial = target.with_suffix(".partial.npy")
    np.save(partial, np.concatenate(parts))
    partial.replace(target)
    return len(recipes)


def _cook(recipe: Recipe) -> NDArray[np.float32]:
    """One entry as model input; a production that ended in silence is drawn again."""
    for attempt in range(8):
        rng = np.random.default_rng((recipe.seed, attempt))
        produced = produce(_raw(recipe, rng), RATE, rng, LIMITS.get(recipe.label, Limits()))
        try:
            return _shape(effects.resample(produced, RATE, network.SAMPLE_RATE))
        except decode.SilentAudioError:
            continue
    raise ValueError(f"No sound could be made from {recipe}")


def _raw(recipe: Recipe, rng: np.random.Generator) -> effects.Audio:
    if not recipe.sources:
        return render(recipe.label, rng, RATE)
    sounds = [_load(_sources[index].path) for index in recipe.sources]
    if len(sounds) > 1 or _sources[recipe.sources[0]].label != recipe.label:
        return compose.loop(sounds, RATE, rng)
    return sounds[0]


@lru_cache(maxsize=64)
def _load(path: Path) -> effects.Audio:
    return decode.load(path, sample_rate=RATE, window_s=HEARD_S).samples


def _shape(samples: effects.Audio) -> NDArray[np.float32]:
    return decode.to_model_input(samples, sample_rate=network.SAMPLE_RATE, window_s=network.WINDOW_S)


def _shard(folder: Path, start: int) -> Path:
    return folder / f"{start // SHARD:05d}.npy"
