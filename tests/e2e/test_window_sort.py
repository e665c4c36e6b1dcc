"""The window's sort with the real command behind it: preview, filing, and Stop in the middle."""

from __future__ import annotations

import os

import psutil
import pytest

from support.audio import write_tone
from support.packs import files_below, make_pack, tones
from wavized.control.client import DaemonClient
from wavized.window.sorter import Sorter


@pytest.fixture
def sorter(program, monkeypatch):
    for key, value in program.environment.items():
        monkeypatch.setenv(key, value)
    made = Sorter(program.command(), lambda _: None)
    yield made
    made.close()


def run(sorter, program, folder, wait_for, *, dry_run):
    sorter.start(folder, "copy", dry_run=dry_run, options=["--config", str(program.config)])
    wait_for(lambda: not sorter.current()["running"])
    return sorter.current()


def test_a_folder_is_previewed_and_then_filed(sorter, program, wait_for):
    """The preview changes nothing; the sort files just that, and its rows can be undone by their numbers."""
    pack = program.place / "Pack #1"
    for number in range(3):
        write_tone(pack / f"{number}.wav", frequency=50.0 + number)
    (pack / "broken.wav").write_text("no audio " * 50)
    preview = run(sorter, program, pack, wait_for, dry_run=True)
    assert (preview["total"], preview["done"], preview["error"]) == (4, 4, None)
    assert preview["counts"] == {"filed": 3, "review": 0, "skipped": 0, "failed": 1}
    assert program.filed() == {}
    done = run(sorter, program, pack, wait_for, dry_run=False)
    assert done["counts"] == preview["counts"] and done["by_folder"] == preview["by_folder"]
    assert len(program.filed()) == 3
    filed = next(row for row in done["rows"] if row["verdict"] == "file")
    assert program.run("undo", str(filed["id"])).returncode == 0
    assert len(program.filed()) == 2


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C of POSIX")
def test_stop_leaves_nothing_half_done(sorter, program, wait_for):
    """Every job is at rest, every file in the library whole."""
    pack = program.place / "large"
    tones = {
        write_tone(pack / f"{number}.wav", frequency=40.0 + number).read_bytes() for number in range(200)
    }
    sorter.start(pack, "copy", dry_run=False, options=["--config", str(program.config)])
    wait_for(lambda: sorter.current()["done"] >= 1)
    sorter.stop()
    wait_for(lambda: not sorter.current()["running"])
    assert sorter.current()["stopped"] and sorter.current()["error"] is None
    assert set(program.filed().values()) <= tones
    assert {states[-1] for states in program.states().values()} <= {"filed", "failed"}


def test_an_archive_is_counted_to_its_end_and_stop_clears_what_lay_about(sorter, program, wait_for):
    """As many come to rest as were announced; stopped in the middle, no passing copy stays."""
    passing = program.place / "own" / "cache" / "wavized" / "packs"
    program.write_config("names: no\n")
    small = make_pack(
        program.place / "Small.zip", [*tones(program.place, "a.wav", "b.wav"), ("In.zip", b"PK")]
    )
    done = run(sorter, program, small, wait_for, dry_run=False)
    assert (done["total"], done["done"], done["counts"]["filed"]) == (3, 3, 2)
    names = [f"Bass/{number}.wav" for number in range(2, 300)]
    large = make_pack(program.place / "Large.zip", tones(program.place, *names))
    sorter.start(large, "move", dry_run=False, options=["--config", str(program.config)])
    wait_for(lambda: sorter.current()["done"] >= 1)
    sorter.stop()
    wait_for(lambda: not sorter.current()["running"])
    assert sorter.current()["stopped"] and sorter.current()["error"] is None
    assert not files_below(passing)
    assert large.is_file()
    assert {states[-1] for states in program.states().values()} <= {"filed", "failed", "skipped"}


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL of POSIX")
def test_a_sort_ends_with_a_daemon_that_is_killed(program, wait_for):
    """Nobody could stop it from the window any more: it ends as by Stop, and the next daemon can sort."""
    pack = program.place / "large"
    tones = {
        write_tone(pack / f"{number}.wav", frequency=40.0 + number).read_bytes() for number in range(300)
    }
    program.start()
    client = DaemonClient.find(program.place / "own" / "state" / "wavized" / "runtime.json")
    client.post("/api/sorts", {"folder": str(pack), "mode": "copy"})
    wait_for(lambda: client.get("/api/sorts/current")["done"] >= 1)
    (sort,) = [one for one in psutil.Process(program.daemon.pid).children() if "sort" in one.cmdline()]
    program.kill()
    psutil.wait_procs([sort], timeout=60)
    assert not sort.is_running(), "the sort outlived the daemon"
    before = program.filed()
    assert 1 <= len(before) < 300 and set(before.values()) <= tones
    program.start()
    assert {states[-1] for states in program.states().values()} <= {"filed", "failed"}
    assert program.filed() == before
