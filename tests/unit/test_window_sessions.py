"""Tickets and sessions of the window: who is let in, how long, and what is kept on disk."""

from __future__ import annotations

import json
import stat

import pytest

from support.house import SteppingClock
from wavized.window.sessions import MOST_SESSIONS, SESSION_SECONDS, TICKET_SECONDS, Sessions
from wavized.window.throttle import Throttle


@pytest.fixture
def clock():
    return SteppingClock()


@pytest.fixture
def sessions(tmp_path, clock):
    return Sessions(tmp_path / "sessions.json", clock)


def test_a_ticket_works_once(sessions):
    """The second use is refused; the session of the first goes on."""
    ticket = sessions.ticket()
    secret = sessions.redeem(ticket)
    assert secret and sessions.knows(secret)
    assert sessions.redeem(ticket) is None
    assert sessions.knows(secret)


def test_a_ticket_runs_out(sessions, clock):
    """After a minute it opens nothing."""
    ticket = sessions.ticket()
    clock.leap(TICKET_SECONDS)
    assert sessions.redeem(ticket) is None


@pytest.mark.parametrize("word", ["", "guess", "\ud800", "x" * 10_000])
def test_what_was_never_given_opens_nothing(sessions, word):
    """Neither as a ticket nor as a cookie."""
    sessions.ticket()
    assert sessions.redeem(word) is None
    assert not sessions.knows(word)


def test_a_session_lives_over_a_restart_and_ends_after_thirty_days(tmp_path, sessions, clock):
    """An open page is let in by the next start."""
    secret = sessions.redeem(sessions.ticket())
    assert Sessions(tmp_path / "sessions.json", clock).knows(secret)
    clock.leap(SESSION_SECONDS)
    assert not sessions.knows(secret)
    assert not Sessions(tmp_path / "sessions.json", clock).knows(secret)


def test_a_ticket_does_not_live_over_a_restart(tmp_path, sessions, clock):
    """It was for one start."""
    ticket = sessions.ticket()
    assert Sessions(tmp_path / "sessions.json", clock).redeem(ticket) is None


def test_only_hashes_are_kept_in_a_file_of_the_users_alone(tmp_path, sessions):
    """Whoever reads the file cannot get in with it."""
    secret = sessions.redeem(sessions.ticket())
    file = tmp_path / "sessions.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret not in file.read_text()
    assert not any(sessions.knows(kept) for kept in json.loads(file.read_text()))
    assert list(tmp_path.iterdir()) == [file]


def test_at_most_twenty_are_signed_in(sessions):
    """The oldest makes room."""
    secrets = [sessions.redeem(sessions.ticket()) for _ in range(MOST_SESSIONS + 1)]
    assert [sessions.knows(secret) for secret in secrets] == [False] + [True] * MOST_SESSIONS


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"a": "b"}', '{"a": null}', "\x00"])
def test_a_damaged_file_only_signs_everybody_out(tmp_path, clock, text):
    """The next ticket works as ever."""
    (tmp_path / "sessions.json").write_text(text)
    sessions = Sessions(tmp_path / "sessions.json", clock)
    assert sessions.knows(sessions.redeem(sessions.ticket()))


def test_a_folder_that_cannot_be_written_keeps_nobody_out(tmp_path, clock):
    """The session lasts as long as the program."""
    sessions = Sessions(tmp_path / "gone" / "sessions.json", clock)
    assert sessions.knows(sessions.redeem(sessions.ticket()))


def test_a_throttle_lets_bursts_through_and_then_the_long_run():
    """Five at once, then two a second."""
    throttle = Throttle(5, 2.0)
    assert [throttle.admits(10.0) for _ in range(6)] == [True] * 5 + [False]
    assert [throttle.admits(11.0) for _ in range(3)] == [True, True, False]
    assert [throttle.admits(1e6) for _ in range(6)] == [True] * 5 + [False]
