"""The life of a job."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.job import JobState
from wavized.errors import IllegalTransitionError
from wavized.logic.lifecycle import AT_REST, LEGAL, PENDING, check


@pytest.mark.parametrize(
    "path",
    [
        "queued classifying decided filing filed reverted",
        "queued classifying decided awaiting_review filing filed",
        "queued classifying decided skipped filing filed filing filed",
        "queued failed queued",
        "queued classifying queued classifying failed",
    ],
)
def test_the_ways_of_a_sample_are_legal(path):
    """The ways described in the architecture can be gone."""
    states = [JobState(word) for word in path.split()]
    for before, after in itertools.pairwise(states):
        check(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("queued", "filed"), ("classifying", "filing"), ("filed", "queued"), ("skipped", "filed")],
)
def test_nothing_is_filed_without_being_announced(before, after):
    """No state but `filing` leads to `filed`, and what is filed is not queued again."""
    with pytest.raises(IllegalTransitionError):
        check(JobState(before), JobState(after))


def test_only_filing_leads_to_filed():
    """Journal first: whatever lies in the library was announced before."""
    assert {before for before, after in LEGAL.items() if JobState.FILED in after} == {JobState.FILING}


@given(st.sampled_from(JobState))
def test_every_state_is_either_at_rest_or_pending_and_can_come_to_rest(state):
    """From every state a state at rest can be reached."""
    assert (state in AT_REST) != (state in PENDING)
    reached, frontier = {state}, {state}
    while frontier:
        frontier = {after for before in frontier for after in LEGAL[before]} - reached
        reached |= frontier
    assert reached & AT_REST
