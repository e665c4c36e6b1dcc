"""The audit as one HTML page that needs no script, no network and no other file.

File names are hostile: the templates escape all of them. Reads samples for their pictures, never writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import soundfile
from jinja2 import ChoiceLoader, PackageLoader

from wavized.errors import WavizedError
from wavized.training.audit import pictures
from wavized.training.audit.findings import KINDS, Audit, Finding, clear, plain
from wavized.training.audit.hearing import Advance, Heard
from wavized.training.audit.traits import MAKING, RATE, TRAITS
from wavized.training.corpus import LABELS, UNLABELLED_BASS
from wavized.training.evaluation.report import environment
from wavized.training.synthesis import LABELS as SYNTHESIZED
from wavized.training.synthesis import render as synthesize

SHOWN = 120
"""Findings of one kind that the page shows, most telling first; audit.json holds all."""
OF_A_SORT = 16
"""Flaws of one sort that the page shows, spread over all of them."""
PICTURED = frozenset(
    {"evaluation_leak", "family_leak", "label_conflict", "doubtful_label", "outlier", "flaw"}
)
RECORDINGS, RENDERS, MADE = 60, 24, 12
"""Most clips on a label's sheet, by where they come from."""

Sheet = list[tuple[str, list[tuple[str, str]]]]
"""Rows of a label's sheet: what they are, and for each clip its name and picture."""


def render(audit: Audit, heard: Sequence[Heard], advance: Advance) -> bytes:
    """The whole page."""
    shown = {kind: _shown(audit, kind) for kind in KINDS}
    album = _Album(heard, advance)
    wanted = [name for kind in PICTURED for finding in shown[kind] for name in finding.files]
    sheets = {label: _chosen(heard, label) for label in (*LABELS, UNLABELLED_BASS)}
    on_sheets = [clip.name for rows in sheets.values() for _, clips in rows for clip in clips]
    album.draw([*wanted, *on_sheets])
    made = environment(Path())
    made.loader = ChoiceLoader([PackageLoader("wavized.training.audit"), made.loader or ChoiceLoader([])])
    made.filters |= {"plain": plain, "brief": brief}
    page = made.get_template("audit.html").render(
        audit=audit,
        kinds=KINDS,
        shown_of=shown,
        limit=SHOWN,
        pictures=album.pictures,
        pictured=PICTURED,
        sheets={label: _sheet(label, rows, album) for label, rows in sheets.items() if rows},
        features=(*TRAITS, *MAKING),
        labels=[label for label in (*LABELS, UNLABELLED_BASS) if label in audit.quartiles],
    )
    return page.encode("utf-8")


def brief(value: float) -> str:
    """A number in as few digits as tell it."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _shown(audit: Audit, kind: str) -> list[Finding]:
    """What the page shows of one kind; of flaws, some of every sort."""
    found = [finding for finding in audit.of(kind) if clear(finding)]
    if kind != "flaw":
        return found[:SHOWN]
    sorts = [[f for f in found if f.reason.partition(":")[0] == sort] for sort in audit.flaws()]
    return [finding for flaws in sorts for finding in flaws[:: -(-len(flaws) // OF_A_SORT)]]


class _Album:
    """Pictures of clips by name, each drawn once; a clip that cannot be heard has none."""

    def __init__(self, heard: Sequence[Heard], advance: Advance) -> None:
        self._sources = {clip.name: clip.source for clip in heard if clip.traits}
        self._advance = advance
        self.pictures: dict[str, str] = {}

    def draw(self, names: Iterable[str]) -> None:
        wanted = [name for name in dict.fromkeys(names) if name in self._sources]
        for done, name in enumerate(wanted, 1):
            try:
                self.pictures[name] = pictures.of_source(self._sources[name])
            except (OSError, soundfile.LibsndfileError, WavizedError):
                pass  # gone or changed since it was heard: it has no picture, and the page says its name
            self._advance(done, len(wanted))


def _chosen(heard: Sequence[Heard], label: str) -> list[tuple[str, list[Heard]]]:
    """Which clips stand on a label's sheet: recordings, and renders spread over all families."""
    own = [clip for clip in heard if clip.source.label == label and clip.traits]
    recordings = [clip for clip in own if clip.source.real]
    renders = [clip for clip in own if not clip.source.real]
    rows = []
    for what, clips, most in (("recordings", recordings, RECORDINGS), ("renders", renders, RENDERS)):
        if clips:
            at = np.unique(np.linspace(0, len(clips) - 1, min(most, len(clips))).astype(int))
            ordered = sorted(clips, key=lambda clip: (clip.source.pack, clip.name))
            rows.append((f"{what}, {len(at)} of {len(clips)}", [ordered[index] for index in at]))
    return rows


def _sheet(label: str, rows: list[tuple[str, list[Heard]]], album: _Album) -> Sheet:
    sheet = [
        (what, [(clip.name, album.pictures[clip.name]) for clip in clips if clip.name in album.pictures])
        for what, clips in rows
    ]
    if label in SYNTHESIZED:
        made = [synthesize(label, np.random.default_rng((7, seed)), RATE) for seed in range(MADE)]
        drawn = [
            (f"{clip.shape[1] / RATE:.1f} s", pictures.as_address(pictures.shades(clip))) for clip in made
        ]
        sheet.append(("our own synthesis", drawn))
    return sheet
