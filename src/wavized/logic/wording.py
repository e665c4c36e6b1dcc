"""The sentences in which decisions are explained, and names as they may be shown. Pure.

Every probability is given in whole percent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from wavized.domain.hearing import Evidence
from wavized.domain.sample import Kind
from wavized.logic.pooling import EAR, RHYTHM

_REJECTED = {Kind.LOOP: "Sounds like a loop, not a one-shot", Kind.NOT_BASS: "Does not sound like a bass"}
_SOURCES = {
    "ear": "the ear",
    "rhythm": "the rhythm",
    "name": "the name",
    "folder": "the folder",
    "pack": "the pack",
    "tags": "the tags",
    "splice": "Splice",
}


def percent(probability: float) -> str:
    """Whole percent, rounded down, so that 99.6 % is never shown as certain."""
    return f"{math.floor(probability * 100)} %"


def rejection(kind: Kind, rejected: float, repeats: str = "") -> str:
    """Why a sample is left alone; `repeats` is what makes it a loop, where its rhythm does."""
    if kind is Kind.LOOP and repeats:
        return f"Sounds like a loop: {repeats} ({percent(rejected)})"
    return f"{_REJECTED[kind]} ({percent(rejected)})"


def doubt(first: str, second: str, scores: Mapping[str, float], *, rejected: float, file_above: float) -> str:
    """Why a person is asked, where nobody contradicts anybody."""
    top, next_best = scores[first], scores[second]
    if rejected > max(next_best, top / 3):
        return f"May be {first} ({percent(top)}), or no bass one-shot at all ({percent(rejected)})"
    if top < file_above and next_best < top / 3:
        return f"Probably {first} ({percent(top)}); files by itself from {percent(file_above)}"
    return f"Could be {first} ({percent(top)}) or {second} ({percent(next_best)})"


def sources(names: Sequence[str]) -> str:
    """`the name says`, `the name and the folder say`."""
    told = [_SOURCES.get(name, name) for name in names]
    listed = " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
    return f"{listed} {'say' if len(told) > 1 or told[-1].endswith('s') else 'says'}"


def testimony(witness: Evidence) -> str:
    """What one witness said: `the ear says acid (93 %)`, `the name says reese ("reece")`."""
    best = max(witness.scores.values(), default=0.0)
    labels = [label for label, score in witness.scores.items() if score == best]
    if witness.source == EAR:
        return f"{sources([EAR])} {labels[0]} ({percent(best)})" if labels else ""
    told = " or ".join(labels) if len(labels) < 3 else "nothing of the kind of bass"
    if witness.source == RHYTHM and len(labels) > 1:
        told = "nothing either way" if len(labels) == len(witness.scores) else "one sound, no loop"
    return f'{sources([witness.source])} {told} ("{witness.detail}")'


def time_of_day(moment: float, now: float) -> str:
    """The local time of a moment within a day from now: `15:20` or `tomorrow 00:10`.

    Both in seconds since the epoch. The window's pages say it the same way.
    """
    then = datetime.fromtimestamp(moment)
    today = then.date() == datetime.fromtimestamp(now).date()
    return f"{then:%H:%M}" if today else f"tomorrow {then:%H:%M}"


def printable(text: str) -> str:
    """A file name safe for a terminal: control characters and broken Unicode are shown, not sent."""
    return "".join(
        c
        if c.isprintable()
        else c.encode("unicode_escape", "surrogateescape").decode("ascii", "replace")
        if not "\ud800" <= c <= "\udfff"
        else "\ufffd"
        for c in text
    )


def shorten(text: str, most: int) -> str:
    """At most so many characters, all of them fit to be shown in one line: the middle is left out."""
    shown = "".join(c if c.isprintable() else "\ufffd" if "\ud800" <= c <= "\udfff" else " " for c in text)
    shown = " ".join(shown.split())
    if len(shown) <= most:
        return shown
    tail = most // 3
    return f"{shown[: most - tail - 1].rstrip()}…{shown[-tail:].lstrip()}"
