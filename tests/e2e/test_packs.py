"""Whole packs with the real daemon: hundreds of files at once, strange names, bad files among good ones."""

from __future__ import annotations

import os
import shutil

from support.audio import write_tone

STRANGE_NAMES = [
    "sharp #1.wav",
    "'single' \"double\".wav",
    "new\nline.wav",
    "\N{GUITAR} emoji \N{FIRE}.wav",
    "nfd cafe\u0301.wav",
    "nfc caf\u00e9.wav",
    "x" * 251 + ".wav",
    " leading and trailing .wav",
    "LOUD.WAV",
    os.fsdecode(b"not utf-8 \xff\xfe.wav"),
    "-rf.wav",
    "%s {0} $HOME.wav",
]


def test_strange_names_are_filed_byte_for_byte(program):
    """Whatever a name is made of, the file arrives under just that name and can be undone."""
    program.start()
    wanted = {}
    for number, name in enumerate(STRANGE_NAMES):
        path = write_tone(program.inbox / "odd" / name, frequency=45.0 + number)
        wanted[os.fsencode(name)] = path.read_bytes()
    program.wait_until_at_rest(len(wanted))
    filed = {os.fsencode(name): content for name, content in program.filed().items()}
    assert filed == wanted
    shown = program.run("history", "--limit", "0")
    assert shown.returncode == 0
    assert "\nline.wav" not in shown.stdout, "a newline in a name must not break the table"
    assert program.run("undo", "--last", "99").returncode == 0
    assert program.filed() == {}
    assert len(list((program.inbox / "odd").iterdir())) == len(wanted)


def test_a_large_pack_dropped_at_once_is_filed_once_each(program):
    """Three hundred samples moved in as a folder: each is filed exactly once, none is lost or changed."""
    pack = program.place / "pack"
    wanted = {}
    for number in range(300):
        path = write_tone(
            pack / f"folder {number % 7}" / f"{number}.wav", seconds=0.1, frequency=40 + number / 2
        )
        wanted[path.name] = path.read_bytes()
    program.start()
    shutil.move(pack, program.inbox / "pack")
    program.wait_until_at_rest(300)
    assert program.filed() == wanted
    assert all(states == ["filed"] for states in program.states().values())
    status = program.status()
    assert (status["filed"], status["review"], status["failed"], status["pending"]) == (300, 0, 0, 0)


def test_bad_files_among_good_ones_fail_alone(program):
    """Truncated, empty and foreign files are named as failed and stay; the good one beside them is filed."""
    program.start()
    whole = write_tone(program.place / "whole.wav", seconds=1.0).read_bytes()
    bad = {
        "cut off.wav": whole[: len(whole) // 2],
        "empty.wav": b"",
        "page.wav": b"<html>no audio</html>" * 50,
    }
    for name, content in bad.items():
        (program.inbox / name).write_bytes(content)
    (program.inbox / "folder.wav").mkdir()
    (program.inbox / "good.wav").write_bytes(whole)
    program.wait_until_at_rest(4)
    assert list(program.filed()) == ["good.wav"]
    reasons = {job["path"].rsplit("/", 1)[1]: job["reason"] for job in program.json("history")}
    assert "cut off" in reasons["cut off.wav"]
    assert "empty" in reasons["empty.wav"]
    assert "text" in reasons["page.wav"]
    assert {name: (program.inbox / name).read_bytes() for name in bad} == bad


def test_a_read_only_or_missing_library_makes_samples_wait(program):
    """The library goes away and comes back: nothing is lost, the sample is filed in the end."""
    program.start()
    away = program.library.with_name("unplugged")
    program.library.rename(away)
    source = write_tone(program.inbox / "patient.wav", frequency=50.0)
    program.wait(lambda: "library folder is missing" in program.log.read_text().lower())
    assert source.exists()
    assert program.status()["pending"] == 1
    assert not program.library.exists(), "a missing library must not be made anew"
    away.rename(program.library)
    program.write_config("max_seconds: 11\n")  # any edit makes it look again at once
    program.wait_until_at_rest(1)
    assert list(program.filed()) == ["patient.wav"]


def test_a_sort_beside_the_running_daemon_shares_its_journal(program):
    """Both file at once into one library: each sample once, no job left over, no error on either side."""
    program.start()
    for number in range(60):
        write_tone(program.place / "arriving" / f"a{number}.wav", seconds=0.1, frequency=40 + number / 2)
        write_tone(program.place / "sorted" / f"b{number}.wav", seconds=0.1, frequency=140 + number / 2)
    shutil.copytree(program.place / "arriving", program.inbox / "arriving")
    sort = program.run("sort", str(program.place / "sorted"), "--json", "--config", str(program.config))
    assert sort.returncode == 0, sort.stderr
    assert len(sort.stdout.splitlines()) == 60
    program.wait_until_at_rest(120)
    assert len(program.filed()) == 120
    assert program.status()["filed"] == 120
