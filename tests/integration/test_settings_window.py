"""Settings in the window: what holds is told, a change reaches the file, and slips come back by key."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from support.asking import Asking
from wavized.config.load import load
from wavized.config.template import Suggestion, render
from wavized.window import settings


@dataclass(frozen=True)
class State:
    available: bool = True
    enabled: bool = False
    detail: str = "by hand"


class FakeAutostart:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.now = State()

    def status(self) -> State:
        return self.now

    def enable(self) -> None:
        self.now = replace(self.now, enabled=True)

    def disable(self) -> None:
        self.now = replace(self.now, enabled=False)


@pytest.fixture
def config_file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(render(tmp_path / "lib", [Suggestion(tmp_path / "in")]))
    return path


@pytest.fixture
def changed():
    return []


@pytest.fixture
def ask(config_file, changed):
    model = {"id": "bass", "file_above": 0.9}
    return Asking(settings.routes(config_file, lambda: model, FakeAutostart(), lambda: changed.append(True)))


def test_everything_in_force_is_told_and_what_of_it_is_written(ask, config_file):
    """Defaults too; the model and the start at login beside them."""
    status, told = ask.get("/api/settings")
    assert status == 200
    assert (told["config"]["mode"], told["config"]["folders"]["808"]) == ("copy", "808")
    assert sorted(told["set"]) == ["library", "watch"]
    assert told["path"] == str(config_file) and told["model"]["id"] == "bass"
    assert told["autostart"] == {"available": True, "enabled": False, "detail": "by hand"}


def test_a_change_reaches_the_file_and_the_new_settings_come_back(ask, config_file, changed):
    """With a new digest, so that the next change fits; the daemon is told once."""
    digest = ask.get("/api/settings")[1]["digest"]
    status, told = ask.post("/api/settings", {"digest": digest, "changes": {"mode": "move"}})
    assert (status, told["config"]["mode"], sorted(told["set"])) == (
        200,
        "move",
        ["library", "mode", "watch"],
    )
    assert load(config_file).mode == "move" and changed == [True]
    body = {"digest": told["digest"], "changes": {"mode": "move"}}
    assert ask.post("/api/settings", body)[0] == 200 and changed == [True]
    assert ask.post("/api/settings", {"digest": digest, "changes": {"mode": None}})[0] == 409


def test_all_settings_sent_back_as_they_were_told_change_nothing(ask, config_file, changed):
    """A page may send more than was touched."""
    before = config_file.read_text()
    told = ask.get("/api/settings")[1]
    assert ask.post("/api/settings", {"digest": told["digest"], "changes": told["config"]}) == (200, told)
    assert config_file.read_text() == before and changed == []


def test_a_slip_comes_back_by_its_key(ask, config_file):
    """Beside the field where it belongs."""
    digest = ask.get("/api/settings")[1]["digest"]
    status, refused = ask.post("/api/settings", {"digest": digest, "changes": {"file_above": 7}})
    assert status == 400
    assert refused["problems"] == [{"key": "file_above", "message": 'expected a number from 0 to 1, not "7"'}]


def test_a_broken_file_is_told_by_its_lines(ask, config_file):
    """Before a change can make it worse."""
    config_file.write_text("library: x\nmode: burn\n")
    status, refused = ask.get("/api/settings")
    assert status == 400 and "config.yaml:2" in refused["problems"][0]["message"]
    assert ask.post("/api/settings", {"digest": "", "changes": {}})[0] == 409


@pytest.mark.parametrize(
    "body", [{}, {"digest": "x"}, {"digest": 5, "changes": {}}, {"digest": "x", "changes": []}]
)
def test_half_a_request_is_refused(ask, body):
    assert ask.post("/api/settings", body)[0] == 400


def test_starting_at_login_is_switched(ask):
    """Each answer is what holds then."""
    assert ask.post("/api/autostart", {"enabled": True})[1]["enabled"] is True
    assert ask.get("/api/autostart")[1]["enabled"] is True
    assert ask.post("/api/autostart", {"enabled": False})[1]["enabled"] is False
    assert ask.post("/api/autostart", {"enabled": "yes"})[0] == 400
