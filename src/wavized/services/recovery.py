"""After a crash: make journal and disk agree again, before the pipeline takes up work."""

from __future__ import annotations

from dataclasses import replace

from wavized.domain.job import Job, JobState, Origin
from wavized.errors import FilingError, LibraryUnavailableError
from wavized.ports import Clock, Filer, Journal
from wavized.services.filing import Filing
from wavized.services.review import settle_undo


def recover(
    *, journal: Journal, filer: Filer, filing: Filing, clock: Clock, origin: Origin, carry_on: bool
) -> list[Job]:
    """Finish or roll back what a killed process left under way; returns the jobs it touched.

    With `carry_on` what was queued stays queued (the daemon); without, it is closed as interrupted (a
    one-time sort that was killed is not resumed behind the user's back).
    """
    touched = [
        _settle_filing(job, journal, filer, filing, clock)
        for job in journal.find(states=(JobState.FILING,), origin=origin)
    ]
    if origin is Origin.WATCH:  # whoever undoes holds the daemon's lock; a sort beside it must not meddle
        settle_undo(journal, filing)
    touched += _close_turned_away(journal, clock, origin)
    left = journal.find(states=(JobState.CLASSIFYING,), origin=origin)
    requeued = (
        journal.advance([replace(job, state=JobState.QUEUED) for job in left], clock.now()) if left else []
    )
    touched += requeued
    if not carry_on:
        touched += close_interrupted(journal, clock, origin, "interrupted: the program was stopped")
    return touched


def close_interrupted(journal: Journal, clock: Clock, origin: Origin, reason: str) -> list[Job]:
    """Close every job that has not come to rest, as failed; the samples stay where they are."""
    left = journal.find(states=(JobState.QUEUED, JobState.CLASSIFYING, JobState.DECIDED), origin=origin)
    if not left:
        return []
    return journal.advance([replace(job, state=JobState.FAILED, reason=reason) for job in left], clock.now())


def _close_turned_away(journal: Journal, clock: Clock, origin: Origin) -> list[Job]:
    """Intake was killed between opening a job and closing it: only what is not to be heard has no digest."""
    left = journal.find(states=(JobState.QUEUED,), origin=origin, digest="")
    reason = "turned away when it arrived, but the program was stopped before it noted why"
    closed = [replace(job, state=JobState.FAILED, reason=reason) for job in left]
    return journal.advance(closed, clock.now()) if closed else []


def _settle_filing(job: Job, journal: Journal, filer: Filer, filing: Filing, clock: Clock) -> Job:
    try:
        placed = filer.recover(job)
        if placed is not None and job.previous_target is not None and job.candidates:
            category = job.candidates[0]  # the user's word, which the crash kept from being noted
            done = filing.finish(replace(job, corrected=True, reason=f"You filed it as {category}"), placed)
            journal.label(done, category, clock.now())
            return done
        if placed is not None:
            done = filing.finish(job, placed)
            if job.corrected and job.category is not None:
                journal.label(done, job.category, clock.now())
            return done
        if job.previous_target is not None and job.candidates:
            still_filed = replace(
                job, state=JobState.FILED, target=job.previous_target, previous_target=None, candidates=()
            )
            filed = journal.advance([still_filed], clock.now())[0]
            return filing.relocate(filed, job.candidates[0], f"You filed it as {job.candidates[0]}")
        return journal.advance([replace(job, state=JobState.DECIDED, target=None)], clock.now())[0]
    except LibraryUnavailableError:
        return job  # the library is away: the row stays `filing` and is settled when it is back
    except FilingError as error:
        current = journal.get(job.id) or job
        if current.state is not JobState.FILING:
            return current
        before = current.previous_target
        if before is not None and before.exists():  # a correction that did not come about
            settled = replace(
                current, state=JobState.FILED, target=before, previous_target=None, candidates=()
            )
        else:
            settled = replace(current, state=JobState.FAILED, target=None, reason=str(error))
        return journal.advance([settled], clock.now())[0]
