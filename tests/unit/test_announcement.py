"""What a pop-up about samples says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FileStat, FilingMode
from wavized.logic.announcement import MOST_TEXT, TOLD, Outcome, announce, outcome_of
from wavized.logic.wording import shorten

FILED, REVIEW, FAILED = TOLD
ROOT = Path("/home/me/Downloads")


def job(inside: str, *, state: JobState = FILED, root: Path = ROOT, archive: Path | None = None) -> Job:
    return Job(
        1, Origin.WATCH, root, root / inside, FileStat(1, 1), "d", FilingMode.COPY, state, 0.0, 0.0,
        category="reese", target=Path("/lib/Reese/x.wav"), archive=archive,
    )  # fmt: skip


def some(filed: int = 0, review: int = 0, failed: int = 0, *, pack: str = "Neuro Vol 2") -> list[Outcome]:
    counted = ((FILED, filed), (REVIEW, review), (FAILED, failed))
    return [Outcome(state, "x.wav", pack, folder="Reese") for state, n in counted for _ in range(n)]


@pytest.mark.parametrize(
    ("outcomes", "sentence"),
    [
        (some(14, 2), "14 basses filed from 'Neuro Vol 2', 2 to review"),
        (some(14, 2, 1), "14 basses filed from 'Neuro Vol 2', 2 to review, 1 failed"),
        (some(1, 1), "1 bass filed from 'Neuro Vol 2', 1 to review"),
        (some(3), "3 basses filed from 'Neuro Vol 2'"),
        (some(0, 2), "2 samples to review from 'Neuro Vol 2'"),
        (some(0, 1, 1), "1 sample to review from 'Neuro Vol 2', 1 failed"),
        (some(0, 0, 3), "3 samples from 'Neuro Vol 2' could not be filed"),
        (some(1), "x.wav filed in Reese"),
        (some(0, 1), "x.wav to review"),
        (some(0, 0, 1), "x.wav could not be filed"),
        ([Outcome(REVIEW, "x.wav", "P", candidates=("sub", "808", "acid"))], "x.wav to review: sub or 808?"),
        (some(10) + some(10, pack="B") + some(11, 5, pack="C"), "31 basses filed from 3 packs, 5 to review"),
        ([*some(2), Outcome(FILED, "x.wav", "Downloads", loose=True)], "3 basses filed from 2 folders"),
        ([Outcome(FILED, "x.wav", "Downloads", loose=True)] * 2, "2 basses filed from 'Downloads'"),
    ],
)  # fmt: skip
def test_one_sentence_says_it_all(outcomes, sentence):
    """How many were filed, from where, and what is left to do; a single sample is called by its name."""
    assert announce(outcomes) == sentence


@pytest.mark.parametrize(
    ("came", "pack", "loose"),
    [
        (job("x.wav"), "Downloads", True),
        (job("Neuro Vol 2/x.wav"), "Neuro Vol 2", False),
        (job("Neuro Vol 2/One Shots/Bass/x.wav"), "Neuro Vol 2", False),
        (job("sounds/packs/Neuro Vol 2/Bass/x.wav", root=Path("/home/me/Splice")), "Neuro Vol 2", False),
        (job("packs/x.wav"), "packs", False),
        (job("Bass/x.wav", archive=ROOT / "Neuro Vol 2.zip"), "Neuro Vol 2", False),
        (job("Bass/x.wav", archive=ROOT / "Neuro Vol 2.tar.gz"), "Neuro Vol 2", False),
        (job("/elsewhere/Reeses/x.wav"), "Reeses", False),
    ],
)
def test_a_sample_comes_from_its_pack(came, pack, loose):
    """The archive, or the top folder below the watched one; a loose sample from the watched folder itself."""
    told = outcome_of(came)
    assert (told.came_from, told.loose, told.name, told.folder) == (pack, loose, "x.wav", "Reese")


def test_a_long_name_keeps_both_ends():
    """The middle is left out, for the end of a name often tells samples apart."""
    assert shorten("short.wav", 20) == "short.wav"
    assert shorten("A very long sample name with a number_0042.wav", 20) == "A very long s…42.wav"
    assert len(shorten("x" * 500, 20)) == 20


@given(st.text(), st.text(), st.text(), st.sampled_from(TOLD), st.integers(1, 3))
def test_whatever_the_names_it_is_one_short_line_that_can_be_shown(name, pack, folder, state, number):
    """No line break, no control character, no broken Unicode, never too long."""
    one = Outcome(state, name, pack, folder=folder, candidates=(folder,))
    sentence = announce([one] * number)
    assert 0 < len(sentence) <= MOST_TEXT
    assert sentence.isprintable()
    sentence.encode()
