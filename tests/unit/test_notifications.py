"""Few, grouped pop-ups: what is told, when, and how often at most."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavized.domain.events import JobChanged, Notice, StatusChanged
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FileStat, FilingMode, Kind
from wavized.services.notifications import (
    FLOOD_SECONDS,
    MOST_AN_HOUR,
    MOST_PROBLEMS,
    QUIET_SECONDS,
    REPEAT_SECONDS,
    Message,
    Notifications,
)

S = JobState
HOUR = 3600.0


def job(number: int, state: JobState = S.QUEUED, *, pack: str = "Pack", **fields: object) -> Job:
    made = Job(
        number, Origin.WATCH, Path("/in"), Path(f"/in/{pack}/{number}.wav"), FileStat(1, 1), "d",
        FilingMode.COPY, state, 0.0, 0.0, target=Path("/lib/Reese/x.wav"),
    )  # fmt: skip
    return replace(made, **fields)


class Desk:
    """Notifications as the program drives them: asked when they said, and after each event."""

    def __init__(self) -> None:
        self.wanted = True
        self.notifications = Notifications(lambda: self.wanted)
        self.told: list[tuple[float, Message]] = []
        self.now = 0.0

    @property
    def texts(self) -> list[str]:
        return [message.text for _, message in self.told]

    def hear(self, *events: object) -> None:
        for event in events:
            self.notifications.hear(event if not isinstance(event, Job) else JobChanged(event), self.now)
        self._ask()

    def pass_time(self, seconds: float) -> None:
        """Go on to a later time, stopping where something is due."""
        end = self.now + seconds
        while (at := self.notifications.next_at()) is not None and at <= end:
            assert at >= self.now - 1e-9 or self.told_at(at), "it is due in the past and was not given"
            self.now = max(self.now, at)
            self._ask()
        self.now = end

    def told_at(self, at: float) -> bool:
        return any(when == at for when, _ in self.told)

    def _ask(self) -> None:
        self.told += [(self.now, message) for message in self.notifications.due(self.now)]

    def settle(self, number: int, state: JobState = S.FILED, **fields: object) -> None:
        """A sample arrives and comes to rest."""
        self.hear(job(number), job(number, S.CLASSIFYING), job(number, state, **fields))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_one_message_when_it_comes_to_rest(desk):
    """While samples come nothing pops up; once it is quiet one message tells all."""
    for number in range(16):
        desk.settle(number, S.FILED if number < 14 else S.AWAITING_REVIEW)
        desk.pass_time(1.0)
    assert desk.told == []
    desk.pass_time(QUIET_SECONDS)
    assert desk.told == [
        (15.0 + QUIET_SECONDS, Message("Wavized", "14 basses filed from 'Pack', 2 to review"))
    ]
    desk.pass_time(HOUR)
    assert len(desk.told) == 1
    assert desk.notifications.next_at() is None


def test_nothing_pops_up_while_samples_are_under_way(desk):
    """However quiet it is, a sample that is being heard may be followed by its like."""
    desk.settle(1)
    desk.hear(job(2))
    desk.pass_time(FLOOD_SECONDS - 1)
    assert desk.told == []
    desk.hear(job(2, S.FILED))
    desk.pass_time(QUIET_SECONDS)
    assert desk.texts == ["2 basses filed from 'Pack'"]


def test_a_long_flood_is_told_of_now_and_then(desk):
    """After a minute, then ever more rarely; at its end what was not told yet."""
    desk.hear(*(job(number) for number in range(3600)))
    for number in range(3600):
        desk.hear(job(number, S.FILED))
        desk.pass_time(1.0)
    desk.pass_time(HOUR)
    times = [at for at, _ in desk.told]
    assert times[:2] == [FLOOD_SECONDS, FLOOD_SECONDS + 300.0]
    assert 4 <= len(times) <= 7
    assert sum(map(filed_in, desk.texts)) == 3600
    assert times[-1] <= 3600 + 600


def test_what_was_left_alone_is_not_told(desk):
    """Neither loops and drums, nor duplicates, nor files that are no readable sound, in whatever number."""
    for number in range(20):
        desk.settle(number, S.SKIPPED)
        desk.settle(100 + number, S.FAILED, kind=Kind.UNREADABLE, reason="unreadable: it is empty")
        desk.hear(job(200 + number, S.SKIPPED), job(300 + number, S.FAILED, kind=Kind.UNREADABLE))
    desk.pass_time(HOUR)
    assert desk.told == []


def test_a_sample_that_could_not_be_filed_is_told(desk):
    """It can be heard, but something went wrong."""
    desk.settle(1, S.FAILED, kind=Kind.ONE_SHOT, reason="the name is too long")
    desk.pass_time(HOUR)
    assert desk.texts == ["1.wav could not be filed"]


def test_what_the_user_does_is_not_told(desk):
    """An answer, a correction (also one that fails), an undo: he was there."""
    answered = job(1, S.AWAITING_REVIEW)
    desk.hear(
        replace(answered, state=S.FILING, corrected=True), replace(answered, state=S.FILED, corrected=True)
    )
    filed = job(2, S.FILED)
    moving = replace(filed, state=S.FILING, previous_target=filed.target)
    desk.hear(moving, replace(filed, corrected=True))
    stuck = job(3, S.FILED)
    desk.hear(replace(stuck, state=S.FILING, previous_target=stuck.target), stuck)
    desk.hear(replace(filed, state=S.REVERTED, corrected=True))
    library_was_away = replace(answered, state=S.FILING, corrected=True)
    desk.hear(library_was_away, replace(library_was_away, state=S.DECIDED), answered)
    desk.pass_time(HOUR)
    assert desk.told == []


def test_what_the_user_touched_meanwhile_is_left_out(desk):
    """Three were filed and one asks; one is undone and the question answered before anything pops up."""
    for number in range(3):
        desk.settle(number)
    desk.settle(3, S.AWAITING_REVIEW)
    desk.hear(
        job(0, S.REVERTED, corrected=True), job(3, S.FILING, corrected=True), job(3, S.FILED, corrected=True)
    )
    desk.pass_time(HOUR)
    assert desk.texts == ["2 basses filed from 'Pack'"]


def test_a_one_time_sort_is_not_told(desk):
    """Whoever started it watches it."""
    desk.hear(job(1, origin=Origin.SORT), job(1, S.FILED, origin=Origin.SORT))
    desk.pass_time(HOUR)
    assert desk.told == []


def test_a_retried_sample_is_told_again(desk):
    """It failed, the user had it heard once more, and now it is filed."""
    desk.settle(1, S.FAILED, kind=Kind.ONE_SHOT)
    desk.pass_time(HOUR)
    desk.settle(1, S.FILED)
    desk.pass_time(HOUR)
    assert desk.texts == ["1.wav could not be filed", "1.wav filed in Reese"]


def test_a_problem_comes_through_at_once_and_not_twice(desk):
    """The same again only after some minutes; another one at once."""
    desk.settle(1)
    gone, bad = (
        Notice("The library is gone", "Plug it in"),
        Notice("The config cannot be used", "line 3: mode"),
    )
    desk.hear(gone, gone, bad)
    assert desk.told == [
        (0.0, Message("The library is gone", "Plug it in")),
        (0.0, Message("The config cannot be used", "line 3: mode")),
    ]
    desk.pass_time(REPEAT_SECONDS - 1)
    desk.hear(gone)
    assert desk.texts[2:] == ["1.wav filed in Reese"]
    desk.pass_time(1.0)
    desk.hear(gone)
    assert desk.texts[3:] == ["Plug it in"]


def test_many_problems_at_once_end_in_one_that_says_so(desk):
    """Twenty folders on a drive that was unplugged are not twenty pop-ups."""
    desk.hear(*(Notice(f"/drive/{n}: the folder is gone", "It goes on once it is back") for n in range(20)))
    assert len(desk.told) == MOST_PROBLEMS
    assert "wavized doctor" in desk.texts[-1]


def test_good_news_about_settings_does_not_pop_up(desk):
    """Whoever edited them reads it in the window, and hears of it here only if something is wrong."""
    desk.hear(Notice("The new settings are in force", problem=False), StatusChanged())
    desk.pass_time(HOUR)
    assert desk.told == []


def test_a_long_problem_is_cut_to_what_a_pop_up_holds(desk):
    """A title of 63 and a text of 200 characters, whatever is to be said."""
    desk.hear(Notice("x" * 100, "y" * 900), Notice("Short", "z\n" * 900), Notice("Alone"))
    for _, message in desk.told:
        assert len(message.title) <= 63 and len(message.text) <= 200
        assert "\n" not in message.text
    assert desk.told[2][1] == Message("Wavized", "Alone")


def test_snoozed_only_problems_come(desk):
    """What is filed meanwhile, or waited to be told, is not told later either."""
    desk.settle(1)
    desk.notifications.snooze(600.0)
    desk.settle(2)
    desk.hear(Notice("The model is damaged", "Get it anew"))
    desk.pass_time(599.0)
    assert desk.texts == ["Get it anew"]
    desk.pass_time(1.0)
    desk.settle(3)
    desk.pass_time(HOUR)
    assert desk.texts == ["Get it anew", "3.wav filed in Reese"]


def test_a_snooze_can_be_ended(desk):
    """From then on it tells again."""
    desk.notifications.snooze(600.0)
    desk.notifications.snooze(None)
    desk.settle(1)
    desk.pass_time(QUIET_SECONDS)
    assert desk.texts == ["1.wav filed in Reese"]


def test_where_none_are_wanted_there_are_none(desk):
    """`notifications: no` means none at all; what happened meanwhile is not told when it is lifted."""
    desk.settle(1)
    desk.wanted = False
    desk.settle(2)
    desk.hear(Notice("The library is gone"))
    desk.pass_time(HOUR)
    desk.wanted = True
    desk.pass_time(HOUR)
    assert desk.told == []
    desk.settle(3)
    desk.pass_time(HOUR)
    assert desk.texts == ["3.wav filed in Reese"]


def test_where_nobody_asks_nothing_is_kept_for_long():
    """Without a tray what happened hours ago is not told when one comes at last."""
    notifications = Notifications()
    for number in range(100):
        now = number * HOUR
        notifications.hear(JobChanged(job(number)), now)
        notifications.hear(JobChanged(job(number, S.FILED)), now)
        notifications.hear(Notice(f"Problem {number}"), now)
    messages = notifications.due(99 * HOUR + 60.0)
    assert len(messages) == MOST_PROBLEMS + 1
    assert filed_in(messages[-1].text) <= 2


def filed_in(text: str) -> int:
    """How many samples a message says were filed."""
    if re.search(r"\.wav filed in ", text):
        return 1
    found = re.match(r"(\d+) bass(?:es)? filed", text)
    return int(found[1]) if found else 0


def review_in(text: str) -> int:
    """How many samples a message says are to review."""
    if re.search(r"\.wav to review", text):
        return 1
    found = re.search(r"(\d+) (?:samples? )?to review", text)
    return int(found[1]) if found else 0


ENDS = (S.FILED, S.FILED, S.AWAITING_REVIEW, S.SKIPPED, S.FAILED)
STEPS = st.lists(
    st.tuples(
        st.sampled_from((0.0, 0.01, 0.5, 3.0, QUIET_SECONDS, 10.0, 55.0, 61.0, 400.0, 4000.0)),
        st.sampled_from(("arrive", "end", "end", "touch")),
        st.integers(0, 30),
        st.sampled_from(ENDS),
        st.sampled_from(("A", "B", "C")),
    ),
    max_size=200,
)


@settings(deadline=None)
@given(STEPS)
def test_counts_add_up_and_there_are_never_too_many(steps):
    """Every sample filed is told in one message or, where the user was quicker, in none; and few an hour."""
    desk = Desk()
    under_way: dict[int, Job] = {}
    ended: dict[int, Job] = {}
    number = 0
    news = dict.fromkeys((S.FILED, S.AWAITING_REVIEW), 0)
    untold_at_most = 0
    for seconds, what, which, end, pack in steps:
        desk.pass_time(seconds)
        if what == "arrive":
            number += 1
            under_way[number] = job(number, pack=pack)
            desk.hear(under_way[number])
        elif what == "end" and under_way:
            chosen = under_way.pop(sorted(under_way)[which % len(under_way)])
            ended[chosen.id] = replace(chosen, state=end)
            if end in news:
                news[end] += 1
            desk.hear(replace(chosen, state=S.FILING), ended[chosen.id])
        elif what == "touch" and ended:
            chosen = ended.pop(sorted(ended)[which % len(ended)])
            untold_at_most += chosen.state in news
            desk.hear(replace(chosen, state=S.FILED, corrected=True))
        assert sum(map(filed_in, desk.texts)) <= news[S.FILED]
        assert sum(map(review_in, desk.texts)) <= news[S.AWAITING_REVIEW]
    desk.hear(*(replace(left, state=S.SKIPPED) for left in under_way.values()))
    desk.pass_time(2 * HOUR)
    told = sum(map(filed_in, desk.texts)) + sum(map(review_in, desk.texts))
    assert sum(news.values()) - untold_at_most <= told <= sum(news.values())
    assert desk.notifications.next_at() is None
    assert most_in_an_hour([at for at, _ in desk.told]) <= MOST_AN_HOUR


@settings(deadline=None)
@given(st.floats(0.05, 300.0), st.integers(1, 40), st.booleans())
def test_a_steady_stream_is_told_a_few_times_an_hour(pace, batch, overlapping):
    """Whatever its pace, and whether or not it ever comes to rest in between."""
    desk = Desk()
    number = 0
    while desk.now < 2.5 * HOUR and number < 4000:
        number += batch
        if overlapping:
            desk.hear(job(-number))
        for one in range(number - batch, number):
            desk.settle(one)
        desk.pass_time(pace)
        if overlapping:
            desk.hear(job(-number, S.SKIPPED))
    desk.pass_time(HOUR)
    assert sum(map(filed_in, desk.texts)) == number
    assert most_in_an_hour([at for at, _ in desk.told]) <= MOST_AN_HOUR


def most_in_an_hour(times: list[float]) -> int:
    """The most messages in any hour that begins with one of them."""
    return max((bisect_left(times, start + HOUR) - n for n, start in enumerate(times)), default=0)
