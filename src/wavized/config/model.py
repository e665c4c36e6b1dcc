"""The configuration as a frozen, validated value. No input or output here; `load.py` reads the YAML.

Every default is stated once, here. Keys are flat and in a musician's words; times are in seconds.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from wavized.domain.sample import FilingMode

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


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WatchFolder(_Frozen):
    """One watched folder. `include` and `exclude` are glob patterns on the path below it, `/` between parts."""

    path: Path
    existing: Existing = Existing.LEAVE
    mode: FilingMode | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    recursive: bool = True
    polling: bool | None = None


class Config(_Frozen):
    """All settings. Paths are absolute once loaded; `None` means "as the model or the system says"."""

    library: Path
    watch: tuple[WatchFolder, ...] = ()
    mode: FilingMode = FilingMode.COPY
    folders: dict[str, str] = Field(default_factory=lambda: dict(DEFAULT_FOLDERS))
    sidecars: tuple[str, ...] = (".asd",)

    file_above: float | None = Field(default=None, ge=0.0, le=1.0)
    margin: float | None = Field(default=None, ge=0.0, le=1.0)
    reject_above: float | None = Field(default=None, ge=0.0, le=1.0)
    max_seconds: float = Field(default=12.0, gt=0.0, le=600.0)
    max_megabytes: float = Field(default=100.0, gt=0.0)

    settle_seconds: float = Field(default=3.0, ge=0.1, le=3600.0)
    rescan_seconds: float = Field(default=300.0, ge=1.0)
    model: Path | None = None
    worker_idle_seconds: float = Field(default=120.0, ge=0.0)
    worker_timeout_seconds: float = Field(default=60.0, gt=0.0)
    batch_size: int = Field(default=16, ge=1, le=256)
    tray: bool = True
    notifications: bool = True

    def mode_for(self, folder: WatchFolder) -> FilingMode:
        """How samples of this folder are filed: its own mode, or the general one."""
        return folder.mode or self.mode
