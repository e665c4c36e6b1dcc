"""What the default model says of the demonstration set: `python tests/support/golden.py` writes it anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
DATA = TESTS / "data"
GOLDEN = TESTS / "model" / "golden.json"


def demo_clips() -> dict[str, str]:
    """Path below tests/data to label, of every file of the set that can be heard."""
    meant = json.loads((DATA / "demo.json").read_text(encoding="utf-8"))
    return {
        name: entry["label"]
        for name, entry in meant.items()
        if entry["label"] not in ("unreadable", "silence")
    }


def hear(paths: list[Path]) -> list[dict[str, float]]:
    """The scores of the default model for each path, in this process."""
    from wavized.config import paths as own
    from wavized.inference.classifier import AudioModel
    from wavized.inference.manifest import read_manifest

    folder = own.bundled_model()
    model = AudioModel(folder, read_manifest(folder), threads=1)
    return [dict(answer.scores) for answer in model.score([model.prepare(path) for path in paths])]


def write() -> None:
    """Store today's answers as the golden ones; only after a new default model was chosen on purpose."""
    names = sorted(demo_clips())
    answers = hear([DATA / name for name in names])
    rounded = [{label: round(score, 4) for label, score in scores.items()} for scores in answers]
    GOLDEN.write_text(json.dumps(dict(zip(names, rounded, strict=True)), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    write()
