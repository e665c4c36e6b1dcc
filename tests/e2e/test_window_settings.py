"""Settings, sorting and starting at login asked of the real daemon over its interface."""

from __future__ import annotations

import pytest

from support.audio import write_tone
from wavized.control.client import DaemonClient
from wavized.errors import FilingError, UsageError


@pytest.fixture
def daemon(program):
    """The running daemon as a page sees it."""
    program.environment |= {"HOME": str(program.place)}
    program.start()
    return DaemonClient.find(program.place / "own/state/wavized/runtime.json")


def test_a_setting_changed_in_the_window_is_in_force(program, daemon):
    """The file is edited, the daemon takes it on, the model is told beside it."""
    told = daemon.get("/api/settings")
    assert told["model"]["file_above"] == 0.0 and told["autostart"]["enabled"] is False
    new = program.place / "new inbox"
    new.mkdir()
    watch = [*told["config"]["watch"], {"path": str(new)}]
    daemon.post("/api/settings", {"digest": told["digest"], "changes": {"watch": watch}})
    program.wait(lambda: str(new) in daemon.get("/api/status")["watching"])
    assert program.config.read_text().startswith(f"library: {program.library}\n")
    with pytest.raises(FilingError, match="edited meanwhile"):
        daemon.post("/api/settings", {"digest": told["digest"], "changes": {"mode": "move"}})
    with pytest.raises(UsageError):
        daemon.post("/api/settings", {"digest": "", "changes": []})


def test_a_folder_is_sorted_from_the_window_and_a_sort_ends_with_the_daemon(program, daemon):
    """One at a time; what was filed by it can be corrected by the daemon."""
    pack = program.place / "pack"
    for number in range(2):
        write_tone(pack / f"{number}.wav", frequency=50.0 + number)
    daemon.post("/api/sorts", {"folder": str(pack)})
    with pytest.raises(FilingError, match="running already"):
        daemon.post("/api/sorts", {"folder": str(pack)})
    program.wait(lambda: not daemon.get("/api/sorts/current")["running"])
    sort = daemon.get("/api/sorts/current")
    assert sort["error"] is None and sort["counts"]["filed"] == 2 and sort["total"] == 2
    assert (
        daemon.post(f"/api/jobs/{sort['rows'][0]['id']}/correct", {"category": "acid"})["category"] == "acid"
    )
    for number in range(300):
        write_tone(pack / f"more {number}.wav", frequency=100.0 + number)
    daemon.post("/api/sorts", {"folder": str(pack)})
    program.wait(lambda: daemon.get("/api/sorts/current")["done"] > 0)
    assert program.stop() == 0
    assert program.run("sort", str(pack), "--dry-run", "--config", str(program.config)).returncode == 0


def test_starting_at_login_is_switched_in_the_window(program, daemon):
    """The entry appears in this user's own folder, and goes again."""
    assert daemon.post("/api/autostart", {"enabled": True})["enabled"] is True
    status = program.json("autostart", "status", "--config", str(program.config))[0]
    assert status["enabled"] is True and "Another" not in status["detail"]
    daemon.post("/api/autostart", {"enabled": False})
    assert not list((program.place / "own/config").rglob("wavized.*"))
