"""The packaged program: what is left out is not missed, and what it starts is not disturbed by it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

RECIPE = Path(__file__).resolve().parents[2] / "packaging" / "pyinstaller"


@pytest.fixture(scope="module")
def trimming() -> Iterator[ModuleType]:
    """The module beside the recipe."""
    sys.path.insert(0, str(RECIPE))
    try:
        import trimming

        yield trimming
    finally:
        sys.path.remove(str(RECIPE))


def test_the_default_model_hears_without_what_is_left_out(trimming):
    """In a process to which those modules are not installed; it names what it loaded instead."""
    left_out = trimming.excluded_modules()
    run = subprocess.run(
        [sys.executable, RECIPE / "hearing.py"], input="\n".join(left_out), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    loaded = set(run.stdout.split())
    assert {"torch._dynamo.polyfills.copy", "wavized.inference.ear"} <= loaded
    assert loaded.isdisjoint(left_out)


def test_every_architecture_for_audio_classification_is_kept_with_what_it_imports(trimming):
    """`model:` may name a stock model, so those stay; the hundreds of others go."""
    kept = trimming.kept_architectures(trimming.MODELS)
    assert {"auto", "audio_spectrogram_transformer", "hubert", "wav2vec2", "wavlm", "whisper"} <= kept
    assert "transformers.models.llama" in trimming.excluded_modules()
    assert all(trimming.imported_architectures(trimming.MODELS / name) <= kept for name in kept - {"auto"})


@pytest.mark.parametrize(
    ("destination", "wanted"),
    [
        ("torch/lib/libtorch_cpu.so", True),
        ("torch/bin/torch_shm_manager", True),
        ("torch/bin/test_jit", False),
        ("torch/lib/libtorchbind_test.so", False),
        ("torch/nn/functional.py", True),
        ("torch/_inductor/codecache.py", False),
        ("torch/_inductor/config.py", True),
        ("wavized/window/static/app.js", True),
        ("libmvec.so.1", False),
    ],
)
def test_only_what_runs_is_carried_along(trimming, destination, wanted):
    """Tests, sources that nobody reads and parts of the C library stay behind."""
    assert trimming.is_wanted(destination) is wanted


def test_programs_it_starts_get_the_systems_own_libraries():
    """A browser with our libraries in place of its own may not start; what was set before is set again.

    Its own worker is told to look for them anew: without that it starts only where the system has them too.
    """
    show = (
        "import os, start; start.give_others_their_libraries();"
        "print(os.environ.get('LD_LIBRARY_PATH'), os.environ['PYINSTALLER_RESET_ENVIRONMENT'])"
    )

    def given(**variables: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LD_LIBRARY")}
        command = [sys.executable, "-c", show]
        environment |= {"PYTHONPATH": str(RECIPE), **variables}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert given(LD_LIBRARY_PATH="/opt/wavized/_internal") == "None 1"
    assert given(LD_LIBRARY_PATH="/opt/wavized/_internal:/mine", LD_LIBRARY_PATH_ORIG="/mine") == "/mine 1"
