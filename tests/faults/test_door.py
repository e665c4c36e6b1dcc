"""The program and everybody else on this computer: who gets in, what they see, what they can hold up."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from starlette.responses import PlainTextResponse

from support.audio import write_tone
from support.packs import make_pack, tones
from support.program import Program
from support.stranger import connections, descriptors, send, spy, statuses, wait_until
from support.torture import Trial
from support.visitor import Visitor
from wavized.control.client import DaemonClient
from wavized.control.runtime import Runtime, write_runtime
from wavized.errors import NotRunningError
from wavized.window.security import MOST_AT_ONCE, Guard

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and sets user ids")

TELLS_ROUTES = """
import json, sys
from pathlib import Path
from wavized import reception
from wavized.cli.main import main

build = reception.build_app

def tell(routes):
    told = [[route.path, sorted(getattr(route, "methods", None) or ["GET", "HEAD"])] for route in routes]
    Path(sys.argv[1]).write_text(json.dumps(told))
    return build(routes)

reception.build_app = tell
sys.exit(main(sys.argv[2:]))
"""
"""The real program, which also writes down the table of routes it serves."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
OPEN = ("/static", "/enter")


class Door:
    """A running program, its port and token, and its routes as it has put them together itself."""

    def __init__(self, program: Program, table: Path) -> None:
        self.program = program
        self.state = program.place / "own" / "state" / "wavized"
        runtime = json.loads((self.state / "runtime.json").read_text())
        self.port, self.token = int(runtime["port"]), str(runtime["token"])
        self.routes: dict[str, set[str]] = {}
        for path, methods in json.loads(table.read_text()):
            path = path.replace("{job:int}", "1").replace("{rest:path}", "x")
            self.routes.setdefault(path, set()).update(methods)

    @property
    def own(self) -> dict[str, str]:
        """Headers of this user's commands."""
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, **headers: str) -> int:
        """The status of a request with an empty object as its body."""
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): word for name, word in headers.items()
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, "{}" if method not in ("GET", "HEAD") else None, sent)
            return connection.getresponse().status
        finally:
            connection.close()

    def is_open(self) -> bool:
        """Whether this user is answered."""
        return self.ask("GET", "/api/status", **self.own) == 200

    def visitor(self) -> Visitor:
        """A page that was let in."""
        address = self.program.run("open", "--print").stdout.strip()
        guest = Visitor(urlsplit(address).port or 0)
        assert guest.enter(address).status == 303
        return guest


@contextmanager
def running(place: Path, model: Path, *, first_run: bool = False) -> Iterator[Door]:
    """The program behind its door."""
    with Program(place, model) as program:
        table = place / "routes.json"
        if first_run:
            program.config.unlink()
        words = ["run", "--no-tray", "--config", str(program.config)]
        with program.log.open("ab") as log:
            program.daemon = subprocess.Popen(
                [sys.executable, "-c", TELLS_ROUTES, str(table), *words], env=program.environment, stderr=log
            )
        runtime = place / "own" / "state" / "wavized" / "runtime.json"
        program.wait(runtime.exists, "waited for the program to say where it is")
        yield Door(program, table)


@pytest.fixture(scope="module")
def door(tmp_path_factory, eager_model):
    with running(tmp_path_factory.mktemp("door"), eager_model) as made:
        yield made


@pytest.fixture(scope="module")
def first_door(tmp_path_factory, eager_model):
    with running(tmp_path_factory.mktemp("first"), eager_model, first_run=True) as made:
        yield made


@pytest.fixture(params=["door", "first_door"])
def each_door(request):
    """Of the daemon, and of the first run that asks for settings."""
    return request.getfixturevalue(request.param)


# --- every route ----------------------------------------------------------------------------------------


def test_every_route_asks_who_is_there(trial: Trial, each_door):
    """Every route of the program's own table is asked by every method, without a login or with a stale one"""
    door = each_door
    before = door.program.config.exists() and door.program.config.read_bytes()
    assert len(door.routes) > (25 if before else 10)
    forged = (
        {},
        {"Authorization": "Bearer stale-token-of-a-former-start"},
        {"Cookie": f"wavized-{door.port}=stale"},
        {"Cookie": f'wavized-{door.port}="; wavized-{door.port}={door.token}'},
    )
    for path in door.routes:
        for method in METHODS:
            for headers in forged:
                status = door.ask(method, f"{path}/app.js" if path == "/static" else path, **headers)
                trial.count()
                if path.startswith(OPEN) and method in ("GET", "HEAD"):
                    assert status in (200, 403), (method, path, status)
                else:
                    assert status in (401, 429) or (path == "/" and status == 403), (method, path, status)
    assert door.is_open()
    assert (door.program.config.exists() and door.program.config.read_bytes()) == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "[::1]"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=application/json"}, 415),
        ({"Content-Length": "65537"}, 413),
    ],
)
def test_no_route_is_there_for_another_page(trial: Trial, each_door, headers, status):
    """Every route is asked with this user's own login as another page, a rebound name or a form would"""
    for path, methods in each_door.routes.items():
        for method in methods & {"GET", "POST"}:
            if status != 403 and method == "GET" and "Content-Length" not in headers:
                continue
            if path == "/enter" and "Sec-Fetch-Site" in headers:
                continue  # a link to the door may come from anywhere
            trial.count()
            assert each_door.ask(method, path, **each_door.own, **headers) == status, (method, path)
    assert each_door.is_open()


def test_unknown_methods_and_paths_change_nothing(trial: Trial, door):
    """With a login, odd methods and paths out of the folder of files are refused and nothing breaks"""
    for path, methods in door.routes.items():
        for method in set(METHODS) - methods - {"HEAD"} if path != "/static" else ():
            trial.count()
            status = door.ask(method, path, **door.own)
            assert status in (404, 405), (method, path, status)
    outside = (
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/security.py",
        "/..%2f..%2fsecurity.py",
        "/%00",
        "//etc/passwd",
    )
    for path in (*outside, "/....//security.py", "/..%5csecurity.py", "/%2fetc%2fpasswd", f"/{'a' * 5000}"):
        trial.count()
        assert door.ask("GET", f"/static{path}", **door.own) in (404, 405), path
        assert door.ask("GET", f"/static{path}") in (404, 405), path
    for number in ("0", "-1", "9" * 30, "1e3", "%2e%2e", "1/../../x"):
        for what in ("", "/audio", "/waveform", "/spectrogram"):
            trial.count()
            assert door.ask("GET", f"/api/jobs/{number}{what}", **door.own) == 404


# --- shapes of requests ---------------------------------------------------------------------------------

SHAPES = {
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n",
    "two hosts": b"GET /api/status HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n{auth}\r\n",
    "no host": b"GET /api/status HTTP/1.1\r\n{auth}\r\n",
    "no host, old": b"GET /api/status HTTP/1.0\r\n{auth}\r\n",
    "a foreign target": b"GET http://evil.example/api/status HTTP/1.1\r\nHost: {host}\r\n{auth}\r\n",
    "two lengths": b"POST /api/pause HTTP/1.1\r\nHost: {host}\r\n{auth}{json}Content-Length: 2\r\n"
    b"Content-Length: 50\r\n\r\n{}",
    "length and chunks": b"POST /api/pause HTTP/1.1\r\nHost: {host}\r\n{auth}{json}Content-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "odd chunks": b"POST /api/pause HTTP/1.1\r\nHost: {host}\r\n{auth}{json}"
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a length with a sign": b"POST /api/pause HTTP/1.1\r\nHost: {host}\r\n{auth}{json}"
    b"Content-Length: +2\r\n\r\n{}",
    "an endless length": b"POST /api/pause HTTP/1.1\r\nHost: {host}\r\n{auth}{json}Content-Length: "
    + b"9" * 6000
    + b"\r\n\r\n{}",
    "a folded header": b"GET /api/status HTTP/1.1\r\nHost: {host}\r\nX: y\r\n {auth}\r\n",
    "a space before the colon": b"POST /api/pause HTTP/1.1\r\nHost: {host}\r\n{auth}{json}"
    b"Content-Length : 2\r\n\r\n{}",
    "bare line feeds in a header": b"GET /api/status HTTP/1.1\r\nHost: {host}\r\nX: a\rb\r\n{auth}\r\n",
    "a null in a header": b"GET /api/status HTTP/1.1\r\nHost: {host}\r\nX: a\0b\r\n{auth}\r\n",
    "no version": b"GET /api/status\r\n\r\n",
    "version 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "connect": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: {host}\r\n{auth}\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: {host}\r\n{auth}\r\n",
    "letters in the target": "GET /api/stätus HTTP/1.1\r\nHost: {host}\r\n{auth}\r\n".encode("latin-1"),
    "headers without end": b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X: " + b"y" * 200_000,
    "100,000 headers": b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
    "a cookie of 50 KB": b"GET /api/status HTTP/1.1\r\nHost: {host}\r\nCookie: "
    + b"a=b; " * 10_000
    + b"\r\n\r\n",
    "a web socket": b"GET /api/events HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "an upgrade": b"GET /api/status HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_malformed_requests_are_turned_away(trial: Trial, door, shape):
    """Malformed, ambiguous and oversize requests get no answer that tells or does anything"""
    paused = door.program.status()["state"]
    request = SHAPES[shape]
    for word, meant in (
        (b"{host}", f"127.0.0.1:{door.port}"),
        (b"{auth}", f"Authorization: Bearer {door.token}\r\n"),
        (b"{json}", "Content-Type: application/json\r\n"),
    ):
        request = request.replace(word, meant.encode())
    if b"Authorization" in request:
        request = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
    answer = send(door.port, request)
    trial.count()
    assert all(400 <= status < 500 for status in statuses(answer)), answer
    assert len(statuses(answer)) <= 1, "a second request was seen in what is one"
    assert b'"pid"' not in answer
    assert door.is_open()
    assert door.program.status()["state"] == paused


def test_a_request_hidden_in_the_body_of_another_is_not_answered(trial: Trial, door):
    """A body that was refused unread is no request of its own, though it looks like one with a login"""
    hidden = (
        f"POST /api/pause HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer {door.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )
    for heads in ("Content-Type: text/plain\r\n", "Content-Type: application/json\r\n"):
        request = (
            f"POST /api/resume HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\n{heads}"
            f"Content-Length: {len(hidden)}\r\n\r\n{hidden}"
        )
        answer = send(door.port, request.encode())
        trial.count()
        assert len(statuses(answer)) == 1
        assert statuses(answer)[0] in (401, 415, 429)
    assert door.program.status()["state"] == "watching"


# --- many at once ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [b"", b"GET / HTTP/1.1\r\nHost: "], ids=["silent", "slow"])
def test_strangers_cannot_use_the_program_up(trial: Trial, door, words):
    """1,000 connections that never finish a request: the user is answered, samples are filed"""
    guest = door.visitor()
    events = guest.listen()
    next(events)
    pid = door.program.daemon.pid
    before = descriptors(pid)
    count = trial.times(300, 1000)
    with connections(door.port, count, words) as opened:
        trial.count(count)
        most = descriptors(pid)
        assert most < before + 150
        assert guest.ask("GET", "/api/status").status == 200
        assert door.is_open()
        assert door.program.run("status").returncode == 0
        name = f"sub {len(words)}.wav"
        write_tone(door.program.inbox / name, frequency=55.0 + len(words))
        door.program.wait(lambda: name in door.program.states(), "waited for the sample to be seen")
        assert next(kind for kind, _ in events if kind == "jobs")
        assert len(opened) > count / 2
    wait_until(lambda: descriptors(pid) <= before + 5, "the descriptors came back")
    trial.note(f"{before} descriptors before, {most} at most, {descriptors(pid)} after")
    events.close()
    guest.close()


def test_a_slow_request_is_given_up(trial: Trial, door):
    """A header or a body that comes a byte at a time is cut off after some seconds, however it goes on"""
    body = (
        f"POST /api/pause HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer {door.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"
    )
    header = connections(door.port, 1, b"GET / HTTP/1.1\r\nX: ")
    with header as first, connections(door.port, 1, body.encode()) as second:
        for connection in first + second:
            trial.count()
            wait_until(lambda one=connection: drips_in_vain(one), "the slow request was given up")
    assert door.program.status()["state"] == "watching"


def drips_in_vain(connection: socket.socket) -> bool:
    """Send one more byte; whether nobody takes it any more."""
    try:
        connection.sendall(b" ")
        connection.settimeout(0.2)
        return connection.recv(1000) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_strangers_do_not_use_up_the_users_share(trial: Trial):
    """What is open to all is asked for until that is refused: this user is answered, the door opens"""
    guard = Guard(PlainTextResponse("inside"), token="secret", port=7)

    def ask(path: str, *headers: tuple[bytes, bytes]) -> int:
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": [(b"host", b"127.0.0.1:7"), *headers],
        }
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        asyncio.run(guard(scope, None, send))
        trial.count()
        return int(str(sent[0]["status"]))

    for _ in range(100 * MOST_AT_ONCE):  # the share grows again meanwhile
        if ask("/static/icon.svg") == 429:
            break
    assert ask("/static/icon.svg") == 429
    assert ask("/api/status", (b"authorization", b"Bearer secret")) == 200
    assert ask("/enter") == 200


def test_strangers_do_not_fill_the_log(trial: Trial, door):
    """Refused and malformed requests leave a line a second at most"""
    log = door.state / "log" / "wavized.log"
    before = log.stat().st_size
    count = trial.times(300, 3000)
    for number in range(count):
        if number % 2:
            door.ask("GET", f"/api/{number}%0aWARNING%20forged")
        else:
            send(door.port, b"nonsense\r\n\r\n")
    trial.count(count)
    assert log.stat().st_size - before < 20_000 + 100 * count / 10
    assert "\nWARNING forged" not in log.read_text()


def test_pages_are_limited_and_come_back(trial: Trial, door):
    """More open pages than allowed are refused in words, and one that is closed makes room"""
    guest = door.visitor()
    streams = [guest.listen() for _ in range(32)]
    for stream in streams:
        next(stream)
        trial.count()
    assert guest.ask("GET", "/api/events").status == 503
    streams.pop().close()
    guest.streams.pop().close()

    def has_room() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=60)
        connection.request("GET", "/api/events", headers={"Cookie": guest.cookie})
        status = connection.getresponse().status
        connection.close()
        return status == 200

    wait_until(has_room, "a closed page made room")
    for stream in streams:
        stream.close()
    guest.close()


def test_a_ticket_is_no_use_twice(trial: Trial, door):
    """A ticket that was used, changed or guessed opens nothing; nor does a cookie under another name"""
    address = door.program.run("open", "--print").stdout.strip()
    path = f"/enter?{urlsplit(address).query}"
    guest = Visitor(door.port)
    assert guest.enter(address).status == 303
    for again in (path, path[:-1], f"{path}x", "/enter", "/enter?ticket=", f"/enter?ticket={door.token}"):
        trial.count()
        answer = Visitor(door.port).ask("GET", again)
        assert answer.status == 403 and "set-cookie" not in answer.headers
    secret = guest.cookie.partition("=")[2]
    for cookie in (f"wavized={secret}", f"wavized-1={secret}", f"Wavized-{door.port}={secret}"):
        assert door.ask("GET", "/api/status", Cookie=cookie) in (401, 429)
    assert door.ask("POST", "/api/tickets", Cookie=guest.cookie) in (401, 429), "a page cannot let others in"


# --- another user ---------------------------------------------------------------------------------------


@pytest.fixture
def public_place():
    """A folder that everybody may enter, unlike pytest's."""
    place = Path(tempfile.mkdtemp(prefix="wavized-door-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def own_tree(place: Path) -> list[Path]:
    """Every folder of the program's own and everything in them."""
    tops = [path for path in (place / "own").rglob("wavized") if path.is_dir()]
    return sorted({*tops, *(path for top in tops for path in top.rglob("*"))})


def live_a_life(program: Program) -> None:
    """Everything that leaves a file: filing, an archive, the window, previews, corrections, a sort."""
    for number in range(3):
        write_tone(program.inbox / f"sub {number}.wav", frequency=50.0 + number)
    make_pack(program.inbox / "pack.zip", tones(program.place, "a/reese.wav", "a/acid.wav"))
    program.wait_until_at_rest(5)
    address = program.run("open", "--print").stdout.strip()
    guest = Visitor(urlsplit(address).port or 0)
    assert guest.enter(address).status == 303
    for job in guest.ask("GET", "/api/jobs?limit=5").json["jobs"]:
        for what in ("waveform", "spectrogram", "audio"):
            assert guest.ask("GET", f"/api/jobs/{job['id']}/{what}").status == 200
    digest = guest.ask("GET", "/api/settings").json["digest"]
    assert guest.ask("POST", "/api/settings", {"digest": digest, "changes": {"batch_size": 4}}).status == 200
    assert program.run("correct", "1", "sub").returncode == 0
    assert program.run("undo", "1").returncode == 0
    assert program.run("autostart", "enable", "--config", str(program.config)).returncode in (0, 1)
    program.run("doctor", "--config", str(program.config))
    more = program.place / "more"
    more.mkdir()
    write_tone(more / "reese.wav", frequency=77.0)
    assert program.run("sort", str(more), "--config", str(program.config)).returncode == 0


def modes(place: Path) -> dict[str, str]:
    """What is open to others, by path; the passing copies of archives lie in folders that are closed."""
    found = {}
    for path in own_tree(place):
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) or ("packs" in path.parts and path.is_file()):
            continue
        if stat.S_IMODE(status.st_mode) & 0o077:
            found[str(path.relative_to(place))] = oct(status.st_mode)
    return found


def test_nobody_else_gets_at_anything(trial: Trial, public_place, eager_model):
    """After a whole life with umask 000 every file of the program's own is 0600 and every folder 0700"""
    before = os.umask(0)
    try:
        with Program(public_place, eager_model) as program:
            program.start()
            live_a_life(program)
            assert modes(public_place) == {}
            found = own_tree(public_place)
            names = {path.name for path in found}
            assert {"journal.db-wal", "runtime.json", "sessions.json", "wavized.log", "previews"} <= names
            trial.count(len(found))
            if os.geteuid() == 0:
                look_as_another_user(program, found)
            assert program.stop() == 0
            assert modes(public_place) == {}
            starts = public_place / "own" / "config"
            assert not [path for path in starts.rglob("*") if path.is_file() and path.stat().st_mode & 0o022]
    finally:
        os.umask(before)


def look_as_another_user(program: Program, found: list[Path]) -> None:
    """A real other user reads, lists and writes nothing, and sees no secret in the list of processes."""
    daemon = psutil.Process(program.daemon.pid)
    pids = [daemon.pid, *(child.pid for child in daemon.children(recursive=True))]
    seen = spy(found, pids)
    assert seen["uid"] != 0
    assert (seen["read"], seen["listed"], seen["written"]) == ([], [], [])
    runtime = json.loads(next(path for path in found if path.name == "runtime.json").read_text())
    assert not [line for line in seen["environ"] if runtime["token"] in line or "ticket" in line]
    assert seen["environ"]


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o770], ids=oct)
def test_a_folder_that_was_open_is_closed(trial: Trial, program, mode):
    """State and log folders that others could enter, with files they could write, are closed at the start"""
    state = program.place / "own" / "state" / "wavized"
    (state / "log").mkdir(parents=True)
    for path in (state / "sessions.json", state / "window-port", state / "log" / "wavized.log"):
        path.write_text("{}")
        path.chmod(0o666)
    for folder in (state, state / "log"):
        folder.chmod(mode)
    program.start()
    trial.count()
    assert modes(program.place) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
@pytest.mark.parametrize("planted", [".", "sessions.json", "runtime.json", "journal.db", "log"])
def test_what_another_user_has_planted_is_refused(trial: Trial, program, planted):
    """A state folder, or a file in it, that is another user's is named and not used"""
    state = program.place / "own" / "state" / "wavized"
    state.mkdir(parents=True)
    path = state / planted
    if planted == "log":
        path.mkdir()
    elif planted != ".":
        path.write_text("{}")
    os.chown(path, 65534, 65534)
    done = program.run("run", "--no-tray", "--config", str(program.config))
    trial.count()
    assert done.returncode == 2
    assert "belongs to another user" in done.stderr
    assert str(path.resolve()) in done.stderr
    assert "Traceback" not in done.stderr


def test_links_in_the_state_folder_are_not_written_through(trial: Trial, program):
    """Links under the names of token, sessions and port are not written through"""
    state = program.place / "own" / "state" / "wavized"
    state.mkdir(parents=True)
    victims = []
    for name in ("runtime.json", "sessions.json", "window-port"):
        victim = program.place / f"victim of {name}"
        victim.write_text("precious")
        (state / name).symlink_to(victim)
        victims.append(victim)
    program.start()
    program.run("open", "--print")
    assert program.stop() == 0
    trial.count(len(victims))
    assert [victim.read_text() for victim in victims] == ["precious"] * 3


def test_a_temporary_name_laid_as_a_trap_is_not_followed(trial: Trial, tmp_path):
    """A link under the name that a secret is first written to is replaced, not followed"""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    trap = tmp_path / f"runtime.json.{os.getpid()}"
    trap.symlink_to(victim)
    write_runtime(tmp_path / "runtime.json", Runtime(1, 2, "secret"))
    trial.count()
    assert victim.read_text() == "precious"
    assert (tmp_path / "runtime.json").read_text().count("secret") == 1
    assert not trap.exists() and not trap.is_symlink()


# --- whoever takes the place of a program that is gone --------------------------------------------------


def test_a_command_tells_nothing_to_who_took_a_dead_daemons_port(trial: Trial, tmp_path):
    """A daemon was killed and another user listens where it did: no command speaks to it"""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with socket.create_server(("127.0.0.1", 0)) as impostor:
        write_runtime(tmp_path / "runtime.json", Runtime(dead.pid, impostor.getsockname()[1], "secret"))
        with pytest.raises(NotRunningError):
            DaemonClient.find(tmp_path / "runtime.json")
        impostor.setblocking(False)
        trial.count()
        with pytest.raises(BlockingIOError):
            impostor.accept()


def test_a_cookie_of_a_port_that_was_taken_is_worth_nothing(trial: Trial, program):
    """Another user took the port meanwhile and got the cookie of an open page: the next start refuses it"""
    program.start()
    address = program.run("open", "--print").stdout.strip()
    port = urlsplit(address).port or 0
    guest = Visitor(port)
    assert guest.enter(address).status == 303
    assert program.stop() == 0
    with socket.create_server(("127.0.0.1", port)):
        program.start()
        runtime = json.loads((program.place / "own/state/wavized/runtime.json").read_text())
        assert runtime["port"] != port
        secret = guest.cookie.partition("=")[2]
        thief = Visitor(runtime["port"], f"wavized-{runtime['port']}={secret}")
        trial.count()
        assert thief.ask("GET", "/api/status").status == 401


# --- its own children -----------------------------------------------------------------------------------


ODD_NAMES = ("--mode=move", "-rf", "--config=x", "$(touch pwned)", "a;b", "x\ny", "~root", "%s")


def test_names_of_folders_are_no_options_of_a_sort(trial: Trial, door):
    """Folders whose names look like options or commands are sorted as folders, each alone and all in one"""
    guest = door.visitor()
    place = door.program.place / "odd"
    names = ODD_NAMES if trial.full else ()
    for number, name in enumerate(ODD_NAMES):
        (place / name).mkdir(parents=True)
        write_tone(place / name / "--help.wav", frequency=60.0 + number)
    for folder in (*(place / name for name in names), place):
        answer = guest.ask("POST", "/api/sorts", {"folder": str(folder), "dry_run": False})
        assert answer.status == 200, answer.body
        door.program.wait(lambda: not guest.ask("GET", "/api/sorts/current").json["running"])
        told = guest.ask("GET", "/api/sorts/current").json
        trial.count()
        assert told["error"] is None, told
        assert told["counts"]["filed"] == (1 if folder != place else len(ODD_NAMES) - len(names)), told
    assert all((place / name / "--help.wav").is_file() for name in ODD_NAMES)
    assert not list(door.program.place.rglob("pwned"))
