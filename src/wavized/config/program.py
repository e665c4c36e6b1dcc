"""How this very program is called again, be it installed, in a virtual environment or frozen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from wavized.config import paths


def own_command() -> list[str]:
    """The words that start Wavized: whatever follows is its arguments. The first is an absolute path.

    Python is told (`-P`) not to look for modules in the folder it is started from.
    """
    program = str(Path(sys.executable).absolute())  # the link of a virtual environment must stay a link
    if getattr(sys, "frozen", False):
        return [_image(Path(program)) or program]
    return [program, "-P", "-m", "wavized"]


def login_command(config_path: Path) -> list[str]:
    """What is run at login; the config is named only where it is not the user's own."""
    named = [] if config_path == paths.config_file() else ["--config", str(config_path)]
    return [*own_command(), "run", *named]


def _image(program: Path) -> str:
    """The AppImage that this program runs from, as what it unpacks to goes away; empty where it is in none.

    A program that was started by one out of another AppImage finds that one's name in its environment.
    """
    unpacked, image = os.environ.get("APPDIR"), os.environ.get("APPIMAGE")
    return image if image and unpacked and program.is_relative_to(unpacked) else ""
