"""Archives that arrived: their sounds enter the journal a few at a time, each as a sample of its own.

Runs on the pipeline thread, or on that of a one-time sort. An archive is never changed, and counts as known
only when all its sounds are in the journal: after a crash it is gone through again, without doubles.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePath

from wavized.domain.job import Job, JobState, NewJob, Origin
from wavized.domain.sample import Arrival, FilingMode
from wavized.errors import ArchiveRefusedError, UnreadableAudioError
from wavized.ports import Archives, Clock, Journal, OpenArchive
from wavized.services.intake import Intake

CHUNK = 32
CHUNK_BYTES = 64_000_000
"""So much is read between two looks into the inbox."""

DAMAGED = "damaged"

Wanted = Callable[[Path, PurePath], bool]
"""Whether a sound is to be read: the watched folder, and its path below that as if archives were folders."""


def everything(_root: Path, _relative: PurePath) -> bool:
    """What is wanted where somebody named the archive."""
    return True


@dataclass(slots=True)
class _Reading:
    """The archive in hand; `left` are the sounds still to come."""

    arrival: Arrival
    archive: OpenArchive
    folder: Path
    left: deque[PurePath]
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def account(read: int, left_out: Mapping[str, int], *, named: bool) -> str:
    """What is to be said of an archive that was read; empty where all went as wished.

    Of one without sounds something is said only where a person has `named` it: most archives are no packs.
    """
    told = ", ".join(f"{count} {why}" for why, count in left_out.items() if count)
    if told:
        return f"archive: {read} {'sound' if read == 1 else 'sounds'} read from it; left out: {told}"
    return "archive: it holds no sound" if named and not read else ""


class Unpacking:
    """A queue of archives, worked off one after the other."""

    def __init__(
        self,
        *,
        journal: Journal,
        intake: Intake,
        archives: Archives,
        clock: Clock,
        origin: Origin,
        wanted: Wanted = everything,
    ) -> None:
        self._journal = journal
        self._intake = intake
        self._archives = archives
        self._clock = clock
        self._origin = origin
        self.wanted = wanted
        self._waiting: deque[Arrival] = deque()
        self._reading: _Reading | None = None

    @property
    def busy(self) -> bool:
        """Whether there is anything left to read."""
        return bool(self._waiting) or self._reading is not None

    @property
    def left(self) -> int:
        """How many sounds are known to come; an archive not yet opened counts as one. Any thread may ask."""
        reading = self._reading
        return len(self._waiting) + (len(reading.left) if reading else 0)

    def add(self, arrival: Arrival) -> None:
        """Read this archive when its turn comes; one that waits or is being read already is not added."""
        in_hand = self._reading is not None and self._reading.arrival == arrival
        if not in_hand and arrival not in self._waiting:
            self._waiting.append(arrival)

    def step(self, library: Path) -> list[Job]:
        """Take in the next few sounds; the jobs that were made. Raises CacheUnavailableError.

        Whatever it raises, the next step goes on where this one began.
        """
        if self._reading is None:
            return self._open()
        reading = self._reading
        chunk, taken, damaged = self._extract(reading)
        jobs = self._intake.admit(chunk, library) if chunk else []
        for _ in range(taken):
            reading.left.popleft()
        reading.read += taken - damaged
        reading.left_out[DAMAGED] += damaged
        if damaged and self._is_gone(reading.arrival):
            self._close()  # with its disk: nothing is said of the rest, which is found again later
            return jobs
        return jobs if reading.left else jobs + self._finish(reading)

    def let_go(self) -> None:
        """Close the archive in hand, for a pause or an end; its turn comes again."""
        if self._reading is not None:
            self._waiting.appendleft(self._reading.arrival)
            self._close()

    def drop(self) -> None:
        """Read none of these any more; they are not known, so that a later start may find them."""
        self._close()
        self._waiting.clear()

    def _close(self) -> None:
        if self._reading is not None:
            self._reading.archive.close()
            self._reading = None

    def _open(self) -> list[Job]:
        if not self._waiting:
            return []
        arrival = self._waiting[0]
        jobs: list[Job] = []
        if self._is_to_be_read(arrival):
            try:
                archive = self._archives.open(arrival.path)
            except ArchiveRefusedError as error:
                if not self._is_gone(arrival):
                    jobs = [self._note(arrival, f"archive: {error}", failed=error.damaged)]
            else:
                jobs = self._begin(arrival, archive)
        self._waiting.popleft()
        return jobs

    def _is_gone(self, arrival: Arrival) -> bool:
        """Whether nothing is to be said: what the watch finds again once it is back. A sort does not."""
        return self._origin is Origin.WATCH and not arrival.path.exists()

    def _is_to_be_read(self, arrival: Arrival) -> bool:
        """Not again after a failure in between: what a sort was told to read it reads, known or not."""
        return self._origin is Origin.SORT or not self._journal.is_known(arrival.path, arrival.stat)

    def _begin(self, arrival: Arrival, archive: OpenArchive) -> list[Job]:
        if archive.stat != arrival.stat:
            archive.close()
            if self._origin is Origin.WATCH:
                return []  # it is delivered again as it is now
            return [self._note(arrival, "archive: it changed while it waited to be read", failed=True)]
        below = arrival.path.relative_to(arrival.root)
        folder = self._archives.folder_for(arrival.path, arrival.stat, self._origin)
        wanted = deque(sound for sound in archive.sounds if self.wanted(arrival.root, below / sound))
        self._reading = _Reading(arrival, archive, folder, wanted, left_out=Counter(archive.left_out))
        return []

    def _is_journalled(self, source: Path) -> bool:
        return self._origin is Origin.WATCH and bool(self._journal.find(source=source, limit=1))

    def _extract(self, reading: _Reading) -> tuple[list[Arrival], int, int]:
        """The next sounds as arrivals, how many were looked at, and how many of those are damaged."""
        arrivals: list[Arrival] = []
        taken = damaged = size = 0
        for sound in islice(reading.left, CHUNK):
            if size >= CHUNK_BYTES:
                break
            taken += 1
            path, archive = reading.folder / sound, reading.arrival.path
            if self._is_journalled(path):
                continue
            try:
                stat = reading.archive.extract(sound, reading.folder)
            except UnreadableAudioError:
                damaged += 1
                continue
            size += stat.size
            arrivals.append(Arrival(path, stat, reading.folder, FilingMode.COPY, archive))
        return arrivals, taken, damaged

    def _finish(self, reading: _Reading) -> list[Job]:
        """The archive is known from here on; it has a row of its own only where something is to be said."""
        arrival = reading.arrival
        told = account(reading.read, reading.left_out, named=self._origin is Origin.SORT)
        jobs = [self._note(arrival, told)] if told else []
        if not told:
            self._journal.remember([(arrival.path, arrival.stat)])
        self._close()
        return jobs

    def _note(self, arrival: Arrival, reason: str, *, failed: bool = False) -> Job:
        """A row for the archive itself, which is known from then on."""
        new = NewJob(self._origin, arrival.root, arrival.path, arrival.stat, "", arrival.mode)
        job = self._journal.open_jobs([new], self._clock.now())[0]
        state = JobState.FAILED if failed else JobState.SKIPPED
        return self._journal.advance([replace(job, state=state, reason=reason)], self._clock.now())[0]
