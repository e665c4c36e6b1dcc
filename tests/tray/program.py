"""A program with nothing but a tray icon, driven over its standard input by the tests beside it.

Lines in: a status as JSON (with the extras of the tray, where they are given), `notify TEXT`, `break` (asking
for the status fails from now on) or `stop`.
Lines out: what was told and logged, what was chosen (and on which thread), and how `run` ended, with the
threads that are left.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from queue import SimpleQueue

from wavized.domain.job import DaemonState, Recent, Status
from wavized.errors import WavizedError
from wavized.services.notifications import Message
from wavized.tray.icon import TrayIcon, TrayUnavailableError
from wavized.tray.menu import Action, Choice, Extras, MenuModel, build


def say(*words: object) -> None:
    print(*words, flush=True)


class Program:
    """One icon and its status. Implements TrayOwner."""

    def __init__(self) -> None:
        self.status = Status(DaemonState.WATCHING, library="/library", watching=("/in",))
        self.extras = Extras()
        self.broken = False
        self.popups: SimpleQueue[Message] = SimpleQueue()
        self.icon = TrayIcon(self, dock_seconds=0.2)

    def model(self) -> MenuModel:
        if self.broken:
            raise OSError("The journal is closed")
        return build(self.status, self.extras)

    def messages(self) -> list[Message]:
        return [] if self.popups.empty() else [self.popups.get()]

    def patience(self) -> float | None:
        return None

    def choose(self, choice: Choice) -> None:
        about = choice.minutes if choice.sample is None else choice.sample.name
        say("chosen", choice.action, about, "on", threading.current_thread().name)
        if choice.action is Action.OPEN_WINDOW:
            raise WavizedError("There is no display")

    def tell(self, message: str, hint: str) -> None:
        say("told", message)

    def obey(self) -> None:
        """Runs on a thread of its own until `stop`."""
        for line in sys.stdin:
            if line.strip() == "stop":
                self.icon.stop()
                return
            if line.startswith("notify "):
                self.popups.put(Message("The library is away", line.removeprefix("notify ").strip()))
            else:
                self.broken = line.strip() == "break"
                if not self.broken:
                    self.take(json.loads(line))
            self.icon.update()

    def take(self, told: dict[str, object]) -> None:
        recent = tuple(Recent(*one) for one in told.pop("recent", ()))
        self.extras = Extras(**told.pop("extras", {}))
        self.status = Status(DaemonState(told.pop("state")), **told, recent=recent)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="logged %(message)s")
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
    ours = sorted(thread.name for thread in threading.enumerate() if thread is not obeying)
    say("threads", *ours)
    say("interrupt", "kept" if signal.getsignal(signal.SIGINT) is before else "lost")
