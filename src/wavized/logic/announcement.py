"""The words of a pop-up about samples that came to rest, kept short. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from wavized.domain.job import Job, JobState
from wavized.logic.wording import shorten

MOST_TITLE = 63
"""Characters; Windows takes no more."""
MOST_TEXT = 200
_MOST_NAME = 48

TOLD = (JobState.FILED, JobState.AWAITING_REVIEW, JobState.FAILED)
"""How a sample ends that is told of, most welcome first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sample: `state` is one of TOLD.

    `came_from` is the pack: the archive, or the top folder below the watched one. A sample that lay in the
    watched folder itself (`loose`) came from there. `folder` is where it was filed.
    """

    state: JobState
    name: str
    came_from: str
    loose: bool = False
    folder: str = ""
    candidates: tuple[str, ...] = ()


def outcome_of(job: Job) -> Outcome:
    """What there is to tell of a job at rest."""
    came_from, loose = _origin(job)
    folder = job.target.parent.name if job.target else ""
    return Outcome(job.state, job.source.name, came_from, loose, folder, job.candidates)


def announce(outcomes: Sequence[Outcome]) -> str:
    """One sentence about all of them; there is at least one."""
    if len(outcomes) == 1:
        return shorten(_single(outcomes[0]), MOST_TEXT)
    filed, review, failed = (sum(one.state is state for one in outcomes) for state in TOLD)
    source = _source(outcomes)
    if filed:
        told = [f"{_count(filed, 'bass', 'basses')} filed{source}"]
    elif review:
        told = [f"{_count(review, 'sample')} to review{source}"]
    else:
        return shorten(f"{_count(failed, 'sample')}{source} could not be filed", MOST_TEXT)
    if filed and review:
        told.append(f"{review} to review")
    if failed:
        told.append(f"{failed} failed")
    return shorten(", ".join(told), MOST_TEXT)


def _single(one: Outcome) -> str:
    name = shorten(one.name, _MOST_NAME)
    if one.state is JobState.FILED:
        return f"{name} filed in {shorten(one.folder, _MOST_NAME)}"
    if one.state is JobState.FAILED:
        return f"{name} could not be filed"
    guess = " or ".join(one.candidates[:2])
    return f"{name} to review: {guess}?" if guess else f"{name} to review"


def _source(outcomes: Sequence[Outcome]) -> str:
    sources = {(one.came_from, one.loose) for one in outcomes}
    if len(sources) > 1:
        return f" from {len(sources)} {'folders' if any(loose for _, loose in sources) else 'packs'}"
    name = shorten(outcomes[0].came_from, _MOST_NAME)
    return f" from '{name}'" if name else ""


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _origin(job: Job) -> tuple[str, bool]:
    if job.archive is not None:
        return _without_ending(job.archive), False
    try:
        folders = job.source.relative_to(job.root).parts[:-1]
    except ValueError:
        return job.source.parent.name, False
    if not folders:
        return job.root.name, True
    lowered = [folder.casefold() for folder in folders[:-1]]
    at = lowered.index("packs") + 1 if "packs" in lowered else 0  # below a whole Splice folder
    return folders[at], False


def _without_ending(archive: Path) -> str:
    stem = PurePath(archive.stem)
    return stem.stem if stem.suffix.casefold() == ".tar" else stem.name
