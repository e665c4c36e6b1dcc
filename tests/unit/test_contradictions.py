"""Names beside the ear: what they may lift, what they may only question, and what they never file."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.house import MODEL
from wavized.domain.hearing import Evidence, FileIt, Review, Skip
from wavized.domain.sample import Kind
from wavized.logic import wording
from wavized.logic.names.lexicon import CATEGORY_WORDS
from wavized.logic.names.saying import SPLICE, STANDING, TAGS, from_names, from_text
from wavized.logic.policy import EAR_SHARE, Thresholds, judge

LABELS = (*MODEL.categories, *MODEL.rejects)
THRESHOLDS = Thresholds.of(MODEL)


def ear(label: str, share: float, other: str = "") -> Evidence:
    """The ear gives `share` to one label and the rest to another, or to all others alike."""
    rest = 1.0 - share
    scores = dict.fromkeys(LABELS, 0.0 if other else rest / (len(LABELS) - 1))
    return Evidence("ear", scores | {label: share} | ({other: rest} if other else {}))


def decide(heard: Evidence, name: str = "", folder: str = "", pack: str = ""):
    return judge([heard, *from_names(name, folder, pack)], MODEL, THRESHOLDS).decision


def test_agreement_lifts_what_the_ear_is_fairly_sure_of():
    """72 % is too little alone; with the name it is enough, and the reason tells both."""
    alone, together = decide(ear("reese", 0.725)), decide(ear("reese", 0.725), "wide_reese_D#")
    assert isinstance(alone, Review)
    assert isinstance(together, FileIt) and together.category == "reese"
    assert "72 %" in together.reason and "the name says reese" in together.reason


def test_agreement_does_not_lift_what_the_ear_is_unsure_of():
    """Below the floor even five witnesses of one mind only make it ask."""
    voices = [from_text(source, "reese") for source in STANDING]
    heard = ear("reese", EAR_SHARE * THRESHOLDS.file_above - 0.02)
    judgement = judge([heard, *(voice for voice in voices if voice)], MODEL, THRESHOLDS)
    assert judgement.scores["reese"] > THRESHOLDS.file_above
    assert isinstance(judgement.decision, Review)
    assert "too unsure" in judgement.decision.reason


def test_a_clear_contradiction_is_asked_about_and_says_who_said_what():
    """However sure the ear is, a name that plainly says another class makes it ask; both are offered."""
    decision = decide(ear("growl", 0.97), "dark_reese_01")
    assert isinstance(decision, Review)
    assert decision.reason == "The ear says growl (97 %), the name says reese"
    assert decision.candidates == ("growl", "reese")


def test_the_number_alone_contradicts_nobody():
    """`808` is in the name of many another bass: a sure ear files all the same."""
    decision = decide(ear("reese", 0.97), "808_dark_01")
    assert isinstance(decision, FileIt) and decision.category == "reese"


def test_a_pack_or_folder_alone_contradicts_nobody():
    """Packs and folders hold all sorts; both together with one mind make it ask."""
    assert isinstance(decide(ear("reese", 0.97), "x", pack="Acid Techno"), FileIt)
    assert isinstance(decide(ear("reese", 0.97), "x", folder="Acid"), FileIt)
    assert isinstance(decide(ear("reese", 0.97), "x", folder="Acid", pack="303 Acid"), Review)


@pytest.mark.parametrize(("name", "word"), [("reese_loop_140", "loop"), ("kick 04", "no bass")])
def test_a_loop_or_drum_by_name_is_not_filed_but_asked_about(name, word):
    """Nor is it left alone: the ear hears a bass one-shot, so a person says."""
    decision = decide(ear("reese", 0.97), name)
    assert isinstance(decision, Review)
    assert decision.reason == f"The ear says reese (97 %), the name says {word}"
    assert decision.candidates[0] == "reese"


def test_a_loop_that_ear_and_name_agree_on_is_left_alone():
    """The ear hears a loop most, though not enough; the name settles it."""
    heard = ear("loop", 0.45, "growl")
    heard = replace(heard, scores=heard.scores | {"growl": 0.3, "acid": 0.25})
    assert isinstance(decide(heard), Review)
    decision = decide(heard, "acid loop")
    assert isinstance(decision, Skip) and decision.kind is Kind.LOOP


def test_what_the_ear_rejects_is_asked_about_at_most():
    """A name may make a narrow rejection a question, never a filing; a broad one stays."""
    narrow = decide(ear("not_bass", 0.555, "reese"), "reese_01")
    assert isinstance(narrow, Review)
    assert narrow.reason == "The ear says no bass (55 %), the name says reese"
    assert narrow.candidates[0] == "reese"
    broad = decide(ear("not_bass", 0.97), "reese_01")
    assert isinstance(broad, Skip) and "the name says reese" in broad.reason


def test_without_an_ear_nothing_is_filed():
    """Names alone are no ground to act on."""
    decision = judge(from_names("reese", "Reese", "Reese"), MODEL, THRESHOLDS).decision
    assert not isinstance(decision, FileIt)


def test_without_names_everything_is_as_by_ear_alone():
    """A name that says nothing changes no word of the decision."""
    for heard in (ear("808", 0.95), ear("acid", 0.5, "growl"), ear("loop", 0.9)):
        assert decide(heard, "AU_bristly_G#", "Downloads") == decide(heard)


words = st.sampled_from(
    [
        "",
        "loop",
        "kick",
        "vox",
        "one_shot",
        "120 bpm",
        *(" ".join(p) for w in CATEGORY_WORDS.values() for p in w),
    ]
)
names = st.lists(words, max_size=3).map("_".join)
shares = st.lists(st.floats(0, 1), min_size=len(LABELS), max_size=len(LABELS)).filter(lambda s: sum(s) > 0)
bounds = st.builds(Thresholds, st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 1))


@given(shares, names, names, names, names, bounds)
def test_nothing_is_filed_that_the_ear_alone_rejects(raw, name, folder, tags, splice, thresholds):
    """Filed is only what the ear hears most, well enough, and does not reject, whatever is written."""
    total = sum(raw)
    heard = Evidence("ear", {label: value / total for label, value in zip(LABELS, raw, strict=True)})
    others = [*from_names(name, folder), from_text(TAGS, tags), from_text(SPLICE, splice)]
    evidence = [heard, *(said for said in others if said)]
    judgement = judge(evidence, MODEL, thresholds)
    assert math.isclose(sum(judgement.scores.values()), 1.0, rel_tol=1e-9)
    alone = judge([heard], MODEL, thresholds)
    if isinstance(judgement.decision, FileIt):
        category = judgement.decision.category
        assert not isinstance(alone.decision, Skip)
        assert alone.scores[category] == max(alone.scores[label] for label in MODEL.categories)
        assert alone.scores[category] >= EAR_SHARE * thresholds.file_above
        assert judgement.scores[category] >= thresholds.file_above
        assert sum(judgement.scores[label] for label in MODEL.rejects) < thresholds.reject_above


@given(names)
def test_a_name_is_told_in_words(name):
    """Every witness can be told in a sentence that names who says it and by which words."""
    for said in from_names(name):
        told = wording.testimony(said)
        assert told.startswith("the name says ") and said.detail in told
    assert wording.testimony(ear("acid", 0.93)) == "the ear says acid (93 %)"


def test_several_sources_are_told_together():
    """One mind, one sentence."""
    decision = decide(ear("growl", 0.97), "reese 1", folder="Reese")
    assert decision.reason.endswith("the name and the folder say reese")
