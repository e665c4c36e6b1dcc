"""A progress bar on a terminal (standard error), nothing in a pipe."""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from wavized.cli.output import console, printable


class Progress:
    """Context manager; `advance` names what was just done."""

    def __init__(self, what: str, *, total: int | None = None, quiet: bool = False) -> None:
        out = console(stderr=True)
        self._bar = RichProgress(
            TextColumn(what),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[name]}", markup=False),
            console=out,
            transient=True,
            disable=quiet or not out.is_terminal,
        )
        self._task = self._bar.add_task(what, total=total, name="")

    def advance(self, name: str, by: int = 1) -> None:
        """One more file is done."""
        self._bar.update(self._task, advance=by, name=printable(name)[:40])

    def reach(self, done: int, total: int) -> None:
        """So many of so many are done."""
        self._bar.update(self._task, completed=done, total=total)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
