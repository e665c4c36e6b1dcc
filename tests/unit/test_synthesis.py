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
from scipy.stats import ks_2samp, kstest, uniform

from support.sounds import HELD, RATE
from wavized.training.synthesis import LABELS, families, render, render_family, render_note, sheet
from wavized.training.synthesis.draw import LENGTH_S, draw_note
from wavized.training.synthesis.filters import ladder
from wavized.training.synthesis.measures import envelope, measure
from wavized.training.synthesis.oscillators import phase, saw

BASSES = LABELS[:7]
FAMILIES = [(label, family) for label in LABELS for family in families(label)]


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
