"""How this very program was installed, and so how it is taken away again. Only looks."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePath


class Kind(StrEnum):
    """Who put the program where it is."""

    APP = "an application"
    PACKAGE = "a package of the system"
    PIPX = "pipx"
    UV = "uv"
    CHECKOUT = "a source checkout"
    VENV = "a virtual environment"
    SYSTEM = "the system's Python"


@dataclass(frozen=True, slots=True)
class Installation:
    """`command` takes the program away where a command does; `words` say it for people in any case."""

    kind: Kind
    place: Path
    words: str
    command: str = ""


def installation() -> Installation:
    """How the running program was installed."""
    if getattr(sys, "frozen", False):
        return from_frozen(Path(sys.executable).absolute(), sys.platform)
    return from_python(Path(sys.prefix), is_venv=sys.prefix != sys.base_prefix, is_checkout=_is_checkout())


def from_frozen(program: Path, platform: str) -> Installation:
    """Of a program that carries its own Python."""
    if platform == "darwin":
        app = next((above for above in program.parents if above.suffix == ".app"), program)
        return Installation(Kind.APP, app, f"Move {app.name} to the Trash")
    if platform == "win32":
        words = "Uninstall Wavized in Settings, Apps, Installed apps; without an installer, delete its folder"
        return Installation(Kind.APP, program.parent, words)
    if PurePath("/opt") in program.parents or PurePath("/usr") in program.parents:
        words = "Remove the package with your system's package manager"
        return Installation(Kind.PACKAGE, program.parent, words, "sudo apt remove wavized")
    return Installation(Kind.APP, program.parent, "Delete the program's folder")


def from_python(prefix: Path, *, is_venv: bool, is_checkout: bool) -> Installation:
    """Of a program in the Python below `prefix`, where some tools leave a note of theirs."""
    if (prefix / "pipx_metadata.json").is_file():
        return Installation(Kind.PIPX, prefix, "Uninstall it with pipx", f"pipx uninstall {prefix.name}")
    if (prefix / "uv-receipt.toml").is_file():
        return Installation(Kind.UV, prefix, "Uninstall it with uv", f"uv tool uninstall {prefix.name}")
    python = shlex.quote(sys.executable) if os.name == "posix" else f'"{sys.executable}"'
    command = f"{python} -m pip uninstall wavized"
    kind = Kind.CHECKOUT if is_checkout else Kind.VENV if is_venv else Kind.SYSTEM
    words = "Uninstall it with pip, or delete its virtual environment" if is_venv else "Uninstall it with pip"
    return Installation(kind, prefix, words, command)


def _is_checkout() -> bool:
    """Whether what runs is the source itself (`pip install -e`)."""
    try:
        origin = distribution("wavized").read_text("direct_url.json") or ""
    except PackageNotFoundError:
        return True  # run from the source without any installation
    return '"editable": true' in origin
