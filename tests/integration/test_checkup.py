"""Doctor: each thing that may be out of order is found and comes with advice."""

from __future__ import annotations

import importlib
import itertools
import os
import shlex
import sqlite3
import subprocess
import sys
import threading

import pytest

from support.tiny_model import make_paper_model
from wavized.autostart.choose import linux_autostart, ways
from wavized.checkup import Grade, disks, examine, folders, inotify, names, running
from wavized.checkup.layout import lines
from wavized.config import paths
from wavized.config.load import load
from wavized.config.model import WatchFolder
from wavized.control.runtime import Runtime, write_runtime
from wavized.journal.migrations import MIGRATIONS
from wavized.journal.store import SqliteJournal

ALL = {
    "python", "libraries", "model", "config", "library", "watch", "names", "disk", "daemon", "journal",
    "autostart", "tray", "notifications",
}  # fmt: skip


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
    assert {finding.about for finding in findings} >= ALL
    assert not any((place / "inbox").iterdir()) and not any((place / "library").iterdir())
    assert not (place / "own").exists(), "looking writes nothing"


def test_the_report_is_plain_text(place):
    """Nothing that only a terminal understands."""
    first, *others = [line.mark + line.text for line in lines(examine(place / "config.yaml"), 80)]
    assert first == "Program" and any("library:" in line for line in others)
    assert not any("\x1b" in line for line in others)


def test_looking_imports_nothing_heavy(place):
    """Doctor runs where torch is broken, and within the daemon."""
    code = (
        "import sys, pathlib\n"
        "from wavized.checkup import examine\n"
        "list(examine(pathlib.Path(sys.argv[1])))\n"
        "print(sorted({'torch', 'transformers', 'numpy', 'soundfile', 'soxr'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(place / "config.yaml")], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


def test_no_config(place):
    """It says how to write one and looks at the rest all the same."""
    (place / "config.yaml").unlink()
    (finding,) = found(place, "config")
    assert finding.grade is Grade.PROBLEM and "config init" in finding.whole_advice
    assert found(place, "journal")[0].grade is Grade.OK
    assert not found(place, "inotify"), "nothing is watched"


def test_a_config_that_names_a_folder_which_never_answers(place, monkeypatch):
    """Reading it looks at its folders; the rest is looked at all the same."""
    back, examining = threading.Event(), importlib.import_module("wavized.checkup.examine")
    monkeypatch.setattr(examining, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(examining, "load", lambda path: back.wait())
    try:
        (finding,) = itertools.islice((one for one in examine(place / "c") if one.about == "config"), 1)
    finally:
        back.set()
    assert "no answer" in finding.found and "network drive" in finding.advice


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
    assert finding.grade is Grade.NOTE and finding.commands == (f"wavized run --config {place}/config.yaml",)


# --- the folders in particular ---------------------------------------------------------------------------


def test_an_empty_watched_folder_is_told_from_a_barred_one(place):
    """Empty is in order and said; what may be read and holds something is simply in order."""
    (finding,) = found(place, "watch")
    assert finding.grade is Grade.OK and finding.found.endswith("inbox, empty")
    (place / "inbox" / "sub").mkdir()
    assert ", empty" not in found(place, "watch")[0].found


def test_polling_is_advised_for_a_share_that_the_config_wants_events_of(place, monkeypatch):
    """Left to Wavized, or asked for, it is in order; switched off it is worth a note."""
    monkeypatch.setattr(folders, "is_share", lambda path: True)
    for polling, grade in ((None, Grade.OK), (True, Grade.OK), (False, Grade.NOTE)):
        (finding,) = folders.watched(WatchFolder(path=place / "inbox", polling=polling))
        assert finding.grade is grade and "network" in finding.found
        assert ("polling: true" in finding.advice) is (polling is False)


def test_folders_to_be_watched_are_counted(tmp_path):
    """All below a root, or the root alone; no link is followed, what is missing counts nothing."""
    for name in ("a/b/c", "a/d", "e"):
        (tmp_path / "root" / name).mkdir(parents=True)
    (tmp_path / "root/e/loop").symlink_to(tmp_path / "root")
    (tmp_path / "root/file.wav").touch()
    roots = [(tmp_path / "root", True), (tmp_path / "root", False), (tmp_path / "none", True)]
    assert inotify.count_folders(roots, seconds=60.0) == inotify.Count(7)
    assert inotify.count_folders(roots, seconds=60.0, most=3) == inotify.Count(3, whole=False)
    assert not inotify.count_folders(roots, seconds=-1.0).whole


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux'")
def test_inotify_is_asked_for_one_more(place):
    """The limit that is reached is noticed by trying; the count is that of the config's folders."""
    assert inotify.can_have_one_more() is not None
    (place / "inbox" / "below").mkdir()
    assert found(place, "inotify")[0].found.startswith("2 folders to watch")


def test_a_library_inside_a_watched_folder_is_mentioned(place):
    """That is allowed: it is left out there."""
    inner = place / "inbox" / "Library"
    inner.mkdir()
    config = (place / "config.yaml").read_text(encoding="utf-8")
    (place / "config.yaml").write_text(config.replace(f"{place}/library", str(inner)), encoding="utf-8")
    (finding,) = found(place, "library")
    assert finding.grade is Grade.OK and f"inside {place}/inbox" in finding.found


def test_a_watched_folder_inside_the_library_is_a_mistake_in_the_config(place):
    """Named with its line."""
    (place / "library" / "new").mkdir()
    with (place / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("names: true\n")
    text = (place / "config.yaml").read_text(encoding="utf-8")
    (place / "config.yaml").write_text(
        text.replace(f"{place}/inbox", f"{place}/library/new"), encoding="utf-8"
    )
    (finding,) = found(place, "config")
    assert finding.grade is Grade.PROBLEM and "inside the library" in finding.found


def test_a_folder_that_differs_by_case_alone(place):
    """Two folders here, one on most other systems."""
    (place / "library" / "reese").mkdir()
    if (place / "library" / "REESE").exists():
        pytest.skip("this disk takes both for one")
    (finding,) = found(place, "names")
    assert finding.grade is Grade.NOTE and "'reese'" in finding.found and "'Reese'" in finding.found


def test_case_is_told_without_writing(place):
    """By asking for an entry in swapped case; an empty library, or one without letters, tells nothing."""
    library = place / "library"
    assert names.is_case_blind(library) is None
    (library / "808").mkdir()
    assert names.is_case_blind(library) is None
    (library / "Acid").mkdir()
    assert names.is_case_blind(library) is (library / "aCID").exists()
    assert {path.name for path in library.iterdir()} == {"808", "Acid"}


def test_what_a_broken_off_filing_left_is_found(place):
    """Of a process that is gone; one under way is none of our business. Nothing is removed."""
    folder = place / "library" / "Acid"
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    left = folder / f".wavized-0123456789abcdef-{gone.pid}.part"
    for name in (left.name, f".wavized-0123456789abcdef-{os.getpid()}.part", ".wavized-x-1.part", "a.part"):
        (folder / name).write_text("x")
    (folder / ".wavized-0123456789abcdef-1.part").mkdir()
    (finding,) = found(place, "leftovers")
    assert (
        finding.grade is Grade.NOTE
        and str(left) in finding.found
        and finding.commands == (f"rm {shlex.quote(str(left))}",)
    )
    assert left.exists()


# --- the journal in particular ---------------------------------------------------------------------------


@pytest.fixture
def journal(place):
    """A journal as the daemon leaves it."""
    paths.state_dir(create=True)
    with SqliteJournal(paths.journal_file()) as made:
        made.put_setting("a", "b" * 20_000)
    return paths.journal_file()


def test_a_whole_journal_stays_as_it_is(place, journal):
    """Not even a side file is made beside it, and its time does not change."""
    before = {path: path.stat().st_mtime_ns for path in journal.parent.iterdir()}
    (finding,) = found(place, "journal")
    assert finding.grade is Grade.OK and finding.found.startswith("0 samples")
    assert {path: path.stat().st_mtime_ns for path in journal.parent.iterdir()} == before


def test_an_open_journal_is_read_with_what_is_not_yet_in_it(place, journal):
    """The daemon writes ahead."""
    with SqliteJournal(journal) as held:
        held.put_setting("c", "d")
        assert found(place, "journal")[0].grade is Grade.OK


def test_damage_in_the_middle_of_a_journal_is_found(place, journal):
    """Not only a foreign file."""
    content = bytearray(journal.read_bytes())
    half = len(content) // 2 // 4096 * 4096
    content[half : half + 8192] = b"\xff" * 8192
    journal.write_bytes(content)
    (finding,) = found(place, "journal")
    assert finding.grade is Grade.PROBLEM and "damaged" in finding.found and finding.advice


def test_a_newer_journal_is_left_alone(place, journal):
    """Its format is not brought down, nor read."""
    with sqlite3.connect(journal) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    (finding,) = found(place, "journal")
    assert finding.grade is Grade.PROBLEM and "newer" in finding.found


def test_a_check_that_takes_too_long_is_given_up(journal):
    """It is then said to be unknown, not damaged."""
    connection = sqlite3.connect(journal)
    connection.execute("CREATE TABLE many (a TEXT, b TEXT)")
    connection.execute("CREATE INDEX by_a ON many (a, b)")
    connection.executemany("INSERT INTO many VALUES (?, ?)", ((str(n), "x" * 50) for n in range(20_000)))
    connection.commit()
    assert running.quick_check(connection, seconds=-1.0) == ""
    assert running.quick_check(connection, seconds=600.0) == "ok"
    connection.close()


# --- starting at login -----------------------------------------------------------------------------------


def test_both_ways_of_starting_at_login_are_seen(place, monkeypatch):
    """A session that systemd looks after, and before it one that it did not."""
    for way in ways(
        linux_autostart(["/gone/wavized"], place, {"XDG_CONFIG_HOME": str(place / "own/config")})
    ):
        way.enable()
    if sys.platform.startswith("linux"):
        (finding,) = found(place, "autostart")
        assert finding.grade is Grade.NOTE and "twice" in finding.found
        assert finding.commands == (f"wavized autostart enable --config {place}/config.yaml",)


def test_the_config_in_force_is_what_is_looked_at(place):
    """Tray and notifications that are switched off are not asked for."""
    with (place / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("tray: false\nnotifications: false\n")
    assert load(place / "config.yaml").tray is False
    assert (
        found(place, "tray")[0].found == found(place, "notifications")[0].found == "off, as the config says"
    )
