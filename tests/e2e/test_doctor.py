"""`wavized doctor` as a user types it, beside a daemon that runs."""

from __future__ import annotations

import json

from support.audio import write_tone

KEYS = {"about", "grade", "found", "advice", "commands"}


def findings(program):
    """What it tells programs, by what it is about."""
    run = program.run("doctor", "--json", "--config", str(program.config))
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert all(set(finding) == KEYS for finding in told)
    return run.returncode, {finding["about"]: finding for finding in told}


def test_a_healthy_installation_with_a_daemon_at_work(program):
    """Nothing to do, and the journal is read while the daemon has it open."""
    program.start()
    code, told = findings(program)
    assert code == 0 and not [one for one in told.values() if one["grade"] == "problem"]
    assert told["daemon"]["found"] == f"watching (process {program.status()['pid']})"
    assert told["journal"]["grade"] == told["library"]["grade"] == told["watch"]["grade"] == "ok"


def test_what_the_daemon_complains_of_is_repeated(program):
    """Its library is gone while it runs: doctor says so with the daemon's own words as well."""
    program.start()
    program.library.rename(program.place / "away")
    write_tone(program.inbox / "bass.wav")
    program.wait(lambda: findings(program)[1]["daemon"]["grade"] == "note", "no complaint came")
    code, told = findings(program)
    assert code == 1 and told["library"]["grade"] == "problem" and told["library"]["advice"]
    assert "library" in told["daemon"]["found"] and told["daemon"]["advice"]


def test_people_get_groups_and_a_last_line(program):
    """Without colours where it is no terminal."""
    run = program.run("doctor", "--config", str(program.config))
    lines = run.stdout.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")][:-1] == [
        "Program",
        "Settings",
        "Folders",
        "Watching",
        "Desktop",
    ]
    assert lines[-1].startswith("All in order") and "\x1b" not in run.stdout
    assert (
        "  note     daemon: not running" in lines
        and f"               wavized run --config {program.config}" in lines
    )
