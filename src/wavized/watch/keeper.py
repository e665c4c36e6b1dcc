"""Keeps each watched folder open, adopted and scanned. Runs on the watch thread; only reads below the
folders.

A folder that was never watched before is adopted: what it holds is taken as known, or filed, as its
`existing` says. A folder that was watched before is caught up with: whatever is not known is an arrival.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from wavized.config.model import Config, Existing
from wavized.domain.events import Notice
from wavized.domain.sample import FileStat
from wavized.errors import WavizedError
from wavized.logic.selection import is_archive
from wavized.ports import Clock, Events, KnownFiles
from wavized.watch.arrivals import Arrivals, Home
from wavized.watch.folder import Folder, FolderState, FolderStatus, heard_differently, selections
from wavized.watch.hints import HintBox, Hints
from wavized.watch.mounts import is_on_network
from wavized.watch.observer import EventsUnavailableError, Listener
from wavized.watch.scan import file_stat, identify, look, walk

_REMEMBER_AT_ONCE = 500
_MANY = 1000  # old files from which on a person is told what becomes of them
_HOLD = "To hold filing back: wavized pause"
_ONCE = "To file some of them all the same: wavized sort FOLDER"
_SCAN_SHARE = 20  # a scan that took 1 s is followed by at least 20 s without one
_SCAN_GAP_SECONDS = 1.0
_ONCE_MORE_CHECKS = 2
_TICK_SECONDS = 0.02  # file times are those of the system's last tick, up to 10 ms ago
_NETWORK = "A network folder, looked into every few seconds"


@dataclass(slots=True)
class FolderKeeper:
    """All watched folders. `check_seconds` is described at `Watcher`."""

    listener: Listener
    hints: HintBox
    arrivals: Arrivals
    known: KnownFiles
    clock: Clock
    events: Events
    stopped: Callable[[], bool]
    check_seconds: float
    _config: Config | None = None
    _folders: dict[Path, Folder] = field(default_factory=dict)
    _unreadable: set[Path] = field(default_factory=set)

    def configure(self, config: Config) -> None:
        """Take on a configuration: open what is new, leave what is gone, look through what stays."""
        self._config = config
        rules = selections(config)
        before, self._folders = self._folders, {}
        for wanted in config.watch:
            if wanted.path not in rules or wanted.path in self._folders:
                continue  # another spelling of a folder that is watched already
            folder = before.pop(wanted.path, None)
            if folder is None:
                folder = Folder(wanted, config.mode_for(wanted), rules[wanted.path])
            elif heard_differently(folder.config, wanted):
                self._close(folder)
            folder.config, folder.mode, folder.selection = (
                wanted,
                config.mode_for(wanted),
                rules[wanted.path],
            )
            folder.next_check = folder.next_scan = 0.0
            self._folders[wanted.path] = folder
        for gone in before.values():
            self._close(gone)

    def heed(self, hints: Hints) -> None:
        """Look at what the hints name."""
        now = self.clock.monotonic()
        for path in hints.files:
            folder = self._owner(path)
            if folder is None:
                continue
            relative = path.relative_to(folder.path)
            if not relative.parts:
                folder.next_check = 0.0
            elif folder.selection.wants(relative):
                status = look(path)
                self.arrivals.consider(path, file_stat(status) if status is not None else None, now)
        for tree in hints.outermost_trees():
            folder = self._owner(tree)
            if folder is not None and folder.selection.reaches(tree.relative_to(folder.path)):
                self._scan(folder, tree.relative_to(folder.path))
        if hints.lost:
            for folder in self._folders.values():
                folder.next_check = 0.0
                folder.next_scan = min(folder.next_scan, now + _SCAN_GAP_SECONDS)
                folder.unsure = True

    def look_after_folders(self) -> None:
        """Check, open and scan every folder for which it is time."""
        for folder in list(self._folders.values()):
            if self.stopped():
                return
            try:
                if folder.next_check <= self.clock.monotonic():
                    folder.next_check = self.clock.monotonic() + self.check_seconds
                    self._check(folder)
                if folder.is_open and folder.next_scan <= self.clock.monotonic():
                    self._scan_all(folder)
            except FileNotFoundError:
                self._lose(folder)  # while it was scanned
            except (OSError, WavizedError) as error:
                self._close(folder)
                self._turn_into(folder, FolderState.ERROR, *_explained(error))

    def home_of(self, path: Path) -> Home | None:
        """Which folder a path belongs to and how it is filed, if it is still wanted."""
        folder = self._owner(path)
        if folder is None or not folder.selection.wants(path.relative_to(folder.path)):
            return None
        return folder.path, folder.mode

    def next_due(self, now: float) -> float | None:
        """Seconds until a folder is to be checked or scanned; None without folders."""
        times = [folder.next_check for folder in self._folders.values()]
        times += [folder.next_scan for folder in self._folders.values() if folder.is_open]
        return max(0.0, min(times) - now) if times else None

    def status(self) -> tuple[FolderStatus, ...]:
        """How each folder is doing."""
        return tuple(folder.status() for folder in self._folders.values())

    def _owner(self, path: Path) -> Folder | None:
        """The innermost open folder that holds a path."""
        holding = (folder for folder in self._folders.values() if path.is_relative_to(folder.path))
        return max(
            (folder for folder in holding if folder.is_open),
            key=lambda folder: len(folder.path.parts),
            default=None,
        )

    def _check(self, folder: Folder) -> None:
        """See whether the folder is there and still the same one; open or close it as needed."""
        try:
            identity = identify(folder.path) if folder.path.is_dir() else None
        except FileNotFoundError:
            identity = None
        if folder.is_open and identity != folder.identity:
            self._close(folder)
        if identity is None:
            self._lose(folder)
        elif not folder.is_open:
            self._open(folder, identity)
        elif folder.state is FolderState.WATCHING and not self.listener.is_listening(folder.path):
            self._listen(folder)
            folder.next_scan = 0.0

    def _open(self, folder: Folder, identity: tuple[int, int]) -> None:
        self._resolve_anew()
        if folder.selection.holds_nothing:
            hint = "Watch a folder outside the library"
            self._turn_into(folder, FolderState.ERROR, "The folder lies inside the library", hint)
            return
        leave = folder.config.existing is Existing.LEAVE
        taken_on = self.known.is_adopted(folder.path)
        started = self._begin(_archives_of(folder.path) if taken_on else folder.path)
        self._listen(folder)
        folder.identity = identity
        if leave and not self.known.is_adopted(_archives_of(folder.path)):
            # a folder may have been taken on by a Wavized that did not look into archives yet
            self._take_as_known(folder, int(started * 1e9), archives_only=taken_on)
        if leave and not taken_on:
            folder.next_scan = self._after_scan(folder, self.clock.monotonic())
        else:
            met = self._scan_all(folder)
            if not taken_on and met >= _MANY:
                told = f"{met:,} samples that were in {_shown(folder.path)} already are heard and filed"
                self.events.publish(Notice(told, hint=_HOLD, problem=False))
        for adopted in (folder.path, _archives_of(folder.path)):
            if not self.stopped() and not self.known.is_adopted(adopted):
                self.known.adopt(adopted, started)
        if folder.state is FolderState.WATCHING:
            folder.told = ""

    def _begin(self, what: Path) -> float:
        """When the taking on of a folder, or of its archives, began; the first time, if it was broken off."""
        now = self.clock.now()
        if self.known.is_adopted(what):
            return now
        begun = what / "*begun*"
        self.known.adopt(begun, now)
        time.sleep(_TICK_SECONDS)  # what comes once this listens has a later time by all means
        first = self.known.adopted_at(begun)
        return now if first is None else first

    def _resolve_anew(self) -> None:
        """Links on the way to a folder may have changed while it was away, and so what lies in what."""
        rules = selections(self._config) if self._config is not None else {}
        for folder in self._folders.values():
            folder.selection = rules.get(folder.path, folder.selection)

    def _lose(self, folder: Folder) -> None:
        self._close(folder)
        hint = "It is watched again as soon as it is back"
        self._turn_into(folder, FolderState.MISSING, "The folder is not there", hint)

    def _listen(self, folder: Folder) -> None:
        """Listen before the first look, so that nothing falls in between; poll where there are no events."""
        real = folder.selection.root
        self.listener.unwatch(folder.path)
        polling = folder.config.polling
        if polling or (polling is None and is_on_network(real)):
            self._turn_into(folder, FolderState.POLLING, "" if polling else _NETWORK)
            return
        try:
            self.listener.watch(folder.path, real, folder.config.recursive)
            self.listener.check_headroom()
        except EventsUnavailableError as error:
            self._turn_into(folder, FolderState.POLLING, error.message, error.hint)
        else:
            self._turn_into(folder, FolderState.WATCHING)

    def _close(self, folder: Folder) -> None:
        self.listener.unwatch(folder.path)
        folder.identity = None
        self._unreadable = {path for path in self._unreadable if not path.is_relative_to(folder.path)}

    def _take_as_known(self, folder: Folder, started_ns: int, *, archives_only: bool) -> None:
        """Remember all that the folder holds, except what came since its adoption began: that is an arrival.

        Archives are remembered also where they are not looked into now. A clock of a file server that is
        wrong by minutes must not turn everything into arrivals, so a change in the future does not count.
        """
        batch: list[tuple[Path, FileStat]] = []
        left = 0
        selection = replace(folder.selection, archives=True)
        for path, status in walk(folder.path, selection, self.stopped, self._tell_unreadable):
            if archives_only and not is_archive(path.name):
                continue
            stat = file_stat(status)
            just_now = started_ns < status.st_ctime_ns < int((self.clock.now() + 2.0) * 1e9)
            relative = path.relative_to(folder.path)
            if (just_now or self.hints.holds(path)) and folder.selection.takes(relative):
                self.arrivals.consider(path, stat, self.clock.monotonic())
                continue
            batch.append((path, stat))
            left += 1
            if len(batch) >= _REMEMBER_AT_ONCE:
                self.known.remember(batch)
                batch = []
        if batch:
            self.known.remember(batch)
        if left >= _MANY and not self.stopped():
            told = f"{left:,} samples that were in {_shown(folder.path)} already are left as they are"
            self.events.publish(Notice(told, hint=_ONCE, problem=False))

    def _scan_all(self, folder: Folder) -> int:
        """Look through a whole folder; how many wanted files there are."""
        began = self.clock.monotonic()
        met = self._scan(folder)
        if folder.state is FolderState.WATCHING:
            try:
                self.listener.check_headroom()
            except EventsUnavailableError as error:
                self._turn_into(folder, FolderState.POLLING, error.message, error.hint)
        folder.next_scan = self._after_scan(folder, began)
        return met

    def _after_scan(self, folder: Folder, began: float) -> float:
        now = self.clock.monotonic()
        usual = self.check_seconds
        if folder.unsure:
            # watchdog listens to all folders anew after a loss; what comes before it reaches them is unheard
            folder.unsure, usual = False, _ONCE_MORE_CHECKS * self.check_seconds
        elif folder.state is not FolderState.POLLING and self._config is not None:
            usual = self._config.rescan_seconds
        return now + max(usual, _SCAN_SHARE * (now - began))

    def _scan(self, folder: Folder, below: PurePath | None = None) -> int:
        met = 0
        try:
            for met, (path, status) in enumerate(self._walk(folder, below), 1):  # noqa: B007 # told at the end
                self.arrivals.consider(path, file_stat(status), self.clock.monotonic())
        except OSError as error:
            if below is None:
                raise
            if not isinstance(error, FileNotFoundError):  # or else gone since it was seen
                self._tell_unreadable(folder.path / below, error)
        return met

    def _walk(self, folder: Folder, below: PurePath | None = None) -> Iterable[tuple[Path, os.stat_result]]:
        return walk(folder.path, folder.selection, self.stopped, self._tell_unreadable, below)

    def _tell_unreadable(self, path: Path, error: OSError) -> None:
        if path not in self._unreadable:
            self._unreadable.add(path)
            message = f"A subfolder cannot be read: {_shown(path)} ({error.strerror})"
            self.events.publish(Notice(message, hint="The rest of the folder is watched"))

    def _turn_into(self, folder: Folder, state: FolderState, detail: str = "", hint: str = "") -> None:
        """Note the state; a person is told once when a folder cannot be watched as it should."""
        folder.state, folder.detail, folder.hint = state, detail, hint
        if detail not in {"", _NETWORK, folder.told}:
            folder.told = detail
            self.events.publish(Notice(f"{_shown(folder.path)}: {detail}", hint=hint))


def _archives_of(folder: Path) -> Path:
    """What stands for a folder's archives among the folders taken on; no folder has such a name."""
    return folder / "*.zip"


def _shown(path: Path) -> str:
    """A path as text that can be printed, whatever bytes its name holds."""
    return os.fsencode(path).decode(errors="replace")


def _explained(error: OSError | WavizedError) -> tuple[str, str]:
    """What is wrong and what to do."""
    if isinstance(error, WavizedError):
        return error.message, error.hint
    return f"The folder cannot be read: {error.strerror or error}", "Check that you may open it"
