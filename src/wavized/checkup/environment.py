"""The Python that runs, its libraries and the model. Imports nothing heavy, loads no weights."""

from __future__ import annotations

import ctypes.util
import importlib.util
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from wavized.assembly import model_folder
from wavized.checkup.finding import Finding, ok, problem
from wavized.config.installation import Installation, Kind, installation
from wavized.config.model import Config
from wavized.inference.manifest import check_files, read_manifest

MODULES = (
    "filelock", "huggingface_hub", "numpy", "PIL", "platformdirs", "pydantic", "pystray", "yaml", "rich",
    "safetensors", "soundfile", "soxr", "starlette", "tinytag", "torch", "transformers", "uvicorn",
    "watchdog",
)  # fmt: skip
"""What has to be there, by the names under which it is imported."""

_SHOWN = ("torch", "transformers")


def python() -> Iterator[Finding]:
    """Which version runs, and whose."""
    found = installation()
    yield ok("python", f"{platform.python_version()}, Wavized {_version('wavized')} in {found.kind.value}")


def libraries(has: Callable[[str], bool] | None = None) -> Iterator[Finding]:
    """Are all there? `has` tells of a module whether it could be imported."""
    has = has or _has
    missing = [name for name in MODULES if not has(name)]
    if missing:
        mend, *command = reinstall(installation())
        yield problem("libraries", f"missing: {', '.join(missing)}", mend, *command)
    elif not has_libsndfile():
        advice = "It decodes every sample; install your system's libsndfile (Debian and Ubuntu: libsndfile1)"
        yield problem("libraries", "libsndfile is missing", advice)
    else:
        yield ok("libraries", ", ".join(f"{name} {_version(name)}" for name in _SHOWN) + ", libsndfile")


def model(config: Config | None) -> Iterator[Finding]:
    """Its files against their digests; raises ModelUnusableError."""
    folder = model_folder(config)
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    yield ok("model", f"{manifest.info.model_id} at {folder}")


def reinstall(found: Installation) -> tuple[str, ...]:
    """What to do where parts of the program are missing: words, and a command where there is one."""
    commands = {Kind.PIPX: "pipx reinstall wavized", Kind.UV: "uv tool install --reinstall wavized"}
    if found.kind in commands:
        return "Install Wavized again:", commands[found.kind]
    if found.kind in (Kind.VENV, Kind.SYSTEM):
        return (
            "Install Wavized again:",
            f"{found.command.removesuffix('uninstall wavized')}install --upgrade wavized",
        )
    if found.kind is Kind.CHECKOUT:
        return "Install the project again in its folder:", "pip install -e ."
    return ("Install Wavized again",)


def has_libsndfile() -> bool:
    """Whether it came along with soundfile, or lies where the system keeps libraries."""
    brought = importlib.util.find_spec("_soundfile_data")
    for folder in brought.submodule_search_locations or () if brought else ():
        if any("sndfile" in entry.name for entry in Path(folder).iterdir()):
            return True
    return ctypes.util.find_library("sndfile") is not None


def _has(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "of unknown version"
