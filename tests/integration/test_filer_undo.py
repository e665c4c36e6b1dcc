"""Moving a filed sample to another category and taking it back, and what the user changed in between."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from support.filing import MTIME_NS, SOUND, Filing, read_tree
from wavized.domain.job import Job
from wavized.domain.sample import FilingMode
from wavized.errors import ChangedByUserError, FilingError, LibraryUnavailableError
from wavized.logic.placement import plan

COPY, MOVE, LINK = FilingMode.COPY, FilingMode.MOVE, FilingMode.HARDLINK
every_mode = pytest.mark.parametrize("mode", list(FilingMode))


@pytest.fixture
def filing(tmp_path: Path) -> Filing:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "library").mkdir()
    return Filing(tmp_path / "downloads", tmp_path / "library")


def relocated(filing: Filing, job: Job, folder: str = "Acid") -> Job:
    """Correct a job to another category."""
    placement = plan(job.source, filing.library, folder, job.mode, job.digest, job.stat)
    placed = filing.filer.relocate(job, placement, filing.announced.append)
    assert not placed.duplicate
    return replace(job, target=placed.target, sidecars=placed.sidecars)


@every_mode
def test_undo_leaves_everything_as_it_was(filing: Filing, mode: FilingMode) -> None:
    """After filing and undo, the downloads are as before, times included, and the library holds no file."""
    source = filing.sample("pack/kick.wav")
    filing.sample("pack/kick.wav.asd", b"warp")
    os.utime(source, ns=(MTIME_NS, MTIME_NS))
    before = read_tree(filing.downloads)
    filing.filer.take_back(filing.filed(source, mode))
    assert read_tree(filing.downloads) == before
    assert source.stat().st_mtime_ns == MTIME_NS
    assert read_tree(filing.library) == {}
    assert (filing.library / "808").is_dir()


@every_mode
def test_a_correction_can_be_undone_too(filing: Filing, mode: FilingMode) -> None:
    """A sample moved to another category, its sidecar with it, is taken back from there."""
    source = filing.sample()
    filing.sample("kick.wav.asd", b"warp")
    before = read_tree(filing.downloads)
    job = relocated(filing, filing.filed(source, mode))
    assert read_tree(filing.library) == {"Acid/kick.wav": SOUND, "Acid/kick.wav.asd": b"warp"}
    assert filing.announced[-1] == job.target == filing.library / "Acid" / "kick.wav"
    assert [one.target.name for one in job.sidecars] == ["kick.wav.asd"]
    filing.filer.take_back(job)
    assert read_tree(filing.downloads) == before
    assert read_tree(filing.library) == {}


def test_a_correction_overwrites_nothing(filing: Filing) -> None:
    """In the new folder too, a taken name is passed over."""
    filing.place(filing.sample(content=b"other"), folder="Acid")
    relocated(filing, filing.filed(filing.sample()))
    assert read_tree(filing.library) == {"Acid/kick.wav": b"other", "Acid/kick (2).wav": SOUND}


def test_a_correction_to_the_same_folder_moves_nothing(filing: Filing) -> None:
    """A sample that lies in the right folder stays under its name."""
    job = filing.filed(filing.sample())
    assert relocated(filing, job, "808") == job


def test_sidecars_made_in_the_library_follow(filing: Filing) -> None:
    """A sidecar that a DAW wrote beside the filed sample moves with it, but undo leaves it to the user."""
    job = filing.filed(filing.sample())
    assert job.target is not None
    job.target.with_name("kick.wav.asd").write_bytes(b"made here")
    job = relocated(filing, job)
    assert read_tree(filing.library) == {"Acid/kick.wav": SOUND, "Acid/kick.wav.asd": b"made here"}
    filing.filer.take_back(job)
    assert read_tree(filing.library) == {"Acid/kick.wav.asd": b"made here"}


@every_mode
@pytest.mark.parametrize("change", ["altered", "removed", "replaced by a link"])
def test_what_the_user_changed_is_left(filing: Filing, mode: FilingMode, change: str) -> None:
    """A sample altered, moved away or replaced in the library is neither taken back nor relocated."""
    source = filing.sample()
    job = filing.filed(source, mode)
    assert job.target is not None
    if change == "altered":
        job.target.unlink()
        job.target.write_bytes(b"edited")
    elif change == "removed":
        job.target.rename(filing.library / "mine.wav")
    else:
        job.target.rename(filing.library / "mine.wav")
        job.target.symlink_to(filing.library / "mine.wav")
    before = (read_tree(filing.library), read_tree(filing.downloads))
    with pytest.raises(ChangedByUserError):
        filing.filer.take_back(job)
    with pytest.raises(ChangedByUserError):
        relocated(filing, job)
    assert (read_tree(filing.library), read_tree(filing.downloads)) == before


@pytest.mark.parametrize("mode", [COPY, LINK])
@pytest.mark.parametrize("change", ["removed", "altered", "link to the library", "folder linked there"])
def test_the_only_copy_is_never_removed(filing: Filing, mode: FilingMode, change: str) -> None:
    """Where the original is gone, altered or only a way to the filed one, undo refuses and nothing moves."""
    source = filing.sample("pack/kick.wav")
    job = filing.filed(source, mode)
    assert job.target is not None
    source.unlink()
    if change == "altered":
        source.write_bytes(b"edited")
    elif change == "link to the library":
        source.symlink_to(job.target)
    elif change == "folder linked there":
        source.parent.rmdir()
        source.parent.symlink_to(job.target.parent)
    with pytest.raises(ChangedByUserError, match="only copy"):
        filing.filer.take_back(job)
    assert read_tree(filing.library) == {"808/kick.wav": SOUND}


def test_a_moved_sample_goes_back_through_new_folders(filing: Filing) -> None:
    """Folders that were removed below the watched one are made again for the original."""
    source = filing.sample("pack/deep/kick.wav")
    job = filing.filed(source, MOVE)
    shutil.rmtree(filing.downloads / "pack")
    filing.filer.take_back(job)
    assert read_tree(filing.downloads) == {"pack/deep/kick.wav": SOUND}


def test_a_missing_watched_folder_is_not_made_up(filing: Filing) -> None:
    """If the watched folder itself is gone (a disk unplugged), undo refuses and the sample stays filed."""
    job = filing.filed(filing.sample("pack/kick.wav"), MOVE)
    filing.downloads.rename(filing.downloads.with_name("unplugged"))
    with pytest.raises(FilingError, match="came from is gone"):
        filing.filer.take_back(job)
    assert not filing.downloads.exists()
    assert read_tree(filing.library) == {"808/kick.wav": SOUND}


def test_a_moved_sample_does_not_push_another_out(filing: Filing) -> None:
    """Where another file took the original's place, undo refuses; both stay."""
    source = filing.sample()
    job = filing.filed(source, MOVE)
    filing.sample(content=b"newer")
    with pytest.raises(FilingError, match="took the original's place"):
        filing.filer.take_back(job)
    assert (read_tree(filing.library), read_tree(filing.downloads)) == (
        {"808/kick.wav": SOUND},
        {"kick.wav": b"newer"},
    )


def test_a_sample_put_back_by_hand_counts_as_undone(filing: Filing) -> None:
    """If a moved sample is back and out of the library already, undo has nothing left to do."""
    source = filing.sample()
    job = filing.filed(source, MOVE)
    assert job.target is not None
    job.target.rename(source)
    filing.filer.take_back(job)
    assert read_tree(filing.downloads) == {"kick.wav": SOUND}


def test_a_moved_sample_that_was_downloaded_again_leaves_one(filing: Filing) -> None:
    """If the same sample is back at its old place, undo removes the library's and touches no other."""
    job = filing.filed(filing.sample(), MOVE)
    filing.sample()
    filing.filer.take_back(job)
    assert (read_tree(filing.library), read_tree(filing.downloads)) == ({}, {"kick.wav": SOUND})


def test_sidecars_changed_since_are_not_lost(filing: Filing) -> None:
    """A sidecar changed in the library stays there after a copy and goes home after a move."""
    for mode, home in ((COPY, b"warp"), (MOVE, b"changed")):
        source = filing.sample(f"{mode}.wav", SOUND + mode.encode())
        filing.sample(f"{mode}.wav.asd", b"warp")
        job = filing.filed(source, mode)
        job.sidecars[0].target.write_bytes(b"changed")
        filing.filer.take_back(job)
        assert (filing.downloads / f"{mode}.wav.asd").read_bytes() == home
    assert read_tree(filing.library) == {"808/copy.wav.asd": b"changed"}


def test_the_last_sidecar_is_kept(filing: Filing) -> None:
    """A sidecar whose original is gone stays in the library when its sample is taken back."""
    source = filing.sample()
    sidecar = filing.sample("kick.wav.asd", b"warp")
    job = filing.filed(source)
    sidecar.unlink()
    filing.filer.take_back(job)
    assert read_tree(filing.library) == {"808/kick.wav.asd": b"warp"}


@every_mode
def test_an_absent_library_changes_nothing(filing: Filing, mode: FilingMode) -> None:
    """With the library unplugged, undo, correction and recovery all wait instead of guessing."""
    job = filing.filed(filing.sample(), mode)
    away = filing.library.rename(filing.library.with_name("unplugged"))
    for act in (filing.filer.take_back, filing.filer.recover, lambda job: relocated(filing, job)):
        with pytest.raises(LibraryUnavailableError, match="missing"):
            act(job)
    assert read_tree(away) == {"808/kick.wav": SOUND}
    assert not filing.library.exists()


def test_what_was_never_filed_cannot_be_undone(filing: Filing) -> None:
    """A job without a target is refused."""
    with pytest.raises(FilingError, match="never filed"):
        filing.filer.take_back(filing.job(filing.plan(filing.sample())))
