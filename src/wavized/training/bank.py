"""The bank: produced clips as the model hears them, made once by several processes and kept on disk.

Each shard is written whole under a temporary name, so that an interrupted build goes on where it stopped.
Beside the shards lie the pictures that a front makes of them. Writes only into the work folder it is given.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from wavized.audio import decode
from wavized.inference.ear import EarConfig, Front
from wavized.training import compose, effects
from wavized.training.augmentation import LIMITS, Limits, produce
from wavized.training.corpus import LABELS, UNLABELLED_BASS, Source
from wavized.training.register import playable
from wavized.training.synthesis import draw_family, families, render_family

RATE = 22_050
"""Production happens at this rate in Hz, before the sound is brought to the model's."""
HEARD_S = 6.0
VERSION = 5
"""Raised when the same plan would give other sounds."""

UNIT = 8192
"""A sample of 1.0 as it is kept: 16 bits with 12 dB to spare, for it is the loudness that is fixed."""
SHARD = 256
Sounds = NDArray[np.int16]
Pictures = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one entry is made: from a corpus clip (one source), a loop (some) or by synthesis (a family)."""

    label: str
    sources: tuple[int, ...]
    seed: int
    family: str = ""


@dataclass(frozen=True, slots=True)
class Shares:
    """What the bank is made of: entries a label, and the parts synthesized and composed."""

    per_label: int = 4500
    synthesized: float = 0.35
    composed: float = 0.3
    unlabelled: float = 0.5


def plan(sources: Sequence[Source], shares: Shares, seed: int) -> list[Recipe]:
    """Every entry of the bank in a fixed order, those of one clip side by side.

    Without any clips all is synthesized.
    """
    rng = np.random.default_rng(seed)
    recipes: list[Recipe] = []
    for label in (*LABELS, UNLABELLED_BASS) if sources else LABELS:
        own = [index for index, source in enumerate(sources) if source.label == label]
        count = round(shares.per_label * (shares.unlabelled if label == UNLABELLED_BASS else 1.0))
        made = 0 if label == UNLABELLED_BASS else round(count * shares.synthesized) if sources else count
        composed = round(count * shares.composed) if label == "loop" and sources else 0
        recipes += [
            Recipe(label, (), int(s), draw_family(label, rng)) for s in rng.integers(2**62, size=made)
        ]
        recipes += [_loop_recipe(sources, rng) for _ in range(composed)]
        if own:
            # takes of one sound share what it counts, the more of them the less each
            takes = Counter(sources[index].group for index in own)
            weights = np.array([sources[i].weight / takes[sources[i].group] ** 0.5 for i in own])
            # at least one entry each; the rest by weight
            counts = 1 + np.floor((count - made - composed) * weights / weights.sum()).astype(int)
            for index, times in zip(own, counts, strict=True):
                recipes += [Recipe(label, (index,), int(s)) for s in rng.integers(2**62, size=times)]
    return recipes


def folds(
    sources: Sequence[Source], recipes: Sequence[Recipe], source_folds: Sequence[int], count: int
) -> list[int]:
    """A fold for each entry, that of its clips. What is synthesized is always learned from (-1).

    Without any clips it is the families of synthesis that are held out in turn.
    """
    if sources:
        return [source_folds[recipe.sources[0]] if recipe.sources else -1 for recipe in recipes]
    places = {
        (label, family): (at + number) % count
        for number, label in enumerate(LABELS)
        for at, family in enumerate(sorted(families(label)))
    }
    return [places[recipe.label, recipe.family] for recipe in recipes]


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


def read(folder: Path, count: int) -> Iterator[Sounds]:
    """The entries of a finished bank, shard by shard: (entries, samples) in units of 1 / UNIT."""
    for start in range(0, count, SHARD):
        yield np.load(_shard(folder, start))


def pictures(folder: Path, count: int, config: EarConfig, kind: str) -> Pictures:
    """What a front sees of every entry, (entries, 2, bands, frames); made once, then read."""
    path = folder / f"{kind}-{short_digest([config.to_json_string()])}.npy"
    if not path.is_file():
        partial = path.with_suffix(".partial.npy")
        first = see([np.zeros(0, np.int16)], config, kind)
        kept = np.lib.format.open_memmap(partial, "w+", np.float16, (count, *first.shape[1:]))
        for start, sounds in zip(range(0, count, SHARD), read(folder, count), strict=True):
            kept[start : start + SHARD] = see(sounds, config, kind)
        kept.flush()
        partial.replace(path)
    return np.asarray(np.load(path))


@torch.inference_mode()
def see(sounds: Sequence[NDArray[np.int16]] | Sounds, config: EarConfig, kind: str) -> Pictures:
    """What a front sees of these sounds, kept as the bank keeps them; silence stands for what is missing."""
    front, length = Front(config, kind), round(config.window_s * config.sample_rate)
    parts = []
    for start in range(0, len(sounds), 16):
        batch = np.zeros((len(sounds[start : start + 16]), length), dtype=np.float32)
        for row, sound in zip(batch, sounds[start : start + 16], strict=True):
            row[: len(sound)] = sound[:length]
        parts.append(front(torch.from_numpy(batch / UNIT)).half().numpy())
    return np.concatenate(parts)


def key(sources: Sequence[Source], recipes: Sequence[Recipe]) -> str:
    """A name for this bank: other sounds, another order of them, another plan or version gives another."""
    sounds = [[hashlib.sha256(source.path.read_bytes()).hexdigest(), source.label] for source in sources]
    return short_digest([VERSION, sounds, [asdict(recipe) for recipe in recipes]])


def short_digest(content: list[object]) -> str:
    """Sixteen hex digits that stand for this content."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def hear(sources: Sequence[Source], config: EarConfig) -> Sounds:
    """The clips as the product hears them, without any production, kept as the bank keeps its entries.

    Renders that sound below where basses are played are brought up to there first.
    """
    clips = []
    for source in sources:
        if source.real:
            sound = decode.load(source.path, sample_rate=config.sample_rate, window_s=config.window_s).samples
        else:
            sound = effects.resample(_load(source), RATE, config.sample_rate)
        clips.append(_shape(sound, config))
    return _kept(clips)


def _kept(clips: Sequence[NDArray[np.float32]]) -> Sounds:
    return np.clip(np.round(np.stack(clips) * UNIT), -32_768, 32_767).astype(np.int16)


_sources: list[Source] = []


def _prepare(sources: list[Source]) -> None:
    """Set up a worker process: one thread each, the corpus at hand."""
    torch.set_num_threads(1)
    _sources[:] = sources


def _make_shard(recipes: list[Recipe], target: Path) -> int:
    partial = target.with_suffix(".partial.npy")
    np.save(partial, _kept([_cook(recipe) for recipe in recipes]))
    partial.replace(target)
    return len(recipes)


def _cook(recipe: Recipe) -> NDArray[np.float32]:
    """One entry as model input; a production that ended in silence is drawn again."""
    config = EarConfig()
    for attempt in range(8):
        rng = np.random.default_rng((recipe.seed, attempt))
        produced = produce(_raw(recipe, rng), RATE, rng, LIMITS.get(recipe.label, Limits()))
        try:
            return _shape(effects.resample(produced, RATE, config.sample_rate), config)
        except decode.SilentAudioError:
            continue
    raise ValueError(f"No sound could be made from {recipe}")


def _raw(recipe: Recipe, rng: np.random.Generator) -> effects.Audio:
    if not recipe.sources:
        return render_family(recipe.label, recipe.family, rng, RATE)
    sounds = [_load(_sources[index]) for index in recipe.sources]
    if len(sounds) > 1 or _sources[recipe.sources[0]].label != recipe.label:
        return compose.loop(sounds, RATE, rng)
    return sounds[0]


@lru_cache(maxsize=64)
def _load(source: Source) -> effects.Audio:
    sound = decode.load(source.path, sample_rate=RATE, window_s=HEARD_S).samples
    return sound if source.real else playable(sound)


def _shape(samples: effects.Audio, config: EarConfig) -> NDArray[np.float32]:
    return decode.to_model_input(samples, sample_rate=config.sample_rate, window_s=config.window_s)


def _shard(folder: Path, start: int) -> Path:
    return folder / f"{start // SHARD:05d}.npy"
