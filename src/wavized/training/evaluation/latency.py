"""Take the time of whole batches through the worker, as a watched folder would send them: wall-clock."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from wavized.domain.hearing import Unanswered
from wavized.ports import Classifier
from wavized.training.evaluation.decisions import Json
from wavized.training.evaluation.listening import Progress

BATCHES = (1, 50, 75, 100)
RUNS = 5
PERCENTILES = (50, 90, 95, 99)


def percentiles(took_ms: Sequence[float]) -> dict[str, float | None]:
    """p50, p90, p95 and p99 of durations in ms; None without any."""
    return {f"p{p}": float(np.percentile(took_ms, p)) if took_ms else None for p in PERCENTILES}


def time_batches(
    paths: Sequence[Path], classifier: Classifier, *, runs: int = RUNS, progress: Progress | None = None
) -> dict[str, Json]:
    """Milliseconds from asking about so many clips until the last answer, each size `runs` times (0: none).

    Where there are fewer clips than a batch holds, they come round again; each run starts at another clip.
    """
    table: dict[str, Json] = {}
    if not runs:
        return table
    classifier.classify(paths[:1])
    for at, size in enumerate(BATCHES):
        took_ms: list[float] = []
        unanswered = 0
        for run in range(runs):
            start = (run * size) % len(paths)
            clips = list(islice(cycle([*paths[start:], *paths[:start]]), size))
            begun = time.perf_counter()
            answers = classifier.classify(clips)
            took_ms.append(1000.0 * (time.perf_counter() - begun))
            unanswered += sum(isinstance(answer, Unanswered) for answer in answers)
            if progress:
                progress(sum(BATCHES[:at]) * runs + (run + 1) * size, sum(BATCHES) * runs)
        median = float(np.median(took_ms))
        table[str(size)] = {
            "runs": runs,
            **percentiles(took_ms),
            "ms_per_clip": median / size,
            "unanswered": unanswered,
        }
    return table
