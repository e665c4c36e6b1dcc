"""The real daemon and its worker process over a world of packs, to be killed from outside at any instant."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from support.mortal import World
from support.program import Program
from wavized.control.client import DaemonClient
from wavized.control.runtime import read_runtime
from wavized.errors import NotRunningError, WavizedError
from wavized.logic.lifecycle import PENDING

CATEGORIES = ("808", "acid", "brass", "growl", "reese", "slap", "sub")


class MortalDaemon:
    """`Program` asked over HTTP instead of by commands, since those take longer to start than it lives."""

    def __init__(self, program: Program, world: World) -> None:
        self.program = program
        self.world = world
        self.state = program.place / "own" / "state" / "wavized"

    @property
    def journal(self) -> Path:
        return self.state / "journal.db"

    def start(self) -> None:
        """Start it; it may be long until it answers."""
        with self.program.log.open("ab") as log:
            self.program.daemon = subprocess.Popen(
                self.program.command("run", "--no-tray", "--config", str(self.program.config)),
                env=self.program.environment,
                stderr=log,
            )

    def client(self) -> DaemonClient:
        """Raises NotRunningError where it does not answer (yet)."""
        runtime = read_runtime(self.state / "runtime.json")
        daemon = self.program.daemon
        if runtime is None or daemon is None or runtime.pid != daemon.pid:
            raise NotRunningError("not yet")
        return DaemonClient(runtime)

    def workers(self) -> list[psutil.Process]:
        """Its worker process, if there is one just now."""
        assert self.program.daemon is not None
        try:
            children = psutil.Process(self.program.daemon.pid).children()
            return [child for child in children if "_worker" in child.cmdline()]
        except psutil.NoSuchProcess:
            return []

    def wait_until_at_rest(self) -> None:
        """Until it knows all that lies in the inbox and nothing is under way."""
        self.program.wait(self._is_at_rest, "waited for everything to come to rest")

    def _is_at_rest(self) -> bool:
        try:
            status = self.client().get("/api/status")
            if status["state"] == "paused":  # it was killed just then
                self.client().post("/api/resume")
            if status["pending"]:
                return False
        except WavizedError:
            return False
        with closing(sqlite3.connect(f"{self.journal.as_uri()}?mode=ro", uri=True, timeout=30)) as journal:
            known = {
                (path, size, mtime) for path, size, mtime in journal.execute("SELECT * FROM known").fetchall()
            }
            states = {state for (state,) in journal.execute("SELECT DISTINCT state FROM jobs")}
        return not states & PENDING and all(
            (str(path).encode(), path.stat().st_size, path.stat().st_mtime_ns) in known
            for path in self.world.inbox.rglob("*")
            if path.suffix in (".wav", ".zip")
        )

    @contextmanager
    def talking(self, chance: random.Random) -> Iterator[None]:
        """Somebody corrects and undoes filed samples all the while."""
        done = threading.Event()
        talker = threading.Thread(target=self._talk, args=(chance, done), name="talker")
        talker.start()
        try:
            yield
        finally:
            done.set()
            talker.join()

    def _talk(self, chance: random.Random, done: threading.Event) -> None:
        while not done.is_set():
            try:
                self._say_something(chance)
            except WavizedError:
                pass  # refused, or nobody is there
            time.sleep(0.05)

    def _say_something(self, chance: random.Random) -> None:
        client = self.client()
        jobs = client.get("/api/jobs?limit=500")["jobs"]
        job = chance.choice(jobs) if jobs else None
        match chance.randrange(8):
            case 0 if job:
                client.post(f"/api/jobs/{job['id']}/undo")
            case 1 | 2 if job:
                client.post(f"/api/jobs/{job['id']}/correct", {"category": chance.choice(CATEGORIES)})
            case 3:
                client.post("/api/pause")
                client.post("/api/resume")
