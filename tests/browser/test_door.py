"""Who is let in, and what every answer says to the browser: asked by hand and with a real browser."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from support.visitor import Visitor as Asker

POLICY = "default-src 'none'"


@pytest.fixture
def program(stocked):
    return stocked


@pytest.fixture
def asker(program):
    """A stranger at the daemon's port, and a one-time address."""
    address = program.run("open", "--print").stdout.strip()
    return Asker(urlsplit(address).port), address


def test_a_wrong_or_used_ticket_is_refused_in_friendly_words(visitor, program):
    """The page says how to get in; the address that worked once does not work again."""
    address = program.run("open", "--print").stdout.strip()
    first = visitor.tab()
    first.goto(address)
    expect(first.get_by_role("heading", name="Now", exact=True)).to_be_visible()
    for path in (address, f"{urlsplit(address)._replace(query='ticket=guessed').geturl()}"):
        other = visitor.tab()
        answer = other.goto(path)
        assert answer.status == 403
        expect(other.get_by_role("heading", name="Please open it again")).to_be_visible()
        expect(other.get_by_text("wavized open")).to_be_visible()
        assert other.context.cookies() == []


def test_nobody_without_a_cookie_learns_anything(asker):
    """The page refuses in words, the interface with an error; a page's cookie makes no tickets."""
    guest, address = asker
    assert guest.ask("GET", "/").status == 403
    for path in (
        "/api/status",
        "/api/about",
        "/api/jobs",
        "/api/jobs/1/audio",
        "/api/settings",
        "/api/events",
    ):
        assert guest.ask("GET", path).status == 401, path
    assert guest.ask("POST", "/api/pause", {}).status == 401
    entered = guest.enter(address)
    assert entered.status == 303 and entered.headers["location"].startswith("/")
    flags = {word.strip().lower() for word in entered.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    assert guest.ask("GET", "/api/status").status == 200
    assert guest.ask("POST", "/api/tickets", {}).status == 401


def test_foreign_hosts_and_origins_are_refused_whatever_they_bring(asker):
    """A page of another site, or a name that was made to point here, gets nothing done."""
    guest, address = asker
    guest.enter(address)
    port = guest.port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil.example:{port}"):
        assert guest.ask("GET", "/api/status", Host=host).status == 403, host
    for origin in (
        "http://evil.example",
        "null",
        f"https://127.0.0.1:{port}",
        f"http://127.0.0.1:{port + 1}",
    ):
        assert guest.ask("POST", "/api/pause", {}, Origin=origin).status == 403, origin
    assert guest.ask("POST", "/api/pause", {}, Content_Type="text/plain").status == 415
    assert guest.ask("GET", "/api/status", Sec_Fetch_Site="cross-site").status == 403
    assert guest.ask("GET", "/api/status").json["state"] == "watching"


def test_every_kind_of_answer_has_the_strict_policy(asker):
    """Pages, files, JSON, sounds, pictures, refusals and errors."""
    guest, address = asker
    answers = [guest.ask("GET", "/"), guest.ask("GET", "/api/status"), guest.enter(address)]
    job = guest.ask("GET", "/api/jobs?states=filed&search=rolling").json["jobs"][0]["id"]
    paths = ("/", "/static/app.js", "/static/none.js", "/api/status", "/api/none", "/enter?ticket=wrong")
    paths += tuple(f"/api/jobs/{job}{what}" for what in ("", "/audio", "/waveform", "/spectrogram"))
    answers += [guest.ask("GET", path) for path in (*paths, "/api/jobs/99999999/audio")]
    answers += [
        guest.ask("GET", "/api/status", Host="evil.example"),
        guest.ask("POST", "/api/jobs/x/undo", {}),
    ]
    assert {answer.status for answer in answers} >= {200, 303, 401, 403, 404}
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith(POLICY)
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_sounds_are_given_by_number_and_never_by_path(asker, program):
    """Nothing but a sample's number leads to a file."""
    guest, address = asker
    guest.enter(address)
    secret = program.place / "config.yaml"
    paths = [f"/api/jobs/{secret}/audio", f"/api/jobs/1/audio/{secret}", "/api/jobs/../../config.yaml/audio"]
    paths += ["/api/jobs/%2e%2e/audio", "/api/jobs/-1/audio", "/static/../app.py", "/static/%2e%2e/app.py"]
    paths += [f"/static/{secret}", f"/static//{secret}", "/static/..%2fsecurity.py"]
    for path in paths:
        answer = guest.ask("GET", path)
        assert answer.status == 404, path
        assert b"library" not in answer.body and b"import" not in answer.body
