"""How the program was installed is told by where it lies, and how it goes by that."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from wavized.config.installation import Kind, from_frozen, from_python, installation


@pytest.mark.parametrize(
    ("program", "platform", "image", "kind", "place", "command"),
    [
        ("/tmp/.mount_x/wavized", "linux", "/zoë/My W.AppImage", Kind.APPIMAGE, "/zoë/My W.AppImage",
         "rm '/zoë/My W.AppImage'"),
        ("/A/Wavized.app/Contents/MacOS/wavized", "darwin", "", Kind.APP, "/A/Wavized.app", ""),
        ("/home/me/Wavized/wavized.exe", "win32", "", Kind.APP, "/home/me/Wavized", ""),
        ("/opt/wavized/wavized", "linux", "", Kind.PACKAGE, "/opt/wavized", "sudo apt remove wavized"),
        ("/usr/lib/w/wavized", "linux", "", Kind.PACKAGE, "/usr/lib/w", "sudo apt remove wavized"),
        ("/home/me/wavized/wavized", "linux", "", Kind.APP, "/home/me/wavized", ""),
    ],
)  # fmt: skip
def test_frozen_programs(program, platform, image, kind, place, command):
    """An AppImage is one file, an app goes to the trash, a package to its manager."""
    found = from_frozen(Path(program), platform, image)
    assert (found.kind, found.place, found.command) == (kind, Path(place), command)
    assert found.words


@pytest.mark.parametrize(
    ("prefix", "is_venv", "is_checkout", "kind", "command"),
    [
        ("/home/me/.local/pipx/venvs/wavized", True, False, Kind.PIPX, "pipx uninstall wavized"),
        ("/home/me/.local/share/pipx/venvs/wavized-2", True, False, Kind.PIPX, "pipx uninstall wavized-2"),
        ("/home/me/.local/share/uv/tools/wavized", True, False, Kind.UV, "uv tool uninstall wavized"),
        ("/home/me/venv", True, False, Kind.VENV, None),
        ("/home/me/venv", True, True, Kind.CHECKOUT, None),
        ("/usr", False, False, Kind.SYSTEM, None),
    ],
)
def test_installations_in_a_python(prefix, is_venv, is_checkout, kind, command):
    """Each by the tool that put it there."""
    found = from_python(Path(prefix), is_venv=is_venv, is_checkout=is_checkout)
    assert found.kind is kind
    if command is None:
        assert shlex.split(found.command) == [sys.executable, "-m", "pip", "uninstall", "wavized"]
    else:
        assert found.command == command


def test_this_one_is_told():
    """Whatever runs the tests."""
    assert installation().words
