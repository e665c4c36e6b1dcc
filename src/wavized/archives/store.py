"""The private folders in which samples from archives lie until they are filed, and how they come back there.

Only passing copies are removed, and only where the sample is in the library or still in its archive. Below
the store's folder comes who owns the jobs (`watch`, `sort`), the archive's version, its name, and its inside.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

from wavized.archives.zipped import Rules, ZippedPack, open_pack
from wavized.config.private import NotPrivateError, make_private
from wavized.domain.events import Event, JobChanged
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FileStat
from wavized.errors import ArchiveRefusedError, CacheUnavailableError, FilingError, UnreadableAudioError
from wavized.logic.lifecycle import AT_REST
from wavized.logic.members import safe_path
from wavized.ports import BEGUN_AT, JournalReader
from wavized.services.intake import Digest

_MOST_LENT = 32
_CLOCK_SLACK_S = 2.0  # the coarsest file times in use (FAT) step by this much


def version_folder(below: Path, archive: Path, stat: FileStat, origin: Origin) -> Path:
    """Where the samples of one version of an archive lie, in a store's folder."""
    told = b"%d %d " % (stat.size, stat.mtime_ns) + os.fsencode(archive)
    version = hashlib.sha256(told).hexdigest()[:16]
    name = safe_path(os.fsencode(archive.name).decode("utf-8", "replace"))
    return below / origin.value / version / (name or "archive.zip")


def is_in_archive(below: Path, job: Job) -> bool:
    """Whether the archive is still the one that the sample came from."""
    if job.archive is None:
        return False
    try:
        status = job.archive.stat()
    except OSError:
        return False
    now = FileStat(status.st_size, status.st_mtime_ns)
    return any(version_folder(below, job.archive, now, origin) == job.root for origin in Origin)


class ArchiveStore:
    """Implements `wavized.ports.Archives`. `folder` is the program's own. Any thread may call.

    `rules` may be exchanged between two archives.
    """

    def __init__(self, folder: Path, journal: JournalReader, digest: Digest, rules: Rules) -> None:
        self._folder = folder
        self._journal = journal
        self._digest = digest
        self.rules = rules
        self._lent: OrderedDict[Path, Job] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, path: Path) -> ZippedPack:
        """See `wavized.ports.Archives.open`; also raises CacheUnavailableError."""
        return self._open(path, self.rules)

    def _open(self, path: Path, rules: Rules) -> ZippedPack:
        try:
            make_private(self._folder.parent)
            make_private(self._folder)
        except (OSError, NotPrivateError) as error:
            why = error.message if isinstance(error, NotPrivateError) else error.strerror
            raise CacheUnavailableError(
                f"The folder for passing files cannot be made: {why}",
                hint=f"Look at {self._folder}",
            ) from error
        return open_pack(path, rules)

    def folder_for(self, path: Path, stat: FileStat, origin: Origin) -> Path:
        """See `wavized.ports.Archives.folder_for`."""
        return version_folder(self._folder, path, stat, origin)

    def restore(self, job: Job) -> None:
        """See `wavized.ports.Archives.restore`."""
        if job.archive is None or self._lies_there(job):
            return
        folder, sound = job.root, job.source.relative_to(job.root)
        most_bytes = max(self.rules.most_bytes, job.stat.size)  # it was read once, whatever the limit is now
        try:
            opened = self._open(job.archive, replace(self.rules, most_bytes=most_bytes))
        except (ArchiveRefusedError, CacheUnavailableError) as error:
            why = error.message.replace("it ", "the archive ", 1)  # that, and not the sample
            raise FilingError(
                f"{job.source.name} cannot be read from {job.archive.name} again: {why}",
                hint=f"The archive was at {job.archive}; nothing else was changed",
            ) from error
        try:
            stat = opened.extract(sound, folder)
            right = self._digest(job.source) == job.digest if job.digest else stat.size == job.stat.size
        except (KeyError, UnreadableAudioError, CacheUnavailableError, OSError) as error:
            raise FilingError(
                f"{job.source.name} cannot be read from {job.archive.name} again: {_why(error)}"
            ) from error
        finally:
            opened.close()
        if not right:
            job.source.unlink(missing_ok=True)
            raise FilingError(f"{job.source.name} in {job.archive.name} is another sound by now")
        os.utime(job.source, ns=(job.stat.mtime_ns, job.stat.mtime_ns))

    def lend(self, job: Job) -> None:
        """Restore a sample to be listened to; of those lent the last few stay. Raises FilingError."""
        if job.archive is None:
            return
        there = self._lies_there(job)
        self.restore(job)
        with self._lock:
            if not there:
                self._lent[job.source] = job
            if job.source in self._lent:
                self._lent.move_to_end(job.source)
            gone = [self._lent.popitem(last=False)[1] for _ in range(len(self._lent) - _MOST_LENT)]
        for one in gone:
            self.release(one)

    def hear(self, event: Event) -> None:
        """A listener of the event hub: what came to rest needs its passing copy no more."""
        if isinstance(event, JobChanged) and event.job.archive and event.job.state in AT_REST:
            self.release(event.job)

    def release(self, job: Job) -> None:
        """Remove a sample's passing copy, and what went along with it, unless somebody still needs it."""
        if job.archive is None or not job.source.is_relative_to(self._folder) or self._is_needed(job.source):
            return
        beside = [job.source.with_name(job.source.name + ending) for ending in self.rules.sidecars]
        for path in (job.source, *(one.source for one in job.sidecars), *beside):
            _remove(path)
        self._remove_empty(job.source.parent)

    def tidy(self, origin: Origin) -> None:
        """Remove what a killed process left behind; call it while no other works on jobs of this origin.

        What is older than the journal may be the last copy of a sample that waited in the one before it.
        """
        begun_at = float(self._journal.setting(BEGUN_AT) or 0.0)
        for above, _, names in os.walk(self._folder / origin.value, topdown=False):
            folder = Path(above)
            for name in names:
                owners = [name, *(name.removesuffix(ending) for ending in self.rules.sidecars)]
                if _came_in(folder / name, begun_at) and not any(
                    self._is_needed(folder / owner) for owner in owners if owner
                ):
                    _remove(folder / name)
            self._remove_empty(folder)

    def _lies_there(self, job: Job) -> bool:
        try:
            return job.source.is_file() and job.source.stat().st_size == job.stat.size
        except OSError:
            return False

    def _is_needed(self, source: Path) -> bool:
        return any(self._needs(job) for job in self._journal.find(source=source))

    def _needs(self, job: Job) -> bool:
        """Whether this job will read its file, or nobody else has the sample any more."""
        if job.state is JobState.FILED:
            return False
        waits = job.state not in AT_REST or job.state is JobState.AWAITING_REVIEW
        return waits or not is_in_archive(self._folder, job)

    def _remove_empty(self, folder: Path) -> None:
        while folder != self._folder and folder.is_relative_to(self._folder):
            try:
                folder.rmdir()
            except OSError:
                return  # not empty, or gone
            folder = folder.parent


def _came_in(path: Path, begun_at: float) -> bool:
    """Whether a file was written in the journal's own time; not, where the clock cannot be trusted."""
    try:
        return begun_at <= path.lstat().st_ctime <= time.time() + _CLOCK_SLACK_S
    except OSError:
        return False


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # Windows keeps a file that is being read; the next start tidies up


def _why(error: Exception) -> str:
    match error:
        case KeyError():
            return "it is not in there any more"
        case CacheUnavailableError() | UnreadableAudioError():
            return f"it {error.message}" if isinstance(error, UnreadableAudioError) else error.message
    return str(error)
