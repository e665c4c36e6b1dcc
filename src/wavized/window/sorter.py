"""Runs `wavized sort` as a child process and keeps what it tells. Its threads are `sort` and `sort-errors`.

One at a time. It is stopped as by Ctrl-C, so that no sample is left half filed, and ends with the daemon.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wavized.errors import FilingError

MOST_ROWS = 500
TELL_SECONDS = 0.25
"""Pages are told no more often than this."""
PATIENCE_SECONDS = 3.0
"""How long a sort may take to end with the daemon before it is ended; the journal settles the rest."""

_COUNTED = {"file": "filed", "review": "review", "skip": "skipped", "failed": "failed"}
_WORDS = 20
_NEW_GROUP = 0x200
"""Windows' CREATE_NEW_PROCESS_GROUP: without it Ctrl-Break would reach the daemon too."""


class SortRun:
    """One child process, from its start to its end."""

    def __init__(
        self,
        number: int,
        command: Sequence[str],
        folder: Path,
        mode: str,
        *,
        dry_run: bool,
        options: Sequence[str],
        on_change: Callable[[SortRun], None],
        now: Callable[[], float],
    ) -> None:
        self.number, self.folder, self.mode, self.dry_run = number, folder, mode, dry_run
        self._on_change, self._now = on_change, now
        self._lock = threading.Lock()
        self._total: int | None = None
        self._done = 0
        self._begun: float | None = None
        self._counts: Counter[str] = Counter()
        self._by_folder: Counter[str] = Counter()
        self._rows: deque[dict[str, object]] = deque(maxlen=MOST_ROWS)
        self._said: deque[str] = deque(maxlen=_WORDS)
        self._error: str | None = None
        self._stopped = False
        self._running = True
        self._told = 0.0
        words = [*command, "sort", "--json", "--tell-total", "--leash", "--mode", mode, *options]
        words += ["--dry-run"] if dry_run else []
        self._child = subprocess.Popen(
            [*words, "--", str(folder)],
            stdin=subprocess.PIPE,  # never written to: it ends with this process, however that dies
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name != "nt",  # Ctrl-C at the terminal is the daemon's, not the child's
            creationflags=_NEW_GROUP if os.name == "nt" else 0,
        )
        self._errors = threading.Thread(target=self._read_errors, name="sort-errors")
        self._thread = threading.Thread(target=self._read, name="sort")
        self._errors.start()
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self._running

    def stop(self) -> None:
        """Ask it to end after the sample in hand; once is enough, a second word would cut it short."""
        with self._lock:
            if self._stopped or not self._running:
                return
            self._stopped = True
        if sys.platform == "win32":
            self._child.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            self._child.send_signal(signal.SIGINT)

    def close(self) -> None:
        """Stop it and wait; end it where it does not."""
        self.stop()
        self._thread.join(PATIENCE_SECONDS)
        if self._thread.is_alive():
            self._child.kill()
            self._thread.join()

    def describe(self) -> dict[str, object]:
        """How it stands, as pages are told."""
        with self._lock:
            return {
                "id": self.number,
                "folder": str(self.folder),
                "dry_run": self.dry_run,
                "mode": self.mode,
                "running": self._running,
                "stopped": self._stopped,
                "total": self._total,
                "done": self._done,
                "counts": {name: self._counts[name] for name in _COUNTED.values()},
                "by_folder": dict(self._by_folder),
                "rows": list(self._rows),
                "error": self._error,
                "seconds_left": self._seconds_left(),
            }

    def _seconds_left(self) -> float | None:
        """By the pace since the first answer, since loading the model is done once."""
        if not self._running or self._begun is None or self._total is None or self._done < 2:
            return None
        pace = (self._now() - self._begun) / (self._done - 1)
        return round(pace * max(0, self._total - self._done), 1)

    def _read(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as lines:
            for line in lines:
                self._take(line)
        status = self._child.wait()
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._errors.join()
        with self._lock:
            self._running = False
            self._error = self._trouble(status)
        self._on_change(self)

    def _take(self, line: bytes) -> None:
        try:
            row = _row(json.loads(line))
        except (ValueError, KeyError, TypeError):  # not a line of the contract
            return
        with self._lock:
            self._begun = self._now() if self._begun is None else self._begun
            self._done += 1
            self._counts[_COUNTED.get(str(row["verdict"]), "failed")] += 1
            if row["verdict"] == "file" and row["folder"]:
                self._by_folder[str(row["folder"])] += 1
            self._rows.append(row)
        self._tell()

    def _tell(self) -> None:
        if self._now() - self._told >= TELL_SECONDS:
            self._told = self._now()
            self._on_change(self)

    def _read_errors(self) -> None:
        assert self._child.stderr is not None
        with self._child.stderr as lines:
            for line in lines:
                text = line.decode("utf-8", "replace").rstrip()
                if self._total is None and text.startswith('{"total":'):
                    with self._lock:
                        self._total = int(json.loads(text)["total"])
                    self._on_change(self)
                elif text:
                    self._said.append(text)

    def _trouble(self, status: int) -> str | None:
        """What went wrong, in the child's own words; files that failed are no trouble of the sort."""
        if self._stopped or status == 0 or (status == 1 and self._counts["failed"]):
            return None
        words = list(self._said)
        starts = [index for index, line in enumerate(words) if line.startswith("wavized: ")]
        if starts:
            first, *rest = words[starts[-1] :]
            hint = " ".join(line.strip() for line in rest)
            return f"{first.removeprefix('wavized: ')}{f' ({hint})' if hint else ''}"
        return f"The sort ended unexpectedly (status {status}); what was filed is kept"


class Sorter:
    """Starts one sort after another; any thread may ask."""

    def __init__(
        self,
        command: Sequence[str],
        on_change: Callable[[Mapping[str, object]], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = command
        self._on_change = on_change
        self._now = now
        self._lock = threading.Lock()
        self._run: SortRun | None = None
        self._number = int(time.time())  # pages remember which sort they closed, also over a restart
        self._closed = False

    def start(
        self, folder: Path, mode: str, *, dry_run: bool, options: Sequence[str] = ()
    ) -> dict[str, object]:
        """Begin; `options` follow the command (such as which config). Raises FilingError while one runs."""
        with self._lock:
            if self._closed or (self._run is not None and self._run.running):
                raise FilingError("A sort is running already", hint="Wait for it, or stop it first")
            self._number += 1
            try:
                self._run = SortRun(
                    self._number,
                    self._command,
                    folder,
                    mode,
                    dry_run=dry_run,
                    options=options,
                    on_change=lambda run: self._on_change(run.describe()),
                    now=self._now,
                )
            except OSError as error:
                raise FilingError(f"The sort cannot be started: {error.strerror}") from error
            return self._run.describe()

    def current(self) -> dict[str, object] | None:
        """The sort that runs, or the last one; None before the first."""
        run = self._run
        return None if run is None else run.describe()

    def stop(self) -> dict[str, object] | None:
        """Ask the running sort to end; how it stands then."""
        run = self._run
        if run is not None:
            run.stop()
        return self.current()

    def close(self) -> None:
        """End with the daemon."""
        with self._lock:
            self._closed = True
            run = self._run
        if run is not None:
            run.close()


def _row(told: Mapping[str, object]) -> dict[str, object]:
    """What pages show of one sample; those of a real sort carry their number in the journal."""
    target = told.get("target")
    row: dict[str, object] = {
        "name": Path(str(told["path"])).name,
        "verdict": told["verdict"],
        "category": told.get("category"),
        "folder": Path(str(target)).parent.name if target else None,
        "target": target,
        "reason": told.get("reason"),
        "confidence": told.get("confidence"),
    }
    return {"id": told["id"], **row} if "id" in told else row
