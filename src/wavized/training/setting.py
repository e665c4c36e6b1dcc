"""The setting that a search found best: how to fit a listener, how big, and what it is drawn from.

Written by `search`, into `best.json` beside this file unless told otherwise; given back by `read`, for
`wavized train --settings`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wavized.errors import UsageError
from wavized.training import bank, corpus, fit

BEST = Path(__file__).with_name("best.json")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a search may turn. `dropout` is before the head; the last two say what a bank is made of."""

    fit: fit.Settings = field(default_factory=fit.Settings)
    width: int = 16
    dropout: float = 0.3
    synthesized: float = bank.Shares().synthesized
    open_recording: float = corpus.OPEN_RECORDING


def read(path: Path = BEST) -> Setting | None:
    """The best setting, None where none was searched for. Raises UsageError where the file is damaged."""
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["setting"]
        return Setting(**{**kept, "fit": fit.Settings(**kept["fit"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is damaged: {error}", hint="Search anew, or take it away") from error


def write(setting: Setting, study: Mapping[str, object], path: Path) -> None:
    """Keep a setting with a summary of how it was found."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"setting": asdict(setting), "study": study}, indent=2) + "\n", "utf-8")
    partial.replace(path)
