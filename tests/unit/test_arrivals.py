"""Files on their way from the watch to the journal: memory is bounded, none is delivered twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from support.fake_known import FakeKnown
from wavized.domain.sample import Arrival, FileStat, FilingMode, Header
from wavized.logic.settling import SettleTracker
from wavized.watch.arrivals import MOST_IN_FLIGHT, MOST_WAITING, Arrivals
from wavized.watch.scan import file_stat


class WholeProbe:
    """Takes every file for a whole one."""

    def read_header(self, path: Path) -> Header:
        return Header("WAV", 44_100, 1, 1.0, complete=True)


def arrivals(known: FakeKnown, delivered: list[Arrival]) -> Arrivals:
    def deliver(some: Sequence[Arrival]) -> None:
        delivered.extend(some)

    return Arrivals(known, WholeProbe(), deliver, SettleTracker(1.0, 10.0))


def test_the_watch_waits_for_the_journal(tmp_path: Path) -> None:
    """Only so many files are on their way to it; the rest follows, each once, whatever rescans find."""
    known, delivered = FakeKnown(), list[Arrival]()
    made = arrivals(known, delivered)
    paths = [tmp_path / f"{number}.wav" for number in range(MOST_IN_FLIGHT + 300)]
    for path in paths:
        path.write_bytes(b"sound")

    def scan(now: float) -> None:
        for path in paths:
            made.consider(path, file_stat(path.stat()), now)
        made.release(now, lambda _: (tmp_path, FilingMode.COPY), lambda: False)

    scan(0.0)
    for now in (2.0, 4.0, 6.0):
        scan(now)
    first = [arrival.path for arrival in delivered]
    assert MOST_IN_FLIGHT <= len(first) == len(set(first)) < len(paths)
    pause = made.next_due(6.0)
    assert pause is not None and pause > 0, "it would ask again at once, for ever"
    known.remember([(arrival.path, arrival.stat) for arrival in delivered])
    scan(8.0)
    scan(10.0)
    assert sorted(arrival.path for arrival in delivered) == sorted(paths)


def test_what_finds_no_room_is_passed_over_until_there_is_some() -> None:
    """Only so many files wait; that there are more is said, and when a scan is worth while."""
    made = arrivals(FakeKnown(), [])
    paths = [Path(f"/in/{number}.wav") for number in range(MOST_WAITING + 5)]
    for path in paths:
        made.consider(path, FileStat(5, 1), 0.0)
    assert len(made.tracker) == MOST_WAITING
    assert made.crowded and not made.has_room
    made.consider(paths[0], FileStat(6, 2), 1.0)  # one that waits already is still followed
    assert made.tracker.quiet(1.5)[0] == paths[1]
    for path in paths[: MOST_WAITING // 2]:
        made.consider(path, None, 1.0)
    assert made.has_room
