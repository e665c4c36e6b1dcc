"""Floods of samples: many small distinct sounds at once, the daemon with a light ear, and what it used.

Run as a script it is the program itself, its worker the light ear, or (`_ear`) that ear. FLOOD_DEAF in the
environment: no event reaches the daemon. FLOOD_EAR_SECONDS: how long the ear takes for a sample.
"""

from __future__ import annotations

import os
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from support.program import Program
from support.tiny_model import make_paper_model, write_manifest

RATE = 16_000
SECONDS = 0.06
REST = ("filed", "skipped", "failed", "awaiting_review", "reverted")
PATIENCE_SECONDS = 600.0
"""So long nothing may happen before a flood counts as stuck; it may take any time while it moves."""


def wav(number: int, frames: int = int(RATE * SECONDS)) -> bytes:
    """A short mono 16-bit sound, another one for each number."""
    import numpy as np

    noise = np.random.default_rng(number).integers(-9000, 9000, frames, dtype=np.int16)
    return header(2 * frames) + noise.tobytes()


def header(size: int) -> bytes:
    """The head of a WAV file whose samples take so many bytes."""
    form = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + size)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + (b"data" + struct.pack("<I", size))
    )


def pour(folder: Path, numbers: Iterable[int], *, a_folder: int = 500) -> None:
    """Write a sound for each number, so many to a subfolder."""
    made = set()
    for number in numbers:
        inside = folder / f"pack {number // a_folder:03}"
        if inside not in made:
            inside.mkdir(parents=True, exist_ok=True)
            made.add(inside)
        (inside / f"sound {number:06}.wav").write_bytes(wav(number))


def sink(below: Path, depth: int) -> None:
    """A tree so deep; its names are so short that even its bottom has a path. Remove it with `rm`."""
    below.mkdir()
    words = " && ".join(["mkdir d && cd -P d"] * 50)
    for _ in range(depth // 50):
        subprocess.run(["sh", "-c", words], cwd=below, check=True)
        below = below.joinpath(*["d"] * 50)


class Flooded(Program):
    """The daemon with the light ear; `settings` are lines of its configuration, `prefix` what it runs in."""

    def __init__(
        self, place: Path, *, settings: str = "", prefix: Sequence[str] = (), **environment: str
    ) -> None:
        model = make_paper_model(place / "model")
        write_manifest(model, thresholds={"file_above": 0.5, "margin": 0.0, "reject_above": 1.0})
        super().__init__(place, model, settings=settings)
        self.environment |= environment
        self._prefix = prefix
        self.state_db = place / "own" / "state" / "wavized" / "journal.db"
        self.ledger = Ledger(self.state_db)

    def command(self, *words: str) -> list[str]:
        if words[0] != "run":
            return super().command(*words)
        return [*self._prefix, sys.executable, "-P", __file__, *words]

    def wants_what_is_there(self) -> None:
        """What the folder holds at first is to be filed too."""
        there = f"  - path: {self.inbox}\n"
        text = self.config.read_text(encoding="utf-8").replace(there, f"{there}    existing: file\n")
        self.config.write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Start the daemon; it need not watch yet."""
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                self.command("run", "--no-tray", "--no-window", "--config", str(self.config)),
                env=self.environment,
                stderr=log,
            )

    def watching(self) -> None:
        """Wait until every folder was taken on."""
        taken_on = "SELECT 1 FROM roots WHERE CAST(path AS TEXT) NOT LIKE '%*%'"
        self.go_on(lambda: bool(self.ledger.ask(taken_on)), "the folder to be taken on")
        marker = b"Watching"
        self.go_on(lambda: marker in self.log.read_bytes(), "the start to be over")

    def at_rest(self, count: int) -> None:
        """Wait until so many jobs are at rest and none is under way."""
        self.go_on(lambda: self.ledger.at_rest() >= count, f"{count} samples at rest")

    def go_on(self, done: Callable[[], bool], what: str) -> None:
        """Wait until `done`, for as long as anything moves in the journal; fail where the program ends."""
        daemon = self.daemon
        assert daemon is not None
        last: object = None
        since = time.monotonic()
        while not done():
            now = self.ledger.known(), self.ledger.states()
            if now != last:
                last, since = now, time.monotonic()
            if daemon.poll() is not None or time.monotonic() - since > PATIENCE_SECONDS:
                told = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
                raise AssertionError(f"waited in vain for {what}; {last}; the daemon's log:\n{told}")
            time.sleep(0.1)


class Ledger:
    """The daemon's journal, read with sqlite3 alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a question; none while there is no journal."""
        if not self._path.exists():
            return []
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, timeout=30)) as journal:
            try:
                return journal.execute(sql).fetchall()
            except sqlite3.OperationalError:
                return []  # it is being made

    def states(self) -> Counter[str]:
        """How many jobs stand in each state."""
        rows = self.ask("SELECT state, jobs FROM tally WHERE jobs > 0")
        return Counter({str(state): int(str(jobs)) for state, jobs in rows})

    def at_rest(self) -> int:
        """How many jobs are at rest, if none is under way; else -1 or less."""
        states = self.states()
        rest = sum(states[state] for state in REST)
        return rest if rest == sum(states.values()) else -1

    def known(self) -> int:
        """How many files are taken as known."""
        rows = self.ask("SELECT count(*) FROM known")
        return int(str(rows[0][0])) if rows else 0


@dataclass
class Use:
    """What the daemon used. Memory is in MiB, CPU time in seconds."""

    peak: float = 0.0
    tree_peak: float = 0.0
    descriptors: int = 0
    threads: int = 0
    cpu: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"daemon {self.peak:.0f} MiB at most, all processes {self.tree_peak:.0f} MiB, "
            f"{self.descriptors} descriptors, {self.threads} threads, "
            f"{self.cpu:.0f} s CPU in {self.seconds:.0f} s"
        )


@dataclass
class Meter:
    """Samples a daemon and all below it until its `with` ends."""

    pid: int
    use: Use = field(default_factory=Use)

    @contextmanager
    def running(self, every: float = 0.5) -> Iterator[Use]:
        stop = threading.Event()
        began = time.monotonic()

        def sample() -> None:
            while not stop.wait(every):
                self.look()

        thread = threading.Thread(target=sample, name="meter")
        thread.start()
        try:
            yield self.use
        finally:
            stop.set()
            thread.join()
            self.look()
            self.use.seconds = time.monotonic() - began

    def look(self) -> None:
        """Note what is used now, and the most memory the system has ever seen it use."""
        try:
            process = psutil.Process(self.pid)
            times = process.cpu_times()
            self.use.cpu = times.user + times.system
            self.use.descriptors = max(self.use.descriptors, process.num_fds())
            self.use.threads = max(self.use.threads, process.num_threads())
            tree = sum(memory(child) for child in [process, *process.children(recursive=True)])
            self.use.tree_peak = max(self.use.tree_peak, tree)
            self.use.peak = max(self.use.peak, high_water(self.pid))
        except (psutil.NoSuchProcess, FileNotFoundError):
            return


def memory(process: psutil.Process) -> float:
    """Resident memory in MiB; nothing where it has left."""
    try:
        return float(process.memory_info().rss) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def high_water(pid: int) -> float:
    """The most resident memory a process ever had, in MiB (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def ear() -> None:
    """The worker: answers every file at once, by its size and name; nothing is decoded."""
    from wavized.domain.hearing import Scored
    from wavized.inference.manifest import read_manifest
    from wavized.inference.protocol import Answered, Ask, Ready, decode, encode

    model = Path(sys.argv[sys.argv.index("--model") + 1])
    pause = float(os.environ.get("FLOOD_EAR_SECONDS", "0"))
    labels = read_manifest(model).labels
    out = sys.stdout.buffer
    out.write(encode(Ready("tiny")))
    out.flush()
    for line in sys.stdin.buffer:
        asked = decode(line)
        assert isinstance(asked, Ask)
        for index, path in enumerate(asked.paths):
            time.sleep(pause)
            best = sum(Path(path).name.encode()) % 7
            sure = 0.3 if "unsure" in path else 0.9
            share = (1.0 - sure) / (len(labels) - 1)
            scores = {label: sure if n == best else share for n, label in enumerate(labels)}
            out.write(encode(Answered(asked.batch, index, Scored(scores, "tiny"))))
        out.flush()


class Deaf:
    """A listener that loses every event."""

    def __init__(self, _: object) -> None:
        pass

    def watch(self, root: Path, real: Path, recursive: bool) -> None:
        pass

    def unwatch(self, root: Path) -> None:
        pass

    def is_listening(self, root: Path) -> bool:
        return True

    def check_headroom(self) -> None:
        pass

    def close(self) -> None:
        pass


def main() -> int:
    """The program with the light ear in place of the real one."""
    if "_ear" in sys.argv:
        ear()
        return 0
    from wavized import assembly, daemon
    from wavized.cli.main import main as program

    assembly.default_command = lambda **_: [sys.executable, __file__, "_ear"]
    if os.environ.get("FLOOD_DEAF"):
        daemon.Watcher = partial(daemon.Watcher, listen=Deaf)  # type: ignore[misc,assignment]  # for this process
    return program()


if __name__ == "__main__":
    sys.exit(main())
