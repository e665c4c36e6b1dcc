"""A sort as the window runs it: what the child process tells, how it is stopped, and how trouble is told."""

from __future__ import annotations

import json
import sys
import threading

import pytest

from support.asking import Asking
from wavized.config.model import Config
from wavized.window import sorts
from wavized.window.sorter import MOST_ROWS, Sorter

HEAD = """
import json, os, signal, sys, time
def row(path, verdict, **more):
    print(json.dumps({"path": path, "verdict": verdict, "category": "sub", "confidence": 0.9,
                      "reason": "why", "target": None, **more}), flush=True)
def total(n):
    print(json.dumps({"total": n}), file=sys.stderr, flush=True)
"""


@pytest.fixture
def told():
    return []


@pytest.fixture
def sorter(tmp_path, told):
    """Call it with the body of a script that stands in for the program."""
    made = []

    def make(body: str, **options) -> Sorter:
        script = tmp_path / "program.py"
        script.write_text(HEAD + body)
        made.append(Sorter([sys.executable, str(script)], told.append, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ended(sorter, wait_for):
    wait_for(lambda: not sorter.current()["running"])
    return sorter.current()


def test_what_the_child_tells_is_counted(sorter, told, tmp_path, wait_for):
    """By outcome and by folder; rows keep their number in the journal."""
    made = sorter(
        "total(4)\n"
        "row('/in/a.wav', 'file', id=7, target='/lib/Reese/a.wav')\n"
        "row('/in/b.wav', 'review', id=8)\nrow('/in/c.wav', 'skip', id=9)\nprint('babble', flush=True)\n"
        "row('/in/d\\udcff.wav', 'failed', id=10)\nsys.exit(1)"
    )
    assert made.current() is None
    first = made.start(tmp_path, "copy", dry_run=False)
    assert first["running"] and first["mode"] == "copy" and first["folder"] == str(tmp_path)
    last = ended(made, wait_for)
    assert (last["total"], last["done"], last["error"], last["stopped"]) == (4, 4, None, False)
    assert last["counts"] == {"filed": 1, "review": 1, "skipped": 1, "failed": 1}
    assert last["by_folder"] == {"Reese": 1}
    assert [row["id"] for row in last["rows"]] == [7, 8, 9, 10]
    assert last["rows"][0] == {
        "id": 7, "name": "a.wav", "verdict": "file", "category": "sub", "folder": "Reese",
        "target": "/lib/Reese/a.wav", "reason": "why", "confidence": 0.9,
    }  # fmt: skip
    wait_for(lambda: bool(told) and told[-1] == last)


def test_the_child_is_called_as_the_contract_says(sorter, tmp_path, wait_for):
    """A folder that looks like an option is still a folder."""
    made = sorter("row(json.dumps(sys.argv[1:]).replace('/', '|'), 'skip')")
    made.start(tmp_path / "--help", "move", dry_run=True, options=["--config", "c"])
    name = ended(made, wait_for)["rows"][0]["name"].replace("|", "/")
    words = ["sort", "--json", "--tell-total", "--leash", "--mode", "move", "--config", "c", "--dry-run"]
    assert json.loads(name) == [*words, "--", str(tmp_path / "--help")]


def test_only_the_last_rows_are_kept_and_all_are_counted(sorter, tmp_path, wait_for):
    """A library of any size fits."""
    made = sorter("for n in range(700): row(f'/in/{n}.wav', 'skip')")
    made.start(tmp_path, "copy", dry_run=True)
    last = ended(made, wait_for)
    assert last["counts"]["skipped"] == 700 and len(last["rows"]) == MOST_ROWS
    assert last["rows"][-1]["name"] == "699.wav"


def test_stop_is_ctrl_c_and_is_given_once(sorter, tmp_path, wait_for):
    """What was in hand is finished; pressing Stop twice does not cut it short."""
    made = sorter(
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "row('/in/a.wav', 'file', target='/l/Sub/a')\n"
        "try:\n    time.sleep(600)\nexcept KeyboardInterrupt:\n"
        "    time.sleep(0.3)\n    row('/in/b.wav', 'file', target='/l/Sub/b')\n    sys.exit(1)"
    )
    made.start(tmp_path, "copy", dry_run=False)
    wait_for(lambda: made.current()["done"] == 1)
    made.stop()
    made.stop()
    last = ended(made, wait_for)
    assert (last["stopped"], last["counts"]["filed"], last["error"]) == (True, 2, None)


def test_a_child_that_does_not_leave_is_ended_with_the_daemon(sorter, tmp_path, wait_for):
    """The end of the program waits for nobody; no thread and no process stays."""
    made = sorter("signal.signal(signal.SIGINT, signal.SIG_IGN)\nrow('/a', 'skip')\ntime.sleep(600)")
    made.start(tmp_path, "copy", dry_run=False)
    wait_for(lambda: made.current()["done"] == 1)
    made.close()
    assert not made.current()["running"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sort")]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("print('wavized: x is left out', file=sys.stderr)", None),
        ("print('wavized: No disk\\n  Plug it in', file=sys.stderr); sys.exit(2)", "No disk (Plug it in)"),
        ("sys.exit(1)", "The sort ended unexpectedly (status 1); what was filed is kept"),
        ("os.kill(os.getpid(), 9)", "The sort ended unexpectedly (status -9); what was filed is kept"),
    ],
)
def test_trouble_is_told_in_words(sorter, tmp_path, wait_for, body, error):
    """The child's own, or that it ended."""
    made = sorter(body)
    made.start(tmp_path, "copy", dry_run=False)
    assert ended(made, wait_for)["error"] == error


def test_time_left_follows_the_pace(sorter, tmp_path, wait_for):
    """Counted from the first answer, since the model loads only once."""
    clock = iter(float(second) for second in range(100))
    made = sorter("total(10)\nfor n in range(3): row('/a', 'skip')\ntime.sleep(600)", now=lambda: next(clock))
    made.start(tmp_path, "copy", dry_run=True)
    wait_for(lambda: made._run is not None and made._run._done == 3)
    assert made.current()["seconds_left"] > 7


def test_the_routes_start_show_and_stop(sorter, tmp_path, wait_for):
    """One at a time; a folder that is none is refused before anything starts."""
    made = sorter(
        "signal.signal(signal.SIGINT, signal.default_int_handler)\nrow('/a', 'skip')\ntime.sleep(600)"
    )
    config = Config(library=tmp_path / "lib")
    ask = Asking(sorts.routes(made, lambda: config, tmp_path / "config.yaml"))
    assert ask.get("/api/sorts/current") == (200, None)
    for body in (
        {},
        {"folder": str(tmp_path / "none")},
        {"folder": str(tmp_path), "mode": "burn"},
        {"folder": "~x"},
    ):
        assert ask.post("/api/sorts", body)[0] == 400
    assert ask.get("/api/sorts/current") == (200, None)
    status, first = ask.post("/api/sorts", {"folder": str(tmp_path), "dry_run": True})
    assert (status, first["mode"], first["dry_run"]) == (200, "copy", True)
    assert ask.post("/api/sorts", {"folder": str(tmp_path)})[0] == 409
    wait_for(lambda: ask.get("/api/sorts/current")[1]["done"] == 1)
    assert ask.post("/api/sorts/stop")[1]["stopped"] is True
    assert ended(made, wait_for)["stopped"]
    assert ask.post("/api/sorts", {"folder": str(tmp_path)})[1]["id"] > first["id"]
