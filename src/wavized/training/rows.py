"""Read a corpus's manifest.csv: a row a file, every mistake found at once, with its line. Read-only."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

NEEDED = ("file", "label")
USES = ("train", "evaluate", "exclude")
CONFIDENCE = {"high": 1.0, "medium": 0.8, "low": 0.5}


@dataclass(frozen=True, slots=True)
class Row:
    """What the manifest says of one file; empty where it says nothing."""

    file: str
    label: str
    kind: str
    group: str
    pack: str
    confidence: str
    doubt: str
    use: str


class ManifestError(Exception):
    """The manifest cannot be used; `problems` holds a line for each thing that is wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read(manifest: Path, labels: Collection[str]) -> list[Row]:
    """All rows in their order. Raises ManifestError, with every problem there is."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise ManifestError((f"lacks the columns: {', '.join(missing)}",))
            numbered = [(reader.line_num, cells) for cells in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError((f"is no CSV file in UTF-8: {error}",)) from error
    problems = []
    rows, seen = [], dict[str, int]()
    for line, cells in numbered:
        if None in cells:
            problems.append(f"line {line}: more cells than columns")
            continue
        row = _row({key: (value or "").strip() for key, value in cells.items()})
        problems += [f"line {line}: {problem}" for problem in _problems(row, labels)]
        if row.file in seen:
            problems.append(f"line {line}: {row.file} stands on line {seen[row.file]} too")
        seen.setdefault(row.file, line)
        rows.append(row)
    if problems:
        raise ManifestError(tuple(problems))
    return rows


def _row(cells: dict[str, str]) -> Row:
    return Row(
        file=cells["file"],
        label=cells["label"],
        kind=cells.get("kind", ""),
        group=cells.get("group", ""),
        pack=cells.get("engine_or_pack", ""),
        confidence=cells.get("confidence", ""),
        doubt=cells.get("doubt", ""),
        use=cells.get("use", "") or "train",
    )


def _problems(row: Row, labels: Collection[str]) -> Iterator[str]:
    if not row.file:
        yield "no file"
    elif leaves(row.file):
        yield f"{row.file} leaves the corpus folder; paths are relative to it"
    if row.label not in labels and row.use != "exclude":
        yield f"unknown label {row.label!r}, not one of {', '.join(labels)}"
    if row.use not in USES:
        yield f"unknown use {row.use!r}, not one of {', '.join(USES)}"
    if row.confidence and row.confidence not in CONFIDENCE:
        yield f"unknown confidence {row.confidence!r}, not one of {', '.join(CONFIDENCE)}"


def leaves(file: str) -> bool:
    """Whether a path is absolute or climbs, as POSIX or as Windows reads it."""
    windows = PureWindowsPath(file)
    return bool(PurePosixPath(file).is_absolute() or windows.drive or windows.root or ".." in windows.parts)
