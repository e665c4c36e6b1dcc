"""How this very program is called again, be it installed, in a checkout or frozen. Pure."""

from __future__ import annotations

import sys
from pathlib import Path


def own_command() -> list[str]:
    """The words that start Wavized: whatever follows is its arguments. The first is an absolute path."""
    program = str(Path(sys.executable).absolute())  # a link of a virtual environment must stay a link
    return [program] if getattr(sys, "frozen", False) else [program, "-m", "wavized"]
