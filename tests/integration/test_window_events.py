"""Live events of the window on a real socket: what open pages hear, and that nobody waits for them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from support.house import House
from support.visitor import Visitor
from wavized.domain.events import JobChanged, Notice, StatusChanged
from wavized.reception import describe_change
from wavized.services.hub import EventHub
from wavized.window.app import build_app
from wavized.window.events import MOST_JOBS, MOST_PAGES, Feed
from wavized.window.server import LocalServer


class Station:
    """A hub, a feed behind it and a server; pages listen with the token."""

    def __init__(self):
        self.hub = EventHub()
        self.feed = Feed(describe_change, now=lambda: 5.0)
        self.hub.subscribe(self.feed.hear)
        self.asked = 0
        self.state = {"state": "watching", "filed": 0}
        self.feed.use(lambda: {"boot": "one", "setup": False}, self.status)
        self.server = LocalServer()
        self.server.start(build_app(self.feed.routes()))
        self.visitors = []

    def status(self):
        self.asked += 1
        return dict(self.state)

    def page(self):
        """The events of a page that has just been opened."""
        visitor = _ByToken(self.server.port, token=self.server.token)
        self.visitors.append(visitor)
        return visitor.listen()

    def close(self):
        self.feed.close()
        self.server.stop()
        for visitor in self.visitors:
            visitor.close()


class _ByToken(Visitor):
    def __init__(self, port, token):
        super().__init__(port)
        self._token = token

    def _send(self, connection, method, path, body, headers):
        super()._send(connection, method, path, body, {**headers, "Authorization": f"Bearer {self._token}"})


@pytest.fixture
def station():
    made = Station()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def job(tmp_path):
    with House(tmp_path) as house:
        yield house.file("reese.wav")[0]


def until(page, kind):
    """The next event of this kind."""
    return next(content for told, content in page if told == kind)


def test_a_new_page_hears_at_once_where_it_is_and_how_things_stand(station):
    """First the program, then its state."""
    page = station.page()
    assert next(page) == ("hello", {"boot": "one", "setup": False})
    assert next(page) == ("status", {"state": "watching", "filed": 0})


def test_changes_reach_every_open_page(station, job):
    """A sample, a notice and the new state, on all of them."""
    pages = [station.page() for _ in range(3)]
    for page in pages:
        assert [next(page)[0], next(page)[0]] == ["hello", "status"]
    station.state["filed"] = 1
    station.hub.publish(JobChanged(job))
    station.hub.publish(Notice("The library is away", "Plug it in"))
    for page in pages:
        told = until(page, "jobs")
        assert [one["name"] for one in told["jobs"]] == ["reese.wav"] and told["more"] is False
        assert told["jobs"][0]["folder"] == "Reese"
        assert next(page) == ("notice", {"message": "The library is away", "hint": "Plug it in", "at": 5.0})
        assert until(page, "status")["filed"] == 1


def test_a_flood_is_gathered(station, job):
    """Thousands of changes become few messages; a page is told that there were more."""
    page = station.page()
    next(page), next(page)
    for number in range(3000):
        station.hub.publish(JobChanged(replace(job, id=number)))
    station.hub.publish(Notice("end"))
    seen, more = [], False
    for kind, content in page:
        if kind == "jobs":
            assert len(content["jobs"]) <= MOST_JOBS
            seen += [one["id"] for one in content["jobs"]]
            more = more or content["more"]
        if kind == "notice":
            break
    assert more and seen[-1] == 2999
    assert station.asked < 100


def test_the_same_state_is_not_told_twice(station):
    """A change that changes nothing to see is kept from the pages."""
    page = station.page()
    next(page), next(page)
    for _ in range(3):
        station.hub.publish(StatusChanged())
    station.hub.publish(Notice("end"))
    kinds = []
    for kind, _ in page:
        kinds.append(kind)
        if kind == "notice":
            break
    assert kinds.count("status") <= 1


def test_of_a_sort_the_last_word_counts(station):
    """Progress that nobody could read is left out."""
    page = station.page()
    next(page), next(page)
    for done in range(1000):
        station.feed.tell_sort({"done": done})
    assert next(content for kind, content in page if kind == "sort" and content["done"] == 999)


def test_another_desk_greets_the_pages_that_are_open(station):
    """After the first run the same page goes on with the daemon."""
    page = station.page()
    next(page), next(page)
    station.feed.use(lambda: {"boot": "one", "setup": True}, lambda: {"state": "paused"})
    assert until(page, "hello")["setup"] is True
    assert until(page, "status") == {"state": "paused"}


def test_a_publisher_never_waits_for_a_page_that_does_not_read(station, job):
    """Whoever files samples goes on; other pages hear everything."""
    deaf = station.page()
    next(deaf)
    page = station.page()
    next(page), next(page)
    heavy = replace(job, reason="x" * 20_000)
    done = threading.Event()

    def publish():
        for number in range(2000):
            station.hub.publish(JobChanged(replace(heavy, id=number)))
        done.set()

    threading.Thread(target=publish).start()
    assert done.wait(60)
    station.hub.publish(Notice("end"))
    assert until(page, "notice")["message"] == "end"


def test_without_a_page_nothing_is_asked_or_kept(station, job, wait_for):
    """The state is not read for nobody; the next page starts afresh."""
    for _ in range(100):
        station.hub.publish(JobChanged(job))
    assert station.asked == 0
    page = station.page()
    assert [next(page)[0], next(page)[0]] == ["hello", "status"]
    station.visitors[0].close()
    page.close()
    station.hub.publish(Notice("to nobody"))
    wait_for(lambda: station.hub.publish(StatusChanged()) or not station.feed._pages)
    again = station.page()
    assert [next(again)[0], next(again)[0]] == ["hello", "status"]
    station.hub.publish(Notice("hello again"))
    assert until(again, "notice")["message"] == "hello again"


def test_a_state_that_cannot_be_read_ends_nothing(station):
    """The journal may fail for a while; the next change is told."""
    page = station.page()
    next(page), next(page)
    good = station.status
    failed = threading.Event()

    def fail():
        failed.set()
        raise OSError("The journal's disk is full")

    station.feed.use(lambda: {"boot": "one"}, fail)
    assert failed.wait(60)
    station.feed.use(lambda: {"boot": "two"}, good)
    assert next(content for kind, content in page if kind == "hello" and content["boot"] == "two")


def test_too_many_pages_are_turned_away(station):
    """The last one is told to close some."""
    pages = [station.page() for _ in range(MOST_PAGES)]
    for page in pages:
        next(page)
    answer = _ByToken(station.server.port, station.server.token).ask("GET", "/api/events")
    assert answer.status == 503 and "Close some" in answer.json["hint"]


def test_closing_ends_every_stream(station):
    """Open pages do not hold up the end of the program."""
    pages = [station.page() for _ in range(3)]
    for page in pages:
        next(page)
    station.feed.close()
    for page in pages:
        assert list(page)[-1][0] in ("hello", "status")
    answer = _ByToken(station.server.port, station.server.token).ask("GET", "/api/events")
    assert answer.status == 503
