"""Notices edits of one file (the config), however an editor saves it. Its thread is named `config`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

log = logging.getLogger(__name__)

SETTLE_SECONDS = 0.3
"""Editors write in several steps; the file is read when it has been still for this long."""


class FileFollower:
    """Calls `on_change` on its own thread after the file was edited or replaced, until `stop`."""

    def __init__(self, path: Path, on_change: Callable[[], None]) -> None:
        self._path = path
        self._on_change = on_change
        self._touched = threading.Event()
        self._stop = threading.Event()
        self._observer = Observer()
        self._thread = threading.Thread(target=self._run, name="config")

    def start(self) -> None:
        """Follow the file's folder, so that a file replaced by renaming is seen too."""
        self._observer.schedule(_Hints(self._path, self._touched), str(self._path.parent))
        self._observer.start()
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
            self._touched.wait()
            while not self._stop.is_set() and self._touched.is_set():
                self._touched.clear()
                self._stop.wait(SETTLE_SECONDS)
            if self._stop.is_set():
                return
            try:
                self._on_change()
            except Exception:  # the next edit shall be noticed all the same
                log.exception("The edited %s could not be taken on", self._path.name)


class _Hints(FileSystemEventHandler):
    def __init__(self, path: Path, touched: threading.Event) -> None:
        self._names = {str(path)}
        self._touched = touched

    def on_any_event(self, event: FileSystemEvent) -> None:
        # Reading the file is an event too ("opened"); only changes count, or loading would trigger loading.
        if event.event_type in ("opened", "closed_no_write"):
            return
        if {str(event.src_path), str(event.dest_path)} & self._names:
            self._touched.set()
