"""The network: what its fronts see of known sounds, and what it answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from wavized.inference.ear import (
    FRONTS,
    LINEAR,
    LOGARITHMIC,
    EarConfig,
    EarForAudioClassification,
    Front,
)

CONFIG = EarConfig(members=[LOGARITHMIC, LINEAR], width=4, embedding=8, id2label={0: "a", 1: "b", 2: "c"})
CENTRES = np.geomspace(CONFIG.lowest_hz, CONFIG.highest_hz, CONFIG.bands)
TIME = torch.arange(48_000) / 16_000


def sine(hertz: float) -> Tensor:
    return torch.sin(2 * torch.pi * hertz * TIME)[None]


@pytest.mark.parametrize("kind", FRONTS)
@pytest.mark.parametrize("hertz", [55.0, 110.0, 440.0, 3000.0])
def test_a_tone_is_loudest_in_its_band(kind: str, hertz: float) -> None:
    """In both spectra, at every time; below 110 Hz the one that is sharp in pitch tells."""
    picture = Front(CONFIG, kind)(sine(hertz))[0]
    spectra = picture if hertz > 100 else picture[1:]
    for spectrum in spectra:
        heard = CENTRES[int(spectrum[:, 5:-5].mean(dim=1).argmax())]
        assert abs(np.log2(heard / hertz)) < (0.13 if hertz > 200 else 0.3)


@pytest.mark.parametrize("kind", FRONTS)
def test_level_does_not_matter_and_silence_is_no_fault(kind: str) -> None:
    """A picture is the same 20 dB quieter, within -1 to 1, and finite for silence."""
    front = Front(CONFIG, kind)
    sound = torch.randn(2, 48_000, generator=torch.Generator().manual_seed(1)) * 0.1
    loud, quiet = front(sound), front(sound * 0.1)
    assert torch.allclose(loud, quiet, atol=1e-3)
    assert float(loud.max()) == pytest.approx(1.0) and float(loud.min()) >= -1.0
    assert torch.isfinite(front(torch.zeros(1, 48_000))).all()


def test_growing_frames_hear_the_attack_finely_and_the_end_coarsely() -> None:
    """The first 100 ms fill eight frames or more, 100 ms after 2 s three at most; all weigh the same."""
    front = Front(CONFIG, LOGARITHMIC)
    pooling = front.sharp_in_time.to_frames
    assert pooling is not None
    assert torch.allclose(pooling.sum(dim=0), torch.ones(pooling.shape[1]), atol=1e-5)
    seconds = (pooling.argmax(dim=0) * front.sharp_in_time.hop / CONFIG.sample_rate).numpy()
    assert (np.diff(seconds) >= 0).all()
    assert (seconds < 0.1).sum() >= 8
    assert ((seconds > 2.0) & (seconds < 2.1)).sum() <= 3


def test_answers_are_log_probabilities_and_the_mean_of_the_members() -> None:
    """What the ensemble says is the mean of what its members say; its embedding has length 1."""
    torch.manual_seed(0)
    ear = EarForAudioClassification(CONFIG)
    ear.train(False)
    sound = torch.randn(3, 48_000) * 0.1
    with torch.inference_mode():
        heard = ear(sound)
        each = [
            member(ear.fronts[kind](sound))[0].softmax(dim=-1)
            for kind, member in zip(CONFIG.members, ear.members, strict=True)
        ]
    assert torch.allclose(heard.logits.exp(), torch.stack(each).mean(dim=0), atol=1e-5)
    assert torch.allclose(heard.logits.exp().sum(dim=-1), torch.ones(3), atol=1e-5)
    assert heard.embedding.shape == (3, 2 * CONFIG.embedding)
    assert torch.allclose(heard.embedding.norm(dim=-1), torch.ones(3), atol=1e-5)


def test_another_length_is_cut_or_padded() -> None:
    """What follows the window is not heard; what is missing counts as silence."""
    torch.manual_seed(0)
    ear = EarForAudioClassification(CONFIG)
    ear.train(False)
    sound = torch.randn(1, 60_000) * 0.1
    with torch.inference_mode():
        assert torch.equal(ear(sound).logits, ear(sound[:, :48_000]).logits)
        short = torch.cat([sound[:, :9_000], torch.zeros(1, 39_000)], dim=1)
        assert torch.equal(ear(sound[:, :9_000]).logits, ear(short).logits)


def test_an_unknown_front_is_named() -> None:
    """A config that asks for a front that does not exist says which there are."""
    with pytest.raises(ValueError, match=r"'spiral'.*linear, logarithmic"):
        Front(CONFIG, "spiral")
