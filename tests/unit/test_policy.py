"""The decision: file, ask, or leave alone."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.hearing import Evidence, FileIt, ModelInfo, Review, Skip
from wavized.domain.sample import Kind
from wavized.logic import wording
from wavized.logic.policy import Thresholds, judge
from wavized.logic.pooling import pool

MODEL = ModelInfo(
    model_id="test",
    categories=("808", "acid", "reese"),
    rejects={"not_bass": Kind.NOT_BASS, "loop": Kind.LOOP},
    file_above=0.8,
    margin=0.3,
    reject_above=0.5,
    sample_rate=16_000,
    window_s=3.0,
)
LABELS = (*MODEL.categories, *MODEL.rejects)
THRESHOLDS = Thresholds.of(MODEL)


def ear(**scores):
    rest = (1.0 - sum(scores.values())) / (len(LABELS) - len(scores))
    named = {label.removeprefix("_"): score for label, score in scores.items()}
    return Evidence("ear", {label: named.get(label, rest) for label in LABELS})


def decide(*evidence):
    return judge(evidence, MODEL, THRESHOLDS).decision


def test_a_sure_category_is_filed_and_says_what_else_it_might_be():
    """A clear winner is filed with its confidence and the runner-up in the reason."""
    decision = decide(ear(reese=0.93, acid=0.04))
    assert isinstance(decision, FileIt)
    assert decision.category == "reese"
    assert math.isclose(decision.confidence, 0.93, abs_tol=1e-6)
    assert "acid" in decision.reason


def test_two_close_categories_are_asked_about():
    """Without the margin it asks, best guess first."""
    decision = decide(ear(acid=0.5, reese=0.44))
    assert isinstance(decision, Review)
    assert decision.candidates == ("acid", "reese")


def test_just_under_the_threshold_is_asked_about():
    """A probable category that misses the threshold goes to review, and the reason names the threshold."""
    decision = decide(ear(_808=0.79))
    assert isinstance(decision, Review)
    assert "80 %" in decision.reason


def test_a_loop_is_left_alone_as_a_loop():
    """Rejects add up, and the likeliest of them names the kind."""
    decision = decide(ear(loop=0.4, not_bass=0.25))
    assert isinstance(decision, Skip)
    assert decision.kind is Kind.LOOP


def test_a_sample_that_may_be_no_bass_is_asked_about():
    """Below the rejection threshold a likely reject is said in the reason."""
    decision = decide(ear(acid=0.55, not_bass=0.42))
    assert isinstance(decision, Review)
    assert "no bass" in decision.reason


def test_a_category_may_ask_for_more_or_less_than_the_others():
    """The model's own threshold for a category counts for it alone, and the reason names it."""
    model = replace(MODEL, file_above_for={"808": 0.98, "acid": 0.7})
    own = Thresholds.of(model)
    asked = judge([ear(_808=0.93)], model, own).decision
    assert isinstance(asked, Review) and "98 %" in asked.reason
    assert isinstance(judge([ear(_808=0.985)], model, own).decision, FileIt)
    assert isinstance(judge([ear(acid=0.75)], model, own).decision, FileIt)
    assert isinstance(judge([ear(reese=0.75)], model, own).decision, Review)


def test_a_users_threshold_is_meant_for_every_category():
    """Whoever sets one in the config sets it for all, above or below what the model would have."""
    model = replace(MODEL, file_above_for={"808": 0.98, "acid": 0.7})
    users = Thresholds.of(model, file_above=0.9)
    assert isinstance(judge([ear(_808=0.93)], model, users).decision, FileIt)
    assert isinstance(judge([ear(acid=0.85)], model, users).decision, Review)


def test_the_user_can_ask_for_more_certainty():
    """A threshold from the config replaces the model's own."""
    stricter = Thresholds.of(MODEL, file_above=0.95)
    assert isinstance(judge([ear(reese=0.93)], MODEL, stricter).decision, Review)


def test_a_second_witness_can_tip_the_balance():
    """Evidence is pooled: two witnesses who lean the same way are surer than one."""
    lean = ear(acid=0.6, reese=0.3)
    name = Evidence("name", {"acid": 0.9, "808": 0.05, "reese": 0.05})
    assert isinstance(decide(lean), Review)
    assert isinstance(decide(lean, name), FileIt)


def test_a_witness_with_no_weight_changes_nothing():
    """Weight zero is no vote."""
    one = ear(acid=0.6, reese=0.3)
    contrary = Evidence("name", {"808": 0.99, "acid": 0.005, "reese": 0.005}, weight=0.0)
    assert pool([one], LABELS) == pool([one, contrary], LABELS)


def rhythm(ratio):
    """A rhythm that is so many times likelier in a loop."""
    scores = {label: ratio / (1 + ratio) if label == "loop" else 1 / (1 + ratio) for label in LABELS}
    return Evidence("rhythm", scores, detail="8 even onsets in 4.0 s")


def test_the_rhythm_can_make_a_loop_of_what_the_ear_doubts():
    """A sound that the ear cannot tell from a loop is left alone for its rhythm, and the reason says so."""
    doubtful = ear(acid=0.6, loop=0.3)
    assert isinstance(decide(doubtful), Review)
    decision = decide(doubtful, rhythm(10))
    assert isinstance(decision, Skip)
    assert decision.kind is Kind.LOOP
    assert decision.reason.startswith("Sounds like a loop: 8 even onsets in 4.0 s (")


def test_the_rhythm_of_one_sound_is_no_reason_for_a_loop():
    """What the ear calls a loop against the rhythm is explained by the ear alone."""
    decision = decide(ear(loop=0.97), rhythm(0.5))
    assert isinstance(decision, Skip)
    assert "onsets" not in decision.reason


def test_the_rhythm_never_chooses_among_the_categories():
    """It speaks of loops only: what the ear hears most stays first, as sure against the others as before."""
    one = ear(acid=0.5, reese=0.3)
    was, now = judge([one], MODEL, THRESHOLDS), judge([one, rhythm(0.2)], MODEL, THRESHOLDS)
    assert math.isclose(was.scores["acid"] / was.scores["reese"], now.scores["acid"] / now.scores["reese"])


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(10, "the rhythm says loop"), (0.3, "the rhythm says one sound, no loop"), (1, "nothing either way")],
)
def test_the_rhythm_is_told_in_words(ratio, told):
    """What the rhythm says comes with what it went by."""
    words = wording.testimony(rhythm(ratio))
    assert told in words
    assert words.endswith('("8 even onsets in 4.0 s")')


def test_a_sure_bass_survives_a_strong_rhythm():
    """A wobble that the ear is sure of is not thrown away for its rhythm: at worst it is asked about."""
    assert not isinstance(decide(ear(reese=0.97, loop=0.01), rhythm(10)), Skip)


def test_a_rhythm_is_heard_and_contradicts_nobody():
    """The rhythm is no witness from outside: it is never set against the ear as a name is."""
    decision = decide(ear(reese=0.93, loop=0.02), rhythm(10))
    assert "rhythm" not in decision.reason


probabilities = st.lists(st.floats(0, 1), min_size=len(LABELS), max_size=len(LABELS)).filter(
    lambda p: sum(p) > 0
)


@given(probabilities, probabilities, st.floats(0, 3))
def test_pooled_scores_are_a_distribution(first, second, weight):
    """Whatever the witnesses say, the pooled scores are finite, not negative and sum to 1."""
    evidence = [
        Evidence("ear", dict(zip(LABELS, first, strict=True))),
        Evidence("name", dict(zip(LABELS, second, strict=True)), weight=weight),
    ]
    scores = pool(evidence, LABELS)
    assert math.isclose(sum(scores.values()), 1.0, rel_tol=1e-9)
    assert all(0.0 <= score <= 1.0 for score in scores.values())


@given(probabilities)
def test_nothing_below_the_threshold_is_ever_filed(raw):
    """No score vector gets past the threshold or the margin into the library."""
    total = sum(raw)
    scores = {label: value / total for label, value in zip(LABELS, raw, strict=True)}
    judgement = judge([Evidence("ear", scores)], MODEL, THRESHOLDS)
    if isinstance(judgement.decision, FileIt):
        ranked = sorted((judgement.scores[label] for label in MODEL.categories), reverse=True)
        assert ranked[0] >= THRESHOLDS.file_above
        assert ranked[0] - ranked[1] >= THRESHOLDS.margin
