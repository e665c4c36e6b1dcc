"""Files that came, from the first hint until they are delivered once. Used by the watch thread alone.

It only reads: files are looked at and their headers probed, never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wavized.domain.sample import Arrival, FileStat, FilingMode
from wavized.errors import UnreadableAudioError
from wavized.logic.selection import is_archive
from wavized.logic.settling import SettleTracker
from wavized.ports import KnownFiles, Probe
from wavized.watch.scan import file_stat, look

_BATCH = 128
_MOST_IN_FLIGHT = 20_000
_GIVE_UP_FACTOR = 10

Home = tuple[Path, FilingMode]
"""The watched folder a file belongs to, and how its samples are filed."""


def new_tracker(settle_seconds: float) -> SettleTracker:
    """A tracker that gives an unfinished file up once it has stood still ten times as long as a finished
    one.
    """
    return SettleTracker(settle_seconds, _GIVE_UP_FACTOR * settle_seconds)


@dataclass(slots=True)
class Arrivals:
    """Waits until files have settled and delivers each version of a sample once.

    A delivered sample is kept in mind until the journal knows it, so that a rescan in between does not
    deliver it again. The journal's own check catches what is beyond that (bounded) memory. An archive is
    delivered at each look until it is known, for its reading may have been broken off.
    """

    known: KnownFiles
    probe: Probe
    deliver: Callable[[Sequence[Arrival]], None]
    tracker: SettleTracker
    _in_flight: dict[Path, FileStat] = field(default_factory=dict)

    def retime(self, settle_seconds: float) -> None:
        """Use another waiting time from now on."""
        self.tracker.retime(settle_seconds, _GIVE_UP_FACTOR * settle_seconds)

    def consider(self, path: Path, stat: FileStat | None, now: float) -> None:
        """A wanted file was seen (or, with None, is gone): wait for it to settle unless it was dealt with."""
        if stat is not None and path not in self.tracker:
            if self._in_flight.get(path) == stat:
                return
            if self.known.is_known(path, stat):
                self._in_flight.pop(path, None)
                return
        self.tracker.observe(path, stat, now)

    def release(
        self, now: float, home_of: Callable[[Path], Home | None], stopped: Callable[[], bool]
    ) -> None:
        """Deliver every file that has settled; `home_of` says None for a file that is not wanted any more."""
        ready: list[Arrival] = []
        for path in self.tracker.quiet(now):
            if stopped():
                break
            home = home_of(path)
            if home is None:
                self.tracker.forget(path)
                continue
            arrival = self._settled(path, home, now)
            if arrival is not None:
                ready.append(arrival)
            if len(ready) >= _BATCH:
                self._hand_over(ready)
                ready = []
        self._hand_over(ready)

    def _settled(self, path: Path, home: Home, now: float) -> Arrival | None:
        complete = self._is_complete(path)
        status = look(path)  # after the probe: what is unchanged until here, the probe has seen
        stat = file_stat(status) if status is not None else None
        if not self.tracker.settle(path, stat, complete, now) or stat is None:
            return None
        if self.known.is_known(path, stat):
            return None
        root, mode = home
        return Arrival(path, stat, root, mode)

    def _is_complete(self, path: Path) -> bool | None:
        """What the header says; one that cannot be read may still be on its way."""
        try:
            return self.probe.read_header(path).complete
        except (UnreadableAudioError, OSError):
            return False

    def _hand_over(self, ready: list[Arrival]) -> None:
        if not ready:
            return
        self.deliver(ready)
        for arrival in ready:
            self._in_flight.pop(arrival.path, None)
            if not is_archive(arrival.path.name):
                self._in_flight[arrival.path] = arrival.stat
        if len(self._in_flight) > _MOST_IN_FLIGHT:
            self._drop_landed()

    def _drop_landed(self) -> None:
        """Forget what the journal knows by now, and the oldest of the rest if there is still too much."""
        landed = [path for path, stat in self._in_flight.items() if self.known.is_known(path, stat)]
        for path in landed:
            del self._in_flight[path]
        for path in list(self._in_flight)[: -_MOST_IN_FLIGHT // 2]:
            del self._in_flight[path]
