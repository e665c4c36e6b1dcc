"""The setting that a search found best: how to fit a listener, how big, and what it is drawn from.

Written by `search`, given back by `read`; into `best.json` beside this file unless told otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wavized.errors import UsageError
from wavized.training import bank, corpus, fit, lessons
from wavized.training.lessons import Course

BEST = Path(__file__).with_name("best.json")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a search may turn. `dropout` is before the head; the last two say what a bank is made of."""

    fit: fit.Settings = field(default_factory=fit.Settings)
    width: int = 16
    dropout: float = 0.3
    synthesized: float = bank.Shares().synthesized
    open_recording: float = corpus.OPEN_RECORDING


def read(path: Path = BEST) -> Setting | None:
    """The best setting, None where none was searched for. Raises UsageError where the file is damaged."""
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["setting"]
        return Setting(**{**kept, "fit": fit.Settings(**kept["fit"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is damaged: {error}", hint="Search anew, or take it away") from error


def write(setting: Setting, study: Mapping[str, object], path: Path) -> None:
    """Keep a setting with a summary of how it was found."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"setting": asdict(setting), "study": study}, indent=2) + "\n", "utf-8")
    partial.replace(path)


def chances(
    course: Course, kept: NDArray[np.bool_], synthesized: float, open_recording: float
) -> NDArray[np.float64]:
    """How often each entry is drawn: as if the bank had this share synthesized, and recordings this weight.

    Labels count alike, as in `fit.balanced`.
    """
    made = np.array([not recipe.sources for recipe in course.recipes])
    real = np.array(
        [bool(r.sources) and all(course.sources[at].real for at in r.sources) for r in course.recipes]
    )
    balanced = fit.balanced(lessons.allowed(course), kept)
    weights = balanced * np.where(real, open_recording / corpus.OPEN_RECORDING, 1.0)
    labels = np.array([recipe.label for recipe in course.recipes])
    for label in np.unique(labels):
        own, part = labels == label, (labels == label) & made
        rest = own & ~made
        share = synthesized if weights[part].any() and weights[rest].any() else float(weights[part].any())
        for group, of in ((part, share), (rest, 1 - share)):
            if weights[group].any():
                weights[group] *= of * balanced[own].sum() / weights[group].sum()
    return np.asarray(weights / weights.sum())
