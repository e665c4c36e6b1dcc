"""Tells systemd how the program is doing (sd_notify(3)): ready, still alive, stopping. Silent elsewhere.

Its thread `alive` runs only where the unit has a watchdog, and wakes twice in its time. Who started this
process is forgotten at once, so that no process of ours speaks in its place.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, MutableMapping

log = logging.getLogger(__name__)

_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Supervisor:
    """Whoever started this process and wants to hear of it; `is_there` is false where nobody does.

    `trouble` answers, on the thread `alive`, which part of the program hangs: empty where none does.
    """

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        address, interval, pid = (environ.pop(name, "") for name in _VARIABLES)
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        meant = not pid or pid == str(os.getpid())
        self._seconds = int(interval) / 1e6 if interval.isdecimal() and meant else 0.0
        self.trouble: Callable[[], str] = str
        self._ended = threading.Event()
        self._leaving = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_there(self) -> bool:
        """Whether anybody listens."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        """It does its work now and is watched from here on. May be said again with another status."""
        self._say("READY=1", f"STATUS={status}")
        if self.is_there and self._seconds and self._thread is None:
            self._thread = threading.Thread(target=self._keep_telling, name="alive", daemon=True)
            self._thread.start()

    def stopping(self) -> None:
        """The program is about to leave. Said once, before any thread that asks for it goes on."""
        with self._leaving:
            if self._ended.is_set():
                return
            self._ended.set()
            self._say("STOPPING=1", "STATUS=Stopping")

    def _keep_telling(self) -> None:
        """Twice in the time that systemd gives, unless something hangs: then it shall start us anew."""
        said = ""
        while not self._ended.wait(self._seconds / 2):
            trouble = self.trouble()
            if not trouble:
                self._say("WATCHDOG=1")
            elif trouble != said:
                log.error("Wavized hangs: %s", trouble)
                self._say(f"STATUS=Hangs: {trouble}")
            said = trouble

    def _say(self, *lines: str) -> None:
        if sys.platform != "win32" and self._address:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as letter:
                    letter.settimeout(1.0)  # a full queue must not hold us up
                    letter.sendto("\n".join(lines).encode(), self._address)
            except OSError as error:
                log.debug("systemd cannot be told %s: %s", lines, error)
