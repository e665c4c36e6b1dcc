"""`wavized train --audit` as a user runs it: a report, exit codes, sentences for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.program import Program
from wavized.config import paths
from wavized.training.synthesis import render

RATE = 22_050


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Label folders with two packs of generated sounds, one of them twice."""
    folder = tmp_path / "sounds"
    for label in ("808", "reese", "not_bass"):
        for number, pack in enumerate(("dark pack", "other pack")):
            target = folder / label / pack / "one shot.wav"
            target.parent.mkdir(parents=True)
            soundfile.write(target, render(label, np.random.default_rng(number), RATE).T, RATE)
    twin = folder / "808" / "third pack" / "again.wav"
    twin.parent.mkdir()
    twin.write_bytes((folder / "808" / "dark pack" / "one shot.wav").read_bytes())
    return folder


def test_an_audit_reports_and_trains_nothing(tmp_path: Path, sounds: Path) -> None:
    """Exit code 0, the leak on standard output, progress on standard error, one page and one JSON file."""
    with Program(tmp_path, paths.bundled_model()) as program:
        report = tmp_path / "report"
        ran = program.run("train", "--corpus", str(sounds), "--audit", str(report), timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert "1  One sound in two families" in ran.stdout
    assert f"Report: {report / 'index.html'}" in ran.stdout
    assert "Listening: 7 of 7" in ran.stderr
    data = json.loads((report / "audit.json").read_text(encoding="utf-8"))
    leak = next(finding for finding in data["findings"] if finding["kind"] == "family_leak")
    assert leak["files"] == ["808/dark pack/one shot.wav", "808/third pack/again.wav"]
    assert sorted(path.name for path in report.iterdir()) == ["audit.json", "index.html"]


def test_a_mistaken_manifest_is_explained(tmp_path: Path, sounds: Path) -> None:
    """The line, the mistake and what to do."""
    (sounds / "manifest.csv").write_text("file,label,use\n808/dark pack/one shot.wav,kick,train\n")
    with Program(tmp_path, paths.bundled_model()) as program:
        ran = program.run("train", "--corpus", str(sounds), "--audit", "report", timeout=120)
    assert ran.returncode == 2
    assert "line 2: unknown label 'kick'" in ran.stderr and "Mend the manifest" in ran.stderr
