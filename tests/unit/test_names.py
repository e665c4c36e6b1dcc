"""What words in names say: tokens, synonyms, contexts, and sources of unlike strength."""

from __future__ import annotations

import math
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.logic.names import lexicon
from wavized.logic.names.saying import (
    FOLDER,
    NAME,
    PACK,
    SPLICE,
    STANDING,
    TAGS,
    folders_of,
    from_names,
    from_splice,
    from_tags,
    from_text,
)
from wavized.logic.names.tokens import MAX_CHARACTERS, tokens


def says(text: str, source: str = NAME) -> str:
    """The label that a text speaks for most, or nothing where none stands out."""
    said = from_text(source, text)
    if said is None:
        return ""
    best = max(said.scores.values())
    labels = [label for label, score in said.scores.items() if math.isclose(score, best)]
    return labels[0] if len(labels) == 1 else ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AU_ESH2_bass-synth one.shot", "au esh 2 bass synth one shot"),
        ("TB303Squelch", "tb 303 squelch"),
        ("SubBass01", "sub bass 01"),
        ("SPNZ CLIP 808 D#", "spnz clip 808 d"),
        ("DnBGrowl", "dn b growl"),
        ("120bpm", "120 bpm"),
        ("cafe\u0301Basse", "caf\u00e9 basse"),
        ("Stra\u00dfe", "strasse"),
        ("", ""),
        ("___", ""),
    ],
)
def test_names_are_cut_where_words_part(text, words):
    """Underscores, dashes, spaces, dots, humps and digits part words; accents are composed, case is gone."""
    assert tokens(text) == tuple(words.split())


@given(st.text())
def test_any_text_is_cut_without_loss_or_error(text):
    """Every letter and digit comes back, in order, lower-cased; nothing raises, whatever the text is."""
    import unicodedata

    plain = unicodedata.normalize("NFC", text[:MAX_CHARACTERS])
    assert "".join(tokens(text)) == "".join(c for c in plain if c.isalnum()).casefold()


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_any_text_is_a_fair_witness(text):
    """Likelihoods are positive and sum to 1 for any text at all, also for one that is no Unicode."""
    for source in STANDING:
        said = from_text(source, text)
        if said is not None:
            assert set(said.scores) == {*lexicon.CATEGORIES, *lexicon.REJECTS}
            assert math.isclose(sum(said.scores.values()), 1.0)
            assert all(0.0 < score < 0.9 for score in said.scores.values())
            assert said.detail


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("808 Long Boi (C)", "808"),
        ("SPNZ CLIP 808 D#", "808"),
        ("fat 808s", "808"),
        ("eight-oh-eight", "808"),
        ("TR808 bass", "808"),
        ("ALD_303_hollow_D", "acid"),
        ("TB303 line", "acid"),
        ("Squelchy", "acid"),
        ("Low Horns", "brass"),
        ("Brass Stab 01 (Dry)", "brass"),
        ("DNP_174_growl_one_shot_yoi_F", "growl"),
        ("neuro talker", "growl"),
        ("WubWub", "growl"),
        ("wobbles", "growl"),
        ("Reece bass", "reese"),
        ("DS_bass_synth_one_shot_witness_reese_wide_D#min", "reese"),
        ("SHT_slap_bass_donk_E", "slap"),
        ("slapped", "slap"),
        ("SUBBASS", "sub"),
        ("Deep Sub", "sub"),
        ("808 reese", "reese"),
    ],
)
def test_class_words_and_their_synonyms_speak_for_their_class(text, label):
    """What producers write for each of the seven sounds; a class word weighs more than the number 808."""
    assert says(text) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("808_kit_snare", "not_bass"),
        ("808 snare", "not_bass"),
        ("808 clap", "not_bass"),
        ("tr808 cowbell", "not_bass"),
        ("808 drums", "not_bass"),
        ("BassDrum 04", "not_bass"),
        ("Closed Hi-Hats", "not_bass"),
        ("303 kick", "not_bass"),
        ("Synth Lead", "not_bass"),
        ("Vox Chop - Ooh (Am)", "not_bass"),
        ("DS_PDH_120_bass_synth_loop_witness_reese_wide_D#min", "loop"),
        ("ALD_acid_loop_147_Am", "loop"),
        ("dirt 150bpm", "loop"),
        ("bpm 96 thing", "loop"),
    ],
)
def test_what_is_no_bass_one_shot_is_said(text, label):
    """Drums, loops and tempos speak against a bass, and silence the number beside them."""
    assert says(text) == label


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bass_synth_bristly_G#",
        "808 kit",
        "Drum and Bass",
        "Drum & Bass",
        "Pluck Bass",
        "Vocal Bass",
        "sub drop a",
        "air horn",
        "one shot loop",
        "bpm",
        "9999 bpm",
        "class",
        "submarine",
        "loopy placid",
    ],
)
def test_what_says_nothing_is_no_vote(text):
    """Genres, kits, words that only contain another, and contradictions are silent."""
    assert says(text) == ""


def test_a_one_shot_speaks_against_a_loop_only():
    """`one shot` names no class, and takes its voice from a tempo beside it."""
    said = from_text(NAME, "AU_120bpm_bass_one_shot")
    assert said is not None and min(said.scores, key=lambda label: said.scores[label]) == "loop"
    assert len({said.scores[label] for label in lexicon.CATEGORIES}) == 1


def test_a_genre_in_a_tag_is_no_sound():
    """`Neurofunk` as a tag of its own is for whom it is made; in a title it is a word like others."""
    assert from_tags(["Neurofunk", "Drum & Bass"]) is None
    said = from_tags(["Neurofunk Talker", "Neurofunk"])
    assert said is not None and said.detail == "neurofunk" and said.source == TAGS


def test_sources_are_believed_in_order():
    """A file's own name says more than its folder, and that more than the pack."""
    shares = [from_text(source, "reese").scores["reese"] for source in (NAME, FOLDER, PACK)]
    assert shares == sorted(shares, reverse=True)
    assert from_text(PACK, "Trap Drum Kit with Loops") is None, "a pack of drums and loops may hold basses"


def test_all_sources_together_count_no_more_than_one():
    """Weights sum to 1, since names, folders and tags mostly repeat each other."""
    assert math.isclose(sum(standing.weight for standing in STANDING.values()), 1.0)
    assert set(STANDING) == {NAME, FOLDER, PACK, TAGS, SPLICE}


@pytest.mark.parametrize(
    ("path", "folder", "pack"),
    [
        (PurePosixPath("/home/me/Splice/sounds/packs/Neuro Pack/Vendor/bass/x.wav"), "bass", "Neuro Pack"),
        (PureWindowsPath(r"C:\Splice\sounds\packs\Pack\Vendor\x.wav"), "Vendor", "Pack"),
        (PurePosixPath("/home/me/Splice/sounds/packs/Pack/x.wav"), "Pack", "packs"),
        (PurePosixPath("/home/me/Downloads/Reese Pack/One Shots/x.wav"), "One Shots", "Reese Pack"),
        (PurePosixPath("/x.wav"), "", ""),
        (PurePosixPath("a/x.wav"), "a", ""),
        (PurePosixPath("x.wav"), "", ""),
    ],
)
def test_folder_and_pack_are_taken_from_the_path(path, folder, pack):
    """Splice's layout tells the pack; elsewhere it is the folder above the nearest."""
    assert folders_of(path) == (folder, pack)


def test_each_of_name_folder_and_pack_is_a_witness_of_its_own():
    """Who says nothing is not heard."""
    assert [said.source for said in from_names("reese 1", "Loops", "Acid Lines")] == [NAME, FOLDER, PACK]
    assert [said.source for said in from_names("x", "808s", "Downloads")] == [FOLDER]
    assert from_names("x") == ()


@pytest.mark.parametrize(
    ("tags", "sample_type", "tempo", "label"),
    [
        (["drums", "808"], "oneshot", None, "808"),
        (["bass", "synth", "reese"], "oneshot", 0.0, "reese"),
        (["drums", "808", "kicks"], "oneshot", None, "not_bass"),
        (["bass", "growl"], "loop", 140.0, "loop"),
        (["drum and bass", "neurofunk", "bass"], "oneshot", None, ""),
        ([], "", 140.0, ""),
    ],
)
def test_a_shop_is_understood_in_its_own_words(tags, sample_type, tempo, label):
    """Its `drums` is a shelf, its genres are no sounds, and its `loop` is one."""
    said = from_splice(tags, sample_type, tempo)
    best = max(said.scores.values()) if said else 0.0
    named = [name for name, score in said.scores.items() if math.isclose(score, best)] if said else []
    assert (named if len(named) == 1 else [""]) == [label]
