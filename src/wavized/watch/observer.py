"""watchdog's events, turned into hints. Its own threads run here; they only put paths into the hint box.

watchdog tells nobody when a kernel queue overflows or when a subfolder could not be watched: it writes a log
line at most. So a warning of its logger counts as "something was lost", and `check_headroom` asks for one
watch more.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Protocol

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from wavized.errors import WavizedError
from wavized.watch.hints import HintBox

_INOTIFY = Path("/proc/sys/fs/inotify")
_LOOKED_INTO = "Wavized looks into it every few seconds instead"
_HEARD: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileClosedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
if sys.platform != "linux":  # inotify tells when a writer closes; the flood of single writes is not needed
    _HEARD.append(FileModifiedEvent)


class EventsUnavailableError(WavizedError):
    """The system gives no events for a folder; it has to be polled."""


class Listener(Protocol):
    """What the watcher needs of a source of events."""

    def watch(self, root: Path, real: Path, recursive: bool) -> None:
        """Listen to a folder, given as configured and as resolved; raise EventsUnavailableError."""
        ...

    def unwatch(self, root: Path) -> None: ...

    def is_listening(self, root: Path) -> bool: ...

    def check_headroom(self) -> None:
        """Raise EventsUnavailableError where some subfolders may go unheard because a limit is reached."""
        ...

    def close(self) -> None: ...


class FolderListener:
    """Listens to folders with the system's own events through one watchdog observer."""

    def __init__(self, hints: HintBox) -> None:
        self._hints = hints
        self._observer: BaseObserver | None = None
        self._watches: dict[Path, ObservedWatch] = {}
        self._reader: threading.Thread | None = None
        self._warnings = _LossHandler(hints)
        # said, with its whole path, of each folder that appears while the one above is being added: harmless
        warnings.filterwarnings("ignore", "Callback with id .* already exists", RuntimeWarning)
        logging.getLogger("watchdog").addHandler(self._warnings)

    def watch(self, root: Path, real: Path, recursive: bool) -> None:
        """Listen to `real`, whose paths are told as ones below `root`."""
        relay = _Relay(root, real, self._hints)
        try:
            self._watches[root] = self._running_observer().schedule(
                relay, str(real), recursive=recursive, event_filter=_HEARD
            )
        except OSError as error:
            raise explain(error) from error
        except RecursionError as error:  # before Python 3.12 `os.walk` calls itself for every level
            raise EventsUnavailableError(
                "Its folders are nested too deeply for the system to tell of changes", hint=_LOOKED_INTO
            ) from error

    def unwatch(self, root: Path) -> None:
        """Stop listening to a folder; nothing happens where that is so already."""
        watch = self._watches.pop(root, None)
        if watch is not None and self._observer is not None:
            self._observer.unschedule(watch)

    def is_listening(self, root: Path) -> bool:
        """Whether the thread that reads this folder's events is alive."""
        watch = self._watches.get(root)
        if watch is None or self._observer is None or not self._observer.is_alive() or not self._reads():
            return False
        return any(emitter.watch == watch and emitter.is_alive() for emitter in self._observer.emitters)

    def check_headroom(self) -> None:
        """Ask the system for one watch more, on a new empty folder outside every watched one, and give it
        back.

        watchdog passes over a subfolder that could not be watched in silence; this is how the limit is
        noticed.
        """
        if self._observer is None or not _INOTIFY.exists():
            return
        try:
            empty = tempfile.mkdtemp(prefix="wavized-")
        except OSError:
            return  # no place for temporary files says nothing about watches
        try:
            self._observer.unschedule(self._observer.schedule(FileSystemEventHandler(), empty))
        except OSError as error:
            raise explain(error) from error
        finally:
            Path(empty).rmdir()

    def close(self) -> None:
        """Stop all threads of watchdog and wait for them."""
        logging.getLogger("watchdog").removeHandler(self._warnings)
        self._watches.clear()
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _reads(self) -> bool:
        """Whether the thread lives that reads the events of all folders; an error ends it for good."""
        return self._reader is None or self._reader.is_alive()

    def _running_observer(self) -> BaseObserver:
        if self._observer is None or not self._observer.is_alive() or not self._reads():
            if self._observer is not None:
                self._observer.stop()
            observer = Observer()
            observer.name = "watch-events"
            observer.start()
            self._observer = observer
            # watchdog tells nobody that this thread has ended; without it all folders are silent
            self._reader = getattr(observer, "_inotify_fd", None)
        return self._observer


class _Relay(FileSystemEventHandler):
    """Puts the paths of one folder's events into the hint box, spelled as the configuration does."""

    def __init__(self, root: Path, real: Path, hints: HintBox) -> None:
        self._root = root
        self._real = real
        self._hints = hints

    def on_any_event(self, event: FileSystemEvent) -> None:
        for raw in (event.src_path, event.dest_path):
            if not raw:
                continue
            try:
                path = self._root / Path(os.fsdecode(raw)).relative_to(self._real)
            except ValueError:
                continue  # moved out of the watched folder
            if event.is_directory and not isinstance(event, DirDeletedEvent):
                self._hints.tree(path)
            else:
                self._hints.file(path)


class _LossHandler(logging.Handler):
    """Takes a warning of watchdog's as a sign that events were lost; such as on a queue overflow."""

    def __init__(self, hints: HintBox) -> None:
        super().__init__(logging.WARNING)
        self._hints = hints

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002  # which warning it is does not matter
        self._hints.lost()


def explain(error: OSError) -> EventsUnavailableError:
    """What an error of inotify means. ENOSPC is its limit of watched folders, and not a full disk."""
    if error.errno == errno.ENOSPC:
        return _limit_reached("folders that may be watched", "max_user_watches", 524_288)
    if error.errno == errno.EMFILE:
        return _limit_reached("programs that may watch folders", "max_user_instances", 512)
    return EventsUnavailableError(
        f"The system tells no changes of this folder: {error.strerror or error}",
        hint=_LOOKED_INTO,
    )


def _limit_reached(of_what: str, key: str, advised: int) -> EventsUnavailableError:
    try:
        now = int((_INOTIFY / key).read_text(encoding="ascii"))
    except (OSError, ValueError):
        now = 0
    setting = f"fs.inotify.{key}={max(advised, 2 * now)}"
    return EventsUnavailableError(
        f"The system's limit of {of_what} is reached (fs.inotify.{key} is {now or 'unknown'})",
        hint="Until it is raised, the folder is looked into every few seconds. To raise it: "
        f"sudo sysctl {setting}; to keep it so: echo {setting} | sudo tee /etc/sysctl.d/60-wavized.conf; "
        "then start Wavized anew",
    )
