"""Hear with the default model, without what the frozen program leaves out; tell what was loaded.

Used while building: PyInstaller cannot see the modules that torch and transformers load by name.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


def loaded_when_hearing(left_out: Iterable[str]) -> list[str]:
    """The names of all modules that hearing needs, found by hearing in a process of its own."""
    command = [sys.executable, __file__]
    run = subprocess.run(command, input="\n".join(left_out), capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"Hearing fails without what is left out:\n{run.stderr}")
    return run.stdout.split()


def hear() -> None:
    """Load the model, which tries itself on noise."""
    from wavized.config.paths import bundled_model
    from wavized.inference.classifier import AudioModel
    from wavized.inference.manifest import read_manifest

    folder = bundled_model()
    AudioModel(folder, read_manifest(folder), threads=1)


if __name__ == "__main__":
    for name in sys.stdin.read().split():
        sys.modules[name] = None  # type: ignore[assignment]  # to Python it is not installed
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
    hear()
    loaded = {name for name, module in sys.modules.items() if module is not None}
    sys.stdout.write("\n".join(sorted(loaded - {"__main__", "__mp_main__"})))
