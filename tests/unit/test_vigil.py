"""Whether threads still answer: one open question each, patience with long work, none with dead threads."""

from __future__ import annotations

from concurrent.futures import Future

from wavized.services.vigil import Vigil


class Thread:
    """Answers when told to."""

    def __init__(self) -> None:
        self.asked: list[Future[None]] = []

    def ask(self) -> Future[None]:
        self.asked.append(Future())
        return self.asked[-1]

    def answer(self) -> None:
        self.asked[-1].set_result(None)


def test_a_thread_that_answers_is_asked_again_and_one_that_is_busy_is_not():
    """However often it is looked at, a busy thread has one question waiting."""
    busy, quick = Thread(), Thread()
    vigil = Vigil({"busy": busy.ask, "quick": quick.ask}, patience_seconds=100.0)
    for now in range(0, 90, 30):
        assert vigil.trouble(float(now), {"busy", "quick"}) == ""
        quick.answer()
    assert (len(busy.asked), len(quick.asked)) == (1, 3)


def test_who_does_not_answer_for_too_long_is_named_until_it_does():
    """And is trusted again afterwards."""
    slow = Thread()
    vigil = Vigil({"slow": slow.ask}, patience_seconds=100.0)
    assert vigil.trouble(0.0, {"slow"}) == ""
    assert vigil.trouble(100.0, {"slow"}) == ""
    assert vigil.trouble(101.0, {"slow"}) == vigil.trouble(200.0, {"slow"}) != ""
    slow.answer()
    assert vigil.trouble(230.0, {"slow"}) == ""
    assert vigil.trouble(300.0, {"slow"}) == ""


def test_a_thread_that_has_ended_is_named_at_once():
    gone = Thread()
    vigil = Vigil({"gone": gone.ask})
    assert "gone" in vigil.trouble(0.0, {"MainThread"})
    assert gone.asked == []
