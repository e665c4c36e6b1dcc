"""The sound generator: what it makes is whole, repeatable, and sounds as its label says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import find_peaks
from scipy.stats import ks_2samp, kstest, uniform

from wavized.training.synthesis import LABELS, Note, families, render, render_family, render_note, sheet
from wavized.training.synthesis.draw import LENGTH_S, draw_note
from wavized.training.synthesis.filters import ladder
from wavized.training.synthesis.measures import Measures, envelope, measure, power_frames
from wavized.training.synthesis.oscillators import phase, saw

RATE = 22050
BASSES = LABELS[:7]
FAMILIES = [(label, family) for label in LABELS for family in families(label)]
HELD = Note(36.0, 1.0, 0.1)
BINS = np.fft.rfftfreq(2048, 1.0 / RATE)


def play(label: str, family: str, seed: int, note: Note = HELD) -> np.ndarray:
    """One channel of a family's sound, float64."""
    clip = render_note(label, family, np.random.default_rng(seed), note, RATE)
    return clip.mean(axis=0).astype(np.float64)


def measured(label: str, count: int, note: Note = HELD) -> list[Measures]:
    """Measures of `count` sounds of each family of a label."""
    return [measure(play(label, f, seed, note)[None], RATE) for f in families(label) for seed in range(count)]


def median(numbers: list[float]) -> float:
    return float(np.median(numbers))


def brightness(sound: np.ndarray) -> np.ndarray:
    """Spectral centroid (Hz, of the magnitudes) of every 23 ms, end and release left out."""
    magnitudes = np.sqrt(power_frames(sound))[: len(sound) // 512 - 4]
    return (magnitudes * BINS).sum(axis=1) / (magnitudes.sum(axis=1) + 1e-9)


def pitch(sound: np.ndarray, begin: float, end: float) -> float:
    """Frequency in Hz from upward zero crossings between two times in seconds."""
    piece = sound[int(begin * RATE) : int(end * RATE)]
    at = np.flatnonzero((piece[:-1] < 0) & (piece[1:] >= 0))
    return RATE * (len(at) - 1) / (at[-1] - at[0])


def half_turns(sound: np.ndarray) -> np.ndarray:
    """Seconds between zero crossings, the last 10 ms left out."""
    kept = sound[: -RATE // 100]
    return np.diff(np.flatnonzero((kept[:-1] < 0) != (kept[1:] < 0))) / RATE


def onsets(sound: np.ndarray) -> int:
    """Sudden rises of energy in any of some twenty bands, counted once per 70 ms."""
    power = power_frames(np.concatenate([np.zeros(2048), sound]))
    edges = np.unique(np.geomspace(3, 1024, 25).astype(int))
    bands = np.log10(np.add.reduceat(power, edges[:-1], axis=1) + 1e-4 * power.max())
    rise = np.maximum(bands[2:] - bands[:-2], 0.0).max(axis=1)
    peaks, _ = find_peaks(np.concatenate([[0.0], rise, [0.0]]), height=0.3 * rise.max(), distance=3)
    return len(peaks)


@pytest.mark.parametrize(("label", "family"), FAMILIES, ids=[f"{lab}-{fam}" for lab, fam in FAMILIES])
def test_every_family_renders_whole_sounds(label: str, family: str) -> None:
    """Every family gives finite, audible sound of one or two channels that begins and ends near zero."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        clip = render_note(label, family, rng, replace(draw_note(rng), gate=0.4), RATE)
        assert clip.dtype == np.float32
        assert clip.ndim == 2
        assert clip.shape[0] in (1, 2)
        assert np.isfinite(clip).all()
        peak = np.abs(clip).max()
        assert 0.2 < peak <= 1.0
        assert np.abs(clip[:, 0]).max() < 0.02 * peak
        assert np.abs(clip[:, -1]).max() < 0.02 * peak
        assert np.abs(clip.mean(axis=1)).max() < 0.05 * peak


@settings(max_examples=25, deadline=None)
@given(label=st.sampled_from(LABELS), seed=st.integers(0, 2**63))
def test_any_seed_gives_a_sound_within_bounds(label: str, seed: int) -> None:
    """No seed of any label gives silence, an overload or a clip outside 0.02-12 s."""
    clip = render(label, np.random.default_rng(seed))
    assert np.isfinite(clip).all()
    assert 0.2 < np.abs(clip).max() <= 1.0
    assert 0.02 < clip.shape[1] / RATE < 12.0


@pytest.mark.parametrize("label", LABELS)
def test_a_seed_names_a_sound(label: str) -> None:
    """The same seed gives the same sound, another seed another."""
    first, again, other = (render(label, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000])
def test_pitch_and_length_do_not_depend_on_the_sample_rate(rate: int) -> None:
    """A sub at C2 has its fundamental at 65.4 Hz and its length at any rate."""
    clip = render_note("sub", "pure", np.random.default_rng(1), HELD, rate)
    spectrum = np.abs(np.fft.rfft(clip[0], 4 * rate))
    assert np.argmax(spectrum) / 4.0 == pytest.approx(65.4, abs=0.5)
    assert clip.shape[1] / rate == pytest.approx(HELD.length, abs=0.1)


def test_an_unknown_label_is_refused() -> None:
    """A label nobody defined is an error, not some other sound."""
    with pytest.raises(KeyError):
        render("kazoo", np.random.default_rng(0))
    with pytest.raises(KeyError):
        render_family("sub", "kazoo", np.random.default_rng(0))


def test_length_and_register_are_shared_by_the_basses() -> None:
    """Notes are drawn alike whatever the label: MIDI 22-51, mostly 28-43, 0.22-4.5 s by an even logarithm."""
    notes = [draw_note(np.random.default_rng(seed)) for seed in range(400)]
    midi, lengths = np.array([n.midi for n in notes]), np.array([n.length for n in notes])
    assert midi.min() >= 21.5
    assert midi.max() <= 51.5
    assert ((midi >= 27.5) & (midi <= 43.5)).mean() > 0.65
    assert lengths.min() >= LENGTH_S[0]
    assert lengths.max() <= LENGTH_S[1]
    low, high = np.log(LENGTH_S)
    assert kstest(np.log(lengths), uniform(low, high - low).cdf).pvalue > 0.001


def test_duration_does_not_tell_the_basses_apart() -> None:
    """The audible lengths of no two of the seven differ by more than chance and a tail explain."""
    lengths = {
        label: [audible_s(render(label, np.random.default_rng(seed))) for seed in range(60)]
        for label in BASSES
    }
    for first, second in combinations(BASSES, 2):
        assert ks_2samp(lengths[first], lengths[second], method="asymp").statistic < 0.4, (first, second)


def audible_s(clip: np.ndarray) -> float:
    """Seconds until a clip has fallen 40 dB below its peak for good."""
    level = envelope(clip.mean(axis=0).astype(np.float64), RATE)
    return float(np.flatnonzero(level > 0.01 * level.max())[-1] + 1) / 100.0


def third_harmonic(sound: np.ndarray, frequency: float) -> float:
    """Level in dB of the third harmonic against the first, over the middle of a sound."""
    middle = sound[len(sound) // 4 : len(sound) // 2]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2 * RATE))
    first, third = (
        spectrum[int(2 * frequency * k * 0.9) : int(2 * frequency * k * 1.1)].max() for k in (1, 3)
    )
    return float(20.0 * np.log10(third / first))


@pytest.mark.parametrize("family", sorted(set(families("808")) - {"fat", "gliding"}))
def test_an_808_falls_in_level_or_brightness(family: str) -> None:
    """But for the fattest and those that glide, an 808 ends quieter or duller than it starts, and is low."""
    for seed in range(5):
        sound = play("808", family, seed, Note(36.0, 4.0, 0.1))
        level = envelope(sound, RATE)
        quarter = len(level) // 4
        bright = brightness(sound)
        quieter = level[-quarter:].mean() < 0.8 * level[:quarter].mean()
        duller = bright[len(bright) * 2 // 3 :].mean() < 0.9 * bright[1:4].mean()
        assert quieter or duller
        assert measure(sound[None], RATE).low_share > 0.5


def test_a_classic_808_drops_into_its_note() -> None:
    """Its pitch is higher in the first 30 ms than after 150 ms."""
    for seed in range(6):
        sound = play("808", "classic", seed, Note(36.0, 4.0, 0.1))
        assert 0.5 / half_turns(sound)[0] > 1.05 * pitch(sound, 0.15, 0.35)


def test_a_fat_808_has_odd_harmonics_that_no_sub_has() -> None:
    """What drive does to an 808 that hardly falls is what tells it from a sub."""
    fat = [third_harmonic(play("808", "fat", seed, Note(36.0, 2.0, 0.1)), 65.4) for seed in range(8)]
    subs = [
        third_harmonic(play("sub", family, seed), 65.4) for family in families("sub") for seed in range(4)
    ]
    assert np.median(fat) > -20.0
    assert max(subs) < -15.0
    assert np.median(subs) < -25.0


def test_a_sub_is_dark_and_steady() -> None:
    """Hardly any energy above 500 Hz, no bright start, a fall by 9 dB at most while it is held."""
    for family in families("sub"):
        for seed in range(6):
            sound = play("sub", family, seed)
            m = measure(sound[None], RATE)
            assert m.low_share > 0.95
            assert m.centroid_hz < 110.0
            assert m.early_ratio < 1.1
            power = power_frames(sound).sum(axis=0)
            assert power[BINS > 500.0].sum() < 0.003 * power.sum()
            level = envelope(sound, RATE)[:100]
            assert level[80:95].max() > 0.35 * level[:95].max()


def test_a_slap_is_percussive() -> None:
    """It starts brighter than it goes on, and has mostly died before a held key is let go."""
    slaps, subs = measured("slap", 4), measured("sub", 2)
    assert median([m.early_ratio for m in slaps]) > 1.15
    assert median([m.held_share for m in slaps]) < 0.5 * median([m.held_share for m in subs])


def test_acid_sweeps_its_resonance_down() -> None:
    """The brightness of a squelch falls over its first third of a second."""
    falls = []
    for seed in range(10):
        bright = brightness(play("acid", "saw_squelch", seed))
        falls.append(bright[1:3].mean() / bright[14:18].mean())
    assert median(falls) > 1.15
    assert min(falls) > 0.9


def test_a_reese_beats() -> None:
    """The levels of its low harmonics move while its pitch stands still; a sub's do not."""

    def movement(label: str, family: str, seed: int) -> float:
        power = power_frames(play(label, family, seed, Note(36.0, 2.0, 0.1)))[4:-12]
        bands = [power[:, np.abs(BINS - 65.4 * k) < 30.0].sum(axis=1) for k in (1, 2, 3, 4)]
        strongest = max(band.mean() for band in bands)
        return max(float(b.std() / b.mean()) for b in bands if b.mean() > 0.01 * strongest)

    assert median([movement("reese", "classic", seed) for seed in range(8)]) > 0.4
    assert max(movement("sub", "pure", seed) for seed in range(8)) < 0.35


def test_a_growl_moves_more_than_brass() -> None:
    """The brightness of a held growl wanders; that of held brass stands still."""

    def wander(label: str, seed: int) -> list[float]:
        sounds = [play(label, family, seed, Note(36.0, 1.5, 0.05)) for family in families(label)]
        return [float(b.std() / b.mean()) for b in (brightness(sound)[14:60] for sound in sounds)]

    growls = [w for seed in range(3) for w in wander("growl", seed)]
    horns = [w for seed in range(3) for w in wander("brass", seed)]
    assert median(growls) > 1.5 * median(horns)


def test_brass_is_brighter_than_a_sub_and_opens_with_a_blow() -> None:
    """Its level needs some 10 ms to build up, and its centroid lies over the low end."""
    brass = measured("brass", 2)
    assert median([m.centroid_hz for m in brass]) > 130.0
    sound = play("brass", "saw_stack", 3)
    level = envelope(sound, RATE)
    assert level[0] < 0.7 * level[:30].max()


@pytest.mark.parametrize("family", ["kick", "hard_kick"])
def test_a_kick_is_short_and_never_holds_a_note(family: str) -> None:
    """It is over within 0.55 s however long the key is held, and falls by an octave or more."""
    for seed in range(10):
        sound = play("not_bass", family, seed, Note(36.0, 4.0, 0.5))
        assert len(sound) / RATE < 0.55
        turns = half_turns(sound)
        assert turns[-1] > 2.0 * turns[0]


@pytest.mark.parametrize("family", sorted(families("loop")))
def test_a_loop_has_several_onsets(family: str) -> None:
    """A loop repeats hits or notes over one to eight seconds."""
    for seed in range(4):
        sound = play("loop", family, seed)
        assert 0.9 < len(sound) / RATE < 8.6
        assert onsets(sound) >= 3


def test_the_onset_counter_finds_one_onset_in_one_shots() -> None:
    """The measure behind the loop test tells one hit from many."""
    assert max(onsets(play("sub", "pure", seed)) for seed in range(5)) <= 2
    assert max(onsets(play("not_bass", "snare", seed)) for seed in range(5)) <= 2


def test_the_saw_hardly_aliases() -> None:
    """Below 10 kHz, what is not a harmonic of a bass-register saw lies 60 dB under what is."""
    rate, frequency = 44100, 110.0
    spectrum = np.abs(np.fft.rfft(saw(phase(frequency, rate, rate)) * np.blackman(rate))) ** 2
    bins = np.arange(len(spectrum), dtype=float)
    heard = (bins > 40) & (bins < 10_000)
    harmonic = np.abs(bins - frequency * np.round(bins / frequency)) < 5
    assert spectrum[heard & ~harmonic].sum() < 1e-6 * spectrum[heard & harmonic].sum()


@pytest.mark.parametrize("poles", [3, 4])
def test_the_ladder_keeps_the_bass_and_rings_at_its_cutoff(poles: int) -> None:
    """Gain is 1 at 0 Hz, highest at the cutoff (4 poles) or near it, and falls 18 or 24 dB an octave."""
    impulse = np.zeros(44100)
    impulse[0] = 1.0
    gain = np.abs(np.fft.rfft(ladder(impulse, 1000.0, 0.9, 44100, poles)))
    assert gain[1] == pytest.approx(1.0, abs=0.01)
    ring = int(np.argmax(gain))
    assert ring == pytest.approx(1000.0 if poles == 4 else 1730.0, rel=0.06)
    fall = 20.0 * np.log10(gain[5000] / gain[10000])
    assert fall == pytest.approx(6.0 * poles, abs=7.0)


def test_measures_of_known_sounds_are_right() -> None:
    """A steady 100 Hz tone is all low end and held; noise is bright; half a second is half a second."""
    t = np.arange(RATE // 2) / RATE
    tone = measure(np.sin(2 * np.pi * 100.0 * t)[None], RATE)
    assert tone.duration_s == pytest.approx(0.5, abs=0.01)
    assert tone.centroid_hz == pytest.approx(100.0, abs=3.0)
    assert tone.low_share > 0.98
    assert tone.f0_hz == pytest.approx(100.0, rel=0.01)
    assert tone.level_db == pytest.approx(-3.0, abs=0.1)
    assert tone.attack_ms <= 3.0
    assert tone.held_share > 0.9
    hiss = measure(np.random.default_rng(0).standard_normal((1, RATE)), RATE)
    assert hiss.centroid_hz == pytest.approx(RATE / 4, rel=0.05)
    rising = measure((np.sin(2 * np.pi * 100.0 * t) * np.minimum(t / 0.2, 1.0))[None], RATE)
    assert rising.attack_ms == pytest.approx(160.0, abs=12.0)
    assert hiss.f0_hz == 0.0
    falling = measure((np.sin(2 * np.pi * 100.0 * t) * np.exp(-t / 0.05))[None], RATE)
    assert falling.decay_s == pytest.approx(0.05 * np.log(10.0), abs=0.03)


def test_every_patch_takes_its_chance_from_the_generator_alone() -> None:
    """Numpy's global generator is neither read nor moved."""
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    sounds: list[Callable[[], np.ndarray]] = [
        lambda label=label: render(label, np.random.default_rng(9)) for label in LABELS
    ]
    for sound in sounds:
        sound()
    assert np.array_equal(before, np.random.get_state()[1])


def test_the_sheet_compares_with_training_clips_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pages and a table are drawn; of a corpus only rows meant for training are opened."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    soundfile.write(corpus / "sub.flac", render("sub", np.random.default_rng(0))[0], RATE)
    (corpus / "manifest.csv").write_text(
        "file,label,kind,use\nsub.flac,sub,synth_render,train\nnot there.flac,sub,real_original,evaluate\n"
    )
    out = tmp_path / "out"
    arguments = ["--out", str(out), "--corpus", str(corpus), "--count", "3", "--labels", "sub"]
    assert sheet.main(arguments) == 0
    assert sorted(path.name for path in out.iterdir()) == ["measures.txt", "sub-renders.png", "sub.png"]
    table = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[:3] for row in table[:2]] == [["sub", "generated", "3"], ["sub", "renders", "1"]]
    assert [row[1] for row in table[2:]] == list(families("sub"))
