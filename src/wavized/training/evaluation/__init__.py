"""Measure models on label folders: listen through the product's own worker, then count, draw and report."""

from __future__ import annotations

from wavized.training.evaluation.decisions import UNHEARD, Json
from wavized.training.evaluation.figures import Study, evaluate, metrics, study
from wavized.training.evaluation.latency import time_batches
from wavized.training.evaluation.listening import Heard, find, listen

__all__ = [
    "UNHEARD",
    "Heard",
    "Json",
    "Study",
    "evaluate",
    "find",
    "listen",
    "metrics",
    "study",
    "time_batches",
]
