"""The window's door, pages and rules on a real socket, as a browser meets them."""

from __future__ import annotations

import socket
import threading

import pytest

from support.house import SteppingClock
from support.visitor import Visitor
from wavized.clock import SystemClock
from wavized.window.app import build_app, closed_routes, page_routes, status_route
from wavized.window.security import MAX_BODY_BYTES, MOST_AT_ONCE, MOST_FAILURES, MOST_PER_SECOND
from wavized.window.server import LocalServer
from wavized.window.sessions import Sessions
from wavized.window.throttle import Throttle


class Place:
    """A server with pages in a folder of its own; `start` may be called again after `stop`."""

    def __init__(self, folder):
        self.folder = folder
        self.start()

    def start(self):
        self.sessions = Sessions(self.folder / "sessions.json", SystemClock())
        self.server = LocalServer(port_file=self.folder / "window-port", sessions=self.sessions)
        self.port = self.server.port
        routes = [
            status_route(lambda: {"state": "watching"}),
            *page_routes(lambda: {"setup": False}, self.sessions, self.address, self.port),
        ]
        self.server.start(build_app(routes))

    def stop(self):
        self.server.stop()

    def address(self, page=""):
        return f"http://127.0.0.1:{self.port}/enter?ticket={self.sessions.ticket()}" + (
            f"#/{page}" if page else ""
        )

    def guest(self):
        """A browser that was let in."""
        guest = Visitor(self.port)
        assert guest.enter(self.address()).status == 303
        return guest

    def by_token(self, method, path, body=None):
        return Visitor(self.port).ask(method, path, body, Authorization=f"Bearer {self.server.token}")


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def test_a_ticket_becomes_a_cookie_that_opens_the_page(place):
    """The address works once; the cookie is out of reach for scripts and other sites."""
    address = place.address("review")
    guest = Visitor(place.port)
    answer = guest.enter(address)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said and "samesite=strict" in said and "path=/" in said
    page = guest.ask("GET", "/")
    assert page.status == 200 and b'<div id="app">' in page.body
    assert guest.ask("GET", "/api/status").json == {"state": "watching"}
    again = Visitor(place.port).enter(address)
    assert again.status == 403 and b"wavized open" in again.body and "set-cookie" not in again.headers


def test_without_a_login_there_is_a_friendly_refusal(place):
    """A page for people, JSON for programs; the page's style may be seen by all."""
    stranger = Visitor(place.port)
    page = stranger.ask("GET", "/")
    assert page.status == 403 and b"Please open it again" in page.body
    assert stranger.ask("GET", "/api/status").status == 401
    assert stranger.ask("GET", "/api/about").status == 401
    assert stranger.ask("POST", "/static/app.js").status == 401
    assert stranger.ask("GET", "/static/style.css").status == 200
    assert Visitor(place.port, cookie=f"wavized-{place.port}=guess").ask("GET", "/").status == 403


def test_only_commands_of_this_user_get_tickets(place):
    """A page cannot let others in."""
    assert place.guest().ask("POST", "/api/tickets", {}).status == 401
    answer = place.by_token("POST", "/api/tickets", {"page": "filed"})
    assert answer.json["url"].endswith("#/filed")
    assert Visitor(place.port).enter(answer.json["url"]).status == 303
    for page in ("../x", "<img>", "a" * 30, 5):
        assert place.by_token("POST", "/api/tickets", {"page": page}).status == 400


def test_every_answer_carries_the_strict_headers(place):
    """Pages, files, errors, refusals and redirects alike."""
    guest, stranger = place.guest(), Visitor(place.port)
    answers = [
        guest.ask("GET", "/"),
        guest.ask("GET", "/static/app.js"),
        guest.ask("GET", "/nowhere"),
        guest.ask("GET", "/api/status", Host="evil.example"),
        stranger.ask("GET", "/api/status"),
        stranger.ask("GET", "/enter"),
        guest.enter(place.address()),
    ]
    assert [answer.status for answer in answers] == [200, 200, 404, 403, 401, 403, 303]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers
    assert guest.ask("GET", "/api/status").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Length": str(MAX_BODY_BYTES + 1)}, 413),
    ],
)
def test_a_cookie_is_of_no_use_to_other_sites(place, headers, status):
    """Another page that makes the browser ask is refused, although the cookie comes along."""
    assert place.guest().ask("POST", "/api/status", **headers).status == status


def test_a_link_from_elsewhere_opens_the_door_but_nothing_else(place):
    """A ticket is proof enough, wherever it is clicked."""
    path = place.address().split(str(place.port), 1)[1]
    assert Visitor(place.port).ask("GET", path, Sec_Fetch_Site="cross-site").status == 303
    assert place.guest().ask("GET", "/", Sec_Fetch_Site="cross-site").status == 403


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/"],
)
def test_only_the_pages_own_files_are_given_out(place, path):
    """No path leads out of the folder of static files."""
    assert place.guest().ask("GET", path).status == 404


def test_an_open_page_is_let_in_after_a_restart(place):
    """Same port, same cookie, another token."""
    guest, token, port = place.guest(), place.server.token, place.port
    place.stop()
    place.start()
    assert place.port == port and place.server.token != token
    assert guest.ask("GET", "/").status == 200
    assert Visitor(port).ask("GET", "/api/status", Authorization=f"Bearer {token}").status == 401


def test_a_port_taken_by_another_is_given_up(place):
    """Wavized starts all the same, elsewhere, and remembers that."""
    place.stop()
    taken = place.port
    with socket.create_server(("127.0.0.1", taken)):
        place.start()
        assert place.port != taken
    moved = place.port
    place.stop()
    place.start()
    assert place.port == moved


@pytest.mark.parametrize("text", ["", "x", "80", "-5", "99999999", "\x00"])
def test_a_damaged_port_file_is_no_hindrance(tmp_path, text):
    """Any free port will do."""
    (tmp_path / "window-port").write_text(text)
    made = Place(tmp_path)
    made.stop()
    assert made.port >= 1024


def test_what_is_served_can_change_while_pages_are_open(place):
    """The cookie stays good; the next request meets the new desk."""
    guest = place.guest()
    place.server.use(build_app(closed_routes("Wavized is stopping", "Start it again")))
    answer = guest.ask("GET", "/api/status")
    assert answer.status == 409 and answer.json["error"] == "Wavized is stopping"


def test_guessing_is_slowed_down_and_keeps_nobody_else_out(place):
    """After many wrong logins the stranger is told to wait; whoever has a login is not."""
    stranger, guest = Visitor(place.port), place.guest()
    seen = {stranger.ask("GET", "/api/status").status for _ in range(MOST_FAILURES + 30)}
    assert seen == {401, 429}
    assert guest.ask("GET", "/api/status").status == 200
    assert Visitor(place.port).enter(place.address()).status == 303


def test_a_page_gone_mad_is_slowed_down():
    """More requests than any page makes are refused until time has passed."""
    clock = SteppingClock()
    throttle = Throttle(MOST_AT_ONCE, MOST_PER_SECOND)
    admitted = sum(throttle.admits(clock.now()) for _ in range(3000))
    assert MOST_AT_ONCE <= admitted < 3000


def test_an_idle_server_sleeps(tmp_path):
    """Its thread waits for a request or for the end, without a clock of its own."""
    place = Place(tmp_path)
    place.guest()
    loop = place.server._server._loop
    done = threading.Event()
    timers = []
    loop.call_soon_threadsafe(lambda: (timers.extend(loop._scheduled), done.set()))
    assert done.wait(60)
    place.stop()
    # only a connection that was kept alive may still be waited for; uvicorn's own tick would come each 0.1 s
    assert all(timer.when() - loop.time() > 0.5 or timer.cancelled() for timer in timers)
    assert not place.server._thread.is_alive()


def test_a_server_that_never_served_can_be_stopped(tmp_path):
    """A start that fails half-way leaves nothing behind."""
    server = LocalServer(port_file=tmp_path / "window-port")
    server.stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
