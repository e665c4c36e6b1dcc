"""From `queued` to rest, a batch at a time: hear, decide, file. Runs on the pipeline thread.

Each step leaves the journal true: a crash at any point loses no job, and recovery carries on from the row.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wavized.domain.events import JobChanged
from wavized.domain.hearing import (
    Answer,
    Evidence,
    Fail,
    FileIt,
    Judgement,
    ModelInfo,
    Refused,
    Review,
    Scored,
    Skip,
    Unanswered,
)
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import Kind
from wavized.errors import FilingError
from wavized.logic.origins import named_path
from wavized.logic.policy import Thresholds, judge
from wavized.ports import Archives, Classifier, Clock, Events, Journal, Witnesses
from wavized.services.filing import Filing
from wavized.services.intake import describe_twin

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 2
"""A sample on which the worker broke this often is failed, so that it cannot stop the queue."""


@dataclass(frozen=True, slots=True)
class Sureness:
    """The user's thresholds; None means as the model says."""

    file_above: float | None = None
    margin: float | None = None
    reject_above: float | None = None

    def thresholds(self, model: ModelInfo) -> Thresholds:
        """The thresholds in force for this model."""
        return Thresholds.of(
            model, file_above=self.file_above, margin=self.margin, reject_above=self.reject_above
        )


def conclude(
    answer: Answer, model: ModelInfo, sureness: Sureness, others: Callable[[], Sequence[Evidence]] = tuple
) -> Judgement | None:
    """What follows from the ear's answer; None where there was no answer.

    `others` is asked for what is known beside the sound, only where there is something to weigh.
    """
    match answer:
        case Scored(scores=scores, model_id=model_id, evidence=heard):
            ear = Evidence("ear", scores, detail=model_id)
            return judge([ear, *heard, *others()], model, sureness.thresholds(model))
        case Refused(kind=Kind.UNREADABLE, reason=reason):
            return Judgement(Fail(f"unreadable: {reason}"), model_id=model.model_id)
        case Refused(kind=kind, reason=reason):
            return Judgement(Skip(kind, f"The file {reason}"), model_id=model.model_id)
        case Unanswered():
            return None


class Sorting:
    """Takes queued jobs of one origin to rest."""

    def __init__(
        self,
        *,
        journal: Journal,
        classifier: Classifier,
        filing: Filing,
        clock: Clock,
        events: Events,
        origin: Origin,
        sureness: Sureness,
        batch_size: int,
        archives: Archives,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._journal = journal
        self._classifier = classifier
        self._filing = filing
        self._clock = clock
        self._events = events
        self._origin = origin
        self.sureness = sureness
        self.batch_size = batch_size
        self._archives = archives
        self.witnesses = witnesses

    def step(self) -> bool:
        """Take the next batch as far as it goes; False where nothing waits.

        Raises ModelUnusableError or LibraryUnavailableError; the jobs concerned wait in the journal.
        """
        decided = self._waiting(JobState.DECIDED)
        for job in decided:
            self._carry_out(job)
        if decided:
            return True
        batch = self._next_batch()
        if not batch:
            return False
        self._hear(batch)
        return True

    def _waiting(self, state: JobState) -> list[Job]:
        return self._journal.find(states=(state,), origin=self._origin, limit=self.batch_size)

    def _next_batch(self) -> list[Job]:
        """The oldest queued jobs; one on which the worker broke before is asked alone."""
        queued = self._waiting(JobState.QUEUED)
        suspects = [job for job in queued if job.attempts]
        return [job for job in queued if not job.attempts] or suspects[:1]

    def _hear(self, batch: Sequence[Job]) -> None:
        self._classifier.info()  # a model that cannot be used is told before anything is written
        running = self._record([replace(job, state=JobState.CLASSIFYING) for job in batch])
        for job in running:
            self._bring_back(job)
        try:
            answers = self._classifier.classify([job.source for job in running])
            model = self._classifier.info()  # it may have been replaced since
        except BaseException:
            # Whatever happened (model unusable, Ctrl-C), these wait for the next try.
            self._record([replace(job, state=JobState.QUEUED) for job in running])
            raise
        heard = [
            self._heard(job, answer, self._conclude(job, answer, model))
            for job, answer in zip(running, answers, strict=True)
        ]
        for job in self._record(heard):
            if job.state is JobState.DECIDED:
                self._carry_out(job)

    def _bring_back(self, job: Job) -> None:
        """A sample from an archive may have been lost with the program's passing files meanwhile."""
        try:
            self._archives.restore(job)
        except FilingError as error:
            log.warning("%s", error)  # the worker says that it is not there

    def _conclude(self, job: Job, answer: Answer, model: ModelInfo) -> Judgement | None:
        return conclude(
            answer, model, self.sureness, partial(_ask, self.witnesses, job.source, named_path(job))
        )

    def _heard(self, job: Job, answer: Answer, judgement: Judgement | None) -> Job:
        if isinstance(answer, Unanswered):
            attempts = job.attempts + 1 if answer.suspect else job.attempts
            if attempts >= MAX_ATTEMPTS:
                reason = f"worker_crashed: {answer.reason}"
                return replace(job, state=JobState.FAILED, attempts=attempts, reason=reason)
            return replace(job, state=JobState.QUEUED, attempts=attempts)
        assert judgement is not None
        decision = judgement.decision
        state = JobState.FAILED if isinstance(decision, Fail) else JobState.DECIDED
        return replace(
            job,
            state=state,
            kind=decision.kind,
            category=decision.category if isinstance(decision, FileIt) else None,
            candidates=decision.candidates if isinstance(decision, Review) else (),
            confidence=None if isinstance(decision, Fail) else decision.confidence,
            scores=judgement.scores,
            evidence=judgement.evidence,
            reason=decision.reason,
            model_id=judgement.model_id,
            library=self._filing.shelves.library,
        )

    def _carry_out(self, job: Job) -> None:
        """What `decided` means is in the row: a category files, candidates ask, neither leaves alone."""
        if job.category is not None:
            # The library may be another one since it was decided; what is away must not hold up the rest.
            self._filing.file(replace(job, library=self._filing.shelves.library), job.category)
        elif job.candidates:
            self._ask_about(job)
        else:
            self._record([replace(job, state=JobState.SKIPPED)])

    def _ask_about(self, job: Job) -> None:
        """One question for each content, however many copies of it came at once."""
        twin = self._filing.twin_of(job)
        if twin is None:
            self._record([replace(job, state=JobState.AWAITING_REVIEW)])
        else:
            self._record([replace(job, state=JobState.SKIPPED, candidates=(), reason=describe_twin(twin))])

    def _record(self, jobs: Sequence[Job]) -> list[Job]:
        written = self._journal.advance(jobs, self._clock.now())
        for job in written:
            self._events.publish(JobChanged(job))
        return written


def hear_one_by_one(
    classifier: Classifier,
    paths: Sequence[Path],
    sureness: Sureness,
    witnesses: Witnesses | None = None,
    named: Sequence[Path] = (),
) -> list[Judgement]:
    """Judge files without a journal (`classify`, dry runs); one the worker broke on is asked once more.

    `named` are the paths whose names speak of them, where those are others.
    """
    judgements: list[Judgement] = []
    for path, name, answer in zip(paths, named or paths, classifier.classify(paths), strict=True):
        if isinstance(answer, Unanswered):
            answer = classifier.classify([path])[0]
        model = classifier.info()
        judgement = conclude(answer, model, sureness, partial(_ask, witnesses, path, name))
        if judgement is None:
            assert isinstance(answer, Unanswered)
            judgement = Judgement(Fail(f"worker_crashed: {answer.reason}"), model_id=model.model_id)
        judgements.append(judgement)
    return judgements


def _ask(witnesses: Witnesses | None, path: Path, named: Path) -> tuple[Evidence, ...]:
    """What is said of a file. A fault in reading names and tags must not hold up what the ear has heard."""
    try:
        return witnesses.about(path, named) if witnesses else ()
    except Exception:  # hostile names and tags are beside the point; the next try would meet them again
        log.exception("Names and tags of %s are left out", path)
        return ()
