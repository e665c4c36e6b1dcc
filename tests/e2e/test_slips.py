"""What users do by mistake: each ends in a sentence and the agreed exit code, never in a traceback."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from support.audio import write_tone

UNFRIENDLY = "\x1b[31m evil\nname \N{GUITAR}.wav"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("history", "--limit", "-1"), 2),
        (("history", "--limit", "99999999999999999999"), 2),
        (("undo", "99999999999999999999"), 2),
        (("undo", "--last", "-3"), 2),
        (("undo", "5"), 2),
        (("correct", "5", "reese"), 2),
        (("sort", "circle"), 2),
        (("sort", "~nobody-of-this-name/x"), 2),
        (("sort", "library"), 2),
        (("classify", "nowhere"), 2),
        (("history",), 0),
        (("doctor",), 0),
        (("histroy",), 2),
        (("x",), 2),
    ],
)
def test_slips_are_answered_in_words(program, words, code):
    """The exit code is as agreed and nothing technical is shown."""
    (program.place / "circle").symlink_to("circle")
    if words[0] not in ("history", "histroy", "x"):
        words = (*words, "--config", str(program.config))
    run = program.run(*words)
    assert run.returncode == code, run.stderr
    assert "Traceback" not in run.stderr
    assert run.stderr or code == 0


def test_a_misspelt_command_is_guessed(program):
    """What was meant is offered, or where all commands are listed."""
    assert "Did you mean: wavized history" in program.run("histroy").stderr
    assert "wavized --help" in program.run("frobnicate").stderr


@pytest.mark.parametrize("words", [("classify",), ("sort", "--dry-run"), ("sort",)])
def test_a_folder_without_audio_is_told(program, words):
    """Not a table of nothing; with `--json` there is nothing to say."""
    (program.place / "empty").mkdir()
    words = (*words, "empty", "--config", str(program.config))
    run = program.run(*words)
    assert (run.returncode, run.stdout, run.stderr) == (0, "There is no audio in there.\n", "")
    assert program.run(*words, "--json").stdout == ""


@pytest.mark.parametrize("words", [("history",), ("status",), ("sort", "inbox"), ("run", "--no-tray")])
def test_a_state_folder_that_cannot_be_made_is_named(program, words):
    """A file in its way is told with its path."""
    (program.place / "own").write_text("in the way")
    if words[0] in ("sort", "run"):
        words = (*words, "--config", str(program.config))
    run = program.run(*words)
    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr
    assert str(program.place / "own") in run.stderr


def test_a_reader_that_leaves_stops_nothing(program):
    """`wavized sort --json | head -1`: every sample is filed all the same, and nothing is complained of."""
    for number in range(40):
        write_tone(program.place / "pack" / f"{number}.wav", frequency=50.0 + number, seconds=0.2)
    command = program.command("sort", "pack", "--json", "--config", str(program.config))
    with subprocess.Popen(
        command, env=program.environment, cwd=program.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.readline())["state"] == "filed"
        process.stdout.close()
        complaints = process.stderr.read()
        assert process.wait(180) == 0
    assert complaints == b""
    assert len(program.filed()) == 40


@pytest.mark.parametrize("words", [("history", "--limit", "0"), ("history", "--limit", "0", "--json")])
def test_a_reader_that_has_left_is_no_error(program, words):
    """Exit code 0 and silence, for tables and for JSON."""
    program.run("sort", str(write_tone(program.place / "a.wav")), "--config", str(program.config))
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        program.command(*words), env=program.environment, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.parametrize("language", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_unfriendly_names_are_shown_and_harmless(program, language):
    """Line breaks, escape codes, emoji and broken Unicode reach no terminal raw, and break nothing."""
    pack = program.place / "pack"
    write_tone(pack / UNFRIENDLY, frequency=50.0)
    broken = os.fsencode(pack) + b"/\xff\xfe broken.wav"
    write_tone(pack / "plain.wav", frequency=60.0).rename(os.fsdecode(broken))
    program.environment |= language
    config = ("--config", str(program.config))
    shown = []
    for words in (
        ("classify", "pack", *config),
        ("sort", "pack", *config),
        ("history",),
        ("status",),
        ("undo", "1", "2", *config),
    ):
        run = subprocess.run(
            program.command(*words),
            env=program.environment,
            cwd=program.place,
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in run.stderr
        assert run.returncode == (3 if words[0] == "status" else 0), run.stderr
        shown.append(run.stdout + run.stderr)
    assert all(b"\x1b" not in text and b"evil\nname" not in text for text in shown)
    assert len([line for line in program.json("history") if line["state"] == "reverted"]) == 2
