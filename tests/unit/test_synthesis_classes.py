"""Generated sounds have what defines their class, family by family: what a label means, as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from support.sounds import (
    BINS,
    RATE,
    beating,
    brightness,
    half_turns,
    harmonic_share,
    harmonics_db,
    measured,
    median,
    onsets,
    play,
    wander,
    zero_crossing_hz,
)
from wavized.training.synthesis import Note, families
from wavized.training.synthesis.measures import envelope, measure, power_frames

C2 = 65.406
LONG = Note(36.0, 2.0, 0.1)

OTHER_PITCHES = {
    ("808", "gliding"),
    ("acid", "sliding"),
    ("acid", "phrase"),
    ("acid", "screaming"),
    ("brass", "stab"),
    ("brass", "braam"),
    ("brass", "fall"),
    ("brass", "hit"),
    ("growl", "screech"),
    ("growl", "gestures"),
}
"""Families that play more than one pitch, or whistle one of their own."""

HIGH = {"acid_lead", "horn_lead", "synth_lead", "high_slap", "lead", "high_pluck"}
STEADY = [
    (lab, f) for lab in ("808", "acid", "brass", "growl", "reese", "slap", "sub") for f in families(lab)
]


@pytest.mark.parametrize(("label", "family"), [p for p in STEADY if p not in OTHER_PITCHES])
def test_a_family_plays_the_note_it_is_given(label: str, family: str) -> None:
    """Most of its energy lies at multiples of the note's frequency, or of the octave below."""
    shares = []
    for seed in range(4):
        sound = play(label, family, seed, LONG)
        shares.append(max(harmonic_share(sound, C2), harmonic_share(sound, C2 / 2.0)))
    assert median(shares) > 0.5


@pytest.mark.parametrize("family", sorted(families("808")))
def test_an_808_has_a_drop_a_click_drive_a_glide_or_a_fall(family: str) -> None:
    """Every 808 has at least one of the things that no sub has, and its energy is low."""
    for seed in range(5):
        sound = play("808", family, seed, LONG)
        assert measure(sound[None], RATE).low_share > 0.4
        assert any(marks_of_an_808(sound))


def marks_of_an_808(sound: np.ndarray) -> tuple[bool, ...]:
    """Pitch drop or glide, bright start, driven overtones, a fall in level by 8 dB."""
    turns = half_turns(sound)
    level, bright = envelope(sound, RATE), brightness(sound)
    return (
        bool(abs(np.log2(turns[0] / np.median(turns))) > 0.1),
        bool(np.ptp(np.log2(turns[turns > 0.001])) > 0.35),
        bool(bright[:2].max() > 1.3 * np.median(bright)),
        bool(harmonics_db(sound, C2, 5)[2] > -25.0),
        bool(level[-30:-12].max() < 0.4 * level.max()),
    )


@pytest.mark.parametrize("family", sorted(set(families("808")) - {"fat", "gliding"}))
def test_an_808_falls_in_level_or_brightness(family: str) -> None:
    """But for the fattest and those that glide, an 808 ends quieter or duller than it starts."""
    for seed in range(5):
        sound = play("808", family, seed, Note(36.0, 4.0, 0.1))
        level = envelope(sound, RATE)
        quarter = len(level) // 4
        bright = brightness(sound)
        quieter = level[-quarter:].mean() < 0.8 * level[:quarter].mean()
        duller = bright[len(bright) * 2 // 3 :].mean() < 0.9 * bright[1:4].mean()
        assert quieter or duller


def test_a_classic_808_drops_into_its_note() -> None:
    """Its pitch is higher in the first 30 ms than after 150 ms."""
    for seed in range(6):
        sound = play("808", "classic", seed, Note(36.0, 4.0, 0.1))
        assert 0.5 / half_turns(sound)[0] > 1.05 * zero_crossing_hz(sound, 0.15, 0.35)


def test_a_fat_808_has_odd_harmonics_that_no_sub_has() -> None:
    """What drive does to an 808 that hardly falls is what tells it from a sub."""
    fat = [harmonics_db(play("808", "fat", seed, LONG), C2, 3)[2] for seed in range(8)]
    subs = [harmonics_db(play("sub", f, seed), C2, 3)[2] for f in families("sub") for seed in range(4)]
    assert np.median(fat) > -20.0
    assert max(subs) < -14.0
    assert np.median(subs) < -25.0


@pytest.mark.parametrize("family", sorted(families("sub")))
def test_a_sub_is_dark_and_steady(family: str) -> None:
    """Hardly any energy above 500 Hz, no click, no drop, a fall by 9 dB at most while it is held."""
    for seed in range(6):
        sound = play("sub", family, seed)
        m = measure(sound[None], RATE)
        assert m.centroid_hz < 110.0
        assert m.early_ratio < (1.7 if family == "analog" else 1.1)
        power = power_frames(sound).sum(axis=0)
        assert power[BINS > 500.0].sum() < 0.003 * power.sum()
        level = envelope(sound, RATE)[:100]
        assert level[80:95].max() > 0.35 * level[:95].max()


@pytest.mark.parametrize("family", sorted(families("slap")))
def test_a_slap_is_percussive(family: str) -> None:
    """It starts within 20 ms, brighter than it goes on, and has mostly died before the key is let go."""
    slaps = [measure(play("slap", family, seed)[None], RATE) for seed in range(8)]
    assert median([m.early_ratio for m in slaps]) > 1.0
    assert median([m.attack_ms for m in slaps]) < 20.0
    assert median([m.held_share for m in slaps]) < 0.5


def test_slaps_are_brighter_at_the_start_than_subs() -> None:
    """Over all families the attack stands out, and the body is gone sooner."""
    slaps, subs = measured("slap", 3), measured("sub", 2)
    assert median([m.early_ratio for m in slaps]) > 1.15
    assert median([m.held_share for m in slaps]) < 0.5 * median([m.held_share for m in subs])


@pytest.mark.parametrize("family", ["saw_squelch", "square_squelch", "plucked", "accented", "distorted"])
def test_acid_sweeps_its_resonance_down(family: str) -> None:
    """The brightness of a squelch falls over its first third of a second."""
    falls = []
    for seed in range(10):
        bright = brightness(play("acid", family, seed))
        falls.append(bright[1:3].mean() / bright[14:18].mean())
    assert median(falls) > 1.15


@pytest.mark.parametrize("family", ["dark", "poised", "saw_squelch", "sliding", "accented"])
def test_acid_rings_at_its_cutoff(family: str) -> None:
    """A harmonic stands out over what a saw would have there: the resonance, also where nothing moves."""
    rises = []
    for seed in range(10):
        levels = harmonics_db(play("acid", family, seed, LONG), C2, 24)
        saw = -20.0 * np.log10(np.arange(1, 25))
        rises.append(float((levels - saw)[1:].max()))
    assert median(rises) > 6.0


def test_an_acid_phrase_has_several_notes() -> None:
    """A phrase of one second or more fires its envelope at least twice in most draws."""
    counts = [onsets(play("acid", "phrase", seed, Note(36.0, 1.4, 0.1))) for seed in range(10)]
    assert median([float(count) for count in counts]) >= 2.0


@pytest.mark.parametrize("family", sorted(families("reese")))
def test_a_reese_beats(family: str) -> None:
    """The levels of its harmonics move while its pitch stands still."""
    assert median([beating(play("reese", family, seed, LONG), C2) for seed in range(8)]) > 0.35


def test_a_short_reese_beats_too() -> None:
    """In half a second the detuning is wide enough for one beat to be heard."""
    short = Note(36.0, 0.5, 0.05)
    moves = [beating(play("reese", "classic", seed, short), C2) for seed in range(10)]
    still = [beating(play("sub", "pure", seed, short), C2) for seed in range(10)]
    assert median(moves) > 2.0 * median(still)


@pytest.mark.parametrize("family", sorted(families("growl")))
@pytest.mark.parametrize("gate", [0.5, 1.5])
def test_a_growl_moves_however_short_it_is(family: str, gate: float) -> None:
    """The spectrum of every kind of growl wanders while the key is held."""
    moves = [wander(play("growl", family, seed, Note(36.0, gate, 0.05))) for seed in range(5)]
    assert median(moves) > 2.4


def test_a_growl_moves_more_than_brass() -> None:
    """The spectrum of a growl wanders; that of brass, once blown, stands still."""
    steady = sorted(set(families("brass")) - {"swell", "fall", "hit"})
    growls = [wander(held_part("growl", f, seed)) for f in families("growl") for seed in range(3)]
    horns = [wander(held_part("brass", f, seed)) for f in steady for seed in range(3)]
    assert median(growls) > 1.5 * median(horns)


def held_part(label: str, family: str, seed: int) -> np.ndarray:
    """A sound from 0.35 s after its start on."""
    return play(label, family, seed, Note(36.0, 1.5, 0.05))[RATE * 35 // 100 :]


def test_brass_is_brighter_than_a_sub_and_opens_with_a_blow() -> None:
    """Its level needs some 10 ms to build up, and its centroid lies over the low end."""
    brass = measured("brass", 2)
    assert median([m.centroid_hz for m in brass]) > 130.0
    assert median([m.attack_ms for m in brass]) > 8.0


@pytest.mark.parametrize("family", ["kick", "hard_kick", "tuned_kick"])
def test_a_kick_is_short_and_never_holds_a_note(family: str) -> None:
    """It is over within 0.8 s however long the key is held, and falls by an octave or more."""
    for seed in range(10):
        sound = play("not_bass", family, seed, Note(36.0, 4.0, 0.5))
        assert len(sound) / RATE < 0.8
        turns = half_turns(sound)
        assert turns[turns > 0.0002][-1] > 2.0 * turns[0]


@pytest.mark.parametrize("family", sorted(HIGH))
def test_a_lead_leaves_the_bass_register_empty(family: str) -> None:
    """What sounds like a bass two octaves up has hardly any energy below 150 Hz."""
    for seed in range(8):
        power = power_frames(play("not_bass", family, seed)).sum(axis=0)
        assert power[BINS < 150.0].sum() < 0.03 * power.sum()


@pytest.mark.parametrize("family", sorted(families("loop")))
def test_a_loop_has_several_onsets(family: str) -> None:
    """A loop repeats hits or notes over one to eight seconds."""
    for seed in range(3):
        sound = play("loop", family, seed)
        assert 0.9 < len(sound) / RATE < 8.6
        assert onsets(sound) >= 3


def test_the_onset_counter_finds_one_onset_in_one_shots() -> None:
    """The measure behind the loop test tells one hit from many."""
    assert max(onsets(play("sub", "pure", seed)) for seed in range(5)) <= 2
    assert max(onsets(play("not_bass", "snare", seed)) for seed in range(5)) <= 2
