"""Doctor: each thing that may be out of order is found and comes with advice."""

from __future__ import annotations

import os

import pytest

from support.tiny_model import make_paper_model
from wavized.checkup import Grade, disks, examine
from wavized.config import paths
from wavized.control.runtime import Runtime, write_runtime


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A whole and healthy installation below one folder."""
    for key in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{key}_HOME", str(tmp_path / "own" / key.lower()))
    for name in ("inbox", "library"):
        (tmp_path / name).mkdir()
    make_paper_model(tmp_path / "model")
    (tmp_path / "config.yaml").write_text(
        f"library: {tmp_path}/library\nwatch:\n  - path: {tmp_path}/inbox\nmodel: {tmp_path}/model\n",
        encoding="utf-8",
    )
    return tmp_path


def found(place, about):
    """The findings about one thing."""
    return [finding for finding in examine(place / "config.yaml") if finding.about == about]


def test_all_is_well(place):
    """No problem in a healthy installation; every thing is looked at, and the folders stay untouched."""
    findings = list(examine(place / "config.yaml"))
    assert not [finding for finding in findings if finding.grade is Grade.PROBLEM]
    assert {"config", "library", "watch", "model", "journal", "daemon", "tray"} <= {f.about for f in findings}
    assert not any((place / "inbox").iterdir()) and not any((place / "library").iterdir())


def test_no_config(place):
    """It says how to write one and looks at the rest all the same."""
    (place / "config.yaml").unlink()
    (finding,) = found(place, "config")
    assert finding.grade is Grade.PROBLEM and "config init" in finding.whole_advice
    assert found(place, "journal")[0].grade is Grade.OK


def test_a_config_with_mistakes(place):
    """Every mistake is a finding with its line."""
    with (place / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("mood: loud\nsettle_seconds: never\n")
    findings = found(place, "config")
    assert len(findings) == 2
    assert all(finding.grade is Grade.PROBLEM for finding in findings)
    assert any("config.yaml:5" in finding.found for finding in findings)


def test_a_missing_library(place):
    """The library is never made by looking."""
    (place / "library").rmdir()
    (finding,) = found(place, "library")
    assert finding.grade is Grade.PROBLEM and "missing" in finding.found
    assert not (place / "library").exists()


def test_little_room(place, monkeypatch):
    """A disk that is nearly full is worth a note."""
    monkeypatch.setattr(disks, "FEW_BYTES", 2**62)
    (finding,) = found(place, "disk")
    assert finding.grade is Grade.NOTE and "free" in finding.found


def test_a_missing_watched_folder(place):
    """It may come later: a note."""
    (place / "inbox").rmdir()
    (finding,) = found(place, "watch")
    assert finding.grade is Grade.NOTE and "missing" in finding.found


def test_a_watched_folder_that_became_a_file(place):
    """Named as a mistake in the config, with advice."""
    (place / "inbox").rmdir()
    (place / "inbox").touch()
    (finding,) = found(place, "config")
    assert finding.grade is Grade.PROBLEM and finding.advice


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize(("about", "folder"), [("library", "library"), ("watch", "inbox")])
def test_folders_without_permission(place, about, folder):
    """Said with what to allow."""
    (place / folder).chmod(0)
    try:
        (finding,) = found(place, about)
        assert finding.grade is Grade.PROBLEM and finding.advice
    finally:
        (place / folder).chmod(0o700)


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_model_that_cannot_be_used(place, damage):
    """Missing or altered, and nothing is deleted."""
    weights = place / "model" / "model.safetensors"
    if damage == "missing":
        weights.unlink()
    else:
        weights.write_bytes(b"other")
    (finding,) = found(place, "model")
    assert finding.grade is Grade.PROBLEM and finding.advice


def test_a_damaged_journal(place):
    """Named and left as it is."""
    journal = paths.journal_file()
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"this is no database" * 100)
    (finding,) = found(place, "journal")
    assert finding.grade is Grade.PROBLEM and finding.advice
    assert journal.read_bytes() == b"this is no database" * 100


def test_a_state_folder_that_cannot_be_made(place):
    """A file is in its way: a finding, not a traceback, and the rest is looked at."""
    (place / "own").write_text("in the way")
    (finding,) = found(place, "journal")
    assert finding.grade is Grade.PROBLEM and finding.advice
    assert found(place, "tray")


def test_a_daemon_that_was_killed(place):
    """Its runtime file points at nobody: not running."""
    paths.state_dir(create=True)
    write_runtime(paths.runtime_file(), Runtime(1, 9, "t"))
    (finding,) = found(place, "daemon")
    assert finding.grade is Grade.NOTE and "wavized run" in finding.whole_advice
