"""Who has opened the window: tickets that work once, and the cookies they were exchanged for.

Of a cookie only the hash is kept, in a file of the user's alone, so that an open page is still let in after a
restart. Any thread may call.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
from pathlib import Path

from wavized.config.private import write_private
from wavized.ports import Clock

log = logging.getLogger(__name__)

TICKET_SECONDS = 60.0
SESSION_SECONDS = 30 * 24 * 3600.0
MOST_SESSIONS = 20
"""Pages signed in at once; a new one takes the place of the one that ends first."""
_MOST_TICKETS = 100


class Sessions:
    """Tickets live in memory, sessions in `file`; one that cannot be read is as if it were empty."""

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._tickets: dict[str, float] = {}
        self._sessions = _read(file)
        self._place = ""

    def belong_to(self, port: int) -> None:
        """From now on only cookies given out at this port let in.

        Browsers send them to whoever listens there. Another user may have taken the port meanwhile, and would
        come with them to the one that is used instead.
        """
        self._place = f"{port} "

    def ticket(self) -> str:
        """A new ticket, good for one entry within a minute."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            now = self._clock.monotonic()
            valid = [(kept, until) for kept, until in self._tickets.items() if until > now]
            self._tickets = dict(valid[-(_MOST_TICKETS - 1) :])
            self._tickets[_hash(ticket)] = now + TICKET_SECONDS
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """Exchange a ticket for a new session's secret; None where it is unknown, used or too old."""
        with self._lock:
            if self._tickets.pop(_hash(ticket), 0.0) <= self._clock.monotonic():
                return None
            secret = secrets.token_urlsafe(32)
            until = self._clock.now() + SESSION_SECONDS
            self._sessions = {**self._valid(), _hash(self._place + secret): until}
            for ending in sorted(self._sessions, key=self._sessions.__getitem__)[:-MOST_SESSIONS]:
                del self._sessions[ending]
            self._write()
        return secret

    def knows(self, secret: str) -> bool:
        """Whether a page with this cookie was let in and may still be."""
        # What is looked up is a hash, so the time it takes tells nothing of the secrets.
        return self._sessions.get(_hash(self._place + secret), 0.0) > self._clock.now()

    def _valid(self) -> dict[str, float]:
        now = self._clock.now()
        return {digest: until for digest, until in self._sessions.items() if until > now}

    def _write(self) -> None:
        try:
            write_private(self._file, json.dumps(self._sessions).encode())
        except OSError as error:
            log.warning("Open pages will have to be opened anew after a restart: %s", error)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _read(file: Path) -> dict[str, float]:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {str(digest): float(until) for digest, until in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
