"""Figures and names as people read them, the same in a terminal and on a page. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def share(value: float | None) -> str:
    """A share of 1 in percent, one digit."""
    return "-" if value is None else f"{100 * value:.1f} %"


def percent(value: float | None) -> str:
    """The same, whole and without the sign, for columns that say what they hold."""
    return "-" if value is None else f"{100 * value:.0f}"


def number(value: float | None) -> str:
    """A figure of 1, three digits."""
    return "-" if value is None else f"{value:.3f}"


def points(value: float | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "-" if value is None else f"{100 * value:+.1f}"


def chance(value: float) -> str:
    """A p-value: never nought."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def signed(value: float | None) -> str:
    """A difference of figures of 1, with its sign."""
    return "-" if value is None else f"{value:+.3f}"


def interval(ends: Sequence[float] | None, *, percent: bool = False) -> str:
    """`0.812 to 0.903`, or in percent; empty where there is none."""
    if not ends:
        return ""
    return " to ".join(f"{100 * end:.1f}" if percent else f"{end:.3f}" for end in ends)


def shown(text: str) -> str:
    """A name with what cannot be printed (line ends, direction marks, bytes that are no text) in sight."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
