"""How commands print: JSON lines for programs, a rich table for people; never both."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from wavized.domain.job import Job, JobState
from wavized.logic.wording import printable as printable  # where commands look for it

if TYPE_CHECKING:
    from rich.console import Console

OUTCOMES = {
    JobState.FILED: "filed",
    JobState.AWAITING_REVIEW: "asks",
    JobState.SKIPPED: "left alone",
    JobState.FAILED: "failed",
    JobState.REVERTED: "taken back",
}
"""What became of a sample, in a word or two."""

COLOURS = {
    "file": "green",
    "filed": "green",
    "review": "yellow",
    "asks": "yellow",
    "skip": "bright_black",
    "left alone": "bright_black",
    "failed": "red",
    "taken back": "cyan",
}


def print_json(value: Mapping[str, object]) -> None:
    """One object on one line; names that are not Unicode survive as escapes."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def console(*, stderr: bool = False) -> Console:
    """A console that wraps nothing where its output is not a terminal."""
    from rich.console import Console  # not paid for by commands that print JSON

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich would leave with exit code 1; `main` knows better

    made = Plain(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made = Plain(stderr=stderr, highlight=False, width=200)
    return made


def table(columns: Iterable[str], rows: Iterable[tuple[str, ...]], *, out: Console | None = None) -> None:
    """Print rows under plain headings; a cell that names a verdict or state is coloured."""
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(_cell(cell) for cell in row))
    (out or console()).print(grid)


def _cell(text: str) -> str:
    from rich.markup import escape

    safe = escape(printable(text))
    colour = COLOURS.get(text)
    return f"[{colour}]{safe}[/]" if colour else safe


def outcome(job: Job) -> str:
    """What became of a sample, or what is being done with it."""
    return OUTCOMES.get(job.state, job.state.value)


def place(job: Job) -> str:
    """Where in the library a filed sample lies, as `Sub/kick.wav`; empty for any other."""
    lies = job.target if job.state is JobState.FILED else None
    return f"{lies.parent.name}/{lies.name}" if lies else ""
