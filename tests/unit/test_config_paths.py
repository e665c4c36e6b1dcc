"""Where the program keeps its own files."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from wavized.config import paths

PROBE = """
import sys
from wavized.config import paths
print(paths.config_file(), paths.journal_file(), paths.runtime_file(), paths.log_dir())
print(paths.cache_dir(create=True))
print(sorted({"pydantic", "yaml", "numpy", "torch"} & set(sys.modules)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="XDG variables are Linux's")
def test_the_programs_own_folders_follow_xdg_and_cost_no_heavy_import(tmp_path):
    """Another state home isolates a second Wavized completely; finding folders needs no pydantic."""
    environ = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    ran = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    *places, imported = ran.stdout.splitlines()
    assert " ".join(places).split() == [
        str(tmp_path / "CONFIG/wavized/config.yaml"),
        str(tmp_path / "STATE/wavized/journal.db"),
        str(tmp_path / "STATE/wavized/runtime.json"),
        str(tmp_path / "STATE/wavized/log"),
        str(tmp_path / "CACHE/wavized"),
    ]
    assert imported == "[]"
    assert (tmp_path / "CACHE/wavized").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "STATE").exists()


def test_the_bundled_model_is_found_in_a_source_checkout():
    """Without an installed copy the model is the one beside the sources."""
    model = paths.bundled_model()
    assert model.name == paths.DEFAULT_MODEL
    assert (model.parent.parent / "pyproject.toml").is_file() or model.parent.parent.name == "wavized"
