"""Findings as text for people: in groups, wrapped, with a last line that sums up. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wavized.checkup.finding import Finding, Grade
from wavized.logic.wording import printable

GROUPS = {
    "Program": ("python", "libraries", "model"),
    "Settings": ("config",),
    "Folders": ("library", "watch", "splice", "names", "leftovers", "disk"),
    "Watching": ("inotify", "daemon", "journal"),
    "Desktop": ("autostart", "tray", "notifications"),
}
"""Heading to what is told under it, in the order in which it is looked at."""

_HEADINGS = {about: heading for heading, abouts in GROUPS.items() for about in abouts}
_MARK_WIDTH = max(len(grade) for grade in Grade)
_INDENT = " " * (2 + _MARK_WIDTH + 2)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, its `mark` first: of a finding with its grade, or else a heading or an empty line."""

    text: str
    grade: Grade | None = None
    mark: str = ""


def lines(findings: Iterable[Finding], width: int) -> Iterator[Line]:
    """Each finding's lines as soon as it is found, under their headings."""
    heading = ""
    for finding in findings:
        if _HEADINGS[finding.about] != heading:
            if heading:
                yield Line("")
            heading = _HEADINGS[finding.about]
            yield Line(heading)
        first, *others = _lines_of(finding, width)
        yield Line(first, finding.grade, f"  {finding.grade:<{_MARK_WIDTH}}  ")
        yield from (Line(other, finding.grade) for other in others)


def _lines_of(finding: Finding, width: int) -> Iterator[str]:
    """A finding's lines but for the mark that begins the first; nothing is broken that is to be copied."""
    first = _wrap(f"{finding.about}: {finding.found}", width)
    yield first[0].removeprefix(_INDENT)
    yield from first[1:]
    if finding.advice:
        yield from _wrap(finding.advice, width, begin="-> ")
    for command in finding.commands:
        yield f"{_INDENT}    {command}"


def summary(findings: Iterable[Finding]) -> str:
    """`All in order.` or how many things there are to do and to know."""
    grades = [finding.grade for finding in findings]
    problems, notes = grades.count(Grade.PROBLEM), grades.count(Grade.NOTE)
    if not problems and not notes:
        return "All in order."
    said = "One thing to do" if problems == 1 else f"{problems} things to do" if problems else "All in order"
    return f"{said}, {'one' if notes == 1 else notes} to know." if notes else f"{said}."


def _wrap(text: str, width: int, begin: str = "") -> list[str]:
    """Lines with the common indent; a word that is wider than the line, such as a path, stays whole."""
    return textwrap.wrap(
        printable(text),
        max(width, 40),
        initial_indent=_INDENT + begin,
        subsequent_indent=_INDENT + " " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [_INDENT]
