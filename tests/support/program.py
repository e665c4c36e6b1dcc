"""The real program in processes of its own, its state isolated below one folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from wavized.control.client import DaemonClient
from wavized.errors import NotRunningError

DEADLINE_SECONDS = 180.0
"""Only so that a hang ends: no command takes as long, however busy the machine."""


class Program:
    """`run` commands; `start` and `stop` the daemon. As a context manager it leaves no process behind."""

    def __init__(self, place: Path, model: Path, *, settings: str = "") -> None:
        self.place = place
        self.inbox = place / "inbox"
        self.library = place / "library"
        self.inbox.mkdir(exist_ok=True)
        self.library.mkdir(exist_ok=True)
        self.config = place / "config.yaml"
        self.model = model
        self.write_config(settings)
        self.environment = os.environ | {
            f"XDG_{key}_HOME": str(place / "own" / key.lower())
            for key in ("CONFIG", "STATE", "CACHE", "DATA")
        }
        self.daemon: subprocess.Popen[bytes] | None = None
        self.log = place / "daemon.log"

    def write_config(self, settings: str = "") -> None:
        """The smallest configuration plus `settings`, quick to settle."""
        text = f"library: {self.library}\nwatch:\n  - path: {self.inbox}\n"
        text += f"model: {self.model}\nsettle_seconds: 0.4\n{settings}"
        self.config.write_text(text, encoding="utf-8")

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "wavized", *words]

    def run(self, *words: str, timeout: float = DEADLINE_SECONDS) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            cwd=self.place,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def json(self, *words: str) -> list[dict[str, Any]]:
        """The JSON lines a command prints."""
        return [json.loads(line) for line in self.run(*words, "--json").stdout.splitlines()]

    def start(self) -> None:
        """Start the daemon and wait until it watches."""
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                self.command("run", "--no-tray", "--config", str(self.config)),
                env=self.environment,
                stderr=log,
            )
        self.wait(lambda: self._told()["state"] != "stopped")

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.wait(DEADLINE_SECONDS)

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait()

    def status(self) -> dict[str, Any]:
        """What the daemon tells, or `wavized status` where none answers."""
        told = self._told()
        return told if told["state"] != "stopped" else self.json("status")[0]

    def _told(self) -> dict[str, Any]:
        """Asked directly: a process for each look would take the time of what is waited for."""
        runtime_file = self.place / "own" / "state" / "wavized" / "runtime.json"
        try:
            return DaemonClient.find(runtime_file).get("/api/status")
        except NotRunningError:
            return {"state": "stopped"}

    def states(self) -> dict[str, list[str]]:
        """Source name to the states of its jobs, oldest first."""
        found: dict[str, list[str]] = {}
        for job in reversed(self.json("history", "--limit", "0")):
            found.setdefault(Path(job["path"]).name, []).append(job["state"])
        return found

    def wait(self, condition: Any, what: str = "") -> None:  # any callable that can be true
        """Wait until a condition holds; shows the daemon's log where it does not come about."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            dead = self.daemon is not None and self.daemon.poll() is not None
            if dead or time.monotonic() > deadline:
                raise AssertionError(f"{what or 'waited in vain'}; the daemon's log:\n{self.log.read_text()}")
            time.sleep(0.1)

    def wait_until_at_rest(self, count: int) -> None:
        """Until `count` jobs are at rest and none is under way."""

        def settled() -> bool:
            status = self.status()
            done = sum(status[key] for key in ("filed", "review", "skipped", "failed"))
            return done >= count and status["pending"] == 0

        self.wait(settled, f"waited for {count} samples to come to rest")

    def filed(self) -> dict[str, bytes]:
        """Name to content of every file in the library."""
        return {path.name: path.read_bytes() for path in self.library.rglob("*") if path.is_file()}
