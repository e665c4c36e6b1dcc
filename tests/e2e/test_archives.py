"""Packs that arrive as archives, with the real daemon, worker, watcher and journal, and with the commands."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path
from typing import Any

from support.packs import entry, files_below, link, make_pack, patched, tones
from support.program import Program


def passing(program: Program) -> dict[str, bytes]:
    """What lies in the program's folder for passing copies."""
    return files_below(program.place / "own" / "cache" / "wavized" / "packs")


def names(files: list[tuple[str, bytes]]) -> dict[str, bytes]:
    return {Path(name).name: content for name, content in files}


def test_a_pack_that_is_dropped_and_one_that_comes_slowly(program: Program) -> None:
    """Each sound is filed once, the archives stay byte for byte, and no passing copy is left."""
    program.write_config("names: no\n")
    first = tones(program.place, "Neuro/Bass/one.wav", "Neuro/two.wav")
    second = [
        (f"Slow/{n}.wav", content) for n, (_, content) in enumerate(tones(program.place, *"abcdef")[2:])
    ]
    whole = make_pack(program.place / "slow.zip", second).read_bytes()
    program.start()
    shutil.copy(make_pack(program.place / "made.zip", first), program.inbox / "Neuro Vol 2.zip")
    slow = program.inbox / "Slow.zip"
    with slow.open("wb") as download:
        step = len(whole) // 10
        for start in range(0, len(whole), step):
            download.write(whole[start : start + step])
            download.flush()
            assert not set(program.filed()) & set(names(second)), "an archive was read before it was whole"
            time.sleep(0.25)
    program.wait_until_at_rest(6)
    assert program.filed() == names(first) | names(second)
    assert all(states == ["filed"] for states in program.states().values())
    assert slow.read_bytes() == whole
    assert not passing(program)
    rows = {Path(job["path"]).name: job for job in program.json("history", "--limit", "0")}
    assert rows["one.wav"]["archive"] == str(program.inbox / "Neuro Vol 2.zip")
    assert rows["one.wav"]["path"] == str(program.inbox / "Neuro Vol 2.zip/Neuro/Bass/one.wav")
    assert rows["one.wav"]["from"] == "Neuro Vol 2.zip › Neuro › Bass"
    undone = program.json("undo", str(rows["one.wav"]["id"]))
    assert undone[0]["state"] == "reverted"
    assert "one.wav" not in program.filed()
    assert not passing(program)
    assert program.stop() == 0


def test_what_lay_there_before_is_left_and_what_came_meanwhile_is_read(program: Program) -> None:
    """Archives follow the rule of samples at the first start and at later ones; `archives: no` closes all."""
    program.write_config("names: no\n")
    old, new, shut = (tones(program.place, f"{name}.wav") for name in ("old", "new", "shut"))
    make_pack(program.inbox / "old.zip", old)
    program.start()
    assert program.stop() == 0
    make_pack(program.inbox / "new.zip", [(name, content[:-2000] + content[-2000:]) for name, content in new])
    program.start()
    program.wait_until_at_rest(1)
    assert program.filed() == dict(new)
    assert program.stop() == 0
    program.write_config("names: no\narchives: no\n")
    make_pack(program.inbox / "shut.zip", [(name, content[::-1]) for name, content in shut])
    program.start()
    time.sleep(3.0)
    assert program.status()["pending"] == 0
    assert program.states() == {"new.wav": ["filed"]}
    assert program.stop() == 0


def test_killed_midway_each_sound_is_filed_once(program: Program) -> None:
    """Killed at random moments while a pack is read: no loss, no double, no passing copy left."""
    program.write_config("names: no\nworker_idle_seconds: 5\n")
    files = tones(program.place, *(f"Pack/bass {n}.wav" for n in range(60)))
    path = make_pack(program.place / "made.zip", files)
    chance = random.Random(5)
    program.start()
    archive = Path(shutil.copy(path, program.inbox / "Pack.zip"))
    for _ in range(4):
        time.sleep(chance.uniform(0.5, 2.0))
        program.kill()
        program.start()
    program.wait_until_at_rest(60)
    assert program.filed() == names(files)
    assert all(states == ["filed"] for states in program.states().values())
    assert not passing(program)
    assert archive.read_bytes() == path.read_bytes()
    assert not list(program.library.rglob(".*")), "a temporary file was left behind"
    assert program.stop() == 0


def test_archives_made_to_do_harm_change_nothing(program: Program) -> None:
    """Each is said with its reason; what is sound in them is filed; nothing lands anywhere else."""
    program.write_config("names: no\n")
    good = tones(program.place, "good.wav", "bad.wav", "secret.wav")
    slip = [
        good[0],
        ("../../../escaped.wav", b"x"),
        ("/tmp/wavized-escaped.wav", b"x"),
        link("l.wav", "/etc/passwd"),
    ]
    program.start()
    make_pack(program.place / "slip", slip).rename(program.inbox / "slip.zip")
    made = patched(make_pack(program.place / "secret", [good[2]]), b"secret.wav", 8, b"\1\0")
    made.rename(program.inbox / "secret.zip")
    bomb = [(entry(f"{n}.wav"), bytes(60_000_000)) for n in range(2)]
    make_pack(program.place / "bomb", bomb).rename(program.inbox / "bomb.zip")
    (program.inbox / "cut.zip").write_bytes(b"PK\3\4" + bytes(5000))
    program.wait_until_at_rest(5)
    assert program.filed() == {"good.wav": good[0][1]}
    rows: dict[str, dict[str, Any]] = {
        Path(job["path"]).name: job for job in program.json("history", "--limit", "0")
    }
    assert "2 with an unsafe name" in rows["slip.zip"]["reason"]
    assert "password" in rows["secret.zip"]["reason"]
    assert "zip bomb" in rows["bomb.zip"]["reason"]
    assert rows["cut.zip"]["state"] == "failed" and "cut off" in rows["cut.zip"]["reason"]
    assert not list(program.place.rglob("*escaped*")) and not Path("/tmp/wavized-escaped.wav").exists()
    assert not passing(program)
    refused = program.run("correct", str(rows["secret.zip"]["id"]), "sub")
    assert refused.returncode == 2 and "is an archive and no sample" in refused.stderr
    assert program.stop() == 0


def test_commands_read_archives_and_leave_nothing(program: Program) -> None:
    """`classify` and `sort`, also of a folder that holds one; a dry run changes nothing at all."""
    given = ("--config", str(program.config))
    program.write_config("names: no\n")
    packs = program.place / "packs"
    files = tones(program.place, "Bass/one.wav", "two.wav")
    archive = make_pack(packs / "Neuro.zip", files)
    shown = {str(archive / name) for name, _ in files}
    before = archive.read_bytes()
    assert {line["path"] for line in program.json("classify", str(archive), *given)} == shown
    rehearsed = program.json("sort", "--dry-run", str(packs), *given)
    assert {line["path"] for line in rehearsed} == shown
    assert {Path(line["target"]).name for line in rehearsed} == {"one.wav", "two.wav"}
    assert not program.filed() and not passing(program)
    sorted_now = program.run("sort", "--json", "--tell-total", str(packs), *given)
    assert sorted_now.returncode == 0 and '{"total": 2}' in sorted_now.stderr
    assert program.filed() == names(files)
    assert not passing(program)
    listed = program.run("history")
    assert "one.wav" in listed.stdout
    again = program.json("sort", str(archive), *given)
    assert [line["reason"][:10] for line in again] == ["duplicate:"] * 2
    assert archive.read_bytes() == before
    program.write_config("archives: no\n")
    assert program.json("classify", str(packs), *given) == []
    empty = make_pack(program.place / "photos.zip", [("a.jpg", b"x")])
    (said,) = program.json("classify", str(empty), *given)
    assert said["reason"] == "archive: it holds no sound"
