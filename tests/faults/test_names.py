"""Hostile and unlucky names: every sample is filed whole, corrected and taken back; none leads out."""

from __future__ import annotations

import json
import os
import random
import re
import struct
import unicodedata
from pathlib import Path

import pytest

from support.audio import write_tone
from support.checker import Before, complaints, complaints_when_undone
from support.faulty_disk import why_not
from support.house import House
from support.odd_names import BY_HAND, random_name, variants
from support.picky_disk import FORBIDDEN, KINDS, picky_disk
from support.watching import Watch, wav_bytes
from wavized.config.load import load
from wavized.config.model import Existing, WatchFolder
from wavized.domain.job import JobState
from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError, WavizedError
from wavized.logic.wording import printable, shorten

CHUNK = 40
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b]")


def put(folder: Path, name: bytes, serial: int) -> Path | None:
    """A sample of its own content under this name, every third with a sidecar; None where taken."""
    path = folder / os.fsdecode(name)
    folder.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        return None
    frames = struct.pack("<I", serial) * 600
    size = struct.pack("<I", len(frames))
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(frames)) + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data" + size + frames
    )  # fmt: skip
    beside = Path(f"{path}.asd")
    if serial % 3 == 0 and len(os.fsencode(beside.name)) <= 255 and not os.path.lexists(beside):
        beside.write_bytes(b"warp markers %d" % serial)
    return path


def go_round(house: House, sources: list[Path], mode: FilingMode, what: str) -> list[str]:
    """File, correct and take back; what it was called in the library."""
    before = Before.of(house.inbox)
    jobs = house.take_in(*sources, mode=mode)
    house.work()
    state_db = house.inbox.parent / "journal.db"
    done = [house.job(job.id) for job in jobs]
    left = [(job.source, job.reason) for job in done if job.state is not JobState.FILED]
    assert left == [], what
    assert (
        complaints(before, inbox=house.inbox, library=house.library, state_db=state_db, mode=mode.value) == []
    ), what
    names = []
    for job in done:
        assert job.target is not None and job.target.parent.parent == house.library, what
        names.append(job.target.name)
    for job in done[:: max(1, len(done) // 10)]:
        moved = house.correct(job.id, "reese")
        assert moved.state is JobState.FILED and moved.target.parent.name == "Reese", what
    assert (
        complaints(before, inbox=house.inbox, library=house.library, state_db=state_db, mode=mode.value) == []
    ), what
    for job in reversed(done):
        house.reviewing.undo(job.id)
    assert complaints_when_undone(before, inbox=house.inbox, library=house.library) == [], what
    return names


@pytest.mark.parametrize("mode", list(FilingMode))
def test_whatever_a_sample_is_called_it_is_filed_and_comes_back(trial, tmp_path, mode):
    """Samples under odd names and their twins by case or composition are filed, corrected and taken back."""
    seed = 42
    chance = random.Random(seed)
    serial = 0
    names = list(BY_HAND)[:: trial.times(5, 1)] + [random_name(chance) for _ in range(trial.times(5, 300))]
    for start in range(0, len(names), CHUNK):
        place = tmp_path / str(start)
        place.mkdir()
        with House(place) as house:
            sources = []
            for name in names[start : start + CHUNK]:
                serial += 2
                for folder, called in (("pack one", name), ("pack two", variants(chance, name))):
                    path = put(house.inbox / folder, called, serial + (folder == "pack two"))
                    sources += [path] if path else []
            filed = go_round(house, sources, mode, f"seed {seed}, names {start} on")
            for source, name in zip(sources, filed, strict=True):
                kept = (
                    source.name == name
                    or re.fullmatch(r"(?s)(.*) \(\d+\)(\..*)?", name)
                    or len(os.fsencode(source.name)) > 240
                )
                assert kept, (source.name, name)
            trial.count(len(sources))


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_particular_disk_takes_every_sample(trial, tmp_path, kind):
    """The library is on a disk that folds case or refuses names, as those of macOS, Windows and cards do."""
    if why_not():
        pytest.skip(why_not())
    seed = 7
    chance = random.Random(seed)
    serial = 0
    names = list(BY_HAND)[:: trial.times(4, 1)] + [random_name(chance) for _ in range(trial.times(3, 100))]
    renamed = 0
    for start in range(0, len(names), CHUNK):
        place = tmp_path / str(start)
        place.mkdir()
        with picky_disk(place / "library", place / "behind", kind), House(place) as house:
            sources = []
            for name in names[start : start + CHUNK]:
                serial += 2
                for folder, called in (("pack one", name), ("pack two", variants(chance, name))):
                    path = put(house.inbox / folder, called, serial + (folder == "pack two"))
                    sources += [path] if path else []
            mode = (FilingMode.COPY, FilingMode.MOVE, FilingMode.HARDLINK)[start // CHUNK % 3]
            filed = go_round(house, sources, mode, f"seed {seed}, names {start} on, {mode}")
            for source, name in zip(sources, filed, strict=True):
                renamed += source.name != name
                if kind == "short":
                    assert len(os.fsencode(name)) <= 143
                elif kind != "apfs":
                    assert not FORBIDDEN & set(name) and name[-1] not in ". ", name
            trial.count(len(sources))
    trial.note(f"{renamed:,} renamed")


def test_all_on_one_particular_disk(trial, tmp_path):
    """Downloads and library are on one disk that folds case and composition; samples are linked or moved."""
    if why_not():
        pytest.skip(why_not())
    for number, mode in enumerate([FilingMode.HARDLINK, FilingMode.MOVE]):
        place = tmp_path / str(number)
        place.mkdir()
        with picky_disk(place / "disk", place / "behind", "apfs") as disk, House(disk) as house:
            sources = [put(house.inbox / str(n % 2), name, n) for n, name in enumerate(BY_HAND[:30])]
            there = [path for path in sources if path is not None]
            go_round(house, there, mode, mode.value)
            trial.count(len(there))


def test_no_name_is_shown_raw(trial):
    """Odd names in the terminal, in menus and pop-ups: one line, no controls, nothing that turns or hides."""
    chance = random.Random(11)
    names = list(BY_HAND) + [random_name(chance) for _ in range(trial.times(200, 20_000))]
    for name in map(os.fsdecode, names):
        for shown in (printable(name), shorten(name, 40)):
            assert not CONTROL.search(shown) and "\n" not in shown, name
            shown.encode("utf-8")
        assert len(shorten(name, 40)) <= 40
        trial.count()


def test_a_library_is_known_by_any_spelling(trial, tmp_path):
    """The library in a watched folder is written in other letters than listed, on a disk that folds them."""
    if why_not():
        pytest.skip(why_not())
    with picky_disk(tmp_path / "disk", tmp_path / "behind", "apfs") as disk:
        shelf = disk / "In" / "Bässe" / "Sub"
        shelf.mkdir(parents=True)
        other = unicodedata.normalize("NFD", "BÄSSE")
        with Watch(
            disk / "In" / other, WatchFolder(path=disk / "In", existing=Existing.FILE, polling=False)
        ) as watch:
            watch.until_open()
            (shelf / "filed.wav").write_bytes(wav_bytes(seed=1))
            (disk / "In" / "new.wav").write_bytes(wav_bytes(seed=2))
            watch.until_delivered(disk / "In" / "new.wav")
            watch.watcher.rescan()
            (disk / "In" / "newer.wav").write_bytes(wav_bytes(seed=3))
            watch.until_delivered(disk / "In" / "newer.wav")
            assert {path.name for path in watch.paths()} == {"new.wav", "newer.wav"}
    trial.count(3)


UNSAFE = (
    "../../etc", "..", ".", "/etc", "a/b", "", "  ", "a\\b", "C:", "CON", "nul.txt", "COM¹", "LPT1 ",
    "trail.", "trail ", " lead", "a:b", "a?b", "x" * 256, "é" * 128, "two\nlines", "a\u202eb", "\u200b",
    "\u2066a", "a\u2028b", "~/x", "$HOME/x",
)  # fmt: skip


@pytest.mark.parametrize("name", UNSAFE)
def test_no_category_leads_out_of_the_library(trial, tmp_path, name):
    """A category's folder is called so that it leads out, or so that no eye can tell it: refused by line."""
    path = tmp_path / "config.yaml"
    path.write_text(f"library: lib\nfolders: {{acid: {json.dumps(name)}}}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert any(line.startswith("config.yaml:2: folders") for line in caught.value.problems)
    trial.count()


class Swapping(House):
    """Something happens in the instant between the journal's word and the act on the disk."""

    def meanwhile(self, act) -> None:
        known = self.journal.advance

        def advance(jobs, now):
            written = known(jobs, now)
            if any(job.state is JobState.FILING and job.target is not None for job in jobs):
                act()
            return written

        self.journal.advance = advance


@pytest.mark.parametrize("mode", list(FilingMode))
@pytest.mark.parametrize("correcting", [False, True])
@pytest.mark.parametrize("with_parts", [False, True])
def test_a_folder_exchanged_at_the_last_moment_takes_nothing(trial, tmp_path, mode, correcting, with_parts):
    """A category's folder becomes a link out of the library between plan and rename: nothing goes there."""
    outside = tmp_path / "outside"
    outside.mkdir()
    with Swapping(tmp_path) as house:
        before = Before.of(house.inbox)
        path = house.tone("sub one.wav")
        before = before.joined(house.inbox)
        (first,) = house.take_in(path, mode=mode)
        shelf = house.library / "Sub"
        if correcting:
            house.work()
            shelf = house.library / "Acid"
        shelf.mkdir()

        aside = house.library / "aside"
        swapped: list[bool] = []

        def swap() -> None:
            if swapped:
                return
            swapped.append(True)
            shelf.rename(aside)
            shelf.symlink_to(outside)
            if with_parts:  # whoever exchanged it follows along
                for part in aside.iterdir():
                    part.rename(outside / part.name)

        house.meanwhile(swap)
        try:
            if correcting:
                house.correct(first.id, "acid")
            else:
                house.work()
        except WavizedError:
            pass
        assert swapped
        assert [one.name for one in outside.iterdir() if not one.name.startswith(".")] == []
        shelf.unlink()
        aside.rename(shelf)
        house.work()
        house.recover()
        house.work()
        found = complaints(
            before,
            inbox=house.inbox,
            library=house.library,
            state_db=tmp_path / "journal.db",
            mode=mode.value,
        )
        assert [line for line in found if not line.startswith("temporary")] == []
    trial.count()


def test_links_lead_nowhere_they_should_not(trial, tmp_path):
    """Links in the library, in the downloads, on the way to both: nothing outside is touched or doubled."""
    outside = tmp_path / "outside"
    outside.mkdir()
    real = tmp_path / "real library"
    real.mkdir()
    (tmp_path / "library").symlink_to(real)
    with House(tmp_path) as house:
        # the library itself may be a link
        (job,) = house.file("sub one.wav")
        assert job.state is JobState.FILED and (real / "Sub" / "sub one.wav").is_file()
        # a category may not lead out, by a link, by a link to a link, in a circle, or to nothing
        (real / "hop").symlink_to(outside)
        for category, target in (
            ("Acid", outside),
            ("Brass", real / "hop"),
            ("Growl", real / "Growl"),
            ("Reese", tmp_path / "no"),
        ):
            (real / category).symlink_to(target)
        jobs = house.file("acid a.wav", "brass b.wav", "growl g.wav", "reese r.wav")
        assert [job.state for job in jobs] == [JobState.FAILED] * 4, [job.reason for job in jobs]
        assert list(outside.iterdir()) == []
        assert all(job.source.is_file() for job in jobs)
        # what has the sample's name may be a link to anywhere: it is left, and not written through
        victim = outside / "victim.wav"
        victim.write_bytes(b"mine")
        (real / "Sub" / "sub two.wav").symlink_to(victim)
        (real / "Sub" / "sub three.wav").symlink_to(outside / "not yet.wav")
        two, three = house.file("sub two.wav", "sub three.wav")
        assert two.target.name == "sub two (2).wav" and three.target.name == "sub three (2).wav"
        assert victim.read_bytes() == b"mine" and not (outside / "not yet.wav").exists()
        # a hard link between downloads and library is one sample, and undo leaves the other name
        os.link(job.target, house.inbox / "sub linked.wav")
        (linked,) = house.take_in(house.inbox / "sub linked.wav")
        house.work()
        assert house.job(linked.id).state is JobState.SKIPPED
        house.reviewing.undo(job.id)
        assert (house.inbox / "sub one.wav").is_file() and (house.inbox / "sub linked.wav").is_file()
    trial.count(9)


def test_the_program_keeps_odd_names_apart_and_in_line(trial, program):
    """The real program sorts, tells, corrects, undoes and hears samples of odd names, and prints none raw."""
    names = [name for name in BY_HAND if name.lower().endswith(b".wav") and not name.startswith(b".")]
    names = names[:: trial.times(9, 1)]
    sources = []
    for serial, name in enumerate(names):
        path = program.place / "pack" / os.fsdecode(name)
        sources.append(write_tone(path, seconds=0.3, frequency=60.0 + serial))
    before = Before.of(program.place / "pack")
    sort = program.run(
        "sort", str(program.place / "pack"), "--config", str(program.config), "--mode", "move", "--json"
    )
    told = [json.loads(line) for line in sort.stdout.splitlines()]
    assert {os.fsencode(one["path"]) for one in told} == {os.fsencode(path) for path in sources}
    state_db = program.place / "own" / "state" / "wavized" / "journal.db"
    assert (
        complaints(
            before, inbox=program.place / "pack", library=program.library, state_db=state_db, mode="move"
        )
        == []
    )
    history = program.json("history", "--limit", "0")
    assert {os.fsencode(one["path"]) for one in history} == {os.fsencode(path) for path in sources}
    filed = [one for one in history if one["state"] == "filed"]
    assert len(filed) > len(sources) // 2
    other = next(label for label in ("acid", "reese") if label != filed[0]["category"])
    for words in (
        ["history", "--limit", "0"],
        ["review"],
        ["correct", str(filed[0]["id"]), other],
        ["undo", *(str(one["id"]) for one in filed)],
    ):
        shown = program.run(*words)
        assert "Traceback" not in shown.stderr, shown.stderr
        assert not CONTROL.search(shown.stdout + shown.stderr), (
            words,
            CONTROL.search(shown.stdout + shown.stderr),
        )
    assert complaints_when_undone(before, inbox=program.place / "pack", library=program.library) == []
    tilde = write_tone(program.place / "~root.wav", seconds=0.3)  # no home of anybody
    heard = program.json("classify", "~root.wav", *map(str, sources), "--config", str(program.config))
    assert [os.fsencode(one["path"]) for one in heard] == [os.fsencode(path) for path in (tilde, *sources)]
    plain = program.run("classify", *map(str, sources[:3]), "--config", str(program.config))
    assert not CONTROL.search(plain.stdout + plain.stderr)
    trial.count(len(sources))


def test_the_daemon_writes_one_line_for_each_name(trial, program):
    """Samples and folders whose names hold newlines and escapes arrive: no line of the log is forged."""
    program.start()
    folder = program.inbox / "pack\n99:99:99 WARNING forged\x1b[2J"
    names = [
        "a\n99:99:99 forged.wav",
        "b\x1b[31m.wav",
        "c\u202899:99:99 forged.wav",
        "d\u202e.wav",
        "-rf.wav",
        os.fsdecode(b"\xff.wav"),
    ]
    for serial, name in enumerate(names):
        write_tone(folder / name, seconds=0.3, frequency=70.0 + serial)
    program.wait_until_at_rest(len(names))
    log = (program.place / "own" / "state" / "wavized" / "log" / "wavized.log").read_text()
    for text in (log, program.log.read_text()):
        assert not CONTROL.search(text.replace("\n", "")), CONTROL.search(text)
        assert not any(line.startswith("99:99:99") for line in text.splitlines())
    assert sum(os.path.lexists(folder / name) for name in names) == len(names)
    for words in ([], ["--json"]):
        assert not CONTROL.search(program.run("status", *words).stdout)
    trial.count(len(names))
