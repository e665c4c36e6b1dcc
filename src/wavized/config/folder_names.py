"""Which names a category's folder may have, so that a library works on every system. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

MAX_LENGTH = 100
"""Characters; leaves room for the sample's own name in a path."""

_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)


def objection(name: str) -> str | None:
    """Why a folder cannot have this name, or None where it can."""
    if not name or name != name.strip():
        return "a folder name cannot be empty or begin or end with a space"
    if any(char in _FORBIDDEN or unicodedata.category(char) in ("Cc", "Cs") for char in name):
        return 'a folder name is a single name, without / \\ : * ? " < > | or control characters'
    if name.endswith("."):  # "." and ".." too
        return "a folder name cannot end with a dot"
    if name.split(".")[0].rstrip().upper() in _RESERVED:
        return "Windows keeps this name for itself"
    if len(name) > MAX_LENGTH:
        return f"a folder name can have {MAX_LENGTH} characters at most"
    return None


def clash(folders: Mapping[str, str]) -> str | None:
    """Say which two categories share a folder on a system that ignores case, or None."""
    owners: dict[str, str] = {}
    for category, folder in folders.items():
        folded = unicodedata.normalize("NFC", folder).casefold()
        if folded in owners:
            return f'"{owners[folded]}" and "{category}" share the folder "{folder}"; each needs its own'
        owners[folded] = category
    return None
