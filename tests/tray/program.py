"""A program with nothing but a tray icon, driven over its standard input by the tests beside it.

Lines in: a status as JSON, `notify HINT`, `break` (asking for the status fails from now on) or `stop`.
Lines out: what was told, which commands were chosen (and on which thread), and how `run` ended, with the
threads that are left.
"""

from __future__ import annotations

import json
import signal
import sys
import threading

from wavized.domain.job import DaemonState, Status
from wavized.errors import WavizedError
from wavized.tray.icon import TrayIcon, TrayUnavailableError


def say(*words: object) -> None:
    print(*words, flush=True)


class Commands:
    """Says what was chosen."""

    def pause(self) -> None:
        say("chosen pause")

    def resume(self) -> None:
        say("chosen resume")

    def open_window(self) -> None:
        say("chosen open_window on", threading.current_thread().name)
        raise WavizedError("There is no display")

    def open_review(self) -> None:
        say("chosen open_review")

    def open_library(self) -> None:
        say("chosen open_library")

    def quit(self) -> None:
        say("chosen quit")


class Program:
    """One icon and its status."""

    def __init__(self) -> None:
        self.status = Status(DaemonState.WATCHING, library="/library", watching=("/in",))
        self.broken = False
        self.icon = TrayIcon(
            self.get_status, Commands(), tell=lambda message, hint: say("told", message), dock_seconds=0.2
        )

    def get_status(self) -> Status:
        if self.broken:
            raise OSError("The journal is closed")
        return self.status

    def obey(self) -> None:
        """Runs on a thread of its own until `stop`."""
        for line in sys.stdin:
            if line.strip() == "stop":
                self.icon.stop()
                return
            if line.startswith("notify "):
                self.icon.notify("The library is away", line.removeprefix("notify ").strip())
                continue
            self.broken = line.strip() == "break"
            if not self.broken:
                self.status = Status(**json.loads(line))
            self.icon.update()


if __name__ == "__main__":
    program = Program()
    signal.signal(signal.SIGTERM, lambda *_: program.icon.stop())
    obeying = threading.Thread(target=program.obey, name="obeying", daemon=True)
    obeying.start()
    before = signal.getsignal(signal.SIGINT)
    try:
        program.icon.run()
        say("ended")
    except TrayUnavailableError as error:
        say("unavailable", error)
    say("threads", *sorted(thread.name for thread in threading.enumerate() if thread is not obeying))
    say("interrupt", "kept" if signal.getsignal(signal.SIGINT) is before else "lost")
