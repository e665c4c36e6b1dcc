"""The commands as a user types them: output, JSON, exit codes, and nothing changed that should not be."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest

from support.audio import write_tone

CLASSIFY_KEYS = {"path", "verdict", "kind", "category", "confidence", "scores", "evidence", "reason", "model"}


@pytest.fixture
def pack(program):
    """A small pack: two tones, a twin of the first, and three files that are no audio."""
    folder = program.place / "Some Pack (2024)"
    write_tone(folder / "a #1 'bass'.wav", frequency=50.0)
    write_tone(folder / "deep" / "b \N{GUITAR}.WAV", frequency=60.0)
    (folder / "twin.wav").write_bytes((folder / "a #1 'bass'.wav").read_bytes())
    (folder / "text.wav").write_text("no audio at all\n" * 9)
    (folder / "empty.wav").touch()
    (folder / "x.wav").mkdir()
    (folder / "notes.txt").write_text("left out")
    return folder


def contents(folder):
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_classify_prints_the_contract(program, pack):
    """One object a line with the agreed keys; a bad file fails by itself and the exit code says so."""
    before = contents(pack)
    run = program.run("classify", str(pack), "--json", "--config", str(program.config))
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 1
    assert all(set(line) == CLASSIFY_KEYS for line in lines)
    verdicts = {line["path"].rsplit("/", 1)[1]: line["verdict"] for line in lines}
    assert verdicts == {
        "a #1 'bass'.wav": "file",
        "b \N{GUITAR}.WAV": "file",
        "twin.wav": "file",
        "text.wav": "failed",
        "empty.wav": "failed",
    }
    heard = next(line for line in lines if line["verdict"] == "file")
    assert abs(sum(heard["scores"].values()) - 1.0) < 0.01
    assert heard["evidence"][0]["source"] == "ear"
    assert heard["category"] == max(heard["scores"], key=heard["scores"].get) or heard["kind"] != "one_shot"
    unreadable = next(line for line in lines if line["verdict"] == "failed")
    assert unreadable["kind"] == "unreadable" and unreadable["reason"]
    assert contents(pack) == before


def test_a_dry_run_changes_nothing_and_names_the_targets(program, pack):
    """The plan is printed, journal and library stay empty."""
    before = contents(program.place)
    run = program.run("sort", str(pack), "--dry-run", "--json", "--config", str(program.config))
    plans = [json.loads(line) for line in run.stdout.splitlines()]
    targets = [plan["target"] for plan in plans if plan["target"]]
    assert len(targets) == 2, "the third has the content of one of them"
    assert [plan["reason"] for plan in plans if "duplicate" in plan["reason"]] != []
    assert all(target.startswith(str(program.library)) for target in targets)
    after = contents(program.place)
    assert {path: data for path, data in after.items() if "/own/" not in path} == before
    assert program.json("history") == []


def test_a_dry_run_knows_what_was_filed_before(program, pack):
    """It says of each sample what the sort itself would say of it now."""
    words = ("sort", str(pack), "--config", str(program.config))
    planned = {plan["path"]: plan["verdict"] for plan in program.json(*words, "--dry-run")}
    done = {job["path"]: job["verdict"] for job in program.json(*words)}
    assert sorted(planned.values()) == sorted(done.values())
    planned = {plan["path"]: plan["reason"] for plan in program.json(*words, "--dry-run")}
    assert planned == {job["path"]: job["reason"] for job in program.json(*words)}


def test_sort_files_once_and_says_what_it_did(program, pack):
    """Filed, duplicate and failed are told apart; a second run files nothing; undo takes all back."""
    before = contents(pack)
    run = program.run("sort", str(pack), "--config", str(program.config))
    assert run.returncode == 1, "two files could not be read"
    assert "Filed 2" in run.stdout and "left alone 1" in run.stdout and "failed 2" in run.stdout
    assert sorted(program.filed().values()) == sorted(
        data for path, data in before.items() if path.lower().endswith("bass'.wav") or "b \N{GUITAR}" in path
    )
    again = program.json("sort", str(pack), "--config", str(program.config))
    assert {job["state"] for job in again} == {"skipped", "failed"}
    assert contents(pack) == before
    assert program.run("undo", "--last", "9", "--config", str(program.config)).returncode == 0
    assert program.filed() == {}


@pytest.mark.parametrize("mode", ["copy", "move", "hardlink"])
def test_sort_into_a_library_given_on_the_command_line(program, mode):
    """--library and --mode win over the configuration; a new folder is made where its parent exists."""
    source = write_tone(program.place / "pack" / "one.wav", frequency=50.0)
    data = source.read_bytes()
    library = program.place / "Other Library"
    jobs = program.json(
        "sort", str(source), "--library", str(library), "--mode", mode, "--config", str(program.config)
    )
    assert [job["state"] for job in jobs] == ["filed"]
    filed = [path for path in library.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in filed] == [data]
    assert source.exists() == (mode != "move")
    if mode == "hardlink":
        assert filed[0].samefile(source)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["sort", "/nowhere/at/all"], "no file or folder"),
        (["sort", "LIBRARY"], "lies in the library"),
        (["classify", "/nowhere"], "no file or folder"),
        (["undo"], "Say which"),
        (["undo", "4711"], "no sample no. 4711"),
        (["correct", "4711", "acid"], "no sample no. 4711"),
    ],
)
def test_a_slip_is_named_and_leaves_with_2(program, words, says):
    """Usage errors say what is wrong; exit code 2."""
    typed = [str(program.library) if word == "LIBRARY" else word for word in words]
    run = program.run(*typed, "--config", str(program.config))
    assert run.returncode == 2
    assert says in run.stderr
    assert "Traceback" not in run.stderr


def test_without_a_daemon_the_commands_that_need_one_leave_with_3(program):
    """status, pause and resume: exit code 3; status still prints its JSON."""
    run = program.run("status", "--json")
    assert run.returncode == 3
    assert json.loads(run.stdout) == {
        "state": "stopped", "pending": 0, "filed": 0, "review": 0, "skipped": 0, "failed": 0,
        "worker": "off", "pid": None, "paused_until": None,
    }  # fmt: skip
    assert program.run("pause").returncode == 3
    assert program.run("resume").returncode == 3


def test_an_unusable_model_leaves_with_4(program, pack):
    """A missing model is named before any file is touched."""
    run = program.run("classify", str(pack), "--model", "/no/such/model", "--config", str(program.config))
    assert run.returncode == 4
    assert run.stdout == ""
    assert "Traceback" not in run.stderr


def test_a_config_with_mistakes_lists_them_all(program):
    """Every problem at once, with its line and a suggestion; run refuses with exit code 2."""
    program.config.write_text(
        f"library: {program.library}\nwatch:\n  - pth: /x\nsettel_seconds: 3\nmode: steal\n"
    )
    check = program.run("config", "check", "--config", str(program.config))
    assert check.returncode == 2
    assert (
        "config.yaml:3" in check.stdout
        and "config.yaml:4" in check.stdout
        and "config.yaml:5" in check.stdout
    )
    assert "settle_seconds" in check.stdout
    run = program.run("run", "--no-tray", "--config", str(program.config))
    assert run.returncode == 2
    assert "settle_seconds" in run.stderr


def test_config_init_writes_a_file_that_works(program):
    """init, check, and a second init that overwrites nothing."""
    config = program.place / "fresh" / "config.yaml"
    config.parent.mkdir()
    words = ["--config", str(config)]
    made = program.run(
        "config", "init", *words, "--library", str(program.library), "--watch", str(program.inbox)
    )
    assert made.returncode == 0, made.stderr
    assert program.run("config", "check", *words).returncode == 0
    written = config.read_bytes()
    assert program.run("config", "init", *words).returncode == 2
    assert config.read_bytes() == written


def test_ctrl_c_during_a_sort_leaves_no_job_half_done(program):
    """SIGINT ends the sort; what was not reached is closed with the reason, nothing is half filed."""
    folder = program.place / "large pack"
    for n in range(120):
        write_tone(folder / f"{n}.wav", frequency=40.0 + n / 3, seconds=0.2)
    sort = subprocess.Popen(
        program.command("sort", str(folder), "--json", "--config", str(program.config)),
        env=program.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert sort.stdout is not None
    sort.stdout.readline()
    sort.send_signal(signal.SIGINT)
    _, errors = sort.communicate(timeout=180)
    assert sort.returncode == 1
    assert "Traceback" not in errors
    jobs = program.json("history", "--limit", "0")
    assert {job["state"] for job in jobs} <= {"filed", "failed"}
    assert sum(job["state"] == "filed" for job in jobs) == len(program.filed())
    assert not list(program.library.rglob(".*"))


def test_history_and_review_list_what_happened(program):
    """With thresholds out of reach everything is asked about, and an answer settles it."""
    program.write_config("file_above: 1.0\n")
    write_tone(program.place / "pack" / "unsure.wav", frequency=50.0)
    program.run("sort", str(program.place / "pack"), "--config", str(program.config))
    asked = program.json("review")
    assert len(asked) == 1 and len(asked[0]["candidates"]) == 2
    number = str(asked[0]["id"])
    assert f"correct {number}" in program.run("review").stdout
    answered = program.run("correct", number, "Reese", "--config", str(program.config))
    assert answered.returncode == 0, answered.stderr
    assert program.json("review") == []
    assert program.json("history")[0]["target"] == str(program.library / "Reese" / "unsure.wav")


def test_help_is_there_for_every_command(program):
    """Each command explains itself."""
    overview = program.run("--help").stdout
    for name in [
        "run",
        "sort",
        "classify",
        "status",
        "pause",
        "resume",
        "history",
        "review",
        "undo",
        "correct",
        "doctor",
        "uninstall",
        "config",
    ]:
        assert name in overview
        assert program.run(name, "--help").returncode == 0
    assert "_worker" not in overview
