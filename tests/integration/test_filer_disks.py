"""Filing when disks get in the way: missing, full, read-only, forbidden, different, without hard links."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from support.filing import SOUND, Filing, read_tree
from wavized.domain.sample import FilingMode
from wavized.errors import ChangedByUserError, FilingError, LibraryUnavailableError
from wavized.library import noclobber

every_mode = pytest.mark.parametrize("mode", list(FilingMode))


@pytest.fixture
def filing(tmp_path: Path) -> Filing:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "library").mkdir()
    return Filing(tmp_path / "downloads", tmp_path / "library")


@pytest.fixture
def two_disks(filing: Filing) -> Iterator[Filing]:
    """Downloads and library on different filesystems."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == filing.downloads.stat().st_dev:
        pytest.skip("this machine has no second filesystem to write to")
    library = Path(tempfile.mkdtemp(prefix="wavized-test-", dir=memory))
    yield replace(filing, library=library)
    shutil.rmtree(library)


@pytest.fixture
def small_disk(filing: Filing) -> Iterator[Filing]:
    """A library on a filesystem of 64 KiB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(filing.library)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small filesystem is not permitted here")
    yield filing
    subprocess.run(["umount", str(filing.library)], check=True)


@every_mode
def test_a_missing_library_is_never_made(filing: Filing, mode: FilingMode) -> None:
    """An unplugged drive's mount point is not filled: the library must be there, and the source stays."""
    filing.library.rmdir()
    with pytest.raises(LibraryUnavailableError, match="Library folder is missing") as caught:
        filing.place(filing.sample(), mode)
    assert str(filing.library) in caught.value.hint
    assert not filing.library.exists()
    assert read_tree(filing.downloads) == {"kick.wav": SOUND}


@pytest.mark.parametrize("mode", [FilingMode.COPY, FilingMode.MOVE])
def test_a_full_disk_takes_nothing_and_loses_nothing(small_disk: Filing, mode: FilingMode) -> None:
    """On a full disk the error says so, no part is left behind, and the source stays whole."""
    source = small_disk.sample(content=os.urandom(200_000))
    before = source.read_bytes()
    with pytest.raises(LibraryUnavailableError, match="is full"):
        small_disk.place(source, mode)
    assert read_tree(small_disk.library) == {}
    assert source.read_bytes() == before
    assert small_disk.place(small_disk.sample("small.wav"), mode).target.read_bytes() == SOUND


def test_a_read_only_library_is_named(small_disk: Filing) -> None:
    """A library mounted read-only is unavailable, and filing works again once it is not."""
    source = small_disk.sample()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk.library)], check=True)
    with pytest.raises(LibraryUnavailableError, match="read-only"):
        small_disk.place(source)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk.library)], check=True)
    assert small_disk.place(source).target.read_bytes() == SOUND


def test_a_file_too_large_for_the_disk_is_that_files_fault(filing: Filing) -> None:
    """A size limit of the filesystem concerns one sample, not the library; nothing is left behind."""
    source = filing.sample(content=os.urandom(100_000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(FilingError):
            filing.place(source)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert read_tree(filing.library) == {}


@contextmanager
def without_privileges() -> Iterator[Path]:
    """As a plain user, in a folder of theirs; root may do everything, so it steps down for the while."""
    folder = Path(tempfile.mkdtemp(prefix="wavized-test-", dir="/tmp"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        subprocess.run(["chmod", "-R", "u+rwx", str(folder)], check=True)
        shutil.rmtree(folder)


@every_mode
def test_a_forbidden_library_is_unavailable(mode: FilingMode) -> None:
    """Without the right to write, the library is unavailable and the source stays."""
    with without_privileges() as folder:
        (folder / "downloads").mkdir()
        (folder / "library").mkdir()
        filing = Filing(folder / "downloads", folder / "library")
        source = filing.sample()
        filing.library.chmod(0o500)
        with pytest.raises(LibraryUnavailableError, match="may not be written"):
            filing.place(source, mode)
        assert source.read_bytes() == SOUND


@every_mode
def test_a_forbidden_source_is_that_files_fault(mode: FilingMode) -> None:
    """A source that may not be read is a FilingError; the library is not blamed and stays empty."""
    with without_privileges() as folder:
        (folder / "downloads").mkdir()
        (folder / "library").mkdir()
        filing = Filing(folder / "downloads", folder / "library")
        source = filing.sample()
        placement = filing.plan(source, mode)
        source.chmod(0)
        with pytest.raises(FilingError, match="cannot be read"):
            filing.filer.place(placement, filing.announced.append)
        assert read_tree(filing.library) == {}


def test_a_source_that_cannot_be_removed_is_noted(filing: Filing) -> None:
    """A move out of a folder that may not be written to files the sample and says the original stayed."""
    with without_privileges() as folder:
        (folder / "downloads").mkdir()
        (folder / "library").mkdir()
        filing = Filing(folder / "downloads", folder / "library")
        source = filing.sample()
        sidecar = filing.sample("kick.wav.asd", b"warp")
        filing.downloads.chmod(0o500)
        placed = filing.place(source, FilingMode.MOVE)
        assert placed.note.count("could not be removed") == 2
        assert source.read_bytes() == placed.target.read_bytes() == SOUND
        assert [one.source for one in placed.sidecars] == [sidecar]


@every_mode
def test_across_disks_and_back(two_disks: Filing, mode: FilingMode) -> None:
    """Every mode works from one disk to another, correction and undo included, leaving no part anywhere."""
    source = two_disks.sample("pack/kick.wav")
    two_disks.sample("pack/kick.wav.asd", b"warp")
    before = read_tree(two_disks.downloads)
    job = two_disks.filed(source, mode)
    assert read_tree(two_disks.library) == {"808/kick.wav": SOUND, "808/kick.wav.asd": b"warp"}
    assert read_tree(two_disks.downloads) == ({} if mode is FilingMode.MOVE else before)
    two_disks.filer.take_back(job)
    assert read_tree(two_disks.downloads) == before
    assert read_tree(two_disks.library) == {}


def test_a_hardlink_across_disks_says_it_is_a_copy(two_disks: Filing) -> None:
    """Where no hard link is possible a copy is made, and the note says so."""
    placed = two_disks.place(two_disks.sample(), FilingMode.HARDLINK)
    assert "Copied" in placed.note
    assert placed.target.read_bytes() == SOUND


def test_a_source_that_changes_during_a_move_is_left(two_disks: Filing) -> None:
    """A source that is written to while its copy is filed stays, and a note says so."""
    source = two_disks.sample()
    placement = two_disks.plan(source, FilingMode.MOVE)

    def download_again(target: Path) -> None:
        source.write_bytes(b"newer")

    placed = two_disks.filer.place(placement, download_again)
    assert "left where it was" in placed.note
    assert read_tree(two_disks.downloads) == {"kick.wav": b"newer"}
    assert read_tree(two_disks.library) == {"808/kick.wav": SOUND}


def test_the_only_copy_seen_through_another_mount_is_kept(small_disk: Filing) -> None:
    """Where the library also shows in the place of the downloads, undo does not take it for the original."""
    job = small_disk.filed(small_disk.sample("pack/kick.wav"))
    assert job.target is not None
    subprocess.run(["mount", "--bind", str(job.target.parent), str(job.source.parent)], check=True)
    try:
        with pytest.raises(ChangedByUserError, match="only copy"):
            small_disk.filer.take_back(job)
        assert read_tree(small_disk.library) == {"808/kick.wav": SOUND}
    finally:
        subprocess.run(["umount", str(job.source.parent)], check=True)


def test_a_category_on_its_own_disk(small_disk: Filing, tmp_path: Path) -> None:
    """A correction to a category that is another filesystem copies, checks and removes."""
    library = tmp_path / "shelf"
    library.mkdir()
    (library / "Acid").mkdir()
    subprocess.run(["mount", "--bind", str(small_disk.library), str(library / "Acid")], check=True)
    try:
        filing = replace(small_disk, library=library)
        source = filing.sample()
        job = filing.filed(source)
        filing.filer.relocate(job, filing.plan(source, folder="Acid"), filing.announced.append)
        assert read_tree(library) == {"Acid/kick.wav": SOUND}
    finally:
        subprocess.run(["umount", str(library / "Acid")], check=True)


def kernel_rename(source: Path, target: Path) -> None:
    """The kernel's rename, where there is one."""
    if not noclobber.rename_in_kernel(source, target):
        pytest.skip("this system has no no-replace rename")


@pytest.mark.parametrize("rename", [noclobber.rename, kernel_rename, noclobber.rename_over_placeholder])
def test_every_way_to_rename_refuses_a_taken_name(
    tmp_path: Path, rename: Callable[[Path, Path], None]
) -> None:
    """Whatever the filesystem offers, a free name is given and a taken one is not replaced."""
    one, free, taken = tmp_path / "part", tmp_path / "free", tmp_path / "taken"
    one.write_bytes(SOUND)
    taken.write_bytes(b"")
    with pytest.raises(FileExistsError):
        rename(one, taken)
    assert read_tree(tmp_path) == {"part": SOUND, "taken": b""}
    rename(one, free)
    assert read_tree(tmp_path) == {"free": SOUND, "taken": b""}


@pytest.mark.parametrize("rename", [noclobber.rename, kernel_rename, noclobber.rename_over_placeholder])
def test_a_rename_that_fails_leaves_no_placeholder(
    tmp_path: Path, rename: Callable[[Path, Path], None]
) -> None:
    """If what is to be renamed is gone, the name stays free."""
    with pytest.raises(FileNotFoundError):
        rename(tmp_path / "gone", tmp_path / "free")
    assert read_tree(tmp_path) == {}
