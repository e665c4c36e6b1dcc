"""Gather what is known of a sample beside its sound: names, tags, Splice's catalogue.

Runs on the thread that judges. Decides nothing and writes nothing. A source that is absent or cannot be read
just says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wavized.domain.hearing import Evidence
from wavized.logic.names import saying

ReadTags = Callable[[Path], Sequence[str]]
"""The descriptive texts inside a file; never raises."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What a shop's catalogue says of one sample. `tempo` is in beats a minute."""

    tags: tuple[str, ...]
    sample_type: str = ""
    tempo: float | None = None


class Catalogue(Protocol):
    """A shop's own list of what was downloaded."""

    def look_up(self, path: Path) -> CatalogueEntry | None:
        """The entry of this file; None where there is none or the list cannot be read. Never raises."""
        ...


class Bystanders:
    """The Witnesses of real files."""

    def __init__(self, *, read_tags: ReadTags, catalogue: Catalogue | None = None) -> None:
        self._read_tags = read_tags
        self._catalogue = catalogue

    def about(self, path: Path, named: Path | None = None) -> tuple[Evidence, ...]:
        """What file name, folder, pack, tags and catalogue say, each apart."""
        names = named or path
        said = [*saying.from_names(names.stem, *saying.folders_of(names))]
        tagged = saying.from_tags(self._read_tags(path))
        if tagged is not None:
            said.append(tagged)
        entry = self._catalogue.look_up(path) if self._catalogue else None
        if entry is not None:
            listed = saying.from_splice(entry.tags, entry.sample_type, entry.tempo)
            said += [listed] if listed is not None else []
        return tuple(said)
