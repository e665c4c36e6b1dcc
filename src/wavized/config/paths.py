"""Where the program keeps its own files, by the platform's customs. Reads no file, imports nothing heavy."""

from __future__ import annotations

from pathlib import Path

from platformdirs import PlatformDirs

from wavized.config.private import make_private

DEFAULT_MODEL = "bass-v3"

_PACKAGE = Path(__file__).resolve().parent.parent


def _dirs() -> PlatformDirs:
    """Asked anew each time, so that `XDG_*` set later still counts."""
    return PlatformDirs("wavized", appauthor=False)


def _folder(path: Path, create: bool) -> Path:
    return make_private(path) if create else path


def config_file() -> Path:
    """The user's settings, unless `--config` names another file."""
    return _dirs().user_config_path / "config.yaml"


def state_dir(*, create: bool = False) -> Path:
    """Journal, lock and runtime file; made readable by its owner alone where `create` asks for it."""
    return _folder(_dirs().user_state_path, create)


def log_dir(*, create: bool = False) -> Path:
    """The daemon's log files."""
    return _folder(_dirs().user_log_path, create)


def cache_dir(*, create: bool = False) -> Path:
    """What can be thrown away and made again."""
    return _folder(_dirs().user_cache_path, create)


def journal_file() -> Path:
    """The SQLite journal of every job."""
    return state_dir() / "journal.db"


def runtime_file() -> Path:
    """Process id, port and token of the running daemon."""
    return state_dir() / "runtime.json"


def bundled_model(name: str = DEFAULT_MODEL) -> Path:
    """The model folder that comes with the program: inside the installed package, or in a source checkout.

    The folder is not looked into; where neither place has it, the packaged one is named.
    """
    packaged = _PACKAGE / "models" / name
    checkout = _PACKAGE.parent.parent
    if not packaged.is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout / "models" / name
    return packaged
