"""What is worth a pop-up, and when: few, grouped, never one a sample. Pure: time is passed in.

Any thread may call. `now` and every time given back are seconds of one clock that never goes back. What the
user does by hand is not told, nor what was left alone, nor a file that is no readable sound.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from wavized.domain.events import Event, JobChanged, Notice
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import Kind
from wavized.logic.announcement import MOST_TEXT, MOST_TITLE, TOLD, Outcome, announce, outcome_of
from wavized.logic.lifecycle import AT_REST
from wavized.logic.wording import shorten

QUIET_SECONDS = 5.0
"""Nothing new for so long, and nothing under way: it has come to rest and is told."""
FLOOD_SECONDS = 60.0
"""What comes to rest in an unending flood is told after this at the latest, where nothing was told lately."""

_HOUR = 3600.0
MOST_AN_HOUR = 10
"""Messages about samples in any hour; what is more waits and is told together."""
_GAPS_AT_REST = (0.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_GAPS_IN_A_FLOOD = (0.0, 300.0, 900.0)
"""Seconds to the next message, by how many there were in the last hour: the more, the longer."""

REPEAT_SECONDS = 600.0
"""The same problem is not told twice within this time."""
MOST_PROBLEMS = 5
"""Problems told within that time; the last of them says that there are more."""

TITLE = "Wavized"


@dataclass(frozen=True, slots=True)
class Message:
    """A pop-up of plain text: `title` at most 63 characters, `text` at most 200, one line each."""

    title: str
    text: str


_MORE_PROBLEMS = Message("Several things need your attention", "wavized doctor says what, and what to do")


class Notifications:
    """Hears every event, and says what to tell when: `hear`, then `due` no later than `next_at`.

    `wanted` is asked whether pop-ups are wanted at all (the config's `notifications`).
    """

    def __init__(self, wanted: Callable[[], bool] = lambda: True) -> None:
        self._lock = threading.Lock()
        self._wanted = wanted
        self._snoozed_until: float | None = None
        self._group = _Group()
        self._problems = _Problems()

    def hear(self, event: Event, now: float) -> None:
        """Take note of what happened."""
        with self._lock:
            if isinstance(event, JobChanged):
                self._group.hear(event.job, now, keep=self._wanted() and not self._is_snoozed(now))
            elif isinstance(event, Notice) and event.problem and self._wanted():
                self._problems.hear(event, now)

    def due(self, now: float) -> list[Message]:
        """What is to be shown now; each message is given once."""
        with self._lock:
            if not self._wanted():
                self._group.drop()
                self._problems.drop()
                return []
            told = self._problems.take()
            sentence = self._group.take(now)
            return [*told, Message(TITLE, sentence)] if sentence else told

    def next_at(self) -> float | None:
        """When to ask `due` again if nothing more is heard; None: not before something is."""
        with self._lock:
            times = [at for at in (self._problems.heard_at, self._group.due_at()) if at is not None]
            return min(times, default=None)

    def snooze(self, until: float | None) -> None:
        """Tell of problems alone until then; None ends it. What is filed meanwhile is not told later."""
        with self._lock:
            self._snoozed_until = until
            if until is not None:
                self._group.drop()

    def _is_snoozed(self, now: float) -> bool:
        return self._snoozed_until is not None and now < self._snoozed_until


class _Group:
    """Samples that came to rest and were not told yet."""

    def __init__(self) -> None:
        self._under_way: set[int] = set()
        self._outcomes: dict[int, Outcome] = {}
        self._began = 0.0
        self._heard_at = 0.0
        self._told: deque[float] = deque(maxlen=MOST_AN_HOUR)

    def hear(self, job: Job, now: float, *, keep: bool) -> None:
        """A job reached a new state; `keep` is False where nobody wants to know what becomes of it."""
        if job.origin is not Origin.WATCH:
            return
        was_under_way = job.id in self._under_way
        self._under_way.discard(job.id)
        self._outcomes.pop(job.id, None)
        if job.corrected or job.previous_target is not None:
            return  # the user's own doing: he knows
        due_at = self.due_at()
        if due_at is not None and now - due_at > _HOUR:
            self.drop()  # nobody asks for it: there is no tray
        self._heard_at = now
        if job.state not in AT_REST:
            self._under_way.add(job.id)
        elif keep and was_under_way and job.state in TOLD and not _is_unreadable(job):
            if not self._outcomes:
                self._began = now
            self._outcomes[job.id] = outcome_of(job)

    def due_at(self) -> float | None:
        """When they may be told if nothing more is heard."""
        if not self._outcomes:
            return None
        flood_at = self._began + FLOOD_SECONDS
        if self._under_way:
            return max(flood_at, self._free_at(_GAPS_IN_A_FLOOD))
        return max(min(self._heard_at + QUIET_SECONDS, flood_at), self._free_at(_GAPS_AT_REST))

    def take(self, now: float) -> str:
        """The sentence about all of them if it is time; each is told once."""
        due_at = self.due_at()
        if due_at is None or now < due_at:
            return ""
        sentence = announce(list(self._outcomes.values()))
        self._outcomes.clear()
        self._told.append(now)
        return sentence

    def drop(self) -> None:
        """Tell nothing of these."""
        self._outcomes.clear()

    def _free_at(self, gaps: tuple[float, ...]) -> float:
        """Not before this is a further message few enough."""
        if not self._told:
            return 0.0
        last = self._told[-1]
        lately = sum(last - told < _HOUR for told in self._told)
        free_at = last + gaps[min(lately, len(gaps) - 1)]
        return max(free_at, self._told[0] + _HOUR) if len(self._told) == MOST_AN_HOUR else free_at


class _Problems:
    """Notices on their way, and which ones were told lately."""

    def __init__(self) -> None:
        self.heard_at: float | None = None
        self._waiting: deque[Message] = deque(maxlen=MOST_PROBLEMS)
        self._lately: deque[tuple[float, Message]] = deque()

    def hear(self, notice: Notice, now: float) -> None:
        """To be told at once, unless it was told lately or too many were."""
        while self._lately and now - self._lately[0][0] >= REPEAT_SECONDS:
            self._lately.popleft()
        message = _worded(notice)
        if len(self._lately) >= MOST_PROBLEMS or any(message == told for _, told in self._lately):
            return
        if len(self._lately) == MOST_PROBLEMS - 1:
            message = _MORE_PROBLEMS
        self._lately.append((now, message))
        self._waiting.append(message)
        if self.heard_at is None:
            self.heard_at = now

    def take(self) -> list[Message]:
        """All that wait; each is told once."""
        told = list(self._waiting)
        self._waiting.clear()
        self.heard_at = None
        return told

    def drop(self) -> None:
        """Tell nothing of these."""
        self.take()


def _is_unreadable(job: Job) -> bool:
    """A file that cannot be heard, as every pack holds some: it waits in the window, nothing pops up."""
    return job.state is JobState.FAILED and job.kind is Kind.UNREADABLE


def _worded(notice: Notice) -> Message:
    if notice.hint and len(notice.message) <= MOST_TITLE:
        return Message(shorten(notice.message, MOST_TITLE), shorten(notice.hint, MOST_TEXT))
    text = f"{notice.message}. {notice.hint}" if notice.hint else notice.message
    return Message(TITLE, shorten(text, MOST_TEXT))
