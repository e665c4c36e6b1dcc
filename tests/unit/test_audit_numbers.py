"""What an audit measures and concludes from: traits, prints, the confident joint, confounds, outliers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavized.training import content
from wavized.training.audit import confounds, doubt, outliers, twins
from wavized.training.audit.hearing import PRINT_FRAMES, ROWS, Heard, fingerprint
from wavized.training.audit.traits import RATE, Making, Traits, fundamental, making, traits
from wavized.training.corpus import CATEGORIES, LABELS, Source


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    """A sine at RATE, shape (1, n)."""
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)[np.newaxis]


TRAITS = traits(tone(55.0))
MAKING = making(tone(55.0).T, RATE)
PRINT = fingerprint(tone(55.0))


def heard(
    number: int, label: str = "808", *, family: str = "", sound: Traits = TRAITS, made: Making = MAKING
) -> Heard:
    """One clip as if it had been listened to."""
    source = Source(
        Path(f"{number}.wav"), label, family or f"family {number}", "pack", 1.0, group=str(number)
    )
    return Heard(source, f"{number}.wav", str(number), (), sound, made, PRINT)


@settings(max_examples=40, deadline=None)
@given(st.floats(20.0, 800.0), st.floats(-60.0, 0.0))
def test_the_pitch_of_a_tone_is_found_at_any_level(hertz: float, level_db: float) -> None:
    """A sine is measured to within two percent, also on an offset as large as itself."""
    gain = 10.0 ** (level_db / 20.0)
    assert fundamental(gain * (tone(hertz)[0].astype(np.float64) + 1.0)) == pytest.approx(hertz, rel=0.02)


def test_noise_and_silence_have_no_pitch() -> None:
    """Their f0 is 0 Hz."""
    assert fundamental(np.random.default_rng(0).normal(size=RATE)) == 0.0
    assert fundamental(np.zeros(RATE)) == 0.0
    assert fundamental(np.zeros(3)) == 0.0


def test_a_bass_too_deep_to_hear_is_seen() -> None:
    """Nearly all of a 12 Hz tone lies below 20 Hz, hardly anything of a 40 Hz one."""
    assert traits(tone(12.0)).inaudible_share > 0.9
    assert traits(tone(40.0)).inaudible_share < 0.01


def test_an_offset_after_the_end_is_no_length() -> None:
    """A note of half a second on a standing offset is half a second long."""
    note = np.concatenate([tone(80.0, 0.5), np.zeros((1, RATE), np.float32)], axis=1)
    assert traits(note + 0.2).duration_s == pytest.approx(0.5, abs=0.1)


def test_how_a_file_was_made_is_measured() -> None:
    """Clipping, offset, silence before the sound and what is left at the end are told apart."""
    clean = np.round(0.9 * 2**15 * tone(110.0).T) / 2**15
    assert making(clean, RATE).clipped_share < 0.007
    assert making(np.clip(3.0 * clean, -0.99, 0.99), RATE).clipped_share > 0.3
    assert making(clean * 0.5 + 0.3, RATE).dc == pytest.approx(0.3 / 0.75, rel=0.01)
    assert making(np.concatenate([np.zeros((RATE // 2, 1)), clean]), RATE).lead_s == pytest.approx(
        0.5, abs=0.01
    )
    assert making(np.concatenate([clean, np.full((RATE // 4, 1), 0.2)]), RATE).end_offset > 0.2
    assert making(0.01 * clean, RATE).peak_dbfs == pytest.approx(-40.9, abs=0.1)


def test_a_print_knows_no_level() -> None:
    """The same sound at -40 dB has the same print."""
    sound = tone(80.0) * np.linspace(1.0, 0.0, RATE, dtype=np.float32)
    loud, quiet = fingerprint(sound), fingerprint(0.01 * sound)
    assert loud.shape == (ROWS, PRINT_FRAMES)
    assert np.allclose(loud, quiet, atol=0.1)


@given(st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_a_digest_is_of_the_sound_alone(before: int, after: int, doubled: bool) -> None:
    """Silence around it and equal channels change nothing; another sample does."""
    sound = np.random.default_rng(1).uniform(0.1, 1.0, (20, 1)).astype(np.float32)
    padded = np.pad(sound, ((before, after), (0, 0)))
    assert content.digest_of(np.repeat(padded, 2, axis=1) if doubled else padded) == content.digest_of(sound)
    other = sound.copy()
    other[3] += 0.01
    assert content.digest_of(other) != content.digest_of(sound)


def test_the_confident_joint_is_that_of_the_paper() -> None:
    """A clip counts for the likeliest label that reaches the mean of its own; a likelier one is a doubt."""
    rows = {
        "0.wav": ("808", {"808": 0.9, "sub": 0.1}),
        "1.wav": ("808", {"808": 0.7, "sub": 0.3}),
        "2.wav": ("808", {"808": 0.1, "sub": 0.9}),
        "3.wav": ("sub", {"808": 0.2, "sub": 0.8}),
        "4.wav": ("sub", {"808": 0.45, "sub": 0.55}),
    }
    clips = [heard(at, label) for at, (label, _) in enumerate(rows.values())]
    verdicts = doubt.judge(clips, {name: table for name, (_, table) in rows.items()}, "a friend")
    assert [(d.name, d.label, d.likelier) for d in verdicts.doubts] == [("2.wav", "808", "sub")]
    assert verdicts.doubts[0].margin == pytest.approx(0.8)
    assert verdicts.joint["808"] == {**dict.fromkeys(LABELS, 0), "808": 2, "sub": 1}
    assert verdicts.joint["sub"]["sub"] == 1  # the other reaches neither mean
    assert (verdicts.judged, verdicts.accuracy) == (5, 0.8)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_a_doubt_always_names_a_likelier_label(labels: list[str], seed: int) -> None:
    """Whatever the probabilities, no clip is doubted in favour of its own label or a less likely one."""
    rng = np.random.default_rng(seed)
    clips = [heard(at, label) for at, label in enumerate(labels)]
    tables = rng.dirichlet(np.ones(len(LABELS)), len(clips))
    known = {
        clip.name: dict(zip(LABELS, table, strict=True)) for clip, table in zip(clips, tables, strict=True)
    }
    verdicts = doubt.judge(clips, known, "chance")
    assert all(d.label != d.likelier and d.margin > 0 for d in verdicts.doubts)
    assert sum(sum(row.values()) for row in verdicts.joint.values()) <= len(clips)


def test_a_number_that_tells_a_label_is_named() -> None:
    """Where one class alone is long, the length is its confound; what a class may be about is none."""
    clips = [
        heard(at, label, sound=replace(TRAITS, duration_s=length + 0.01 * at, decay_s=length + 0.01 * at))
        for at, (label, length) in enumerate([("loop", 6.0)] * 10 + [("808", 1.0)] * 10 + [("sub", 1.1)] * 10)
    ]
    found = [(c.label, c.feature) for c in confounds.find(clips)]
    assert ("loop", "duration_s") in found
    assert not [pair for pair in found if pair[1] == "decay_s"]


def test_thin_labels_are_named() -> None:
    """A label without sounds, of few families, mostly of one, or without a recording is complained about."""
    sources = [
        *(Source(Path("a"), "808", f"family {n}", "p", 1.0) for n in range(9)),
        *(Source(Path("a"), "acid", "family 1" if n else "family 2", "p", 1.0, real=False) for n in range(9)),
    ]
    said = {origin.label: origin.complaint for origin in confounds.origins(sources)}
    assert said["808"] == "no render"
    assert said["acid"] == "all of 2 families; 89 % of one family; no recording"
    assert said["reese"] == "no sound at all"


def test_the_odd_one_out_is_found_with_the_reason() -> None:
    """One click among long sounds is an outlier, and its length is why; its like are none."""
    clips = [
        heard(at, sound=replace(TRAITS, duration_s=1.0 + 0.05 * at, decay_s=0.9, centroid_hz=60.0 + at))
        for at in range(12)
    ]
    clips.append(
        heard(
            12,
            sound=replace(
                TRAITS, duration_s=0.03, decay_s=0.01, centroid_hz=4000.0, flatness=-5.0, f0_hz=900.0
            ),
        )
    )
    found = outliers.find(clips)
    assert [outlier.index for outlier in found] == [12]
    assert {name for name, _, _ in found[0].odd} <= {
        "duration_s",
        "decay_s",
        "centroid_hz",
        "flatness",
        "f0_hz",
    }
    assert outliers.find(clips[:5]) == []


def test_clips_of_the_same_samples_are_paired_with_the_first() -> None:
    """Three equal ones make two pairs; what could not be read equals nothing."""
    clips = [heard(n) for n in range(5)]
    same = [
        replace(clip, content=content) for clip, content in zip(clips, ("x", "y", "x", "x", ""), strict=True)
    ]
    assert [(p.first, p.second) for p in twins.identical([*same, same[-1]])] == [(0, 2), (0, 3)]
