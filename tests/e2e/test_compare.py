"""`wavized compare`, and `wavized evaluate` with a report, as commands: results, slips, and Ctrl-C."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess

import psutil
import pytest

from support.audio import write_tone
from support.golden import DATA, demo_clips
from support.program import Program
from support.tiny_model import make_paper_model, make_tiny_model
from wavized.config import paths


@pytest.fixture
def labelled(tmp_path):
    """A few clips of the demonstration set below their labels, one pack each, and one hostile name."""
    folder = tmp_path / "labelled"
    for wanted in ("808", "brass", "slap", "not_bass"):
        (folder / wanted / "demo").mkdir(parents=True)
        for name in [name for name, label in demo_clips().items() if label == wanted][:2]:
            shutil.copy(DATA / name, folder / wanted / "demo")
    write_tone(folder / "slap" / "<script>alert(1)<" / "script>.wav")
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A network that knows nothing."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def program(tmp_path, tiny):
    with Program(tmp_path, tiny) as made:
        yield made


def test_models_are_compared_on_the_same_clips(program, labelled, tiny):
    """Figures of each and the difference as JSON, a table for people, one page with pictures."""
    models = ("--model", str(paths.bundled_model()), "--model", str(tiny))
    pictures, timed = program.place / "pictures", ("--batch-runs", "1")
    run = program.run(
        "compare", str(labelled), *models, *timed, "--json", "--plots", str(pictures), timeout=200
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    known, blank = found["models"]
    assert (known["name"], blank["name"]) == (paths.bundled_model().resolve().name, "tiny")
    assert known["n"] == blank["n"] == found["n"] == 7
    assert known["accuracy"] > blank["accuracy"]
    assert known["latency_batches"].keys() == blank["latency_batches"].keys() == {"1", "50", "75", "100"}
    assert known["megabytes"] > blank["megabytes"] > 0 and known["latency_ms"]["p50"] > 0
    (change,) = found["differences"]
    assert change["accuracy"]["difference"] == pytest.approx(blank["accuracy"] - known["accuracy"])
    page = (pictures / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "McNemar" in page
    assert {"recall.png", "roc.png", "coverage.png"} <= {path.name for path in pictures.iterdir()}
    assert "ms for 100 at once" in page
    shown = program.run("compare", str(labelled), *models, "--batch-runs", "0", timeout=200)
    assert shown.returncode == 0
    for words in ("recall 808", "reject AUROC", "McNemar p", "MB", "tiny"):
        assert words in shown.stdout


def test_a_report_of_an_evaluation_shows_hostile_names_as_names(program, labelled, tiny):
    """The page names every mistake and runs none; the terminal lists the surest."""
    pictures = program.place / "pictures"
    words = ("evaluate", str(labelled), "--model", str(tiny), "--plots", str(pictures), "--batch-runs", "1")
    run = program.run(*words, timeout=200)
    assert run.returncode == 0, run.stderr
    page = (pictures / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    for words in ("Heard wrongly", "Intervals", "Asked together", str(pictures / "report.html")):
        assert words in run.stdout


def test_slips_are_answered_in_words(program, labelled, tiny):
    """Each mistake in a comparison ends with its reason and the agreed exit code, before a clip is heard."""
    place = program.place
    damaged = shutil.copytree(tiny, place / "damaged")
    (damaged / "model.safetensors").write_bytes(b"not what was declared")
    (place / "empty").mkdir()
    (labelled / "acid").mkdir()
    (place / "file").write_text("in the way")
    both = ("--model", str(tiny), "--model", str(paths.bundled_model()))
    slips = {
        (str(labelled),): (2, "two models"),
        (str(labelled), "--model", str(tiny)): (2, "two models"),
        (str(labelled), "--model", str(tiny), "--model", str(tiny)): (2, "the same model"),
        (str(labelled), "--model", str(tiny), "--model", str(place / "none")): (4, "missing"),
        (str(labelled), "--model", str(tiny), "--model", str(damaged)): (4, "damaged"),
        (str(place / "none"), *both): (2, "no folder"),
        (str(place / "empty"), *both): (2, "No labelled sound"),
        (str(labelled), *both): (2, "acid"),
        (str(place / "empty"), *both, "--plots", str(place / "file")): (2, "No labelled sound"),
    }
    for words, (code, reason) in slips.items():
        run = program.run("compare", *words, timeout=120)
        assert (run.returncode, run.stdout) == (code, ""), run.stderr
        assert reason in run.stderr and "Traceback" not in run.stderr
    (labelled / "acid").rmdir()
    run = program.run("compare", str(labelled), *both, "--plots", str(place / "file"))
    assert run.returncode == 2 and "cannot go to" in run.stderr


def test_a_model_that_cannot_be_loaded_is_told(program, labelled, tiny):
    """A folder that declares itself well and holds no network ends the comparison with the model's code."""
    paper = make_paper_model(program.place / "paper")
    words = ("compare", str(labelled), "--model", str(tiny), "--model", str(paper))
    run = program.run(*words, timeout=200)
    assert (run.returncode, run.stdout) == (4, "")
    assert run.stderr and "Traceback" not in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_ctrl_c_stops_at_once_and_leaves_nothing(program, labelled, tiny, wait_for, command):
    """While it listens: a word, exit code 1, no worker left, no report begun."""
    for number in range(400):
        write_tone(labelled / "808" / f"{number}.wav", frequency=40.0 + number, seconds=0.1)
    models = ["--model", str(paths.bundled_model())] + (
        ["--model", str(tiny)] if command == "compare" else []
    )
    pictures = program.place / "pictures"
    asked = subprocess.Popen(
        program.command(command, str(labelled), *models, "--plots", str(pictures)),
        env=program.environment,
        cwd=program.place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    workers: list[psutil.Process] = []

    def listening() -> bool:
        assert asked.poll() is None, "it ended before it could be stopped"
        workers[:] = psutil.Process(asked.pid).children()
        return bool(workers)

    wait_for(listening)
    os.killpg(asked.pid, signal.SIGINT)
    out, err = asked.communicate(timeout=120)
    assert asked.returncode == 1
    assert "Stopped." in err and "Traceback" not in err and out == ""
    assert psutil.wait_procs(workers, timeout=120)[1] == []
    assert list(pictures.iterdir()) == []
