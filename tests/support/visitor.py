"""A browser's side of the window, without a browser: one request at a time, cookies and streams by hand."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Visitor:
    """Speaks to one port; sends the cookie it was given, if any."""

    port: int
    cookie: str = ""
    streams: list[http.client.HTTPConnection] = field(default_factory=list)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request; a body goes as JSON."""
        connection = self._connection()
        try:
            self._send(connection, method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def enter(self, address: str) -> Answer:
        """Follow a one-time address and keep the cookie."""
        parts = urlsplit(address)
        answer = self.ask("GET", f"{parts.path}?{parts.query}")
        given = answer.headers.get("set-cookie")
        if given:
            self.cookie = given.partition(";")[0]
        return answer

    def listen(self) -> Iterator[tuple[str, Any]]:
        """The events of one stream, until it ends."""
        connection = self._connection()
        self.streams.append(connection)
        self._send(connection, "GET", "/api/events", None, {})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return _events(answer)

    def close(self) -> None:
        """Leave all streams."""
        for connection in self.streams:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: object,
        headers: dict[str, str],
    ) -> None:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        if method == "POST":
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, path, None if body is None else json.dumps(body), sent)


def _events(answer: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    kind = ""
    with answer:
        while line := answer.readline():
            word, _, rest = line.decode("ascii").rstrip("\n").partition(": ")
            if word == "event":
                kind = rest
            elif word == "data":
                yield kind, json.loads(rest)
