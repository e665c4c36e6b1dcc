"""The watcher with real watchdog on real folders: every new sample is delivered once, whole, and nothing
else.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from support.fake_known import FakeKnown
from support.watching import RealClock, Watch, wait_until, wav_bytes
from wavized.config.model import Existing, WatchFolder
from wavized.domain.events import Notice
from wavized.domain.sample import FileStat, FilingMode
from wavized.errors import JournalError
from wavized.watch.folder import FolderState
from wavized.watch.hints import HintBox
from wavized.watch.observer import EventsUnavailableError, FolderListener, Listener

WAV = wav_bytes()


class DeafListener:
    """A source of events that never tells anything, as if every event were lost."""

    def __init__(self, hints: HintBox) -> None:
        self._roots: set[Path] = set()

    def watch(self, root: Path, real: Path, recursive: bool) -> None:
        self._roots.add(root)

    def unwatch(self, root: Path) -> None:
        self._roots.discard(root)

    def is_listening(self, root: Path) -> bool:
        return root in self._roots

    def check_headroom(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "Library"
    folder.mkdir()
    return folder


def write(path: Path, content: bytes = WAV) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def stat_of(path: Path) -> FileStat:
    status = path.stat()
    return FileStat(status.st_size, status.st_mtime_ns)


def sentinel(watch: Watch, folder: Path) -> None:
    """Wait until a file written now is delivered: what was going to come before it has come."""
    last = write(folder / f"sentinel {time.monotonic_ns()}.wav")
    watch.until_delivered(last)


# arriving


def test_a_file_written_slowly_is_delivered_once_and_whole(downloads: Path, library: Path) -> None:
    """While it grows in place, with pauses shorter than the settle time, it is left alone."""
    content = wav_bytes(frames=20_000)
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        target = downloads / "slow.wav"
        with target.open("wb", buffering=0) as file:
            for start in range(0, len(content), 2_000):
                assert not watch.paths()
                file.write(content[start : start + 2_000])
                time.sleep(0.1)  # this is the writer's pace, not a wait for the watcher
        watch.until_delivered(target)
        (arrival,) = watch.arrivals
        assert arrival.stat == stat_of(target)
        assert arrival.root == downloads
        assert arrival.mode is FilingMode.COPY


def test_a_download_that_pauses_longer_than_the_settle_time_is_not_taken_half(
    downloads: Path, library: Path
) -> None:
    """The header promises more than is there, so standing still is not enough."""
    content = wav_bytes(frames=20_000)
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        target = write(downloads / "paused.wav", content[:10_000])
        sentinel(watch, downloads)
        sentinel(watch, downloads)
        assert target not in watch.paths()
        with target.open("ab") as file:
            file.write(content[10_000:])
        watch.until_delivered(target)
        assert [arrival.stat.size for arrival in watch.arrivals if arrival.path == target] == [len(content)]


@pytest.mark.parametrize("content", [b"", WAV[:400], b"no audio at all"])
def test_a_file_that_never_becomes_whole_is_delivered_in_the_end(
    downloads: Path, library: Path, content: bytes
) -> None:
    """Empty, cut off, foreign: given up after ten settle times, so that it can be told what is wrong with
    it.
    """
    with Watch(library, WatchFolder(path=downloads), settle_seconds=0.1) as watch:
        watch.until_open()
        began = time.monotonic()
        broken = write(downloads / "broken.wav", content)
        watch.until_delivered(broken)
        assert time.monotonic() - began >= 1.0


def test_a_download_renamed_into_place_is_delivered_under_its_final_name(
    downloads: Path, library: Path
) -> None:
    """The temporary name is never taken, and the final rename is not missed."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        partial = write(downloads / "kick.wav.crdownload")
        sentinel(watch, downloads)
        final = partial.rename(downloads / "kick.wav")
        watch.until_delivered(final)
        assert partial not in watch.paths()


def test_a_file_moved_in_from_outside_is_delivered(downloads: Path, library: Path, tmp_path: Path) -> None:
    """A move makes no write event and keeps an old mtime."""
    outside = write(tmp_path / "outside.wav")
    os.utime(outside, (1_000_000, 1_000_000))
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        watch.until_delivered(outside.rename(downloads / "moved.wav"))


def test_a_folder_moved_in_as_a_whole_is_delivered(downloads: Path, library: Path, tmp_path: Path) -> None:
    """Every file of a pack that arrives by one rename is found, at any depth."""
    files = [write(tmp_path / "Pack" / part / "one.wav") for part in ("", "a", "a/b/c")]
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        (tmp_path / "Pack").rename(downloads / "Pack")
        watch.until_delivered(*(downloads / file.relative_to(tmp_path) for file in files))


def test_a_folder_renamed_inside_is_delivered_under_its_new_name(downloads: Path, library: Path) -> None:
    """Unpacking into `.part` folders and renaming them at the end occurs too."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        write(downloads / ".unpacking" / "deep" / "one.wav")
        sentinel(watch, downloads)
        (downloads / ".unpacking").rename(downloads / "Pack")
        watch.until_delivered(downloads / "Pack" / "deep" / "one.wav")
        write(downloads / "Pack" / "deep" / "two.wav")
        watch.until_delivered(downloads / "Pack" / "deep" / "two.wav")


def test_trees_created_while_watching_are_delivered(downloads: Path, library: Path) -> None:
    """Files in folders that are younger than the watch are found, however fast the tree grows."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        files = [
            write(downloads / f"pack {pack}" / "/".join("abcdefgh"[:depth]) / "one.wav")
            for pack in range(5)
            for depth in range(1, 9)
        ]
        watch.until_delivered(*files)
        assert set(watch.paths().values()) == {1}


def test_two_thousand_files_at_once_are_each_delivered_once(
    downloads: Path, library: Path, tmp_path: Path
) -> None:
    """Neither lost nor doubled, with rescans going on all the time."""
    with Watch(library, WatchFolder(path=downloads), rescan_seconds=1.0, journal=False) as watch:
        watch.until_open()
        files = [write(downloads / f"pack {number % 20}" / f"{number}.wav") for number in range(2_000)]
        watch.until_delivered(*files)
        watch.watcher.rescan()
        sentinel(watch, downloads)
        assert set(watch.paths().values()) == {1}


@pytest.mark.parametrize(
    "name",
    [
        "line\nbreak.wav",
        "🎸 growl.wav",
        unicodedata.normalize("NFD", "Bässe.wav"),
        unicodedata.normalize("NFC", "Bässe.wav"),
        "it's #1 [808] (new)*?.WAV",
        os.fsdecode(b"broken \xff\xfe.wav"),
        "x" * 251 + ".wav",
    ],
)
def test_every_name_the_disk_allows_is_delivered_as_it_is(downloads: Path, library: Path, name: str) -> None:
    """Names are passed on byte by byte; nothing is normalised on the way."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        file = write(downloads / "päck" / name)
        watch.until_delivered(file)
        assert [os.fsencode(path) for path in watch.paths()] == [os.fsencode(file)]


def test_a_file_changed_after_it_was_delivered_is_a_new_version(downloads: Path, library: Path) -> None:
    """Each version is delivered once; looking again without a change delivers nothing."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        file = write(downloads / "take.wav")
        watch.until_delivered(file)
        watch.watcher.rescan()
        sentinel(watch, downloads)
        assert watch.paths()[file] == 1
        write(file, wav_bytes(frames=900))
        wait_until(lambda: watch.paths()[file] == 2, "the second version")


def test_a_file_that_vanishes_before_it_settled_is_not_delivered(downloads: Path, library: Path) -> None:
    """What is gone is forgotten."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        write(downloads / "gone.wav").unlink()
        sentinel(watch, downloads)
        assert downloads / "gone.wav" not in watch.paths()


# what is not taken


def test_only_regular_files_are_taken(downloads: Path, library: Path, tmp_path: Path) -> None:
    """Links, pipes and folders named like a sample are passed over; a pipe does not hang the watch."""
    outside = write(tmp_path / "outside" / "real.wav")
    with Watch(library, WatchFolder(path=downloads, existing=Existing.FILE)) as watch:
        watch.until_open()
        os.mkfifo(downloads / "pipe.wav")
        (downloads / "folder.wav").mkdir()
        (downloads / "link.wav").symlink_to(outside)
        (downloads / "dangling.wav").symlink_to(tmp_path / "nowhere.wav")
        (downloads / "leaves").symlink_to(outside.parent)
        (downloads / "folder.wav" / "loop").symlink_to(downloads)
        inside = write(downloads / "folder.wav" / "inside.wav")
        watch.watcher.rescan()
        watch.until_delivered(inside)
        sentinel(watch, downloads)
        assert {path.name[:8] for path in watch.paths()} == {"inside.w", "sentinel"}
        assert set(watch.paths().values()) == {1}


def test_the_library_inside_a_watched_folder_is_left_alone(downloads: Path, tmp_path: Path) -> None:
    """Neither by events nor by scans nor through another spelling of its path is anything taken from it."""
    inside = downloads / "Library"
    (tmp_path / "spelled otherwise").symlink_to(inside)
    write(inside / "808" / "old.wav")
    folder = WatchFolder(path=downloads, existing=Existing.FILE)
    with Watch(tmp_path / "spelled otherwise", folder) as watch:
        watch.until_open()
        write(inside / "808" / "new.wav")
        write(inside / "new folder" / "new.wav")
        watch.watcher.rescan()
        sentinel(watch, downloads)
        assert not [path for path in watch.paths() if path.is_relative_to(inside)]


def test_a_watched_folder_inside_the_library_is_refused(library: Path) -> None:
    """Its state says why, and nothing is delivered from it."""
    inside = library / "Incoming"
    write(inside / "kick.wav")
    with Watch(library, WatchFolder(path=inside, existing=Existing.FILE)) as watch:
        wait_until(lambda: watch.states() == {inside: FolderState.ERROR}, "the folder to be refused")
        assert "library" in watch.watcher.status()[0].detail
        assert not watch.paths()


def test_an_unreadable_subfolder_is_told_once_and_the_rest_goes_on(downloads: Path, library: Path) -> None:
    """One folder that cannot be listed does not stop the watch."""
    too_deep = os.open(downloads, os.O_RDONLY)  # a path that is too long cannot be read, not even by root
    for _ in range(22):
        os.mkdir("unreadable" * 20, dir_fd=too_deep)
        deeper = os.open("unreadable" * 20, os.O_RDONLY, dir_fd=too_deep)
        os.close(too_deep)
        too_deep = deeper
    os.close(too_deep)
    with Watch(library, WatchFolder(path=downloads), rescan_seconds=1.0) as watch:
        watch.until_open()
        watch.until_delivered(write(downloads / "kick.wav"))
        watch.watcher.rescan()
        sentinel(watch, downloads)
        assert len([notice for notice in watch.notices() if "unreadable" in notice]) == 1


# taking a folder on


def test_with_existing_leave_what_a_folder_holds_is_taken_as_known(downloads: Path, library: Path) -> None:
    """Only what comes later is delivered; the folder is adopted."""
    old = write(downloads / "pack" / "old.wav")
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        assert watch.known.files == {old: stat_of(old)}
        assert downloads in watch.known.adopted
        sentinel(watch, downloads)
        assert old not in watch.paths()


def test_with_existing_file_what_a_folder_holds_is_delivered(downloads: Path, library: Path) -> None:
    """All of it, once, in the folder's own mode."""
    old = [write(downloads / "pack" / f"{number}.wav") for number in range(300)]
    folder = WatchFolder(path=downloads, existing=Existing.FILE, mode=FilingMode.HARDLINK)
    with Watch(library, folder) as watch:
        watch.until_delivered(*old)
        assert set(watch.paths().values()) == {1}
        assert {arrival.mode for arrival in watch.arrivals} == {FilingMode.HARDLINK}
        assert downloads in watch.known.adopted


def test_a_file_that_grows_during_the_adoption_is_delivered(downloads: Path, library: Path) -> None:
    """Whether the adopting scan sees it half or whole, what its writer leaves in the end is an arrival."""
    content = wav_bytes(frames=60_000)
    target = downloads / "growing.wav"
    for number in range(500):
        write(downloads / "old" / f"{number}.wav", b"x")
    with target.open("wb", buffering=0) as file:
        file.write(content[:1_000])
        with Watch(library, WatchFolder(path=downloads)) as watch:
            for start in range(1_000, len(content), 4_000):
                file.write(content[start : start + 4_000])
                time.sleep(0.01)  # the writer's pace
            file.close()
            watch.until_delivered(target)
            assert [arrival.stat.size for arrival in watch.arrivals] == [len(content)]


class SlowKnown(FakeKnown):
    """Takes its time to remember, so that something can arrive while a folder is being adopted."""

    def __init__(self) -> None:
        super().__init__()
        self.remembering = threading.Event()
        self.go_on = threading.Event()

    def remember(self, files: list[tuple[Path, FileStat]]) -> None:  # type: ignore[override]  # as the watch calls it
        self.remembering.set()
        assert self.go_on.wait(120.0)
        super().remember(files)


@pytest.mark.parametrize("listener", [FolderListener, DeafListener])
def test_a_file_that_comes_during_the_adoption_is_delivered(
    downloads: Path, library: Path, tmp_path: Path, listener: Callable[[HintBox], Listener]
) -> None:
    """Written or moved in while the scan goes on, it is an arrival and not part of what was there."""
    packs = [downloads / f"pack {number}" for number in range(10)]  # half are walked after the first batch
    for pack in packs:
        write(tmp_path / pack.name / "moved.wav")
        for number in range(110):
            write(pack / f"{number}.wav", b"x")
    known = SlowKnown()
    folder = WatchFolder(path=downloads)
    with Watch(library, folder, known=known, listen=listener, rescan_seconds=1.0) as watch:
        assert known.remembering.wait(120.0)
        new = [write(pack / "written.wav") for pack in packs]
        if (
            listener is FolderListener
        ):  # a move leaves no trace on the files inside, only the events tell of it
            new += [(tmp_path / pack.name).rename(pack / "Pack") / "moved.wav" for pack in packs]
            wait_until(lambda: all(map(watch.watcher._hints.holds, new)), "the system to tell of them")
        known.go_on.set()
        watch.until_delivered(*new)
        assert set(watch.paths()) == set(new)


def test_what_came_since_an_adoption_that_was_broken_off_is_delivered(downloads: Path, library: Path) -> None:
    """Stopped or killed while it took a folder on: at the next start that goes on as of the first time."""
    old = write(downloads / "old.wav")
    time.sleep(0.05)  # several ticks of the clock that file times are taken from
    known = FakeKnown()

    class Overslept(DeafListener):
        """The first start ends before the folder is looked through."""

        def watch(self, root: Path, real: Path, recursive: bool) -> None:
            raise OSError("broken off")

    with Watch(library, WatchFolder(path=downloads), known=known, listen=Overslept) as watch:
        wait_until(lambda: FolderState.ERROR in watch.states().values(), "the first try to break off")
    assert not known.is_adopted(downloads) and not known.files
    new = write(downloads / "new.wav")
    with Watch(library, WatchFolder(path=downloads), known=known) as watch:
        watch.until_delivered(new)
        assert list(watch.paths()) == [new] and old in known.files


def test_a_file_that_comes_in_the_instant_of_an_adoption_is_delivered(downloads: Path, library: Path) -> None:
    """File times lag behind the clock by a tick: what comes once it listens counts as come since, though no
    event has told of it yet.
    """

    class Ahead(RealClock):
        """As far ahead of file times as the system's tick makes it."""

        def now(self) -> float:
            return super().now() + 0.01

    class Arriving(DeafListener):
        """A file arrives as soon as this listens."""

        def watch(self, root: Path, real: Path, recursive: bool) -> None:
            super().watch(root, real, recursive)
            write(root / "new.wav")

    write(downloads / "old.wav")
    with Watch(library, WatchFolder(path=downloads), listen=Arriving, clock=Ahead()) as watch:
        watch.until_delivered(downloads / "new.wav")
        assert list(watch.paths()) == [downloads / "new.wav"]


def test_what_came_while_nothing_ran_is_delivered_at_the_next_start(downloads: Path, library: Path) -> None:
    """An adopted folder is caught up with, whatever `existing` says."""
    old = write(downloads / "old.wav")
    known = FakeKnown()
    with Watch(library, WatchFolder(path=downloads), known=known) as watch:
        watch.until_open()
    late = write(downloads / "pack" / "late.wav")
    with Watch(library, WatchFolder(path=downloads), known=known) as watch:
        watch.until_delivered(late)
        assert old not in watch.paths()


# folders that come and go


def test_a_missing_folder_is_watched_once_it_appears(tmp_path: Path, library: Path) -> None:
    """It is told missing once; what it then holds falls under `existing`, what comes later is delivered."""
    drive = tmp_path / "media" / "drive"
    with Watch(library, WatchFolder(path=drive)) as watch:
        wait_until(lambda: watch.states() == {drive: FolderState.MISSING}, "the folder to be missed")
        staged = write(tmp_path / "staged" / "old.wav").parent
        drive.parent.mkdir()
        staged.rename(drive)
        watch.until_open()
        sentinel(watch, drive)
        assert drive / "old.wav" not in watch.paths()
        assert len(watch.notices()) == 1


@pytest.mark.parametrize("how", ["moved", "deleted"])
def test_a_folder_that_vanishes_and_returns_is_caught_up_with(
    downloads: Path, library: Path, tmp_path: Path, how: str
) -> None:
    """One notice; after the return old files stay known, files that came meanwhile are delivered."""
    old = write(downloads / "old.wav")
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        away = tmp_path / "away"
        shutil.copytree(downloads, away)
        downloads.rename(tmp_path / "renamed") if how == "moved" else shutil.rmtree(downloads)
        wait_until(lambda: watch.states() == {downloads: FolderState.MISSING}, "the folder to be missed")
        late = write(away / "pack" / "late.wav")
        away.rename(downloads)
        watch.until_delivered(downloads / late.relative_to(away))
        sentinel(watch, downloads / "pack")
        assert old not in watch.paths()
        assert len(watch.notices()) == 1


def test_a_folder_replaced_by_another_of_the_same_name_is_listened_to(
    downloads: Path, library: Path, tmp_path: Path
) -> None:
    """The watch does not stay with the folder that was renamed away."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        downloads.rename(tmp_path / "renamed")
        downloads.mkdir()
        file = write(downloads / "kick.wav")
        watch.until_delivered(file)
        sentinel(watch, downloads)


def test_a_watched_folder_that_is_a_link_is_watched(downloads: Path, library: Path, tmp_path: Path) -> None:
    """Paths are told as the configuration spells the folder."""
    link = tmp_path / "link"
    link.symlink_to(downloads)
    with Watch(library, WatchFolder(path=link)) as watch:
        watch.until_open()
        write(downloads / "pack" / "kick.wav")
        watch.until_delivered(link / "pack" / "kick.wav")
        assert watch.arrivals[0].root == link


@pytest.mark.parametrize("by_link", [False, True])
def test_nested_watched_folders_each_get_their_own_files(
    downloads: Path, library: Path, tmp_path: Path, by_link: bool
) -> None:
    """A file belongs to the innermost folder, however that is spelled, and is delivered once."""
    splice = downloads / "Splice"
    splice.mkdir()
    if by_link:
        (tmp_path / "link").symlink_to(splice)
        splice = tmp_path / "link"
    folders = WatchFolder(path=downloads), WatchFolder(path=splice, mode=FilingMode.MOVE)
    with Watch(library, *folders) as watch:
        watch.until_open()
        write(splice / "sounds" / "in.wav")
        write(downloads / "Splice 2" / "out.wav")
        watch.until_delivered(splice / "sounds" / "in.wav", downloads / "Splice 2" / "out.wav")
        watch.watcher.rescan()
        sentinel(watch, downloads)
        homes = {arrival.path.name: (arrival.root, arrival.mode) for arrival in watch.arrivals}
        assert homes["in.wav"] == (splice, FilingMode.MOVE)
        assert homes["out.wav"] == (downloads, FilingMode.COPY)
        assert len(watch.arrivals) == len(homes)


def test_one_folder_spelled_twice_is_watched_once(downloads: Path, library: Path, tmp_path: Path) -> None:
    """Two entries of the configuration that lead to the same folder do not deliver a file twice."""
    link = tmp_path / "link"
    link.symlink_to(downloads)
    with Watch(library, WatchFolder(path=downloads), WatchFolder(path=link)) as watch:
        watch.until_open()
        write(downloads / "kick.wav")
        sentinel(watch, downloads)
        assert [path for path in watch.paths() if path.name == "kick.wav"] == [downloads / "kick.wav"]


# ways of hearing and of not hearing


def test_polling_finds_what_comes(downloads: Path, library: Path) -> None:
    """With polling asked for, nothing depends on events."""
    folder = WatchFolder(path=downloads, polling=True)
    with Watch(library, folder, listen=DeafListener) as watch:
        watch.until_open()
        assert watch.states() == {downloads: FolderState.POLLING}
        file = write(downloads / "pack" / "kick.wav")
        watch.until_delivered(file)
        assert not watch.notices()


def test_when_all_events_are_lost_the_periodic_scan_finds_what_came(downloads: Path, library: Path) -> None:
    """Events are hints; the scan is the truth."""
    with Watch(library, WatchFolder(path=downloads), listen=DeafListener, rescan_seconds=1.0) as watch:
        watch.until_open()
        assert watch.states() == {downloads: FolderState.WATCHING}
        watch.until_delivered(write(downloads / "kick.wav"))


def test_a_flood_of_events_hides_no_sample(downloads: Path, library: Path) -> None:
    """Even where the kernel's queue overflows, and the events of the sample with it, it is found at once."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        for turn in range(60_000):  # two names, since the kernel merges equal events that follow each other
            os.close(os.open(downloads / f"{turn % 2}.txt", os.O_WRONLY | os.O_CREAT))
        watch.until_delivered(write(downloads / "kick.wav"), write(downloads / "pack" / "deep" / "kick.wav"))


class LimitedListener(DeafListener):
    """A system whose limit of watches is reached."""

    def watch(self, root: Path, real: Path, recursive: bool) -> None:
        raise EventsUnavailableError("The limit is reached", hint="raise fs.inotify.max_user_watches")


class CrampedListener(DeafListener):
    """The folder itself can be listened to, some of its subfolders cannot."""

    def check_headroom(self) -> None:
        raise EventsUnavailableError("The limit is reached", hint="raise fs.inotify.max_user_watches")


@pytest.mark.parametrize("listener", [LimitedListener, CrampedListener])
def test_where_the_system_gives_no_more_watches_the_folder_is_polled(
    downloads: Path, library: Path, listener: type[DeafListener]
) -> None:
    """One notice says what to raise, and files are found all the same."""
    with Watch(library, WatchFolder(path=downloads), listen=listener) as watch:
        watch.until_open()
        assert watch.states() == {downloads: FolderState.POLLING}
        watch.until_delivered(write(downloads / "pack" / "kick.wav"))
        (notice,) = watch.notices()
        assert "fs.inotify.max_user_watches" in notice


def test_a_listener_whose_thread_died_is_started_anew(downloads: Path, library: Path) -> None:
    """The watch notices at its next check, and looks through the folder for what was missed."""
    listeners: list[FolderListener] = []

    def listen(hints: HintBox) -> FolderListener:
        listeners.append(FolderListener(hints))
        return listeners[0]

    with Watch(library, WatchFolder(path=downloads), listen=listen) as watch:
        watch.until_open()
        listeners[0].unwatch(downloads)
        sentinel(watch, downloads)
        assert listeners[0].is_listening(downloads)


def test_the_limits_of_the_system_are_told_by_name_and_worked_around(tmp_path: Path) -> None:
    """With real limits on watches and on instances the sysctl to raise is named, and samples still arrive."""
    script = Path(__file__).parent.parent / "support" / "watch_within_limit.py"
    for limit in ("max_inotify_watches=10", "max_inotify_instances=0"):
        key, value = limit.split("=")
        inner = f'echo {value} > /proc/sys/user/{key} && exec "$@"'
        folder = tmp_path / key
        command = ["unshare", "--user", "--map-root-user", "sh", "-c", inner, "sh"]
        if not shutil.which("unshare") or subprocess.run([*command, "true"], capture_output=True).returncode:
            pytest.skip("this system gives no user name space in which to set a limit")
        told = subprocess.run(
            [*command, sys.executable, script, folder], capture_output=True, text=True, check=True
        ).stdout
        assert f"fs.inotify.{key.replace('inotify', 'user')}=" in told
        assert "No space left" not in told


@pytest.mark.skipif(sys.platform != "linux", reason="only inotify watches folder by folder")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_tree_too_deep_for_watchdog_silences_nothing(tmp_path: Path, when: str) -> None:
    """Its folder is polled, and says why; other folders are told of changes as before."""
    script = Path(__file__).parent.parent / "support" / "watch_too_deep.py"
    command = [sys.executable, script, tmp_path / "deep", when]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert sys.version_info >= (3, 12) or "nested too deeply" in done.stdout


def test_after_a_loss_a_second_scan_finds_what_came_during_the_first(downloads: Path, library: Path) -> None:
    """For watchdog hears nothing until it listens to every subfolder anew."""
    for number in range(300):
        write(downloads / f"old {number}.wav")
    known = FakeKnown()
    folder = WatchFolder(path=downloads)
    with Watch(library, folder, known=known, listen=DeafListener, rescan_seconds=86_400.0) as watch:
        watch.until_open()
        before = known.questions
        watch.watcher.rescan()
        wait_until(lambda: known.questions >= before + 300, "the first scan")
        watch.until_delivered(write(downloads / "new.wav"))


def test_a_warning_of_watchdog_counts_as_lost_events() -> None:
    """That is all watchdog tells of an overflow of the kernel's queue; closed, it is not listened to."""
    hints = HintBox()
    listener = FolderListener(hints)
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    assert hints.empty().lost
    listener.close()
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    assert not hints.empty().lost


# changes and troubles while running


def test_a_new_configuration_takes_effect_without_adopting_anew(
    downloads: Path, library: Path, tmp_path: Path
) -> None:
    """Folders are added, changed and removed; what stays is not taken on again."""
    other, third = tmp_path / "Other", tmp_path / "Third"
    for folder in (other, third):
        write(folder / "old.wav")
    with Watch(library, WatchFolder(path=downloads), WatchFolder(path=other)) as watch:
        watch.until_open()
        adopted = watch.known.adopted[downloads]
        changed = WatchFolder(
            path=downloads, existing=Existing.FILE, mode=FilingMode.MOVE, exclude=("*loop*",)
        )
        watch.watcher.reconfigure(
            watch.config.model_copy(update={"watch": (changed, WatchFolder(path=third))})
        )
        wait_until(lambda: set(watch.states()) == {downloads, third}, "the new folders")
        watch.until_open()
        write(other / "unwatched.wav")
        write(downloads / "a loop.wav")
        files = write(downloads / "kick.wav"), write(third / "new.wav")
        watch.until_delivered(*files)
        sentinel(watch, third)
        assert {path for path in watch.paths() if "sentinel" not in path.name} == set(files)
        assert next(arrival.mode for arrival in watch.arrivals if arrival.path == files[0]) is FilingMode.MOVE
        assert watch.known.adopted[downloads] == adopted


class FailingKnown(FakeKnown):
    """A journal that cannot answer for a while."""

    failing = False

    def is_known(self, path: Path, stat: FileStat) -> bool:
        if self.failing:
            raise JournalError("The journal is locked")
        return super().is_known(path, stat)


def test_a_journal_that_fails_for_a_while_loses_no_file(downloads: Path, library: Path) -> None:
    """The watch tells of the trouble, lives on, and makes up for what it could not look at."""
    known = FailingKnown()
    with Watch(library, WatchFolder(path=downloads), known=known) as watch:
        watch.until_open()
        known.failing = True
        file = write(downloads / "kick.wav")
        wait_until(lambda: bool(watch.notices()), "a notice")
        known.failing = False
        watch.until_delivered(file)
        assert len(watch.notices()) == 1


def test_stop_ends_the_watch_while_files_wait(downloads: Path, library: Path) -> None:
    """No thread is left, and what waited is found at the next start."""
    before = set(threading.enumerate())
    known = FakeKnown()
    with Watch(library, WatchFolder(path=downloads), known=known, settle_seconds=60.0) as watch:
        watch.until_open()
        file = write(downloads / "kick.wav")
    assert set(threading.enumerate()) <= before
    assert not watch.paths()
    with Watch(library, WatchFolder(path=downloads), known=known) as watch:
        watch.until_delivered(file)


def test_an_idle_watch_hardly_wakes(downloads: Path, library: Path) -> None:
    """With nothing to do the watch thread asks the journal nothing and uses next to no processor time."""
    for number in range(50):
        write(downloads / f"{number}.wav")
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        sentinel(watch, downloads)
        wait_until(lambda: not watch.watcher._arrivals.tracker, "nothing to wait for")
        asked, used = watch.known.questions, time.process_time()
        time.sleep(1.0)  # a second in which nothing happens is what is measured
        assert watch.known.questions == asked
        assert time.process_time() - used < 0.2


@pytest.mark.parametrize("existing", Existing)
def test_a_person_is_told_what_becomes_of_very_many_old_files(
    downloads: Path, library: Path, existing: Existing
) -> None:
    """Of a thousand and more, left or filed, one notice tells; it is no problem that would pop up."""
    for number in range(1_000):
        write(downloads / f"{number}.wav")
    with Watch(library, WatchFolder(path=downloads, existing=existing)) as watch:
        watch.until_open()
        wait_until(lambda: bool(watch.notices()), "the notice")
        (notice,) = [event for event in watch.events if isinstance(event, Notice)]
        assert notice.message.startswith("1,000 samples that were in")
        assert ("left" in notice.message) == (existing is Existing.LEAVE)
        assert not notice.problem
