"""Which state a job may go to from which. Pure."""

from __future__ import annotations

from wavized.domain.job import JobState
from wavized.errors import IllegalTransitionError

S = JobState

LEGAL: dict[JobState, frozenset[JobState]] = {
    S.QUEUED: frozenset({S.CLASSIFYING, S.SKIPPED, S.FAILED}),
    S.CLASSIFYING: frozenset({S.DECIDED, S.QUEUED, S.FAILED}),
    S.DECIDED: frozenset({S.FILING, S.AWAITING_REVIEW, S.SKIPPED, S.FAILED}),
    # back to `decided` when a filing was rolled back or the library is away; back to `filed` or to
    # `awaiting_review`, `skipped`, `failed`, `reverted` when a correction could not be carried out
    S.FILING: frozenset({S.FILED, S.DECIDED, S.SKIPPED, S.FAILED, S.AWAITING_REVIEW, S.REVERTED}),
    # a correction files anew, an undo takes back
    S.FILED: frozenset({S.FILING, S.REVERTED}),
    S.AWAITING_REVIEW: frozenset({S.FILING, S.SKIPPED, S.FAILED}),
    # "file it anyway as …" and retry
    S.SKIPPED: frozenset({S.FILING}),
    S.FAILED: frozenset({S.QUEUED, S.FILING}),
    S.REVERTED: frozenset({S.FILING}),
}

AT_REST = frozenset({S.FILED, S.AWAITING_REVIEW, S.SKIPPED, S.FAILED, S.REVERTED})
"""States in which nothing is under way."""

PENDING = frozenset(JobState) - AT_REST
"""States that the pipeline will carry on from by itself."""


def check(before: JobState, after: JobState) -> None:
    """Raise IllegalTransitionError unless the move is legal; keeping the state always is."""
    if after != before and after not in LEGAL[before]:
        raise IllegalTransitionError(
            f"A job cannot go from {before} to {after}",
            hint="This is a fault in Wavized; please report it",
        )
