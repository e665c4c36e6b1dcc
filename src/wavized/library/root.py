"""The library's root folder: made once, when it is first used, and never again behind the user's back.

A library that was used before and is missing now is an unplugged drive, not a folder to be made.
"""

from __future__ import annotations

from pathlib import Path

from wavized.errors import LibraryUnavailableError


def prepare_library(root: Path, *, used_before: bool) -> bool:
    """Make the library folder where it is new and its parent exists; True where it was made.

    Raises LibraryUnavailableError where it is missing and may not be made.
    """
    if root.is_dir():
        return False
    if root.exists():
        raise LibraryUnavailableError("The library is not a folder", hint=f"{root} is a file")
    if used_before:
        raise LibraryUnavailableError(
            "The library folder is missing", hint=f"Expected {root}; is its drive plugged in?"
        )
    if not root.parent.is_dir():
        raise LibraryUnavailableError("The library folder does not exist", hint=f"Make it first: {root}")
    try:
        root.mkdir()
    except OSError as error:
        raise LibraryUnavailableError(
            "The library folder cannot be made", hint=f"{root}: {error.strerror}"
        ) from error
    return True
