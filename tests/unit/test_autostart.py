"""Starting at login: each system's file says just what to run, and nothing is left behind."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wavized.autostart.choose import linux_autostart
from wavized.autostart.launchd import LaunchAgent, agent
from wavized.autostart.shape import AutostartError
from wavized.autostart.systemd import SystemdAutostart, exec_start, unit_text
from wavized.autostart.windows import APPROVED, LONGEST, RUN, VALUE, RunKey, command_line
from wavized.autostart.xdg import XdgAutostart, exec_line

ODD = [
    "/home/zoë/My Music/v$env %h/\"q\" 'a' \\b/bin/python",
    "-P",
    "-m",
    "wavized",
    "run",
    "--config",
    "/é $HOME %i",
]
WORDS = st.lists(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20), min_size=1, max_size=4
)


def systemd_words(line: str) -> list[str]:
    """What systemd makes of a line in quotes: escapes, then specifiers, then variables but in the first."""
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]
    words = [word.replace("%%", "%") for word in words]
    return [words[0], *(word.replace("$$", "$") for word in words[1:])]


def desktop_words(line: str) -> list[str]:
    """What a desktop makes of an Exec line: the string's escapes, then the quotes', then field codes."""
    text = line.replace("\\\\", "\\")
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in words]


@given(command=WORDS)
@example(command=ODD)
@example(command=["\\", '"', "%%", "$$", "`", "\\\\n"])
def test_every_command_is_read_back_as_it_is(command):
    """Blanks, quotes, backslashes, dollar and percent signs, any script."""
    assert systemd_words(exec_start(command)) == command
    assert desktop_words(exec_line(command)) == command
    assert plistlib.loads(agent(command))["ProgramArguments"] == command


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    """Its own check says so, with a program at an odd path."""
    program = tmp_path / "My $Music %h é" / "python"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    unit = tmp_path / "wavized.service"
    unit.write_text(unit_text([str(program), "-m", "wavized", "run", "a b $x %"], "default.target"))
    run = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
        capture_output=True, text=True, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}, check=False,
    )  # fmt: skip
    said = [line for line in run.stderr.splitlines() if "wavized" in line]
    assert said == [], run.stderr


class FakeRegistry:
    """Keys of a user as a dictionary."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}

    def get(self, key, name):
        return self.values.get((key, name))

    def put(self, key, name, text):
        self.values[key, name] = text

    def remove(self, key, name):
        self.values.pop((key, name), None)


REGISTRY = FakeRegistry()


def make(system: str, command: list[str], home: Path):
    """Starting at login on one of the systems, in this home."""
    if system == "systemd":
        return SystemdAutostart(command, home / ".config", lambda *_: False)
    if system == "xdg":
        return XdgAutostart(command, home / ".config")
    if system == "launchd":
        return LaunchAgent(command, home)
    return RunKey(command, REGISTRY)


@pytest.fixture(params=["systemd", "xdg", "launchd", "windows"])
def system(request):
    REGISTRY.values.clear()
    return request.param


def files(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_it_is_switched_on_and_off_and_twice_is_as_once(system, tmp_path):
    """Status tells the truth each time; off leaves no file, link or value."""
    made = make(system, ODD, tmp_path)
    assert not made.status().enabled
    made.disable()
    assert not made.status().enabled
    made.enable()
    once = files(tmp_path), dict(REGISTRY.values)
    assert made.status().available and made.status().enabled
    made.enable()
    assert (files(tmp_path), dict(REGISTRY.values)) == once
    made.disable()
    assert not made.status().enabled
    left = {path.name for path in tmp_path.rglob("*")}
    assert left <= {".config", "Library", "LaunchAgents"} and REGISTRY.values == {}


def test_another_program_is_told_and_replaced(system, tmp_path):
    """An entry of an environment that is gone does not pass for ours."""
    old = tmp_path / "old $env %h é" / "python"
    old.parent.mkdir()
    old.touch()
    make(system, [str(old), "-m", "wavized", "run"], tmp_path).enable()
    made = make(system, ODD, tmp_path)
    assert made.status().enabled and "Another Wavized" in made.status().detail
    old.unlink()
    assert "gone" in made.status().detail and str(old) in made.status().detail
    made.enable()
    assert made.status().enabled and not made.status().starts


@pytest.mark.parametrize("system", ["systemd", "xdg", "launchd"])
def test_a_path_that_no_file_can_hold_is_refused(system, tmp_path):
    """Before anything is written."""
    for word in ("/a\nb", "/a\udcff"):
        with pytest.raises(AutostartError):
            make(system, [word], tmp_path).enable()
    assert files(tmp_path) == {}


def test_what_the_user_added_to_the_unit_stays(tmp_path):
    """Switching on again changes only what starts the program and tells how it is doing."""
    made = make("systemd", ["/old"], tmp_path)
    made.enable()
    unit = tmp_path / ".config/systemd/user/wavized.service"
    mine = (
        unit.read_text().replace("WatchdogSec=180", "WatchdogSec=600").replace("RestartSec=5", "RestartSec=9")
    )
    unit.write_text(mine + "Nice=5\n")
    make("systemd", ODD, tmp_path).enable()
    assert unit.read_text() == mine.replace('"/old"', exec_start(ODD)) + "Nice=5\n"


OLD_UNIT = """\
[Unit]
Description=Wavized
[Service]
# mine
Type=exec
ExecStart="/old env/python" "-m" "wavized" "run"
Environment=PYTHONUTF8=1
Nice=5
[Install]
WantedBy=default.target
"""


def test_a_unit_of_an_earlier_version_is_brought_up_to_date(tmp_path):
    """It then tells systemd how it is doing; the user's own lines are still there, and twice is as once."""
    unit = tmp_path / ".config/systemd/user/wavized.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(OLD_UNIT)
    made = make("systemd", ODD, tmp_path)
    made.enable()
    once = unit.read_text()
    made.enable()
    assert unit.read_text() == once
    wanted = {
        "Type=notify",
        "NotifyAccess=main",
        "WatchdogSec=180",
        "TimeoutStartSec=180",
        "# mine",
        "Nice=5",
    }
    assert wanted | {f"ExecStart={exec_start(ODD)}"} <= set(once.splitlines())
    assert "Type=exec" not in once and once.count("Type=") == 1
    unit.write_text("nothing that systemd knows")
    made.enable()
    assert unit.read_text() == unit_text(ODD, "default.target")


@pytest.mark.parametrize("system", ["systemd", "xdg", "launchd"])
def test_a_path_is_written_as_it_is_on_disk_whatever_the_locale(system, tmp_path):
    """In the C locale Python reads a path's bytes as surrogates; files want UTF-8."""
    strange = "/home/zoë/python".encode().decode("ascii", "surrogateescape")
    made = make(system, [strange], tmp_path)
    made.enable()
    assert "gone" not in made.status().detail
    assert "/home/zoë/python" in b"".join(files(tmp_path).values()).decode()
    assert make(system, ["/home/zoë/python"], tmp_path).status().starts == ""


def test_the_unit_waits_for_the_desktop_where_systemd_knows_one(tmp_path):
    """So that the tray finds its screen; others' links are left alone."""
    folder = tmp_path / ".config/systemd/user"
    (folder / "graphical-session.target.wants").mkdir(parents=True)
    other = folder / "graphical-session.target.wants/other.service"
    other.symlink_to("/nowhere")
    asked = []
    made = SystemdAutostart(ODD, tmp_path / ".config", lambda *words: asked.append(words) is None)
    made.enable()
    assert (folder / "graphical-session.target.wants/wavized.service").resolve() == folder / "wavized.service"
    made.disable()
    assert other.is_symlink() and not (folder / "wavized.service").exists()
    assert ("daemon-reload",) in asked and not any("start" in word or "stop" in word for word, *_ in asked)


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_an_entry_that_the_desktop_switched_off_is_off(tmp_path, line):
    """The desktop's own settings write such lines."""
    made = make("xdg", ODD, tmp_path)
    made.enable()
    entry = tmp_path / ".config/autostart/wavized.desktop"
    entry.write_text(entry.read_text().replace("X-GNOME-Autostart-enabled=true", line))
    assert not made.status().enabled
    made.enable()
    assert made.status().enabled


def test_a_damaged_agent_is_told_and_mended(tmp_path):
    made = make("launchd", ODD, tmp_path)
    made.enable()
    (tmp_path / "Library/LaunchAgents/org.wavized.Wavized.plist").write_bytes(b"no list")
    assert not made.status().enabled and "cannot be read" in made.status().detail
    made.enable()
    assert made.status().enabled


def test_what_task_manager_switched_off_is_told():
    """And switching it on here counts."""
    REGISTRY.values.clear()
    made = RunKey(ODD, REGISTRY)
    made.enable()
    REGISTRY.values[APPROVED, VALUE] = bytes([3, *[0] * 11])
    assert not made.status().enabled and "Task Manager" in made.status().detail
    made.enable()
    assert made.status().enabled


@pytest.mark.parametrize("name", ["python", "wavized"])
def test_windows_runs_it_without_a_console(tmp_path, name):
    """Where there is a program for that; quotes go round blanks. Too long a line is refused."""
    program = tmp_path / "My Env" / f"{name}.exe"
    program.parent.mkdir()
    program.touch()
    assert command_line([str(program), "-m"]) == f'"{program}" -m'
    program.with_name(f"{name}w.exe").touch()
    assert command_line([str(program), "-m"]) == f'"{program.with_name(f"{name}w.exe")}" -m'
    with pytest.raises(AutostartError, match="too long"):
        RunKey(["C:\\" + "x" * LONGEST], REGISTRY).enable()
    assert REGISTRY.get(RUN, VALUE) != "C:\\" + "x" * LONGEST


def test_linux_uses_one_way_and_takes_the_other_back(tmp_path, monkeypatch):
    """systemd where it looks after the session, else the desktop's folder; never both."""
    runtime = tmp_path / "run"
    (runtime / "systemd").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/systemctl").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin/systemctl").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    plain = linux_autostart(ODD, tmp_path, {"DISPLAY": ":1"})
    plain.enable()
    assert (tmp_path / ".config/autostart/wavized.desktop").is_file()
    (runtime / "systemd/private").touch()
    session = {"XDG_RUNTIME_DIR": str(runtime)}
    unknown = linux_autostart(ODD, tmp_path, session | {"DISPLAY": ":1"})
    unknown.enable()
    assert "desktop" in unknown.status().detail, "systemd knows nothing of this desktop"
    managed = linux_autostart(ODD, tmp_path, session)
    assert managed.status().enabled and "desktop" in managed.status().detail
    managed.enable()
    assert (tmp_path / ".config/systemd/user/default.target.wants/wavized.service").is_symlink()
    assert not (tmp_path / ".config/autostart/wavized.desktop").exists()
    (tmp_path / "bin/systemctl").write_text("#!/bin/sh\nexit 0\n")
    known = linux_autostart(ODD, tmp_path, session | {"WAYLAND_DISPLAY": "wayland-0"})
    known.disable()
    known.enable()
    assert (tmp_path / ".config/systemd/user/graphical-session.target.wants/wavized.service").is_symlink()
    plain.disable()
    assert [path for path in (tmp_path / ".config").rglob("*") if not path.is_dir()] == []


def test_without_a_desktop_it_is_not_offered(tmp_path):
    """A server without systemd's session has nothing to start it."""
    status = linux_autostart(ODD, tmp_path, {}).status()
    assert not status.available and not status.enabled and "no desktop" in status.detail
