"""How the program was installed is told by where it lies, and how it goes by that."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from wavized.config.installation import Kind, from_frozen, from_python, installation


@pytest.mark.parametrize(
    ("program", "platform", "kind", "place", "command"),
    [
        ("/A/Wavized.app/Contents/MacOS/wavized", "darwin", Kind.APP, "/A/Wavized.app", ""),
        ("/home/me/Wavized/wavized.exe", "win32", Kind.APP, "/home/me/Wavized", ""),
        ("/opt/wavized/wavized", "linux", Kind.PACKAGE, "/opt/wavized", "sudo apt remove wavized"),
        ("/usr/lib/w/wavized", "linux", Kind.PACKAGE, "/usr/lib/w", "sudo apt remove wavized"),
        ("/home/me/wavized/wavized", "linux", Kind.APP, "/home/me/wavized", ""),
    ],
)
def test_frozen_programs(program, platform, kind, place, command):
    """An app goes to the trash, a package to its manager."""
    found = from_frozen(Path(program), platform)
    assert (found.kind, found.place, found.command) == (kind, Path(place), command)
    assert found.words


@pytest.mark.parametrize(
    ("note", "kind", "command"),
    [
        ("pipx_metadata.json", Kind.PIPX, "pipx uninstall wavized-2"),
        ("uv-receipt.toml", Kind.UV, "uv tool uninstall wavized-2"),
    ],
)
def test_installations_by_a_tool(tmp_path, note, kind, command):
    """By the note that it leaves, wherever it keeps its programs."""
    prefix = tmp_path / "wavized-2"
    prefix.mkdir()
    (prefix / note).touch()
    found = from_python(prefix, is_venv=True, is_checkout=False)
    assert (found.kind, found.command) == (kind, command)


@pytest.mark.parametrize(
    ("is_venv", "is_checkout", "kind"),
    [(True, False, Kind.VENV), (True, True, Kind.CHECKOUT), (False, False, Kind.SYSTEM)],
)
def test_installations_by_pip(tmp_path, is_venv, is_checkout, kind):
    """By the very Python that runs, also below a folder that is called after another tool."""
    found = from_python(tmp_path / "pipx/venvs/x", is_venv=is_venv, is_checkout=is_checkout)
    assert found.kind is kind
    assert shlex.split(found.command) == [sys.executable, "-m", "pip", "uninstall", "wavized"]


def test_this_one_is_told():
    """Whatever runs the tests."""
    assert installation().words
