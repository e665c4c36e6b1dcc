"""How the program calls itself: installed, in an environment, frozen."""

from __future__ import annotations

import sys
from pathlib import Path

from wavized.config import paths
from wavized.config.program import login_command, own_command


def test_python_is_called_by_the_path_it_was_started_by():
    """A virtual environment's Python is a link, and only as that link it finds its packages."""
    assert own_command() == [str(Path(sys.executable).absolute()), "-P", "-m", "wavized"]


def test_a_frozen_build_calls_itself(monkeypatch):
    """An AppImage by its own file: what it unpacks to goes away with it."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/wavized é/wavized")
    monkeypatch.delenv("APPIMAGE", raising=False)
    assert login_command(paths.config_file()) == ["/opt/wavized é/wavized", "run"]
    monkeypatch.setenv("APPIMAGE", "/home/zoë/Apps/Wavized 1.AppImage")
    monkeypatch.setenv("APPDIR", "/tmp/.mount_another")
    assert own_command() == ["/opt/wavized é/wavized"], "it was started out of another program's image"
    monkeypatch.setenv("APPDIR", "/opt/wavized é")
    assert login_command(Path("/c.yaml")) == [
        "/home/zoë/Apps/Wavized 1.AppImage", "run", "--config", "/c.yaml",
    ]  # fmt: skip
