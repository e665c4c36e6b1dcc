"""The user's word: put a filed sample elsewhere, answer what was asked, undo. Runs on the pipeline thread.

A correction is journalled as a label for later training. Everything here refuses rather than guess: a
filed sample that the user has changed since stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wavized.domain.job import Job, JobState, Origin
from wavized.errors import (
    ChangedByUserError,
    FilingError,
    LeftUnderWayError,
    LibraryUnavailableError,
    UsageError,
)
from wavized.logic.lifecycle import AT_REST
from wavized.logic.selection import is_archive
from wavized.ports import Archives, Clock, Filer, Journal, JournalReader
from wavized.services.filing import Filing
from wavized.services.intake import Digest

UNDOING = "undoing"
"""Setting that names the jobs whose undo is under way, for recovery after a crash."""


def undoing(journal: JournalReader) -> list[int]:
    """The jobs whose undo was begun and not noted as done: the last, and any that the journal failed on."""
    return [int(number) for number in (journal.setting(UNDOING) or "").split(",") if number]


def note_undoing(journal: Journal, jobs: Sequence[int]) -> None:
    """Keep which jobs are being undone."""
    journal.put_setting(UNDOING, ",".join(map(str, jobs)) or None)


class Reviewing:
    """Corrects, confirms and undoes."""

    def __init__(
        self,
        *,
        journal: Journal,
        filer: Filer,
        filing: Filing,
        digest: Digest,
        clock: Clock,
        archives: Archives,
    ) -> None:
        self._journal = journal
        self.filer = filer
        self._filing = filing
        self._digest = digest
        self._clock = clock
        self._archives = archives

    def correct(
        self, job_id: int, category: str, *, categories: Sequence[str], rejects: Sequence[str]
    ) -> Job:
        """File this sample as `category`, whatever was decided before; a reject label takes it out again.

        Raises UsageError (no such job or category, or it is under way), FilingError, ChangedByUserError,
        LibraryUnavailableError.
        """
        job = self._at_rest(job_id)
        if category in rejects:
            return self._reject(job, category)
        if category not in categories:
            known = ", ".join((*categories, *rejects))
            raise UsageError(f"There is no category {category!r}", hint=f"Known are: {known}")
        reason = f"You filed it as {category}"
        if job.state is not JobState.FILED:
            done = self._file_by_hand(job, category, reason)
        elif category == job.category:
            done = self._filing.record(replace(job, corrected=True, reason=reason))
        else:
            done = self._filing.relocate(job, category, reason)
        self._journal.label(done, category, self._clock.now())
        return done

    def undo(self, job_id: int) -> Job:
        """Take a filing back: the source is as it was, the library without the sample."""
        job = self._at_rest(job_id)
        if job.state is not JobState.FILED:
            raise UsageError(
                f"No. {job_id} is {job.state.replace('_', ' ')}, so there is nothing to undo",
                hint="wavized history --state filed shows what can be undone",
            )
        return self._take_back(job, "You undid it")

    def retry(self, job_id: int) -> Job:
        """Hear a failed sample again."""
        job = self._at_rest(job_id)
        if job.state is not JobState.FAILED:
            raise UsageError(f"No. {job_id} has not failed, it is {job.state.replace('_', ' ')}")
        digest = job.digest or self._read(job)
        return self._filing.record(replace(job, state=JobState.QUEUED, digest=digest, attempts=0, reason=""))

    def _at_rest(self, job_id: int) -> Job:
        job = self._journal.get(job_id)
        if job is None:
            raise UsageError(f"There is no sample no. {job_id}", hint="wavized history lists them")
        if job.state not in AT_REST:
            raise UsageError(f"No. {job_id} is being worked on", hint="Try again in a moment")
        if job.archive is None and is_archive(job.source.name):
            raise UsageError(
                f"No. {job_id} is an archive and no sample",
                hint="Unpack it into a watched folder, or try it again with: wavized sort ARCHIVE",
            )
        # From here on it is the daemon's (or of whoever holds its lock): no sort beside it may touch it.
        return replace(job, origin=Origin.WATCH)

    def _read(self, job: Job) -> str:
        self._archives.restore(job)
        try:
            return self._digest(job.source)
        except OSError as error:
            raise FilingError(f"{job.source} cannot be read: {error.strerror or error}") from error

    def _file_by_hand(self, job: Job, category: str, reason: str) -> Job:
        if not job.digest:
            job = replace(job, digest=self._read(job))
        wanted = replace(job, corrected=True, reason=reason)
        try:
            done = self._filing.file(wanted, category)
        except LeftUnderWayError:
            raise  # recovery finishes it as the user said
        except LibraryUnavailableError:
            # Back to where it was, so that the answer can be given again once the library is there.
            before = JobState.SKIPPED if job.state is JobState.REVERTED else job.state
            self._filing.record(replace(job, state=before))
            raise
        if done.state is JobState.FAILED:
            raise FilingError(done.reason, hint="" if job.archive else "The sample stays where it is")
        return done

    def _reject(self, job: Job, label: str) -> Job:
        reason = f"You said it is {label.replace('_', ' ')}"
        if job.state is JobState.FILED:
            done = self._take_back(job, reason)
        elif job.state is JobState.AWAITING_REVIEW:
            done = self._filing.record(
                replace(job, state=JobState.SKIPPED, candidates=(), corrected=True, reason=reason)
            )
        else:
            done = self._filing.record(replace(job, corrected=True, reason=reason))
        self._journal.label(done, label, self._clock.now())
        return done

    def _take_back(self, job: Job, reason: str) -> Job:
        self._archives.restore(job)  # the sample must be somewhere else before it leaves the library
        before = undoing(self._journal)
        others = [number for number in before if number != job.id]
        note_undoing(self._journal, [*others, job.id])
        try:
            self.filer.take_back(job)
        except ChangedByUserError:
            note_undoing(self._journal, before)  # with this one, where an earlier try got as far as the disk
            raise
        except (FilingError, LibraryUnavailableError) as error:
            settle_undo(self._journal, self._filing)  # it may be done but for the last word of the disk
            settled = self._journal.get(job.id) or job
            if settled.state is not JobState.REVERTED:
                if job.id in undoing(self._journal):
                    raise LeftUnderWayError(error.message, hint=error.hint) from error
                raise
            job = settled
        done = self._filing.record(replace(job, state=JobState.REVERTED, corrected=True, reason=reason))
        note_undoing(self._journal, others)  # after any other failure recovery settles it
        return done


def settle_undo(journal: Journal, filing: Filing) -> None:
    """Undos were under way: where the sample has left the library, say so in the journal.

    Where the library does not tell, the undo stays noted as under way.
    """
    unfinished = undoing(journal)
    left = [number for number in unfinished if not _is_settled(number, journal, filing)]
    if left != unfinished:
        note_undoing(journal, left)


def _is_settled(number: int, journal: Journal, filing: Filing) -> bool:
    job = journal.get(number)
    if job is None or job.state is not JobState.FILED or job.target is None:
        return True
    try:
        if job.library is not None and not job.library.is_dir():
            return False  # nothing can be told while the library is away
        gone = _is_gone(job.target)
    except OSError:
        return False
    if gone:
        filing.record(replace(job, state=JobState.REVERTED, reason="You undid it"))
    return True


def _is_gone(path: Path) -> bool:
    """Whether nothing has this name; raises OSError where the disk does not say."""
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    return False
