"""Splice's folders as `config init` proposes them and `doctor` tells of them, in a made home with Wine."""

from __future__ import annotations

import json
import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the made home is one of Linux")


@pytest.fixture
def home(program):
    """Splice in Wine: one account's folder is there, the other's on a drive that is unplugged."""
    home = program.place / "home"
    user = home / ".wine/drive_c/users/me"
    (user / "Documents/Splice/sounds/packs/Neuro").mkdir(parents=True)
    (user / "Documents/Splice/backup/sounds/packs").mkdir(parents=True)
    settings = user / "AppData/Roaming/com.splice.Splice/users/default/other/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_bytes(json.dumps({"splice_folder": "E:\\Splice"}).encode("utf-16"))
    program.environment |= {"HOME": str(home)}
    program.environment.pop("WINEPREFIX", None)
    program.config.unlink()
    return user


def test_a_first_config_watches_what_is_there_and_names_what_is_not(program, home):
    """The drive may come back; it is the user's to add."""
    run = program.run("config", "init", "--config", str(program.config), "--library", str(program.library))
    assert run.returncode == 0, run.stderr
    packs = home / "Documents/Splice/sounds/packs"
    assert f"watches: {packs} (Splice (where Splice puts its samples by default))" in run.stdout
    assert "dosdevices/e:/Splice, which is not there now" in run.stdout
    assert str(packs) in program.config.read_text() and "dosdevices" not in program.config.read_text()


def test_doctor_tells_the_same(program, home):
    """Watched is in order, unplugged is worth knowing."""
    program.run("config", "init", "--config", str(program.config), "--library", str(program.library))
    told = [
        one for one in program.json("doctor", "--config", str(program.config)) if one["about"] == "splice"
    ]
    assert [one["grade"] for one in told] == ["ok", "note"]
    assert "is watched" in told[0]["found"] and "not there now" in told[1]["found"]
    program.write_config()
    told = [
        one for one in program.json("doctor", "--config", str(program.config)) if one["about"] == "splice"
    ]
    assert [one["grade"] for one in told] == ["note", "note"]
