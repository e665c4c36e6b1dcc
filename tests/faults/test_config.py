"""Hostile and broken settings: never a crash, never more touched than the text says."""

from __future__ import annotations

import contextlib
import math
import os
import random
import shutil
import socket
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from support.bad_configs import GOOD, hostile, mutate
from support.program import Program
from support.watching import wav_bytes
from wavized.config.load import MAX_BYTES, load, load_bytes
from wavized.config.model import Config
from wavized.control.client import DaemonClient
from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError
from wavized.watch.folder import selections

BOUNDS = {
    "file_above": (0, 1), "margin": (0, 1), "reject_above": (0, 1), "max_seconds": (0, 600),
    "max_megabytes": (0, 100_000), "settle_seconds": (0.1, 3600), "rescan_seconds": (1, 604_800),
    "worker_idle_seconds": (0, 604_800), "worker_timeout_seconds": (1, 3600), "batch_size": (1, 256),
}  # fmt: skip
NULL = {"", "~", "null", "Null", "NULL"}
YES = {"yes", "on", "true", "y", "t", "1"}


def said(raw: dict[str, Any], key: str, default: object) -> object:
    """What a text says for a key as another reader of YAML has it."""
    value = raw.get(key, default)
    return default if isinstance(value, str) and value in NULL else value


def place_said(base: Path, text: str) -> Path | None:
    """The folder meant by a plain path; None for one with `~` or variables, which this cannot tell."""
    return None if text.startswith("~") or "$" in text else Path(os.path.normpath(base / text))


def widened(config: Config, content: bytes, base: Path) -> list[str]:
    """Where settings that were loaded differ from what another reader finds in the text; empty is good."""
    raw = yaml.load(content.decode("utf-8-sig"), Loader=yaml.BaseLoader)  # plain texts only
    entries = said(raw, "watch", None) or []
    wrong = []
    if len(entries) != len(config.watch):
        return [f"{len(config.watch)} folders are watched, {len(entries)} are written"]
    places = [(config.library, raw["library"])]
    for entry, folder in zip(entries, config.watch, strict=True):
        places.append((folder.path, entry["path"]))
        if folder.existing.value != said(entry, "existing", "leave"):
            wrong.append(f"existing is {folder.existing}")
        if (folder.mode.value if folder.mode else None) != said(entry, "mode", None):
            wrong.append(f"mode is {folder.mode}")
        if folder.recursive != (str(said(entry, "recursive", "yes")).lower() in YES):
            wrong.append(f"recursive is {folder.recursive}")
        if list(folder.include) != list(said(entry, "include", []) or []):
            wrong.append(f"include is {folder.include}")
        if list(folder.exclude) != list(said(entry, "exclude", []) or []):
            wrong.append(f"exclude is {folder.exclude}")
    for path, written in places:
        meant = place_said(base, written)
        if not path.is_absolute() or ".." in path.parts or (meant is not None and path != meant):
            wrong.append(f"{written!r} became {path}")
    if config.mode.value != said(raw, "mode", "copy"):
        wrong.append(f"mode is {config.mode}")
    for key, (low, high) in BOUNDS.items():
        value, written = getattr(config, key), said(raw, key, None)
        if value is not None and not (low <= value <= high and math.isfinite(value)):
            wrong.append(f"{key} is {value}")
        if written is not None and value != float(str(written).replace("_", "")):
            wrong.append(f"{key} is {value}, not {written}")
    for category, name in config.folders.items():
        if not name.strip() or {"/", "\\", "\0"} & set(name) or name in (".", ".."):
            wrong.append(f"{category} goes to {name!r}")
    return wrong


def test_no_mutation_of_a_config_means_more_than_its_text(trial, tmp_path):
    """Good settings are mutated: each is refused with its line, or means what another reader finds in it."""
    path = tmp_path / "config.yaml"
    seed = 20_261_123
    chance = random.Random(seed)
    loaded = refused = 0
    slowest = 0.0
    for number in range(trial.times(500, 100_000)):
        content = mutate(chance, chance.choice(GOOD))
        where = f"seed {seed}, no. {number}: {content!r}"
        began = time.monotonic()
        try:
            config = load_bytes(content, path)
        except ConfigError as error:
            assert error.problems, where
            assert all(problem.startswith("config.yaml:") for problem in error.problems), where
            refused += 1
        else:
            assert not widened(config, content, tmp_path), where
            selections(config)  # what the watch makes of it
            loaded += 1
        slowest = max(slowest, time.monotonic() - began)
        trial.count()
    trial.note(f"{loaded:,} loaded, {refused:,} refused; {slowest:.2f} s at most")
    assert loaded > 20 and refused > 20
    assert sorted(tmp_path.iterdir()) == []


def test_a_config_made_to_hurt_is_read_in_no_time(trial, tmp_path):
    """Bombs of YAML up to the size that is read: a word or a refusal within seconds and a few megabytes."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "config.yaml"
    process = psutil.Process()
    load_bytes(b"library: lib\n", path)
    most = process.memory_info().rss
    slowest = (0.0, "")
    for name, content in hostile(trial.times(8_000, MAX_BYTES)):
        path.write_bytes(content)
        began = time.thread_time()
        try:
            config = load(path)
        except ConfigError as error:
            assert len(error.problems) <= 51, name
            assert sum(map(len, error.problems)) < 30_000, name
        else:
            assert not widened(config, content, tmp_path), name
            selections(config)
        slowest = max(slowest, (time.thread_time() - began, name))
        trial.count()
    grown = (process.memory_info().rss - most) / 1e6
    trial.note(f"{slowest[0]:.1f} s at most ({slowest[1]}), {grown:.0f} MB more memory")
    assert slowest[0] < trial.times(4, 15), slowest  # seconds of this thread, however busy the machine
    assert grown < 150.0
    assert not (tmp_path / "in" / "pwned").exists()


@pytest.mark.parametrize("what", ["FIFO", "folder", "loop", "link to nothing", "nothing", "socket", "device"])
def test_what_is_no_file_is_no_config(trial, tmp_path, what):
    """The config is a pipe, a folder, a link in a circle …: refused at once, nothing is waited for."""
    path = tmp_path / "config.yaml"
    make_no_file(path, what)
    with pytest.raises(ConfigError):
        load(path)
    trial.count()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_config_that_may_not_be_read_is_told(trial):
    """The config may not be read, or its folder not be entered: a word, no crash."""
    folder = Path(tempfile.mkdtemp(prefix="wavized-test-", dir="/tmp"))
    path = folder / "config.yaml"
    path.write_text(GOOD[0], encoding="utf-8")
    root = os.geteuid() == 0
    try:
        for place, mode in ((path, 0o000), (folder, 0o600)):
            place.chmod(mode)
            if root:
                os.seteuid(65534)
            try:
                with pytest.raises(ConfigError, match="cannot be read"):
                    load(path)
            finally:
                if root:
                    os.seteuid(0)
            place.chmod(0o700)
            trial.count()
    finally:
        shutil.rmtree(folder)


def make_no_file(path: Path, what: str) -> None:
    match what:
        case "FIFO":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "loop":
            path.symlink_to(path.name)
        case "link to nothing":
            path.symlink_to("nowhere")
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(os.path.relpath(path))
        case "device":
            path.symlink_to("/dev/zero")


class Edits:
    """A running daemon, its config file, and what the last good one said."""

    def __init__(self, program: Program, chance: random.Random) -> None:
        self.program = program
        self.chance = chance
        self.path = program.config
        self.serial = 0
        self.base = program.place
        for name in ("in/a", "in/b c", "in/c", "in/d", "in/e", "lib/one", "lib/two", "lib/#3"):
            (self.base / name).mkdir(parents=True, exist_ok=True)
        self.write(self.plain())
        program.start()
        self.client = DaemonClient.find(self.base / "own" / "state" / "wavized" / "runtime.json")
        self.good = load(self.path)

    def plain(self) -> bytes:
        """Good settings unlike any before."""
        self.serial += 1
        folders = self.chance.sample(["in/a", "in/b c", "in/c", "in/d", "in/e"], self.chance.randint(0, 4))
        library = self.chance.choice(["lib/one", "lib/two", "'lib/#3'"])
        text = f"library: {library}\nmodel: {self.program.model}\nsettle_seconds: 0.2\ntray: no\n"
        text += f"max_seconds: {1 + self.serial % 500}.{self.serial:05}\n"
        text += "watch:\n" + "".join(f"  - path: {folder}\n" for folder in folders)
        return text.encode()

    def remove(self) -> None:
        if self.path.is_dir() and not self.path.is_symlink():
            self.path.rmdir()
        else:
            self.path.unlink(missing_ok=True)

    def write(self, content: bytes) -> None:
        """As one editor or another saves."""
        if not self.path.is_file() or self.path.is_symlink():
            self.remove()
        match self.chance.choice(("in place", "renamed", "in steps", "anew", "linked")):
            case "in place":
                self.path.write_bytes(content)
            case "renamed":
                new = self.path.with_name(".config.yaml.new")
                new.write_bytes(content)
                new.replace(self.path)
            case "in steps":
                with self.path.open("wb") as file:
                    for half in (content[: len(content) // 2], content[len(content) // 2 :]):
                        file.write(half)
                        file.flush()
                        time.sleep(0.02)
            case "anew":
                self.path.unlink(missing_ok=True)
                self.path.write_bytes(content)
            case "linked":
                real = self.base / "dotfiles" / f"{self.chance.randint(0, 3)}.yaml"
                real.parent.mkdir(exist_ok=True)
                real.write_bytes(content)
                new = self.path.with_name(".config.yaml.new")
                new.symlink_to(real)
                new.replace(self.path)

    def status(self) -> dict[str, Any]:
        return self.client.get("/api/status")

    def told(self) -> int:
        log = self.program.log.read_bytes()
        return log.count(b"the last good settings stay in force") + log.count(b"new settings are in force")

    def watches(self, config: Config) -> bool:
        status = self.status()
        shown = [folder["path"] for folder in status["folders"]]
        return status["library"] == str(config.library) and shown == [str(f.path) for f in config.watch]

    def is_inside(self, config: Config) -> bool:
        """Whether it speaks of folders of this test alone, for the daemon really does as it says."""
        places = [config.library, *(folder.path for folder in config.watch)]
        return all(place.is_relative_to(self.base) and place != self.base for place in places)

    def expect(self, told: int, what: str) -> None:
        """The daemon has heard of the edit and does what the last good config says."""
        try:
            config: Config | None = load(self.path)
        except ConfigError:
            config = None
        if config is not None and config == self.good:
            return
        wait_for(self, lambda: self.told() > told, what)
        self.good = config or self.good
        wait_for(self, lambda: self.watches(self.good), what)


def wait_for(edits: Edits, condition: Any, what: str, seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        daemon = edits.program.daemon
        assert daemon is not None and daemon.poll() is None, f"the daemon died: {what}"
        assert time.monotonic() < end, f"in vain: {what}\n{edits.program.log.read_text()[-3000:]}"
        time.sleep(0.03)


def test_a_running_daemon_survives_every_edit(trial, program):
    """A running daemon's config is edited over and over, mostly broken: it does as the last good one says."""
    seed = 1_979
    chance = random.Random(seed)
    edits = Edits(program, chance)
    assert program.daemon is not None
    process = psutil.Process(program.daemon.pid)
    bombs = list(hostile(trial.times(8_000, MAX_BYTES)))
    memory: list[int] = []
    slowest = 0.0
    for number in range(trial.times(16, 2_000)):
        told = edits.told()
        kind = chance.choices(("plain", "mutated", "bomb", "no file"), (3, 5, 1 if number % 4 else 3, 2))[0]
        what = f"seed {seed}, edit {number}, {kind}"
        if kind == "no file":
            if not os.path.lexists(edits.path):
                continue  # to remove what is not there is no edit
            edits.remove()
            make_no_file(
                edits.path, chance.choice(("FIFO", "folder", "loop", "link to nothing", "nothing", "device"))
            )
        else:
            name, content = {
                "plain": lambda: ("", edits.plain()),
                "mutated": lambda: ("", mutate(chance, chance.choice([*GOOD, edits.plain().decode()]))),
                "bomb": lambda: chance.choice(bombs),
            }[kind]()
            what += f" {name}: {content[:600]!r}"
            with contextlib.suppress(ConfigError):
                if not edits.is_inside(load_bytes(content, edits.path)):
                    continue
            edits.write(content)
        began = time.monotonic()
        edits.expect(told, what)
        slowest = max(slowest, time.monotonic() - began)
        if number % 40 == 7:
            probe(edits, f"seed {seed}, after edit {number}")
        if number % 10 == 9:
            memory.append(process.memory_info().rss)
        trial.count()
    probe(edits, f"seed {seed}, at the end")
    state = edits.status()
    assert state["filed"] == state["failed"] == 0
    assert not list((edits.base / "in").rglob("pwned"))
    if trial.full:
        tenth = len(memory) // 10
        early, late = max(memory[tenth : 3 * tenth]), max(memory[-2 * tenth :])
        trial.note(
            f"{early / 1e6:.0f} MB early, {late / 1e6:.0f} MB late; {slowest:.1f} s for an edit at most"
        )
        assert late < early + 30e6
    assert program.stop() == 0


def probe(edits: Edits, what: str) -> None:
    """What arrives is taken where the config says, and nowhere else."""
    told = edits.told()
    edits.write(edits.plain())
    edits.expect(told, what)
    watched = {folder.path for folder in edits.good.watch}
    dropped = [edits.base / "in" / name / f"{edits.serial}.wav" for name in ("a", "b c", "c", "d", "e")]
    for number, path in enumerate(dropped):
        path.write_bytes(wav_bytes(frames=100, seed=edits.serial * 10 + number))  # too short to be heard
    journal = edits.base / "own" / "state" / "wavized" / "journal.db"

    def taken() -> set[Path]:
        with contextlib.closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as base:
            rows = {Path(os.fsdecode(source)) for (source,) in base.execute("SELECT source FROM jobs")}
        return {path for path in dropped if path in rows}

    expected = {path for path in dropped if path.parent in watched}
    wait_for(edits, lambda: taken() >= expected, f"{what}: waited for {expected - taken()}")
    assert taken() == expected, what
    for path in dropped:
        path.unlink()


def test_a_config_that_is_being_written_is_not_believed(trial, program):
    """A config is written so slowly that its first half stands alone for a while: only the whole is taken."""
    edits = Edits(program, random.Random(3))
    for _ in range(trial.times(1, 20)):
        told = edits.told()
        edits.remove()
        whole = edits.plain() + b"  - path: in/e x\n    exclude: [a]\nmode: move\n"
        with edits.path.open("wb") as file:
            file.write(whole[: whole.index(b"    exclude")])
            file.flush()
            time.sleep(1.5)
            assert edits.told() == told, "half a config was taken"
            file.write(whole[whole.index(b"    exclude") :])
        edits.expect(told, "the whole")
        assert edits.told() == told + 1
        assert edits.good.mode is FilingMode.MOVE
        trial.count()


@pytest.mark.parametrize("how", ["the folder is made anew", "the folder is another one", "through a link"])
def test_a_config_is_followed_wherever_it_goes(trial, program, how):
    """The config's folder is replaced, or the config is a link: edits are noticed all the same."""
    folder = program.place / "settings"
    folder.mkdir()
    real = program.place / "dotfiles" / "w.yaml"
    real.parent.mkdir()
    text = program.config.read_text()
    program.config = folder / "config.yaml"
    if how == "through a link":
        real.write_text(text)
        program.config.symlink_to(real)
    else:
        program.config.write_text(text)
    program.start()
    changed = text + "mode: move\n"
    if how == "the folder is made anew":
        shutil.rmtree(folder)
        folder.mkdir()
    elif how == "the folder is another one":
        folder.rename(program.place / "old")
        folder.mkdir()
    if how == "through a link":
        real.write_text(changed)
    else:
        program.config.write_text(changed)
    program.wait(lambda: "new settings are in force" in program.log.read_text(), how)
    trial.count()
