"""`wavized evaluate` with the default model on the demonstration set."""

from __future__ import annotations

import json
import shutil

from support.golden import DATA, demo_clips
from support.program import Program
from wavized.config import paths

KEYS = {
    "n", "accuracy", "per_class", "macro_f1", "confusion", "auc_macro", "auroc_confidence", "ece", "coverage",
    "reject", "latency_ms",
}  # fmt: skip


def test_it_prints_the_contract_and_draws(tmp_path):
    """One JSON object with the agreed keys, counts that add up, and pictures where asked for."""
    labelled = tmp_path / "labelled"
    for name, label in demo_clips().items():
        (labelled / label).mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / name, labelled / label)
    with Program(tmp_path, paths.bundled_model()) as program:
        pictures = tmp_path / "pictures"
        run = program.run("evaluate", str(labelled), "--json", "--plots", str(pictures), timeout=120)
        figures = json.loads(run.stdout)
        assert run.returncode == 0
        assert set(figures) >= KEYS
        basses = sum(label not in ("not_bass", "loop") for label in demo_clips().values())
        assert figures["n"] == basses == sum(row["support"] for row in figures["per_class"].values())
        assert sum(sum(row.values()) for row in figures["confusion"].values()) == basses
        assert figures["accuracy"] > 0.8, "clear examples of our own synthesis"
        assert set(figures["latency_ms"]) == {"p50", "p90", "p95", "p99"}
        names = {path.name for path in pictures.iterdir()}
        assert names >= {
            "confusion.png",
            "coverage.png",
            "recall.png",
            "roc.png",
            "reliability.png",
            "report.html",
        }
        assert program.run("evaluate", str(labelled), "--names").returncode == 2
        assert program.run("evaluate", str(pictures)).returncode == 2
