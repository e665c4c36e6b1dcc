"""What the window shows of hostile files: made by a process of its own, or refused in plain words."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from support.hostile import POISON
from support.torture import Trial
from wavized.domain.sample import FileStat
from wavized.errors import WavizedError
from wavized.window.previews import Previews, Sample, default_command

LIMIT_MEGABYTES = 600.0


def sample(path: Path) -> Sample:
    status = path.stat()
    return Sample(path, FileStat(status.st_size, status.st_mtime_ns), path.name.encode().hex())


@pytest.mark.skipif(sys.platform == "win32", reason="memory of the children is measured as POSIX does")
def test_hostile_files_are_shown_or_refused(tmp_path: Path, trial: Trial):
    """Outlines, pictures and plain copies of hostile files are asked for, within a limit of memory"""
    previews = Previews(
        default_command(memory_megabytes=LIMIT_MEGABYTES), tmp_path / "cache", timeout_s=120.0
    )
    shown, refused, most = 0, 0, 0.0
    try:
        for name in list(POISON)[:: trial.times(4, 1)]:
            path = tmp_path / f"{name}.wav"
            path.write_bytes(POISON[name][0]())
            for what in ("waveform", "spectrogram", "wav"):
                try:
                    previews.ask(what, sample(path)).result(600.0)
                    shown += 1
                except WavizedError as error:
                    assert len(error.message) < 200 and "Error" not in error.message, (name, error.message)
                    assert "preview failed" not in error.message, (name, what)
                    refused += 1
                most = max(most, *(child.memory_info().rss / 1e6 for child in psutil.Process().children()))
                trial.count()
    finally:
        previews.close()
    trial.note(f"{shown} shown, {refused} refused; {most:.0f} MB at most")
    assert shown and refused
    assert most < LIMIT_MEGABYTES + 300
