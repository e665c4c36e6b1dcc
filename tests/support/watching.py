"""A watcher on real folders with everything it tells collected, and conditions to wait for."""

from __future__ import annotations

import io
import threading
import time
import wave
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from support.fake_known import FakeKnown
from wavized.archives.probe import ArrivalProbe
from wavized.config.model import Config, WatchFolder
from wavized.domain.events import Event, Notice
from wavized.domain.sample import Arrival
from wavized.ports import Clock
from wavized.watch.folder import FolderState
from wavized.watch.watcher import Watcher

DEADLINE_SECONDS = 120.0


class RealClock:
    """The system's time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


def wav_bytes(frames: int = 400, seed: int = 0) -> bytes:
    """A complete mono 16-bit WAV file; `seed` makes its content differ from others'."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(seed.to_bytes(8, "little") + bytes(2 * frames))
    return buffer.getvalue()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Return as soon as the condition holds; fail, saying what was awaited, once the deadline has passed."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still waiting for: {what}"
        time.sleep(0.01)


class Watch:
    """A running watcher over a temporary library; use with `with`. `settled` files are told as known at
    once.
    """

    def __init__(
        self,
        library: Path,
        *folders: WatchFolder,
        known: FakeKnown | None = None,
        journal: bool = True,
        settle_seconds: float = 0.3,
        rescan_seconds: float = 300.0,
        clock: Clock | None = None,
        **more: object,
    ) -> None:
        self.known = known if known is not None else FakeKnown()
        self._journal = journal
        self._lock = threading.Lock()
        self.arrivals: list[Arrival] = []
        self.events: list[Event] = []
        self.config = Config(
            library=library, watch=folders, settle_seconds=settle_seconds, rescan_seconds=rescan_seconds
        )
        self.watcher = Watcher(
            self.config,
            known=self.known,
            probe=ArrivalProbe(),
            clock=clock or RealClock(),
            deliver=self._deliver,
            events=self,
            check_seconds=0.2,
            **more,  # type: ignore[arg-type]  # passed through to the watcher
        )

    def __enter__(self) -> Watch:
        self.watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.watcher.stop(), "the watch thread did not end"

    def publish(self, event: Event) -> None:
        with self._lock:
            self.events.append(event)

    def _deliver(self, arrivals: Sequence[Arrival]) -> None:
        with self._lock:
            self.arrivals.extend(arrivals)
        if self._journal:
            self.known.remember([(arrival.path, arrival.stat) for arrival in arrivals])

    def paths(self) -> Counter[Path]:
        with self._lock:
            return Counter(arrival.path for arrival in self.arrivals)

    def notices(self) -> list[str]:
        with self._lock:
            return [f"{event.message} ({event.hint})" for event in self.events if isinstance(event, Notice)]

    def states(self) -> dict[Path, FolderState]:
        return {status.path: status.state for status in self.watcher.status()}

    def until_open(self) -> None:
        """Wait until every folder is there and was looked through."""
        open_states = {FolderState.WATCHING, FolderState.POLLING}
        wait_until(
            lambda: bool(self.states()) and set(self.states().values()) <= open_states, "folders to open"
        )

    def until_delivered(self, *paths: Path) -> None:
        """Wait until each of these files was delivered."""
        wait_until(lambda: set(paths) <= set(self.paths()), f"{[path.name for path in paths]} delivered")
