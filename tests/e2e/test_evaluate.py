"""`wavized evaluate` with the default model on the demonstration set."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

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
        assert program.run("evaluate", str(pictures)).returncode == 2


def test_names_are_told_apart_from_the_ear_and_never_see_the_label(tmp_path):
    """`--names` leaves every figure of the ear as it is; a clip named after nothing is no evidence."""
    labelled = tmp_path / "labelled"
    clips = [(name, label) for name, label in demo_clips().items() if label in ("808", "growl", "not_bass")]
    for number, (name, label) in enumerate(clips):
        mute = number % 2 == 0
        target = labelled / label / "clips" / (f"{number}.wav" if mute else Path(name).name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / name, target)
    with Program(tmp_path, paths.bundled_model()) as program:
        with_names, plain = (
            json.loads(program.run("evaluate", str(labelled), "--json", "--batch-runs", "0", *more).stdout)
            for more in (["--names"], [])
        )
        names = with_names.pop("names")
        for timed in ("latency_ms", "latency_batches"):
            assert with_names.pop(timed) is not None and plain.pop(timed) is not None
        assert with_names == plain, "the top level is the ear alone"
        alone, both = names["names_alone"], names["both"]
        basses = plain["n"]
        assert alone["n"] == both["n"] == basses
        assert 0 < alone["n_with_evidence"] < basses, "the label folder's own name would speak of every clip"
        assert alone["accuracy"] <= alone["n_with_evidence"] / basses
        assert sum(both["decisions"]["bass"].values()) == basses
        printed = program.run("evaluate", str(labelled), "--names", "--batch-runs", "0").stdout
        for row in ("ear alone", "names alone", "both"):
            assert row in printed
