"""The local interface on a real socket: who is let in, what is refused, how errors come back."""

from __future__ import annotations

import http.client
import json
import socket
from concurrent.futures import Future
from dataclasses import asdict

import pytest

from support.house import House
from wavized.control.client import DaemonClient
from wavized.control.runtime import Runtime
from wavized.domain.job import DaemonState, Job, Status
from wavized.errors import (
    FilingError,
    JournalError,
    LibraryUnavailableError,
    ModelUnusableError,
    NotRunningError,
    UsageError,
    WavizedError,
)
from wavized.services.describe import describe_job
from wavized.window.app import build_app, command_routes
from wavized.window.security import MAX_BODY_BYTES
from wavized.window.server import LocalServer


class FakeDaemon:
    """Answers at once; raises `trouble` instead where it is set."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.paused = False
        self.minutes: float | None = None
        self.trouble: Exception | None = None
        self.asked: list[tuple[str, int]] = []

    def tell(self) -> dict[str, object]:
        return asdict(Status(state=DaemonState.PAUSED if self.paused else DaemonState.WATCHING, pid=7))

    def pause(self, minutes: float | None = None) -> None:
        if self.trouble:
            raise self.trouble
        self.paused, self.minutes = True, minutes

    def resume(self) -> None:
        self.paused = False

    def correct(self, job_id: int, category: str) -> Future[Job]:
        return self._answer(category, job_id)

    def undo(self, job_id: int) -> Future[Job]:
        return self._answer("undo", job_id)

    def retry(self, job_id: int) -> Future[Job]:
        return self._answer("retry", job_id)

    def _answer(self, what: str, job_id: int) -> Future[Job]:
        self.asked.append((what, job_id))
        reply: Future[Job] = Future()
        if self.trouble:
            reply.set_exception(self.trouble)
        else:
            reply.set_result(self.job)
        return reply


@pytest.fixture
def daemon(tmp_path):
    with House(tmp_path) as house:
        yield FakeDaemon(house.file("reese.wav")[0])


@pytest.fixture
def server(daemon):
    made = LocalServer()
    made.start(build_app(command_routes(daemon, describe_job)))
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def client(server):
    return DaemonClient(Runtime(7, server.port, server.token))


def ask(server, method="GET", path="/api/status", *, body=None, **headers):
    """Status and decoded JSON of one request; a header given as None is left out."""
    sent = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request(
            method, path, body, {name: value for name, value in sent.items() if value is not None}
        )
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_the_token_opens_the_door(server):
    """With the token the status is told."""
    status, answer = ask(server)
    assert status == 200
    assert answer["state"] == "watching" and answer["pid"] == 7


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer \xe4\xf6"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": None}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Length": str(MAX_BODY_BYTES + 1)}, 413),
        ({"Transfer-Encoding": "chunked"}, 413),
    ],
)
def test_strangers_stay_outside(server, daemon, headers, refused):
    """No token, a wrong one, a foreign Host or Origin, too large a body: refused before anything is done."""
    status, answer = ask(server, "POST", "/api/pause", **headers)
    assert status == refused
    assert answer["error"]
    assert not daemon.paused


def test_the_page_of_this_very_server_may_ask(server):
    """Its own Origin is no stranger."""
    status, _ = ask(server, Origin=f"http://127.0.0.1:{server.port}")
    assert status == 200


@pytest.mark.parametrize("body", ["no json", "[1]", "{}", '{"category": 5}', "\x00", '"text"'])
def test_a_body_that_says_nothing_is_refused(server, daemon, body):
    """Neither nonsense nor a wrong type reaches the daemon."""
    status, answer = ask(server, "POST", "/api/jobs/1/correct", body=body)
    assert status == 400
    assert answer["error"]
    assert daemon.asked == []


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", 404),
        ("GET", "/api/jobs/1/undo", 405),
        ("POST", "/api/jobs/one/undo", 404),
        ("POST", "/api/jobs/-1/undo", 404),
        ("GET", "/../etc/passwd", 404),
    ],
)
def test_unknown_paths_are_refused_as_json(server, method, path, expected):
    """Whatever is asked for, the answer is JSON with an error."""
    status, answer = ask(server, method, path)
    assert status == expected
    assert answer["error"]


def test_pause_and_resume(client, daemon):
    """Each answers with the new status."""
    assert client.post("/api/pause")["state"] == "paused"
    assert daemon.paused
    assert daemon.minutes is None
    assert client.post("/api/resume")["state"] == "watching"


@pytest.mark.parametrize(
    ("body", "minutes"), [('{"minutes": 15}', 15.0), ('{"minutes": 0.5}', 0.5), ('{"minutes": null}', None)]
)
def test_a_pause_may_have_an_end(server, daemon, body, minutes):
    """The minutes reach the daemon; null is a pause until resumed."""
    status, _ = ask(server, "POST", "/api/pause", body=body)
    assert status == 200
    assert daemon.paused and daemon.minutes == minutes


@pytest.mark.parametrize(
    "minutes", ["0", "-1", "1440.1", "1e999", "-Infinity", "NaN", '"15"', "true", "[15]", "{}", "9" * 400]
)
def test_a_pause_of_no_sensible_length_is_refused(server, daemon, minutes):
    """It says what is possible, and nothing is paused."""
    status, answer = ask(server, "POST", "/api/pause", body=f'{{"minutes": {minutes}}}')
    assert status == 400
    assert "at most 1440 minutes" in answer["error"]
    assert not daemon.paused


def test_commands_reach_the_daemon_and_its_job_comes_back(client, daemon):
    """The job is told as history tells it."""
    assert client.post("/api/jobs/3/correct", {"category": "sub"}) == json.loads(
        json.dumps(describe_job(daemon.job))
    )
    client.post("/api/jobs/4/undo")
    client.post("/api/jobs/5/retry")
    assert daemon.asked == [("sub", 3), ("undo", 4), ("retry", 5)]


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (UsageError("no such sample", hint="look"), UsageError),
        (FilingError("it is gone", hint="look"), FilingError),
        (LibraryUnavailableError("no library", hint="look"), FilingError),
        (ModelUnusableError("no model", hint="look"), ModelUnusableError),
        (JournalError("no journal", hint="look"), WavizedError),
    ],
)
def test_an_error_comes_back_with_its_words_and_its_exit_code(client, daemon, raised, seen):
    """What the daemon says is what the user of the command reads."""
    daemon.trouble = raised
    with pytest.raises(seen) as caught:
        client.post("/api/jobs/1/undo")
    assert (caught.value.message, caught.value.hint) == (raised.message, raised.hint)
    assert caught.value.exit_code == raised.exit_code


def test_an_unforeseen_fault_is_told_too(client, daemon):
    """No naked status 500; the next request is served."""
    daemon.trouble = RuntimeError("out of luck")
    with pytest.raises(WavizedError, match="out of luck"):
        client.post("/api/jobs/1/undo")
    with pytest.raises(WavizedError, match="out of luck"):
        client.post("/api/pause")
    assert client.get("/api/status")["state"] == "watching"


def test_only_loopback_is_served(server):
    """The socket is bound to 127.0.0.1: another address of this machine finds nobody."""
    assert server._socket.getsockname()[0] == "127.0.0.1"
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", server.port), timeout=5):
        pass


def test_after_stop_nobody_answers(daemon):
    """The client says that Wavized does not run."""
    server = LocalServer()
    server.start(build_app(command_routes(daemon, describe_job)))
    server.stop()
    with pytest.raises(NotRunningError):
        DaemonClient(Runtime(7, server.port, server.token)).get("/api/status")
