"""Put a report into the folder the user named: tried before the long work, each file whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from wavized.errors import UsageError


def prepare(folder: Path) -> None:
    """Make the folder for pictures and report, before the long work. Raises UsageError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"Pictures cannot go to {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"Pictures cannot go to {folder}: it may not be written to")


def save(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put each file there whole, in place of an older one."""
    for name, content in files.items():
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
