"""How the reasons for leaving samples alone are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from wavized.domain.hearing import Fail, Skip
from wavized.domain.sample import FileStat, Header, Kind
from wavized.errors import UnreadableAudioError
from wavized.logic.reasons import named_reason
from wavized.logic.wording import rejection
from wavized.services.intake import Limits, duplicate_reason, gate
from wavized.services.unpacking import account

LIMITS = Limits(max_seconds=12.0, max_bytes=10_000_000)


class SetProbe:
    """Reads the header it was given, or fails."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

    def read_header(self, path: Path) -> Header:
        if self.seconds is None:
            raise UnreadableAudioError("is not audio")
        return Header("wav", 44_100, 1, self.seconds, True)


@pytest.mark.parametrize(
    ("size", "seconds", "name"),
    [
        (11_000_000, 1.0, "long"),
        (9, 13.0, "long"),
        (9, 0.001, "long"),
        (0, 1.0, "unreadable"),
        (9, None, "unreadable"),
    ],
)
def test_what_intake_turns_away(size: int, seconds: float | None, name: str) -> None:
    """Every sentence with which intake turns a file away is known by its name."""
    decision = gate(Path("a.wav"), FileStat(size, 1), SetProbe(seconds), LIMITS)
    assert isinstance(decision, Skip | Fail)
    assert named_reason(decision.kind.value, decision.reason) == name


@pytest.mark.parametrize(
    ("kind", "reason", "name"),
    [
        (Kind.ONE_SHOT, duplicate_reason(Path("/lib/Reese/a.wav")), "duplicate"),
        (Kind.LOOP, rejection(Kind.LOOP, 0.9, "it repeats"), "loop"),
        (Kind.NOT_BASS, rejection(Kind.NOT_BASS, 0.9), "not_bass"),
        (Kind.NOT_BASS, "The file is silent", "not_bass"),
        (Kind.LOOP, "You said it is loop", "said"),
        (None, "interrupted: the program was stopped", "interrupted"),
        (None, "turned away when it arrived, but the program was stopped before it noted why", "interrupted"),
        (None, account(2, {"larger than max_megabytes allows": 1}, named=False), "archive"),
        (None, "archive: it is protected by a password", "archive"),
        (Kind.UNREADABLE, "worker_crashed: ended", "other"),
        (None, "", "other"),
    ],
)
def test_other_reasons(kind: Kind | None, reason: str, name: str) -> None:
    """What a person or the ear said is told from the words, then from the kind."""
    assert named_reason(kind.value if kind else None, reason) == name
