"""Fit what tells loops from single sounds by rhythm, on a corpus and on our own synthesis, and write it.

`python -m wavized.training.looping CORPUS...` rewrites `wavized/audio/looping.json`. Only clips that may be
fitted on are heard. Never runs in the product.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from wavized.audio import decode, looping, rhythm
from wavized.audio.looping import TRAITS, Coefficients, traits
from wavized.audio.probe import HeaderProbe
from wavized.audio.rhythm import Rhythm
from wavized.training import compose, corpus, effects
from wavized.training.augmentation import LIMITS, Limits, produce
from wavized.training.corpus import LABELS, Source
from wavized.training.effects import Audio
from wavized.training.statistics import auroc
from wavized.training.synthesis import Note, families, render, render_note

HEARD_RATE, RENDERED_RATE = 16_000, 22_050
ONE_SHOTS = tuple(label for label in LABELS if label != "loop")
MADE = 700
"""So many sounds of each kind are made: loops, one-shots as usual, long one-shots."""
LONG_S = (2.5, 8.0)
STRENGTH = 0.3
"""Inverse of the L2 penalty. Clips of one pack are alike, so the fit must stay far from certain."""
MOVING = 4.0
MOVERS = frozenset({"growl", "acid", "reese"})
FOLDS = 5
TARGET = Path(looping.__file__).with_suffix(".json")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One sound: its rhythm, what it is, what it shares with others, and where it comes from."""

    rhythm: Rhythm
    label: str
    family: str
    origin: str
    name: str

    @property
    def loop(self) -> bool:
        """Whether it is a loop."""
        return self.label == "loop"


def from_corpus(sources: Sequence[Source]) -> list[Example]:
    """The clips that may be fitted on."""
    found = []
    for source in sources:
        if source.use != "train":
            continue
        try:
            clip = decode.load(source.path, sample_rate=HEARD_RATE, window_s=rhythm.HEARD_S)
        except decode.SilentAudioError:
            continue
        length_s = HeaderProbe().read_header(source.path).duration_s
        heard = rhythm.listen(clip.samples, sample_rate=HEARD_RATE, length_s=length_s)
        origin = "recorded" if source.real else "rendered"
        found.append(Example(heard, source.label, source.family, origin, str(source.path)))
    return found


def from_synthesis(count: int, seed: int) -> list[Example]:
    """`count` loops, as many one-shots, as many long ones; three in five go through the production chain."""
    found = []
    for index in range(3 * count):
        rng = np.random.default_rng((seed, index))
        kind = ("loop", "long", "one-shot")[index % 3]
        label, sound = _make(kind, rng)
        if rng.random() < 0.6:
            limits = LIMITS.get(label, Limits())
            whole = limits.whole or kind == "long"
            sound = produce(sound, RENDERED_RATE, rng, replace(limits, whole=whole))
        sound = effects.resample(sound, RENDERED_RATE, HEARD_RATE)
        heard = rhythm.listen(sound, sample_rate=HEARD_RATE)
        found.append(Example(heard, label, f"made {index}", "made", f"{kind} {label} {index}"))
    return found


def _make(kind: str, rng: np.random.Generator) -> tuple[str, Audio]:
    if kind == "loop":
        if rng.random() < 0.5:
            return kind, render("loop", rng, RENDERED_RATE)
        parts = [render(str(rng.choice(ONE_SHOTS)), rng, RENDERED_RATE) for _ in range(rng.integers(1, 4))]
        return kind, compose.loop(parts, RENDERED_RATE, rng)
    label = str(rng.choice(ONE_SHOTS))
    if kind == "long":
        length_s = float(rng.uniform(*LONG_S))
        release_s = length_s * float(rng.uniform(0.05, 0.4))
        family = str(rng.choice(list(families(label))))
        note = Note(float(rng.integers(24, 50)), length_s - release_s, release_s)
        return label, render_note(label, family, rng, note, RENDERED_RATE)
    return label, render(label, rng, RENDERED_RATE)


def fit(examples: Sequence[Example]) -> Coefficients:
    """Coefficients for as many loops as other sounds; origins count alike within each of the two.

    Sounds that move by themselves count MOVING times: they are what must not be taken for loops.
    """
    truth = np.array([example.loop for example in examples])
    keys = [(example.loop, example.origin) for example in examples]
    weights = np.array([1.0 / keys.count(key) for key in keys])
    weights *= [MOVING if example.label in MOVERS else 1.0 for example in examples]
    for side in (False, True):
        weights[truth == side] *= len(examples) / 2 / weights[truth == side].sum()
    regression = LogisticRegression(C=STRENGTH, max_iter=1000)
    regression.fit(np.stack([traits(example.rhythm) for example in examples]), truth, sample_weight=weights)
    named = zip(TRAITS, regression.coef_[0], strict=True)
    return Coefficients(
        round(float(regression.intercept_[0]), 4), {name: round(float(weight), 4) for name, weight in named}
    )


def held_out(examples: Sequence[Example], folds: int = FOLDS) -> Floats:
    """The likelihood ratio of each example, by a fit without its family."""
    names = sorted({example.family for example in examples})
    order = np.random.default_rng(0).permutation(len(names))
    place = {names[at]: int(number) % folds for number, at in enumerate(order)}
    ratios = np.empty(len(examples))
    for fold in range(folds):
        known = fit([example for example in examples if place[example.family] != fold])
        for at, example in enumerate(examples):
            if place[example.family] == fold:
                ratios[at] = looping.likelihood_ratio(example.rhythm, known)
    return ratios


def figures(examples: Sequence[Example], ratios: Floats) -> dict[str, object]:
    """How well held-out ratios tell loops from others, by origin, and how sure they were of the wrong."""
    loop = np.array([example.loop for example in examples])
    told: dict[str, object] = {}
    for origin in sorted({example.origin for example in examples}):
        own = np.array([example.origin == origin for example in examples])
        told[origin] = {
            "loops": int((own & loop).sum()),
            "others": int((own & ~loop).sum()),
            "auroc": _rounded(auroc(ratios[own], loop[own])),
            "loops_above_3": int((own & loop & (ratios >= 3)).sum()),
            "others_above_3": int((own & ~loop & (ratios >= 3)).sum()),
        }
    return told


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def write(known: Coefficients, told: dict[str, object], target: Path = TARGET) -> None:
    """Keep the coefficients with where they come from."""
    data = {"intercept": known.intercept, "weights": dict(known.weights), "provenance": told}
    target.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Hear, fit, measure with families apart, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--made", type=int, default=MADE, metavar="N", help="sounds to make of each kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--output", type=Path, default=TARGET, metavar="FILE")
    args = parser.parse_args(arguments)
    sources = corpus.read_all(args.corpus)
    examples = from_corpus(sources) + from_synthesis(args.made, args.seed)
    told: dict[str, object] = {
        "method": "L2 logistic regression, loops and others weighted alike; held out by family",
        "corpus": corpus.digest(source for source in sources if source.use == "train"),
        "seed": args.seed,
        "strength": STRENGTH,
        "held_out": figures(examples, held_out(examples)),
    }
    write(fit(examples), told, args.output)
    json.dump(told, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
