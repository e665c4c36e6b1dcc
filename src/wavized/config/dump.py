"""A config as YAML text that loads to the same config. Pure."""

from __future__ import annotations

from pathlib import Path

import yaml

from wavized.config.model import Config


def dump(config: Config) -> str:
    """All settings but those left to the model or the system; paths are expected to be absolute."""
    values = config.model_dump(mode="json", exclude_none=True)
    values["library"] = path_text(config.library)
    if config.model is not None:
        values["model"] = path_text(config.model)
    for entry, folder in zip(values["watch"], config.watch, strict=True):
        entry["path"] = path_text(folder.path)
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False)


def path_text(path: Path) -> str:
    """A path as the config writes it: a dollar sign doubled, since a single one begins a variable."""
    return str(path).replace("$", "$$")
