"""The window opens once for each cause of an icon that cannot be seen, and the hint stays until put aside."""

from __future__ import annotations

import threading
from dataclasses import replace

from wavized.domain.events import Notice
from wavized.errors import WavizedError
from wavized.logic.desktop_hints import Python, Surroundings
from wavized.trayless import Trayless

FINE = Surroundings(
    platform="linux", display=True, python=Python.SYSTEM, bindings=True, indicator=True, host=True
)
NO_HOST = replace(FINE, host=False)
NO_BINDINGS = replace(FINE, bindings=False)
NO_DISPLAY = replace(FINE, display=False)


class Start:
    """One start of the program after another; what is kept between them is a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.shown = 0
        self.told: list[str] = []
        self.fails = False

    def setting(self, key: str) -> str | None:
        return self.kept.get(key)

    def put_setting(self, key: str, value: str | None) -> None:
        self.kept.pop(key, None)
        if value is not None:
            self.kept[key] = value

    def show(self) -> None:
        if self.fails:
            raise WavizedError("There is no display to show the window on")
        self.shown += 1

    def tell(self, event: object) -> None:
        assert isinstance(event, Notice)
        self.told.append(event.message)

    def begin(self, *found: Surroundings, stopped: bool = False) -> Trayless:
        """A start that finds these surroundings, one at each look; it has told all when this returns."""
        stop = threading.Event()
        if stopped:
            stop.set()
        looks = list(found)
        trayless = Trayless(
            self, show=self.show, tell=self.tell, stop=stop, look=lambda: looks.pop(0), host_seconds=0.0
        )
        trayless.begin()
        trayless.close()
        assert not looks, "it did not look as often as it should"
        return trayless


def test_the_window_opens_once_for_each_cause():
    """Not at every login; again for another cause, and again once it had been mended in between."""
    start = Start()
    for found, shown in [(NO_BINDINGS, 1), (NO_BINDINGS, 1), (FINE, 1), (NO_BINDINGS, 2)]:
        start.begin(found)
        assert start.shown == len(start.told) == shown
    start.begin(NO_HOST, NO_HOST)
    assert start.shown == 3


def test_the_hint_stays_over_starts_until_it_is_put_aside():
    start = Start()
    first = start.begin(NO_BINDINGS)
    assert first.hint() is not None
    second = start.begin(NO_BINDINGS)
    assert second.hint() == first.hint()
    second.put_aside()
    assert second.hint() is None and start.begin(NO_BINDINGS).hint() is None
    assert start.begin(FINE).hint() is None and start.kept == {}
    assert start.begin(NO_BINDINGS).hint() is not None, "what went wrong anew is said anew"


def test_a_panel_that_comes_up_late_is_waited_for():
    """At login the desktop may need longer than Wavized."""
    start = Start()
    assert start.begin(NO_HOST, FINE).hint() is None
    assert start.shown == 0


def test_without_a_display_nothing_is_opened_and_nothing_forgotten():
    """What was told on the desktop is still told when it runs on a console for once."""
    start = Start()
    start.begin(NO_BINDINGS)
    kept = dict(start.kept)
    assert start.begin(NO_DISPLAY).hint() is None
    assert start.kept == kept and start.shown == 1


def test_a_window_that_cannot_be_opened_is_tried_again_at_the_next_start():
    start = Start()
    start.fails = True
    assert start.begin(NO_BINDINGS).hint() is not None
    start.fails = False
    start.begin(NO_BINDINGS)
    assert start.shown == 1


def test_a_program_that_is_stopping_opens_nothing():
    start = Start()
    start.begin(NO_BINDINGS, stopped=True)
    assert start.shown == 0 and start.told == []


def test_an_odd_desktop_harms_nobody(caplog):
    """Whatever a look raises is logged."""
    start = Start()
    stop = threading.Event()

    def look() -> Surroundings:
        raise RuntimeError("no such desktop")

    trayless = Trayless(start, show=start.show, tell=start.tell, stop=stop, look=look)
    trayless.begin()
    trayless.close()
    assert trayless.hint() is None and "could not be found out" in caplog.text
