"""A journal as it looks after long use, written straight into SQLite; sounds only where they matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from support.audio import write_tone
from wavized.domain.job import Job, JobState, NewJob, Origin
from wavized.domain.sample import FileStat, FilingMode, Kind
from wavized.journal import SqliteJournal

S = JobState
CATEGORIES = ("808", "acid", "brass", "growl", "reese", "slap", "sub")
NASTY = "<img src=x onerror=alert(1)>.wav"
"""A file's name that would run in a page that takes names for HTML."""
_NASTY_STEM = NASTY.removesuffix(".wav")
_WAY = {
    S.FILED: (S.CLASSIFYING, S.DECIDED, S.FILING, S.FILED),
    S.AWAITING_REVIEW: (S.CLASSIFYING, S.DECIDED, S.AWAITING_REVIEW),
    S.SKIPPED: (S.SKIPPED,),
    S.FAILED: (S.FAILED,),
}
_SCORES = {"reese": 0.61, "growl": 0.24, "sub": 0.06, "808": 0.04, "acid": 0.02, "brass": 0.02, "slap": 0.01}


def stock(journal_file: Path, inbox: Path, library: Path, filed: int) -> None:
    """So many filed rows without sounds, then a few of every state with sounds, nasty names among them."""
    journal_file.parent.mkdir(parents=True, exist_ok=True)
    with SqliteJournal(journal_file) as journal:
        _add_many(journal, inbox, library, filed)
        for number, name in enumerate((NASTY, "Warehouse Reese F# 01.wav", "rolling sub.wav")):
            target = write_tone(library / CATEGORIES[number] / name, frequency=60.0 + number)
            _add(journal, inbox, name, S.FILED, target=target, library=library, **_heard(CATEGORIES[number]))
        for name in (f"{_NASTY_STEM} ask.wav", "Bass_07_Am.wav", "a name that goes on and on " * 5 + ".wav"):
            _add(journal, inbox, name, S.AWAITING_REVIEW, candidates=("reese", "growl"), **_heard("reese"))
        for name in (f"{_NASTY_STEM} loop.wav", "drum loop 120.wav"):
            _add(journal, inbox, name, S.SKIPPED, kind=Kind.LOOP, reason="loop: it repeats every 0.5 s")
        for name in (f"{_NASTY_STEM} broken.wav", "half of it.wav"):
            _add(journal, inbox, name, S.FAILED, reason="unreadable: the file ends early")


def _heard(category: str) -> dict[str, object]:
    reason = "61 % reese, 24 % growl: too close to tell"
    return {"category": category, "confidence": 0.61, "scores": _SCORES, "model_id": "tiny", "reason": reason}


def _add(journal: SqliteJournal, inbox: Path, name: str, state: JobState, **fields: object) -> None:
    source = write_tone(inbox / name, frequency=45.0 + len(name))
    about = source.stat()
    new = _new(inbox, source, FileStat(about.st_size, about.st_mtime_ns))
    _walk(journal, journal.open_jobs([new], 1000.0), state, 20_000_000.0, [fields])


def _add_many(journal: SqliteJournal, inbox: Path, library: Path, number: int) -> None:
    names = [f"pack {one // 40}/one shot {one:05d}.wav" for one in range(number)]
    opened = journal.open_jobs([_new(inbox, inbox / name, FileStat(1, 1)) for name in names], 1000.0)
    last = [
        _heard(category) | {"library": library, "target": library / category / job.source.name}
        for job, category in zip(opened, CATEGORIES * number, strict=False)
    ]
    _walk(journal, opened, S.FILED, 2000.0, last)


def _walk(
    journal: SqliteJournal,
    jobs: list[Job],
    state: JobState,
    at: float,
    last: Sequence[dict[str, object]],
) -> None:
    for step in _WAY[state]:
        jobs = journal.advance([replace(job, state=step) for job in jobs], at)
    journal.advance([replace(job, **fields) for job, fields in zip(jobs, last, strict=True)], at)  # type: ignore[arg-type]  # names and values of Job's own fields


def _new(inbox: Path, source: Path, stat: FileStat) -> NewJob:
    return NewJob(Origin.WATCH, inbox, source, stat, str(source).encode().hex()[-64:], FilingMode.COPY)
