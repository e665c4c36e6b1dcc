"""Put adapters and services together: the same pipeline for the daemon and for one-time commands.

Nothing here decides anything; whoever opens a journal or a classifier also closes it.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wavized.archives.store import ArchiveStore
from wavized.archives.zipped import Rules
from wavized.audio.probe import HeaderProbe
from wavized.audio.tags import read_tags
from wavized.clock import SystemClock
from wavized.config import paths, splice
from wavized.config.model import Config, Existing
from wavized.control.instance import InstanceLock
from wavized.control.turns import Turns
from wavized.domain.job import Job, Origin
from wavized.errors import AlreadyRunningError, JournalDamagedError
from wavized.inference.client import WorkerClassifier, default_command
from wavized.journal.aside import find_damage, kept_journals, set_aside
from wavized.journal.store import SqliteJournal
from wavized.library.digest import sha256_of
from wavized.library.filer import LibraryFiler
from wavized.library.root import prepare_library
from wavized.logic.selection import Selection
from wavized.ports import Classifier, Witnesses
from wavized.services.filing import Filing, Shelves
from wavized.services.hub import EventHub
from wavized.services.intake import Intake, Limits
from wavized.services.rebuilding import LOST, Rebuilding
from wavized.services.recovery import recover
from wavized.services.review import Reviewing
from wavized.services.sorting import Sorting, Sureness
from wavized.services.unpacking import Unpacking, Wanted, everything
from wavized.services.witnesses import Bystanders
from wavized.splice import SpliceCatalogue

log = logging.getLogger(__name__)


def model_folder(config: Config | None, chosen: Path | None = None) -> Path:
    """The model to hear with: chosen on the command line, in the config, or the one that comes along."""
    return chosen or (config.model if config else None) or paths.bundled_model()


def make_classifier(config: Config, model: Path, *, stop: threading.Event | None = None) -> WorkerClassifier:
    """A client of a worker process that is not yet started."""
    return WorkerClassifier(
        _worker_command(config),
        model,
        clock=SystemClock(),
        timeout_s=config.worker_timeout_seconds,
        batch_size=config.batch_size,
        log_path=paths.log_dir(create=True) / "worker.log",
        stop=stop,
    )


def _worker_command(config: Config) -> list[str]:
    return default_command(max_seconds=config.max_seconds, memory_megabytes=config.memory_megabytes)


def use_settings(classifier: WorkerClassifier, config: Config) -> None:
    """Take on an edited config's model and limits, on the thread that classifies."""
    classifier.use(
        _worker_command(config),
        model_folder(config),
        timeout_s=config.worker_timeout_seconds,
        batch_size=config.batch_size,
    )


def limits(config: Config) -> Limits:
    """What is too long or too large."""
    return Limits(max_seconds=config.max_seconds, max_bytes=int(config.max_megabytes * 1e6))


def archive_rules(config: Config) -> Rules:
    """What is read from archives."""
    return Rules(limits(config).max_bytes, config.sidecars)


def wanted_in_archives(config: Config) -> Wanted:
    """The patterns of each watched folder hold inside its archives too."""
    rules = {
        folder.path: Selection(folder.path, config.library, include=folder.include, exclude=folder.exclude)
        for folder in config.watch
    }
    return lambda root, relative: root not in rules or rules[root].fits(relative)


def sureness(config: Config) -> Sureness:
    """The user's thresholds."""
    return Sureness(config.file_above, config.margin, config.reject_above)


def witnesses(config: Config) -> Witnesses | None:
    """Who is asked beside the ear; nobody where the user wants it so."""
    if not config.names:
        return None
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises for a user without a home
    databases = partial(splice.catalogues, home=home, platform=sys.platform, environ=os.environ)
    return Bystanders(read_tags=read_tags, catalogue=SpliceCatalogue(databases))


@dataclass(slots=True)
class Workshop:
    """One journal with everything that works on it, for jobs of one origin."""

    journal: SqliteJournal
    filer: LibraryFiler
    classifier: Classifier
    archives: ArchiveStore
    intake: Intake
    unpacking: Unpacking
    filing: Filing
    sorting: Sorting
    reviewing: Reviewing
    rebuilding: Rebuilding
    clock: SystemClock
    events: EventHub
    origin: Origin

    @classmethod
    def open(
        cls,
        config: Config,
        *,
        origin: Origin,
        classifier: Classifier,
        events: EventHub,
        journal: SqliteJournal,
    ) -> Workshop:
        """Wire the services for this configuration."""
        clock = SystemClock()
        archives = ArchiveStore(paths.cache_dir() / "packs", journal, sha256_of, archive_rules(config))
        events.subscribe(archives.hear)
        filer = LibraryFiler(config.sidecars)
        shelves = Shelves(config.library, config.folders)
        filing = Filing(
            journal=journal,
            filer=filer,
            digest=sha256_of,
            clock=clock,
            events=events,
            shelves=shelves,
            archives=archives,
            turns=Turns(paths.state_dir() / "filing.lock"),
        )
        intake = Intake(
            journal=journal,
            probe=HeaderProbe(),
            digest=sha256_of,
            clock=clock,
            origin=origin,
            limits=limits(config),
        )
        return cls(
            journal=journal,
            filer=filer,
            classifier=classifier,
            archives=archives,
            intake=intake,
            unpacking=Unpacking(
                journal=journal,
                intake=intake,
                archives=archives,
                clock=clock,
                origin=origin,
                wanted=wanted_in_archives(config) if origin is Origin.WATCH else everything,
            ),
            filing=filing,
            sorting=Sorting(
                journal=journal,
                classifier=classifier,
                filing=filing,
                clock=clock,
                events=events,
                origin=origin,
                sureness=sureness(config),
                batch_size=config.batch_size,
                archives=archives,
                witnesses=witnesses(config),
            ),
            reviewing=Reviewing(
                journal=journal,
                filer=filer,
                filing=filing,
                digest=sha256_of,
                clock=clock,
                archives=archives,
            ),
            rebuilding=Rebuilding(
                journal=journal,
                digest=sha256_of,
                clock=clock,
                origin=origin,
                library=lambda: filing.shelves.library,
                folders=lambda: {filing.shelves.folder_for(one): one for one in classifier.info().categories},
            ),
            clock=clock,
            events=events,
            origin=origin,
        )

    def recover(self, origin: Origin, *, carry_on: bool) -> list[Job]:
        """Make journal and disk agree after a crash of a process that owned jobs of this origin."""
        touched = recover(
            journal=self.journal,
            filer=self.filer,
            filing=self.filing,
            clock=self.clock,
            origin=origin,
            carry_on=carry_on,
        )
        self.archives.tidy(origin)
        return touched

    def correct(self, job_id: int, category: str) -> Job:
        """File a sample as the user says."""
        model = self.classifier.info()
        return self.reviewing.correct(
            job_id, category, categories=model.categories, rejects=tuple(model.rejects)
        )

    def reconfigure(self, config: Config) -> None:
        """Take on a new configuration between two batches; call it on the thread that works."""
        self.filer = self.filing.filer = self.reviewing.filer = LibraryFiler(config.sidecars)
        self.filing.shelves = Shelves(config.library, config.folders)
        self.intake.limits = limits(config)
        self.archives.rules = archive_rules(config)
        if self.origin is Origin.WATCH:
            self.unpacking.wanted = wanted_in_archives(config)
            if not config.archives:
                self.unpacking.drop()
        self.sorting.sureness = sureness(config)
        self.sorting.batch_size = config.batch_size
        self.sorting.witnesses = witnesses(config)


def open_journal(config: Config, *, keep_out: InstanceLock) -> tuple[SqliteJournal, str]:
    """The journal, and what is to be said where it was damaged: then it is kept aside and one begun anew.

    The caller holds the lock of the daemon or of a sort; `keep_out` is the other one. Raises JournalError.
    """
    path = paths.journal_file()
    damage = find_damage(path)
    if damage:
        _set_aside(path, damage, keep_out)
    journal = SqliteJournal(path)
    kept = kept_journals(path)
    if not kept or journal.setting(LOST) == kept[-1].name:
        return journal, ""
    # Nobody knows what of the watched folders was dealt with: none of it is filed unasked.
    for folder in config.watch:
        journal.put_setting(_left_alone(folder.path), "1")
    journal.put_setting(LOST, kept[-1].name)
    return journal, f"The journal was damaged and is kept as {kept[-1]}; a new one was begun"


def _set_aside(path: Path, damage: str, keep_out: InstanceLock) -> None:
    try:
        with keep_out:
            log.warning("The journal is damaged (%s) and kept as %s", damage, set_aside(path))
    except AlreadyRunningError as error:
        raise JournalDamagedError(
            f"The journal {path} is damaged ({damage}), and another Wavized is at work with it",
            hint="Stop that one, then start anew: the damaged file is kept aside and a new journal begun",
        ) from error
    except OSError as error:
        raise JournalDamagedError(
            f"The journal {path} is damaged ({damage}) and cannot be set aside: {error.strerror or error}",
            hint=f"Look at {path.parent}",
        ) from error


def watched_after_a_loss(journal: SqliteJournal, config: Config) -> Config:
    """The same configuration, but folders that were watched when a journal was lost are not swept up."""
    if journal.setting(LOST) is None:
        return config
    watch = tuple(
        folder.model_copy(update={"existing": Existing.LEAVE})
        if journal.setting(_left_alone(folder.path)) is not None
        else folder
        for folder in config.watch
    )
    return config.model_copy(update={"watch": watch})


def _left_alone(folder: Path) -> str:
    return f"leave:{os.fsencode(folder).hex()}"


def open_library(config: Config, journal: SqliteJournal) -> bool:
    """Make the library folder if it is new; True where it was made. Raises LibraryUnavailableError."""
    key = f"library:{os.fsencode(config.library).hex()}"
    made = prepare_library(config.library, used_before=journal.setting(key) is not None)
    journal.put_setting(key, "1")
    return made
