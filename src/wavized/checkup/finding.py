"""One thing that was looked at, and how it is to be taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing and, where it is not in order, what to do.

    `commands` are lines for a terminal, exactly as they are to be typed.
    """

    about: str
    grade: Grade
    found: str
    advice: str = ""
    commands: tuple[str, ...] = ()

    @property
    def whole_advice(self) -> str:
        """Advice and commands as one text."""
        return " ".join(part for part in (self.advice, "; then: ".join(self.commands)) if part)


def ok(about: str, found: str) -> Finding:
    """It is in order."""
    return Finding(about, Grade.OK, found)


def note(about: str, found: str, advice: str, *commands: str) -> Finding:
    """It works, but is worth knowing."""
    return Finding(about, Grade.NOTE, found, advice, commands)


def problem(about: str, found: str, advice: str, *commands: str) -> Finding:
    """Something does not work until this is done."""
    return Finding(about, Grade.PROBLEM, found, advice, commands)
