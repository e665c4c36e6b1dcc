"""`wavized uninstall` as a user types it, with a real daemon at work and real files all around."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.audio import write_tone
from support.program import DEADLINE_SECONDS
from wavized.control.instance import InstanceLock

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks at the files of Linux desktops"
)


def contents(*roots: Path) -> dict[Path, bytes]:
    """Every file below these folders."""
    return {path: path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}


def own(program) -> list[Path]:
    """What is left in the program's own folders."""
    return [path for path in (program.place / "own").rglob("*") if not path.is_dir()]


@pytest.fixture
def used(program):
    """Two samples filed by a daemon that still runs."""
    program.start()
    for number in range(2):
        write_tone(program.inbox / "Pack" / f"bass {number}.wav", frequency=50.0 + number)
    program.wait_until_at_rest(2)
    return program


def uninstall(program, *words: str) -> dict:
    """Run it, which must go well; what it tells programs."""
    run = program.run("uninstall", *words, "--json", "--config", str(program.config))
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    return json.loads(line)


def test_all_of_it_goes_and_no_sample_is_touched(used):
    """The running daemon is stopped in order; library, watched folder and config elsewhere stay."""
    before = contents(used.inbox, used.library)
    pid = used.status()["pid"]
    told = uninstall(used, "--all")
    assert told["stopped"] == pid and not told["dry_run"] and not told["failed"]
    assert used.daemon.wait(DEADLINE_SECONDS) == 0
    assert own(used) == [], "every file that the program makes has to be known"
    assert contents(used.inbox, used.library) == before
    assert used.config.exists()
    whys = {stay["path"]: stay["why"] for stay in told["stays"]}
    assert whys[str(used.library)] == "your library" and whys[str(used.inbox)] == "a watched folder"
    assert "uninstall" in told["program"]["command"]


def test_the_journal_stays_and_with_it_undo(used):
    """Without `--all` what was filed can still be taken back."""
    told = uninstall(used, "--yes")
    assert used.daemon.wait(DEADLINE_SECONDS) == 0
    assert {path.name for path in own(used)} == {"journal.db"}
    assert any("undone" in stay["why"] for stay in told["stays"])
    count = len(used.filed())
    assert used.run("undo", "--last", "1", "--config", str(used.config)).returncode == 0
    assert len(used.filed()) == count - 1


def test_a_dry_run_lists_exactly_what_goes_and_changes_nothing(used):
    """Also that the daemon would be stopped; it runs on."""
    assert uninstall(used, "--dry-run")["stopped"] == used.status()["pid"]
    assert used.status()["state"] == "watching"
    used.stop()
    before = contents(used.place)
    for scope in ((), ("--all",)):
        told = uninstall(used, "--dry-run", *scope)
        assert contents(used.place) == before
        assert told["dry_run"] and told["removed"]
    done = uninstall(used, "--all")
    assert sorted(done["removed"]) == sorted(told["removed"])
    assert uninstall(used, "--all")["removed"] == [], "a second time there is nothing to do"


def test_one_that_waits_for_its_first_settings_is_stopped_too(program):
    """There is no config yet, so nothing is known of a library."""
    program.config.unlink()
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            program.command("run", "--no-tray"), env=program.environment, stderr=log
        )
    program.wait(lambda: program.status()["pid"] is not None)
    assert uninstall(program, "--all")["stopped"] == program.daemon.pid
    assert program.daemon.wait(DEADLINE_SECONDS) == 0
    assert own(program) == []


def test_people_are_told_in_words(program):
    """What goes, what stays, and how the program itself goes."""
    program.run("history")
    (program.place / "own/state/wavized/my notes.txt").write_text("x")
    run = program.run("uninstall", "--config", str(program.config))
    assert run.returncode == 0, run.stderr
    assert "my notes.txt  (not made by Wavized)" in run.stdout
    assert "your library" in run.stdout and "Last, the program itself." in run.stdout
    assert "journal.db  (the journal: with it, and only with it" in run.stdout


def test_the_only_copy_of_a_sample_is_told_for_what_it_is(used):
    """Also where the journal that knows of it goes: an undone sample whose archive was deleted."""
    with zipfile.ZipFile(used.inbox / "Neuro.zip", "w") as archive:
        archive.write(write_tone(used.place / "tone.wav", frequency=60.0), "zipped.wav")
    used.wait_until_at_rest(3)
    assert used.run("undo", "--last", "1", "--config", str(used.config)).returncode == 0
    used.stop()
    (used.inbox / "Neuro.zip").unlink()
    told = uninstall(used, "--all")
    stays = {Path(stay["path"]): stay["why"] for stay in told["stays"]}
    (copy,) = [path for path in own(used) if path.name == "zipped.wav"]
    assert "only copy" in stays[copy]


@linux
def test_both_ways_of_starting_at_login_go(program):
    """Whichever session switched them on."""
    program.environment |= {"DISPLAY": ":99", "HOME": str(program.place)}
    program.environment.pop("XDG_RUNTIME_DIR", None)
    assert program.run("autostart", "enable").returncode == 0
    unit = program.place / "own/config/systemd/user/wavized.service"
    (unit.parent / "default.target.wants").mkdir(parents=True)
    unit.write_text("[Service]\nExecStart=/gone/wavized run\n")
    (unit.parent / "default.target.wants/wavized.service").symlink_to(unit)
    told = uninstall(program, "--dry-run")
    assert len(told["autostart"]) == 2 and unit.exists()
    assert len(uninstall(program)["autostart"]) == 2
    assert own(program) == []
    assert uninstall(program)["autostart"] == []


def test_a_sort_under_way_is_not_cut_off(used):
    """Nothing is stopped and nothing is removed."""
    state = used.place / "own/state/wavized"
    (state / "sort.lock").touch()
    before = {path for path in own(used) if path.suffix != ".log"}
    with InstanceLock(state / "sort.lock", runtime=state / "runtime.json"):
        run = used.run("uninstall", "--all", "--yes", "--config", str(used.config))
    assert run.returncode == 1 and "sort is under way" in run.stderr
    assert used.status()["state"] == "watching"
    assert before <= set(own(used)) | {state / "sort.lock"}


def test_one_that_does_not_answer_is_not_pulled_from_under(program):
    """It holds the lock but cannot be asked to leave: nothing is removed."""
    program.run("history")
    state = program.place / "own/state/wavized"
    (state / "daemon.lock").touch()
    with InstanceLock(state / "daemon.lock", runtime=state / "runtime.json"):
        run = program.run("uninstall", "--all", "--config", str(program.config))
    assert run.returncode == 1 and "does not stop" in run.stderr and "Nothing was removed" in run.stderr
    assert (state / "journal.db").exists()


def at_a_terminal(program, answers: list[str], *words: str) -> str:
    """Run it on a terminal of its own and answer each question; all that was shown."""
    import pty  # not there on Windows

    ours, theirs = pty.openpty()
    command = program.command("uninstall", *words)
    with subprocess.Popen(
        command, env=program.environment, cwd=program.place, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        waiting = list(answers)
        while True:
            ready, _, _ = select.select([ours], [], [], DEADLINE_SECONDS)
            assert ready, f"nothing came after {shown!r}"
            try:
                some = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not some:
                break
            shown += some
            if shown.count(b"[y/N]") > len(answers) - len(waiting):
                os.write(ours, waiting.pop(0).encode() + b"\n")
        assert process.wait(DEADLINE_SECONDS) == 0
    os.close(ours)
    assert not waiting, f"not asked: {shown!r}"
    return shown.decode()


@pytest.fixture
def settled(program):
    """A journal, and settings in their usual place."""
    settings = program.place / "own/config/wavized/config.yaml"
    settings.parent.mkdir(parents=True)
    program.config.rename(settings)
    program.run("history")
    (program.place / "own/state/wavized/window-port").touch()
    return program


@linux
@pytest.mark.parametrize(
    ("answers", "left"),
    [
        (["n"], {"journal.db", "journal.db.lock", "config.yaml", "window-port"}),
        (["y", "n", "n"], {"journal.db", "config.yaml"}),
        (["y", "y", "n"], {"config.yaml"}),
        (["y", "n", "y"], {"journal.db"}),
        (["y", "y", "y"], set()),
    ],
)
def test_a_person_is_asked(settled, answers, left):
    """Whether at all, then for the journal (what is lost with it is told), then for the settings."""
    shown = at_a_terminal(settled, answers)
    assert {path.name for path in own(settled)} == left
    assert "window-port" in shown
    assert len(answers) == 1 or "can no longer be undone" in shown


@linux
@pytest.mark.parametrize(
    ("words", "answers", "left"),
    [
        (("--yes",), [], {"journal.db", "config.yaml"}),
        (("--keep-state",), ["y"], {"journal.db", "config.yaml"}),
        (("--all",), ["y"], set()),
        (("--all", "--yes"), [], set()),
    ],
)
def test_who_has_said_it_already_is_not_asked_again(settled, words, answers, left):
    """Each option answers its question."""
    at_a_terminal(settled, answers, *words)
    assert {path.name for path in own(settled)} == left
