"""The table of `make torture`."""

from __future__ import annotations

from support.torture import Trial, table


def test_the_table_tells_what_was_tried_how_often_and_what_was_lost(tmp_path):
    first = Trial(
        "tests/faults/test_a.py::test_kill[copy]", "Killed at any instant [copy]", full=True, folder=tmp_path
    )
    first.count(500)
    first.note("48 MB at most")
    first.write("passed")
    second = Trial("tests/faults/test_b.py::test_flood", "20,000 at once", full=True, folder=tmp_path)
    second.count(20_000, lost=1)
    second.write("failed")
    text = table(tmp_path)
    assert "| Killed at any instant [copy] | 500 | 0 | 0 s | passed | 48 MB at most |" in text
    assert "| 20,000 at once | 20,000 | 1 | 0 s | failed |  |" in text
    assert "| **all** | 20,500 | 1 | 0 s | 1 not passed | |" in text


def test_the_short_form_tries_less_and_keeps_no_row(tmp_path):
    trial = Trial("a", "a", full=False, folder=tmp_path)
    assert trial.times(short=3, full=500) == 3
    trial.write("passed")
    assert list(tmp_path.iterdir()) == []
    assert table(tmp_path) == "Nothing has been tried yet.\n"
