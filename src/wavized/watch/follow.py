"""Notices edits of one file (the config), however an editor saves it. Its thread is named `config`.

It only looks. A file that is still being written is left alone: half a config may be a valid one that means
something else.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

log = logging.getLogger(__name__)

SETTLE_SECONDS = 0.3
"""Editors write in several steps; the file is read when it has been still for this long."""
UNCLOSED_SECONDS = 5.0
"""How long it must have been still where nothing says that whoever wrote it has closed it."""
LOOK_SECONDS = 10.0
"""How often it is looked at where nothing is heard: its folder may have been replaced, or be a server's."""
_MOST_LINKS = 20


class FileFollower:
    """Calls `on_change` on its own thread after the file was edited or replaced, until `stop`."""

    def __init__(
        self, path: Path, on_change: Callable[[], None], *, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._path = path
        self._on_change = on_change
        self._look_seconds = look_seconds
        self._touched = threading.Event()
        self._stop = threading.Event()
        self._observer = Observer()
        self._hints = _Hints(self._touched)
        self._watches: dict[_Folder, ObservedWatch] = {}
        self._seen: tuple[object, ...] = ()
        self._thread = threading.Thread(target=self._run, name="config")

    def start(self) -> None:
        """Follow the file's folder, so that a file replaced by renaming is seen too."""
        self._observer.start()
        self._listen()
        self._seen = self._signature()
        self._thread.start()

    def look(self) -> None:
        """Take the file for edited: it may have been before this listened."""
        self._touched.set()

    def stop(self) -> None:
        """End both threads."""
        self._stop.set()
        self._touched.set()
        self._observer.stop()
        self._observer.join()
        self._thread.join()

    def _run(self) -> None:
        while True:
            told = self._touched.wait(self._look_seconds)
            if not told and self._signature() == self._seen:
                continue
            self._wait_until_still()
            if self._stop.is_set():
                return
            self._listen()  # before it is read, so that no edit falls in between
            self._seen = self._signature()
            try:
                self._on_change()
            except Exception:  # the next edit shall be noticed all the same
                log.exception("The edited %s could not be taken on", self._path.name)

    def _wait_until_still(self) -> None:
        waited = 0.0
        while not self._stop.is_set():
            self._touched.clear()
            self._stop.wait(SETTLE_SECONDS)
            waited = 0.0 if self._touched.is_set() else waited + SETTLE_SECONDS
            if waited and (not self._hints.unclosed or waited >= UNCLOSED_SECONDS):
                return

    def _listen(self) -> None:
        """Hear of the file's folder, and of those that its links lead to; let go of others."""
        names = _names(self._path)
        self._hints.names = {str(name) for name in names}
        wanted = {folder for name in names if (folder := _identified(name.parent)) is not None}
        gone = {folder for folder in self._watches if str(folder[0]) in self._hints.gone}
        self._hints.folders = {str(folder[0]) for folder in wanted}
        self._hints.gone.clear()
        for folder in (self._watches.keys() - wanted) | gone:
            try:
                self._observer.unschedule(self._watches.pop(folder))
            except (KeyError, OSError):
                pass  # it was gone already
        for folder in wanted - self._watches.keys():
            try:
                self._watches[folder] = self._observer.schedule(self._hints, str(folder[0]))
            except OSError as error:
                log.warning("Edits of %s are noticed late: %s", self._path.name, error.strerror)

    def _signature(self) -> tuple[object, ...]:
        """What tells one version of the file, and of the folders on the way to it, from the next."""
        names = _names(self._path)
        folders = tuple(_identified(name.parent) for name in names)
        try:
            status = self._path.stat()
        except OSError as error:
            return folders, error.errno
        return folders, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


_Folder = tuple[Path, int, int]


def _identified(folder: Path) -> _Folder | None:
    """A folder by its path and what it is; None while it is not there."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return folder, status.st_dev, status.st_ino


def _names(path: Path) -> list[Path]:
    """The path, and each place that it leads to where it is a link."""
    names = [path]
    while len(names) < _MOST_LINKS:
        try:
            target = os.path.normpath(names[-1].parent / names[-1].readlink())
        except OSError:
            break
        names.append(Path(target))
    return names


class _Hints(FileSystemEventHandler):
    """`unclosed` tells that the file was written since anything said that it was closed, `gone` which of the
    `folders` were removed: nothing is heard of them any more, also if they are made anew.
    """

    def __init__(self, touched: threading.Event) -> None:
        self.names: set[str] = set()
        self.folders: set[str] = set()
        self.gone: set[str] = set()
        self.unclosed = False
        self._touched = touched

    def on_any_event(self, event: FileSystemEvent) -> None:
        # Reading the file is an event too ("opened"); only changes count, or loading would trigger loading.
        if event.event_type in ("opened", "closed_no_write"):
            return
        if {str(event.src_path), str(event.dest_path)} & self.names:
            if event.event_type == "modified":
                self.unclosed = True
            elif event.event_type in ("closed", "moved", "deleted"):
                self.unclosed = False
            self._touched.set()
        elif event.event_type == "deleted" and str(event.src_path) in self.folders:
            self.gone.add(str(event.src_path))
            self._touched.set()
