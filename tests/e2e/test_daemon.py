"""The whole way with the real daemon, worker process, watcher and journal."""

from __future__ import annotations

import random
import re
import shutil
import time

import psutil
import pytest

from support.audio import write_tone
from support.program import Program
from support.tiny_model import write_manifest


def test_a_slow_download_and_a_renamed_one_are_each_filed_once(program):
    """A file written over seconds is filed when whole, a renamed one too; bytes identical."""
    program.start()
    whole = write_tone(program.place / "whole.wav", seconds=1.0, frequency=55.0).read_bytes()
    slow = program.inbox / "pack" / "slow.wav"
    slow.parent.mkdir()
    with slow.open("wb") as download:
        step = len(whole) // 12
        for start in range(0, len(whole), step):
            download.write(whole[start : start + step])
            download.flush()
            assert "slow.wav" not in program.filed(), "a half-written file was taken"
            time.sleep(0.25)
    partial = write_tone(program.inbox / "renamed.wav.crdownload", seconds=0.5, frequency=70.0)
    content = partial.read_bytes()
    partial.rename(program.inbox / "renamed.wav")
    program.wait_until_at_rest(2)
    assert program.filed() == {"slow.wav": whole, "renamed.wav": content}
    assert program.states() == {"slow.wav": ["filed"], "renamed.wav": ["filed"]}
    assert slow.read_bytes() == whole
    assert program.stop() == 0


def test_what_lay_there_before_is_left_and_what_came_meanwhile_is_filed(program):
    """First start leaves old files alone; a file that arrives while nothing runs is filed at the next."""
    write_tone(program.inbox / "old.wav", frequency=50.0)
    program.start()
    write_tone(program.inbox / "new.wav", frequency=60.0)
    program.wait_until_at_rest(1)
    assert program.stop() == 0
    write_tone(program.inbox / "meanwhile.wav", frequency=65.0)
    program.start()
    program.wait_until_at_rest(2)
    assert sorted(program.filed()) == ["meanwhile.wav", "new.wav"]


@pytest.mark.parametrize("mode", ["copy", "move", "hardlink"])
def test_killed_midway_nothing_is_lost_or_doubled(program, mode):
    """Killed at random moments while a pack arrives, each sample is still filed exactly once."""
    program.write_config(f"mode: {mode}\nworker_idle_seconds: 5\n")
    chance = random.Random(7)
    wanted = {}
    program.start()
    for n in range(24):
        path = write_tone(program.inbox / f"bass {n}.wav", frequency=40.0 + n, seconds=0.3)
        wanted[path.name] = path.read_bytes()
    for _ in range(4):
        time.sleep(chance.uniform(0.2, 1.6))
        program.kill()
        program.start()
    program.wait_until_at_rest(24)
    assert program.filed() == wanted
    assert all(states == ["filed"] for states in program.states().values())
    left = {path.name for path in program.inbox.iterdir()}
    assert left == (set() if mode == "move" else set(wanted))
    assert not list(program.library.rglob(".*")), "a temporary file was left behind"
    assert program.stop() == 0


def test_a_killed_worker_is_replaced(program):
    """The worker process dies under the daemon; the next sample is filed all the same."""
    program.start()
    write_tone(program.inbox / "first.wav", frequency=50.0)
    program.wait_until_at_rest(1)
    workers = [p for p in psutil.Process(program.daemon.pid).children() if "_worker" in p.cmdline()]
    assert len(workers) == 1
    workers[0].kill()
    write_tone(program.inbox / "second.wav", frequency=60.0)
    program.wait_until_at_rest(2)
    assert sorted(program.filed()) == ["first.wav", "second.wav"]


def test_the_worker_leaves_when_idle_and_with_the_daemon(program):
    """After its idle time the worker is gone; killing the daemon takes a busy one along."""
    program.write_config("worker_idle_seconds: 1\n")
    program.start()
    write_tone(program.inbox / "first.wav", frequency=50.0)
    program.wait_until_at_rest(1)
    program.wait(lambda: program.status()["worker"] == "off", "waited for the worker to leave")
    program.wait(lambda: not psutil.Process(program.daemon.pid).children(), "waited for its process to end")
    write_tone(program.inbox / "second.wav", frequency=60.0)
    program.wait(lambda: psutil.Process(program.daemon.pid).children())
    workers = psutil.Process(program.daemon.pid).children()
    program.kill()
    _, alive = psutil.wait_procs(workers, timeout=120)
    assert not alive


def test_pause_holds_filing_back_over_a_restart(program):
    """Paused means paused, also after the daemon was stopped and started; resume files what waited."""
    program.start()
    assert program.run("pause").returncode == 0
    write_tone(program.inbox / "waits.wav", frequency=50.0)
    program.wait(lambda: program.status()["pending"] == 1)
    assert program.stop() == 0
    program.start()
    assert program.status()["state"] == "paused"
    assert program.filed() == {}
    assert program.run("resume").returncode == 0
    program.wait_until_at_rest(1)
    assert list(program.filed()) == ["waits.wav"]


def test_a_pause_for_a_while_ends_by_itself_also_while_nothing_runs(program, wait_for):
    """It says until when, a restart keeps the end, and what waited is filed once it has come."""
    program.start()
    before = time.time()
    paused = program.run("pause", "--for", "1h")
    assert paused.returncode == 0
    assert re.search(r"^Paused until (tomorrow )?\d\d:\d\d; ", paused.stdout)
    assert before + 3600 <= program.status()["paused_until"] <= time.time() + 3600
    (short,) = program.json("pause", "--for", "0.1m")
    assert short["state"] == "paused"
    write_tone(program.inbox / "waits.wav", frequency=50.0)
    assert program.stop() == 0
    wait_for(lambda: time.time() > short["paused_until"])
    program.start()
    assert program.status()["paused_until"] is None
    program.wait_until_at_rest(1)
    assert list(program.filed()) == ["waits.wav"]


@pytest.mark.parametrize("length", ["0", "25h", "soon", "-5", "1d"])
def test_a_pause_of_no_sensible_length_is_refused(program, length):
    """Exit code 2, one sentence, no traceback; a daemon is not even looked for."""
    run = program.run("pause", f"--for={length}")
    assert run.returncode == 2
    assert "argument --for" in run.stderr and "Traceback" not in run.stderr


def test_undo_and_correct_work_with_the_daemon_and_after_a_restart(program):
    """Undo through the running daemon, correct after a restart, undo without any daemon."""
    program.start()
    for n in range(3):
        write_tone(program.inbox / f"bass {n}.wav", frequency=50.0 + n)
    program.wait_until_at_rest(3)
    jobs = {job["path"].rsplit("/", 1)[1]: job for job in program.json("history")}
    assert program.run("undo", str(jobs["bass 0.wav"]["id"])).returncode == 0
    program.stop()
    program.start()
    assert program.run("correct", str(jobs["bass 1.wav"]["id"]), "growl").returncode == 0
    assert (program.library / "Growl" / "bass 1.wav").exists()
    program.stop()
    assert program.run("undo", "--last", "2").returncode == 0
    assert program.filed() == {}
    assert len(list(program.inbox.iterdir())) == 3


def test_a_good_edit_is_taken_on_and_a_bad_one_is_not(program):
    """A new folder in the config is watched at once; a mistake is named and changes nothing."""
    program.start()
    second = program.place / "second"
    second.mkdir()
    text = program.config.read_text()
    program.config.write_text(text.replace("watch:\n", f"watch:\n  - path: {second}\n"))
    program.wait(lambda: "new settings are in force" in program.log.read_text())
    program.wait(lambda: any(str(second) in line for line in program.run("status").stdout.splitlines()))
    program.config.write_text(text + "settel_seconds: 4\n")
    program.wait(lambda: "settle_seconds" in program.log.read_text().split("last good", 1)[-1])
    assert "last good settings stay in force" in program.log.read_text()
    write_tone(second / "there.wav", frequency=50.0)
    write_tone(program.inbox / "here.wav", frequency=60.0)
    program.wait_until_at_rest(2)
    assert sorted(program.filed()) == ["here.wav", "there.wav"]


def test_a_second_daemon_says_who_is_running(program):
    """One at a time, and the message names the process; a stale lock after a kill is no hindrance."""
    program.start()
    second = program.run("run", "--no-tray", "--no-window", "--config", str(program.config))
    assert second.returncode == 2
    assert str(program.daemon.pid) in second.stderr
    program.kill()
    assert program.run("status").returncode == 3
    program.start()
    assert program.status()["state"] == "watching"


def test_a_damaged_model_degrades_and_says_so(tmp_path, eager_model):
    """Watching goes on, the sample waits, doctor names the model; it is filed when that is mended."""
    model = tmp_path / "model"
    shutil.copytree(eager_model, model)
    weights = (model / "model.safetensors").read_bytes()
    (model / "model.safetensors").write_bytes(weights[:-100])
    with Program(tmp_path, model) as program:
        program.start()
        program.wait(lambda: program.status()["state"] == "degraded", "it is said before any sample comes")
        write_tone(program.inbox / "waits.wav", frequency=50.0)
        program.wait(lambda: program.status()["pending"] == 1)
        assert program.status()["state"] == "degraded"
        assert program.run("doctor", "--config", str(program.config)).returncode == 4
        (model / "model.safetensors").write_bytes(weights)
        program.write_config("max_seconds: 11\n")
        program.wait_until_at_rest(1)
        assert list(program.filed()) == ["waits.wav"]
        assert program.status()["state"] == "watching"


def test_another_model_is_taken_on_while_it_runs(program, tmp_path):
    """A model named in an edited config hears the next sample; no restart is needed."""
    program.start()
    write_tone(program.inbox / "first.wav", frequency=50.0)
    program.wait_until_at_rest(1)
    other = tmp_path / "other"
    shutil.copytree(program.model, other)
    write_manifest(
        other, model_id="other", thresholds={"file_above": 0.0, "margin": 0.0, "reject_above": 1.0}
    )
    program.model = other
    program.write_config()
    program.wait(lambda: "new settings are in force" in program.log.read_text())
    write_tone(program.inbox / "second.wav", frequency=60.0)
    program.wait_until_at_rest(2)
    assert [job["model"] for job in program.json("history")] == ["other", "tiny"]
