"""The real services on a real journal and a real file tree; only the ear is scripted, by file name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from support.audio import write_tone
from wavized.archives.store import ArchiveStore
from wavized.archives.zipped import Rules
from wavized.audio.probe import HeaderProbe
from wavized.config.model import DEFAULT_FOLDERS
from wavized.control.turns import Turns
from wavized.domain.events import Event
from wavized.domain.hearing import Answer, ModelInfo, Refused, Scored, Unanswered
from wavized.domain.job import Job, Origin
from wavized.domain.sample import Arrival, FileStat, FilingMode, Kind
from wavized.journal.store import SqliteJournal
from wavized.library.digest import sha256_of
from wavized.library.filer import LibraryFiler
from wavized.ports import Clock
from wavized.services.filing import Filing, Shelves
from wavized.services.hub import EventHub
from wavized.services.intake import Intake, Limits
from wavized.services.pipeline import Pipeline
from wavized.services.rebuilding import Rebuilding
from wavized.services.recovery import recover
from wavized.services.review import Reviewing
from wavized.services.sorting import Sorting, Sureness
from wavized.services.unpacking import Unpacking

MODEL = ModelInfo(
    model_id="scripted",
    categories=tuple(DEFAULT_FOLDERS),
    rejects={"not_bass": Kind.NOT_BASS, "loop": Kind.LOOP},
    file_above=0.8,
    margin=0.3,
    reject_above=0.5,
    sample_rate=16_000,
    window_s=3.0,
)
LABELS = (*MODEL.categories, *MODEL.rejects)

Ear = Callable[[Path], Answer]


class SteppingClock:
    """Each look at the time is a millisecond later; `leap` makes it later still."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def now(self) -> float:
        self.time += 0.001
        return self.time

    def monotonic(self) -> float:
        return self.now()

    def leap(self, seconds: float) -> None:
        self.time += seconds


def sure_of(label: str, probability: float = 0.95, other: str = "") -> Scored:
    """An answer that leans to `label`, and to `other` with what is left."""
    rest = 1.0 - probability
    scores = dict.fromkeys(LABELS, 0.0 if other else rest / (len(LABELS) - 1))
    scores[label] = probability
    if other:
        scores[other] = rest
    return Scored(scores, MODEL.model_id)


def by_name(path: Path) -> Answer:
    """`reese 1.wav` is surely a reese, `acid or growl.wav` is unsure, `drum.wav` is no bass, and so on."""
    words = path.stem.lower().replace("_", " ").split()
    if "silent" in words:
        return Refused(Kind.NOT_BASS, "is silent")
    if "broken" in words:
        return Refused(Kind.UNREADABLE, "it cannot be decoded")
    if "drum" in words:
        return sure_of("not_bass")
    known = [word for word in words if word in LABELS]
    if "or" in words:
        return sure_of(known[0], 0.55, known[1])
    return sure_of(known[0] if known else "sub")


class ScriptedEar:
    """A `Classifier` that answers by a function of the path; `crash_on` names make the worker break."""

    def __init__(self, ear: Ear = by_name) -> None:
        self.ear = ear
        self.crash_on: set[str] = set()
        self.asked: list[list[str]] = []
        self.rested = 0
        self.trouble: Exception | None = None

    def info(self) -> ModelInfo:
        if self.trouble:
            raise self.trouble
        return MODEL

    def classify(self, paths: Sequence[Path]) -> list[Answer]:
        if self.trouble:
            raise self.trouble
        self.asked.append([path.name for path in paths])
        answers: list[Answer] = []
        for path in paths:
            if path.name in self.crash_on:
                answers.append(Unanswered("the worker died", suspect=True))
                break
            answers.append(self.ear(path))
        return answers + [Unanswered("the worker died", suspect=False)] * (len(paths) - len(answers))

    def rest(self) -> None:
        self.rested += 1

    def state(self) -> str:
        return "ready"


class EventLog(EventHub):
    """Keeps all events."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.subscribe(self.events.append)


class House:
    """An inbox, a library and everything between them, below one folder."""

    def __init__(
        self,
        place: Path,
        *,
        origin: Origin = Origin.WATCH,
        ear: ScriptedEar | None = None,
        inbox: Path | None = None,
        library: Path | None = None,
        clock: Clock | None = None,
        journal: Callable[[Path], SqliteJournal] = SqliteJournal,
    ) -> None:
        """Inbox and library lie below `place`, unless they are to lie on other disks."""
        self.inbox = inbox or place / "inbox"
        self.library = library or place / "library"
        self.inbox.mkdir(exist_ok=True)
        self.library.mkdir(exist_ok=True)
        self.ear = ear or ScriptedEar()
        self.clock = clock or SteppingClock()
        self.log = EventLog()
        self.origin = origin
        self.journal = journal(place / "journal.db")
        self.filer = LibraryFiler((".asd",))
        self.packs = place / "cache" / "packs"
        self.archives = ArchiveStore(self.packs, self.journal, sha256_of, Rules(10_000_000, (".asd",)))
        self.log.subscribe(self.archives.hear)
        self.filing = Filing(
            journal=self.journal,
            filer=self.filer,
            digest=sha256_of,
            clock=self.clock,
            events=self.log,
            shelves=Shelves(self.library, DEFAULT_FOLDERS),
            archives=self.archives,
            turns=Turns(place / "filing.lock"),
        )
        self.intake = Intake(
            journal=self.journal,
            probe=HeaderProbe(),
            digest=sha256_of,
            clock=self.clock,
            origin=origin,
            limits=Limits(max_seconds=12.0, max_bytes=10_000_000),
        )
        self.sorting = Sorting(
            journal=self.journal,
            classifier=self.ear,
            filing=self.filing,
            clock=self.clock,
            events=self.log,
            origin=origin,
            sureness=Sureness(),
            batch_size=8,
            archives=self.archives,
        )
        self.reviewing = Reviewing(
            journal=self.journal,
            filer=self.filer,
            filing=self.filing,
            digest=sha256_of,
            clock=self.clock,
            archives=self.archives,
        )
        self.unpacking = Unpacking(
            journal=self.journal,
            intake=self.intake,
            archives=self.archives,
            clock=self.clock,
            origin=origin,
        )

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()

    def tone(self, name: str, *, frequency: float | None = None, seconds: float = 0.3) -> Path:
        """A tone in the inbox; each name sounds differently unless a frequency is given."""
        pitch = frequency or 40.0 + int(hashlib.sha256(name.encode()).hexdigest()[:4], 16) / 100
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_tone(path, frequency=pitch, seconds=seconds)

    def arrival(self, path: Path, mode: FilingMode = FilingMode.COPY) -> Arrival:
        stat = path.stat()
        return Arrival(path, FileStat(stat.st_size, stat.st_mtime_ns), self.inbox, mode)

    def take_in(self, *paths: Path, mode: FilingMode = FilingMode.COPY) -> list[Job]:
        """Intake only."""
        return self.intake.admit([self.arrival(path, mode) for path in paths], self.library)

    def work(self) -> None:
        """Until nothing waits."""
        while self.sorting.step():
            pass

    def file(self, *names: str, mode: FilingMode = FilingMode.COPY) -> list[Job]:
        """Make, take in and work off tones of these names; their jobs as they are then."""
        jobs = self.take_in(*(self.tone(name) for name in names), mode=mode)
        self.work()
        return [self.job(job.id) for job in jobs]

    def job(self, job_id: int) -> Job:
        job = self.journal.get(job_id)
        assert job is not None
        return job

    def states(self) -> Mapping[str, str]:
        """Source name to state, of every job."""
        return {job.source.name: job.state.value for job in self.journal.find()}

    def correct(self, job_id: int, category: str) -> Job:
        return self.reviewing.correct(
            job_id, category, categories=MODEL.categories, rejects=tuple(MODEL.rejects)
        )

    def recover(self, *, carry_on: bool = True) -> list[Job]:
        return recover(
            journal=self.journal,
            filer=self.filer,
            filing=self.filing,
            clock=self.clock,
            origin=self.origin,
            carry_on=carry_on,
        )

    def pipeline(self, rebuilding: Rebuilding | None = None) -> Pipeline:
        """The real thread over these services; the caller starts and stops it."""
        return Pipeline(
            journal=self.journal,
            intake=self.intake,
            unpacking=self.unpacking,
            sorting=self.sorting,
            filing=self.filing,
            classifier=self.ear,
            clock=self.clock,
            events=self.log,
            idle_seconds=3600.0,
            recover=self.recover,
            rebuilding=rebuilding,
        )


def tree(root: Path) -> dict[str, list[str]]:
    """Folder name to the names of the files directly in it; empty folders left out."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            found.setdefault(path.parent.name, []).append(path.name)
    return found
