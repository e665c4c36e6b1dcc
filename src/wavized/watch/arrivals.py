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
_GIVE_UP_FACTOR = 10
_LOOK_AGAIN_SECONDS = 0.5
MOST_WAITING = 20_000
"""Files that may wait to settle; of what is beyond that, a later scan tells."""
MOST_IN_FLIGHT = 4_000
"""Files that may be delivered before the journal knows the first of them."""

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
    deliver it again; where too many are on their way to the journal, the next ones wait. So memory is
    bounded however many files come. `crowded` says that files were passed over, and that a scan is needed
    once `has_room`. An archive is delivered at each look until it is known, for its reading may have been
    broken off.
    """

    known: KnownFiles
    probe: Probe
    deliver: Callable[[Sequence[Arrival]], None]
    tracker: SettleTracker
    crowded: bool = False
    _in_flight: dict[Path, FileStat] = field(default_factory=dict)
    _held_until: float = 0.0

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
            if len(self.tracker) >= MOST_WAITING:
                self.crowded = True
                return
        self.tracker.observe(path, stat, now)

    @property
    def has_room(self) -> bool:
        """Whether a scan is worth while after files were passed over."""
        return len(self.tracker) <= MOST_WAITING // 2

    def next_due(self, now: float) -> float | None:
        """Seconds until there is something to release; None where nothing waits."""
        due = self.tracker.next_due(now)
        return None if due is None else max(due, self._held_until - now)

    def release(
        self, now: float, home_of: Callable[[Path], Home | None], stopped: Callable[[], bool]
    ) -> None:
        """Deliver every file that has settled; `home_of` says None for a file that is not wanted any more."""
        ready: list[Arrival] = []
        for path in self.tracker.quiet(now) if self._may_deliver(now) else ():
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
                if not self._may_deliver(now):
                    break
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

    def _may_deliver(self, now: float) -> bool:
        """Whether few enough are on their way; of the oldest, what the journal knows by now is forgotten."""
        if len(self._in_flight) >= MOST_IN_FLIGHT:
            for path, stat in list(self._in_flight.items()):
                if not self.known.is_known(path, stat):
                    break
                del self._in_flight[path]
        if len(self._in_flight) < MOST_IN_FLIGHT:
            return True
        self._held_until = now + _LOOK_AGAIN_SECONDS
        return False
