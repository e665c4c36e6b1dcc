"""The first config of a person who has none: finds the folders, writes the file. Overwrites nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from wavized.config import load, splice
from wavized.config.model import Config, Existing
from wavized.config.private import open_private
from wavized.config.template import Suggestion, render
from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError

LIBRARY_NAME = "Wavized"
"""The folder proposed for the library, inside the user's music folder."""


@dataclass(frozen=True, slots=True)
class InitResult:
    """What `init` did: the config it wrote, what that says, and whether the library folder is new.

    `absent` are folders that Splice's settings name and that are not there now.
    """

    path: Path
    config: Config
    watch: tuple[Suggestion, ...]
    library_created: bool
    absent: tuple[Path, ...] = ()


def init(
    path: Path,
    *,
    library: Path | None = None,
    watch: Sequence[Path] = (),
    existing: Existing = Existing.LEAVE,
    home: Path | None = None,
    platform: str = sys.platform,
    environ: Mapping[str, str] = os.environ,
) -> InitResult:
    """Write a first config to `path` and make the library folder.

    Folders that are not given are looked for: downloads and Splice to watch, a library in the music folder.
    Raises ConfigError where a config exists already, or where the folders contradict each other.
    """
    if os.path.lexists(path):
        raise config_exists(path)
    given = [Suggestion(_absolute(folder)) for folder in watch]
    home = home or Path.home()
    found = given or suggest(home, platform, environ)
    suggested = tuple(replace(suggestion, existing=existing) for suggestion in found)
    made = begin(path, _absolute(library or usual_library()), suggested)
    absent = () if given else splice.absent(home=home, platform=platform, environ=environ)
    return replace(made, absent=tuple(absent))


def begin(
    path: Path, library: Path, watch: Sequence[Suggestion], mode: FilingMode = FilingMode.COPY
) -> InitResult:
    """Write a first config for just these folders and make the library's; raises ConfigError, as `init`."""
    if os.path.lexists(path):
        raise config_exists(path)
    content = render(library, watch, mode).encode()
    config = load.load_bytes(content, path)
    created = _write(path, content, config.library)
    return InitResult(path, config, tuple(watch), created)


def usual_library() -> Path:
    """Where a library is proposed: in the user's music folder."""
    return Path(platformdirs.user_music_dir(), LIBRARY_NAME)


def suggest(home: Path, platform: str, environ: Mapping[str, str]) -> list[Suggestion]:
    """The download folder and Splice's folders, as far as they exist."""
    downloads = Path(platformdirs.user_downloads_dir())
    found = [Suggestion(downloads, "your downloads")] if downloads.is_dir() else []
    documents = Path(platformdirs.user_documents_dir())
    splice_folders = splice.find(home=home, platform=platform, environ=environ, documents=documents)
    return found + [
        Suggestion(folder.path, f"Splice ({folder.why})", exclude=folder.exclude) for folder in splice_folders
    ]


def _absolute(path: Path) -> Path:
    """What was typed on the command line is relative to where it was typed, not to the config."""
    return Path.cwd() / path.expanduser()


def _write(path: Path, content: bytes, library: Path) -> bool:
    """Write the config and make the library; tell whether the library is new."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not library.exists()
        library.mkdir(parents=True, exist_ok=True)
        with open(path, "xb", opener=open_private) as file:
            file.write(content)
    except OSError as error:
        if path.exists():  # written by another at the same moment
            raise config_exists(path) from None
        raise ConfigError(f"{error.filename} cannot be made: {error.strerror}") from error
    return is_new


def config_exists(path: Path) -> ConfigError:
    """The refusal to write a first config where there is one."""
    return ConfigError(f"There is a config already at {path}", hint="Edit it, or move it away to begin anew")
