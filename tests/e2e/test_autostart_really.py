"""What is written to start at login is read by others' tools and really starts this program.

From a virtual environment in a folder with blanks, an ampersand and an umlaut in its name.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import site
import subprocess
import sys
import time
import venv
from pathlib import Path

import psutil
import pytest

import wavized

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at Linux's files")


@pytest.fixture
def home(program) -> Path:
    """A home with an environment of its own in it, and a configuration in the usual place."""
    home = program.place / "Müsik & co" / "my home"
    home.mkdir(parents=True)
    venv.create(home / "env", symlinks=True, with_pip=False)
    packages = next((home / "env/lib").glob("python*/site-packages"))
    seen = [str(Path(wavized.__file__).parent.parent), *site.getsitepackages()]
    (packages / "seen.pth").write_text("\n".join(seen) + "\n")
    for name in (
        "DBUS_SESSION_BUS_ADDRESS",
        "WAYLAND_DISPLAY",
        "XDG_RUNTIME_DIR",
        "NOTIFY_SOCKET",
        "BROWSER",
    ):
        program.environment.pop(name, None)
    keys = {f"XDG_{key}_HOME": str(home / key.lower()) for key in ("CONFIG", "STATE", "CACHE", "DATA")}
    program.environment |= keys | {"HOME": str(home), "DISPLAY": ":99"}
    (home / "config/wavized").mkdir(parents=True)
    text = program.config.read_text() + "tray: false\n"
    (home / "config/wavized/config.yaml").write_text(text)
    return home


def wavized_of(program, home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this environment's program."""
    return subprocess.run(
        [home / "env/bin/python", "-m", "wavized", *words],
        env=program.environment | environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def entry_of(home: Path) -> Path:
    return home / "config/autostart/wavized.desktop"


@pytest.mark.skipif(shutil.which("gio") is None, reason="needs GLib's gio")
def test_a_desktop_starts_the_entry(program, home):
    """GLib's own reader of desktop entries starts the program of this environment, which then watches."""
    done = wavized_of(program, home, "autostart", "enable")
    assert done.returncode == 0, done.stderr
    with program.log.open("ab") as log:
        subprocess.run(
            ["gio", "launch", str(entry_of(home))], env=program.environment, stderr=log, check=True, cwd="/"
        )
    pid = None
    try:
        end = time.monotonic() + 180
        while pid is None:
            status = json.loads(wavized_of(program, home, "status", "--json").stdout or "{}")
            if status.get("state") == "watching":
                pid = status["pid"]
            assert time.monotonic() < end, program.log.read_text()
        daemon = psutil.Process(pid)
        assert daemon.cmdline() == [str(home / "env/bin/python"), "-P", "-m", "wavized", "run"]
        assert (home / "state/wavized/log/wavized.log").stat().st_size, "there is no terminal, but a log"
    finally:
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            psutil.wait_procs([daemon], timeout=60)
    assert not psutil.pid_exists(pid)


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="needs desktop-file-utils")
def test_the_entry_is_valid(program, home):
    wavized_of(program, home, "autostart", "enable")
    done = subprocess.run(
        ["desktop-file-validate", entry_of(home)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_the_program_of_the_unit(program, home):
    """Its own check reads the path and finds it; once that is gone it does not, and status says so."""
    runtime = program.place / "run"
    (runtime / "systemd").mkdir(parents=True)
    (runtime / "systemd/private").touch()
    del program.environment["DISPLAY"]  # a desktop that this systemd knows nothing of would start it itself
    program.environment |= {"XDG_RUNTIME_DIR": str(runtime)}
    done = wavized_of(program, home, "autostart", "enable")
    assert done.returncode == 0, done.stderr
    unit = home / "config/systemd/user/wavized.service"
    assert f'ExecStart="{home}/env/bin/python" "-P" "-m" "wavized" "run"\n' in unit.read_text()

    def said() -> list[str]:
        run = subprocess.run(
            ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
            capture_output=True,
            text=True,
            env=program.environment,
            check=False,
        )
        return [line for line in run.stderr.splitlines() if "wavized" in line]

    assert said() == []
    shutil.rmtree(home / "env")
    assert any("is not executable" in line for line in said())
    status = program.run("autostart", "status")
    assert "gone" in status.stdout and f"{home}/env/bin/python" in status.stdout
    assert program.run("autostart", "disable").returncode == 0
    assert sorted(path.name for path in (home / "config").iterdir()) == ["wavized"]


def test_the_locale_does_not_change_what_is_written(program, home):
    """Byte for byte the same in the C locale without Python's own remedies; so it is known again, too."""
    assert wavized_of(program, home, "autostart", "enable").returncode == 0
    written = entry_of(home).read_bytes()
    assert str(home).encode() in written
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    status = json.loads(wavized_of(program, home, "autostart", "status", "--json", **ascii_only).stdout)
    assert status["enabled"] is True and "Another" not in status["detail"] and "gone" not in status["detail"]
    entry_of(home).unlink()
    done = wavized_of(program, home, "autostart", "enable", **ascii_only)
    assert done.returncode == 0, done.stderr
    assert entry_of(home).read_bytes() == written


def test_the_link_that_pipx_makes_leads_to_the_environment(program, home):
    """`~/.local/bin/wavized` is a link to a script; what is written names the environment's Python."""
    script = home / "env/bin/wavized"
    script.write_text(
        f"#!/bin/sh\n'''exec' \"{home}/env/bin/python\" \"$0\" \"$@\"\n' '''\n"
        "import sys\nfrom wavized.cli.main import main\nsys.exit(main())\n"
    )
    script.chmod(0o755)
    link = home / ".local/bin/wavized"
    link.parent.mkdir(parents=True)
    link.symlink_to(script)
    done = subprocess.run(
        [link, "autostart", "enable"], env=program.environment, cwd="/", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f'Exec="{home}/env/bin/python" "-P" "-m" "wavized" "run"\n' in entry_of(home).read_text()
