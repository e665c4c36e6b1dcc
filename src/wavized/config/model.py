"""The configuration as a frozen, validated value. No input or output here; `load.py` reads the YAML.

Every default is stated once, here. Keys are flat and in a musician's words; times are in seconds.
"""

from __future__ import annotations

import os
import unicodedata
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError
from wavized.logic.placement import MAX_SUFFIX_BYTES, check_folder_name

DEFAULT_FOLDERS = {
    "808": "808",
    "acid": "Acid",
    "brass": "Brass",
    "growl": "Growl",
    "reese": "Reese",
    "slap": "Slap",
    "sub": "Sub",
}
"""Category to folder name inside the library."""


class Existing(StrEnum):
    """What to do with the files a folder holds when it is watched for the first time."""

    LEAVE = "leave"
    FILE = "file"


def _folder_name(name: str) -> str:
    try:
        check_folder_name(name)
    except ConfigError as error:
        raise ValueError(error.message) from None
    return name


def _sidecar(ending: str) -> str:
    if len(ending) < 2 or not ending.startswith(".") or "/" in ending or "\\" in ending:
        raise ValueError('a sidecar is named by its ending, such as ".asd"')
    if len(os.fsencode(ending)) > MAX_SUFFIX_BYTES:
        raise ValueError(f"an ending has at most {MAX_SUFFIX_BYTES} bytes")
    return ending


MOST_FOLDERS = 250
"""Watched folders; whoever has more watches the folder around them."""
_WEEK_SECONDS = 7 * 24 * 3600.0

Text = Annotated[str, Field(min_length=1)]
FolderName = Annotated[str, AfterValidator(_folder_name)]
Sidecar = Annotated[str, AfterValidator(_sidecar)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WatchFolder(_Frozen):
    """One watched folder. `include` and `exclude` are globs on the path below it, `/` between parts."""

    path: Path
    existing: Existing = Existing.LEAVE
    mode: FilingMode | None = None
    include: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()
    recursive: bool = True
    polling: bool | None = None


class Config(_Frozen):
    """All settings. Paths are absolute once loaded; `None` means "as the model or the system says".

    `folders` always holds the default categories too: what the user writes comes on top of them.
    """

    library: Path
    watch: tuple[WatchFolder, ...] = Field(default=(), max_length=MOST_FOLDERS)
    mode: FilingMode = FilingMode.COPY
    folders: dict[Text, FolderName] = Field(default_factory=lambda: dict(DEFAULT_FOLDERS))
    sidecars: tuple[Sidecar, ...] = (".asd",)

    file_above: float | None = Field(default=None, ge=0.0, le=1.0)
    margin: float | None = Field(default=None, ge=0.0, le=1.0)
    reject_above: float | None = Field(default=None, ge=0.0, le=1.0)
    names: bool = True
    max_seconds: float = Field(default=12.0, gt=0.0, le=600.0)
    max_megabytes: float = Field(default=100.0, gt=0.0, le=100_000.0)
    memory_megabytes: float = Field(default=2000.0, ge=500.0, le=1e6)

    archives: bool = True

    settle_seconds: float = Field(default=3.0, ge=0.1, le=3600.0)
    rescan_seconds: float = Field(default=300.0, ge=1.0, le=_WEEK_SECONDS)
    model: Path | None = None
    worker_idle_seconds: float = Field(default=120.0, ge=0.0, le=_WEEK_SECONDS)
    worker_timeout_seconds: float = Field(default=60.0, ge=1.0, le=3600.0)
    batch_size: int = Field(default=16, ge=1, le=256)
    tray: bool = True
    notifications: bool = True

    @field_validator("folders")
    @classmethod
    def _complete(cls, folders: dict[str, str]) -> dict[str, str]:
        complete = {**DEFAULT_FOLDERS, **folders}
        owners: dict[str, str] = {}
        for category, name in complete.items():
            other = owners.setdefault(unicodedata.normalize("NFC", name).casefold(), category)
            if other != category:
                raise ValueError(f'"{other}" and "{category}" share the folder "{name}"; each needs its own')
        return complete

    def mode_for(self, folder: WatchFolder) -> FilingMode:
        """How samples of this folder are filed: its own mode, or the general one."""
        return folder.mode or self.mode
