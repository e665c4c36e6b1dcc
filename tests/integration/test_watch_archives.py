"""Archives in watched folders: waited for like any download, and taken on by the rules of samples."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.fake_known import FakeKnown
from support.filing import stat_of
from support.packs import make_pack
from support.watching import Watch, wait_until, wav_bytes
from wavized.cli.sources import find_files
from wavized.config import paths
from wavized.config.model import Existing, WatchFolder


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    (tmp_path / "Downloads").mkdir()
    return tmp_path / "Downloads"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "Library").mkdir()
    return tmp_path / "Library"


FILES = [("a.wav", wav_bytes(20_000)), ("b.wav", wav_bytes(20_000, seed=2))]


def test_an_archive_that_comes_slowly_is_delivered_once_and_whole(downloads: Path, library: Path) -> None:
    """A pause longer than the settle time is not taken for the end: the table of contents is missing."""
    content = make_pack(library.parent / "made.zip", FILES).read_bytes()
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        target = downloads / "slow.zip"
        with target.open("wb", buffering=0) as file:
            file.write(content[:-30])
            time.sleep(1.0)  # the writer's pause, three settle times long
            assert target not in watch.paths()
            file.write(content[-30:])
        watch.until_delivered(target)
        (arrival,) = watch.arrivals
        assert (arrival.stat, arrival.root) == (stat_of(target), downloads)


def test_a_download_that_broke_off_is_delivered_in_the_end(downloads: Path, library: Path) -> None:
    """So that it can be told what is wrong with it."""
    with Watch(library, WatchFolder(path=downloads), settle_seconds=0.1) as watch:
        watch.until_open()
        began = time.monotonic()
        broken = downloads / "broken.zip"
        broken.write_bytes(make_pack(library.parent / "made.zip", FILES).read_bytes()[:-40])
        watch.until_delivered(broken)
        assert time.monotonic() - began >= 1.0


def test_archives_wait_under_their_passing_names(downloads: Path, library: Path) -> None:
    """What browsers call a download under way is left alone until it has its name."""
    with Watch(library, WatchFolder(path=downloads)) as watch:
        watch.until_open()
        part = make_pack(downloads / "pack.zip.crdownload", FILES)
        hidden = make_pack(downloads / ".pack.zip", FILES)
        excluded = make_pack(downloads / "other.txt", FILES)
        part.rename(downloads / "pack.zip")
        watch.until_delivered(downloads / "pack.zip")
        assert not {part, hidden, excluded} & set(watch.paths())


def test_patterns_name_archives_too(downloads: Path, library: Path) -> None:
    """`exclude` leaves an archive closed; `include` is about the sounds, those inside included."""
    folder = WatchFolder(path=downloads, include=("*.wav",), exclude=("Drums*.zip",))
    with Watch(library, folder) as watch:
        watch.until_open()
        drums = make_pack(downloads / "Drums Vol 1.zip", FILES)
        bass = make_pack(downloads / "Bass.ZIP", FILES)
        watch.until_delivered(bass)
        assert drums not in watch.paths()


@pytest.mark.parametrize("existing", Existing)
def test_archives_that_lay_there_follow_existing(downloads: Path, library: Path, existing: Existing) -> None:
    """Left as they are, or delivered, like samples."""
    old = make_pack(downloads / "old.zip", FILES)
    with Watch(library, WatchFolder(path=downloads, existing=existing)) as watch:
        watch.until_open()
        new = make_pack(downloads / "new.zip", FILES)
        watch.until_delivered(new)
        assert (old in watch.paths()) == (existing is Existing.FILE)


def test_what_lay_there_stays_left_when_archives_are_opened_later(downloads: Path, library: Path) -> None:
    """Turned on, the setting is about what came since the folder was taken on, and what will come."""
    old = make_pack(downloads / "old.zip", FILES)
    with Watch(library, WatchFolder(path=downloads)) as watch:
        shut = watch.config.model_copy(update={"archives": False})
        watch.watcher.reconfigure(shut)
        watch.until_open()
        since = make_pack(downloads / "since.zip", FILES)
        loose = downloads / "loose.wav"
        loose.write_bytes(wav_bytes())
        watch.until_delivered(loose)
        assert set(watch.paths()) <= {loose, since}
        watch.watcher.reconfigure(watch.config)
        watch.until_delivered(since)
        assert old not in watch.paths()


def test_a_folder_taken_on_before_archives_were_opened_keeps_them_closed(
    downloads: Path, library: Path
) -> None:
    """After an update years of old downloads are not read; loose samples that came meanwhile are."""
    known = FakeKnown()
    known.adopt(downloads, 1.0)
    old = make_pack(downloads / "old.zip", FILES)
    meanwhile = downloads / "meanwhile.wav"
    meanwhile.write_bytes(wav_bytes())
    with Watch(library, WatchFolder(path=downloads), known=known) as watch:
        watch.until_delivered(meanwhile)
        new = make_pack(downloads / "new.zip", FILES)
        watch.until_delivered(new)
        assert old not in watch.paths()
    with Watch(library, WatchFolder(path=downloads), known=known) as watch:
        later = make_pack(downloads / "later.zip", FILES)
        watch.until_delivered(later)
        wait_until(lambda: watch.known.is_known(old, stat_of(old)), "the old one to be known")


def test_an_archive_is_delivered_again_until_it_is_known(downloads: Path, library: Path) -> None:
    """Its reading may have been broken off: its drive was unplugged, say, or archives were turned off."""
    with Watch(library, WatchFolder(path=downloads), journal=False) as watch:
        watch.until_open()
        loose = downloads / "loose.wav"
        loose.write_bytes(wav_bytes())
        target = make_pack(library.parent / "made.zip", FILES).rename(downloads / "pack.zip")
        watch.until_delivered(target, loose)
        for times in (2, 3):
            watch.watcher.rescan()
            wait_until(lambda times=times: watch.paths()[target] >= times, "the archive to be told again")
        assert watch.paths()[loose] == 1
        watch.known.remember([(target, stat_of(target))])
        told = watch.paths()[target]
        after = downloads / "after.wav"
        after.write_bytes(wav_bytes(seed=3))
        watch.watcher.rescan()
        watch.until_delivered(after)
        assert watch.paths()[target] == told


def test_passing_copies_are_no_arrivals(
    downloads: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who watches a home folder on a system whose caches are not hidden gets no sample twice."""
    monkeypatch.setattr(paths, "cache_dir", lambda: downloads / "Caches" / "wavized")
    copy = downloads / "Caches" / "wavized" / "packs" / "pack.zip" / "a.wav"
    copy.parent.mkdir(parents=True)
    folder = WatchFolder(path=downloads, existing=Existing.FILE)
    with Watch(library, folder) as watch:
        watch.until_open()
        copy.write_bytes(wav_bytes())
        loose = downloads / "Caches" / "loose.wav"
        loose.write_bytes(wav_bytes(seed=2))
        watch.until_delivered(loose)
    with Watch(library, folder) as watch:
        watch.until_delivered(loose)
        assert copy not in watch.paths()
    assert [path for path, _ in find_files([downloads])] == [loose]
