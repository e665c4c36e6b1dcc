"""What a fault test tried and what came of it, and the table of all of them that `make torture` writes.

Every test of `tests/faults` takes the fixture `trial`: `trial.times(short, full)` says how often to try,
`trial.count()` counts what was tried.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "build" / "torture"
"""Rows, plots and `report.md` of the full form."""


@dataclass
class Trial:
    """One test's row: `what` was tried, `tried` times, `lost` samples, and a `note` with the figures."""

    test: str
    what: str
    full: bool
    folder: Path = FOLDER
    tried: int = 0
    lost: int = 0
    notes: list[str] = field(default_factory=list)
    outcome: str = "broken off"
    seconds: float = 0.0
    started: float = field(default_factory=time.monotonic)

    def times(self, short: int, full: int) -> int:
        """How often to try: few times in `make test`, many times in `make torture`."""
        return full if self.full else short

    def count(self, tried: int = 1, *, lost: int = 0) -> None:
        """Note that something was tried so often, and how many samples it cost (none, or the test fails)."""
        self.tried += tried
        self.lost += lost

    def note(self, text: str) -> None:
        """A figure worth a place in the table, such as the most memory that was used."""
        self.notes.append(text)

    def write(self, outcome: str) -> None:
        """Keep the row; in the full form only."""
        self.outcome, self.seconds = outcome, round(time.monotonic() - self.started, 1)
        if not self.full:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {key: value for key, value in asdict(self).items() if key not in ("folder", "started", "full")}
        kept["ended"] = time.strftime("%Y-%m-%d %H:%M")
        name = re.sub(r"[^A-Za-z0-9]+", "-", self.test).strip("-")
        (self.folder / f"{name}.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")


def table(folder: Path = FOLDER) -> str:
    """Every row kept so far as one Markdown table, with a line of sums."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    rows = [row for row in rows if "tried" in row]
    if not rows:
        return "Nothing has been tried yet.\n"
    lines = [
        "| what was tried | how often | lost | how long | result | figures |",
        "|---|--:|--:|--:|---|---|",
    ]
    lines += [
        f"| {row['what']} | {row['tried']:,} | {row['lost']:,} | {row['seconds']:,.0f} s | {row['outcome']} "
        f"| {'; '.join(row['notes'])} |"
        for row in rows
    ]
    whole = (
        sum(row["tried"] for row in rows),
        sum(row["lost"] for row in rows),
        sum(row["seconds"] for row in rows),
    )
    bad = sum(row["outcome"] != "passed" for row in rows)
    lines.append(f"| **all** | {whole[0]:,} | {whole[1]:,} | {whole[2]:,.0f} s | {bad} not passed | |")
    return "\n".join(lines) + "\n"
