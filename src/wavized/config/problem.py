"""One thing wrong with the config file, in words and with its line. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Key = tuple[str | int, ...]
"""The way from the top of the document to a value: `("watch", 1, "path")`."""


class Severity(StrEnum):
    """Whether the config can be used all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1 (0: the file as a whole); `key` reads like `watch[1].path` and may be empty."""

    line: int
    key: str
    message: str
    severity: Severity = Severity.ERROR

    def located(self, file_name: str) -> str:
        """The problem as a line for people: `config.yaml:12: watch[1].path: folder does not exist`."""
        parts = [
            f"{file_name}:{self.line}" if self.line else file_name,
            _cut(self.key, 80),
            _cut(self.message, 300),
        ]
        return ": ".join(part for part in parts if part)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def spell(key: Key) -> str:
    """Write a key as people read it: `("watch", 1, "path")` is `watch[1].path`."""
    spelled = ""
    for part in key:
        if isinstance(part, int):
            spelled += f"[{part}]"
        else:
            spelled += f".{part}" if spelled else part
    return spelled
