"""A systemd user unit, enabled by the link that `systemctl enable` would make. Starts and stops nothing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from wavized.autostart.shape import (
    AutostartStatus,
    another_program,
    as_utf8,
    checked,
    make_link,
    program_in,
    read_text,
    remove_empty,
    remove_file,
    write_file,
)

UNIT = "wavized.service"
DESKTOP, LOGIN = "graphical-session.target", "default.target"

_TEXT = """\
[Unit]
Description=Wavized: files new bass samples into your library
After=graphical-session.target
PartOf=graphical-session.target
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
Environment=PYTHONUTF8=1
TimeoutStartSec=180
# started anew where it hangs
WatchdogSec=180
Restart=on-failure
RestartSec=5
# a faulty configuration does not mend itself
RestartPreventExitStatus=2
TimeoutStopSec=10

[Install]
WantedBy={target}
"""


def unit_text(command: Sequence[str], target: str) -> str:
    """The unit that runs a command when `target` is reached."""
    return _TEXT.format(command=exec_start(command), target=target)


def brought_up(text: str, command: Sequence[str]) -> str | None:
    """A unit of an earlier version that does what today's does; None where it is no unit of ours.

    Only lines that today's unit depends on are changed or added: whatever else the user wrote stays.
    """
    start = f"ExecStart={exec_start(command)}"
    if "[Service]" not in text.splitlines() or len(re.findall(r"(?m)^ExecStart=", text)) != 1:
        return None
    text = re.sub(r"(?m)^ExecStart=.*$", lambda _: start, text)
    text = re.sub(r"(?m)^Type=(exec|simple)$", "Type=notify", text)
    for line in ("WatchdogSec=180", "TimeoutStartSec=180", "NotifyAccess=main", "Type=notify"):
        if not re.search(f"(?m)^{line.partition('=')[0]}=", text):
            text = re.sub(r"(?m)^\[Service\]$", f"[Service]\n{line}", text)
    return text


def exec_start(command: Sequence[str]) -> str:
    """A command as `ExecStart=` wants it (systemd.service(5), "Command lines")."""
    program, *words = (word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") for word in command)
    # variables are filled in everywhere but in the program's own path
    return " ".join(f'"{word}"' for word in (program, *(word.replace("$", "$$") for word in words)))


def _systemctl(*words: str) -> bool:
    try:
        done = subprocess.run(
            ["systemctl", "--user", *words],
            capture_output=True,
            timeout=10,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


class SystemdAutostart:
    """Below `config_home` (`~/.config`); `ask` puts a question or order to systemd: was it a yes?"""

    def __init__(
        self, command: Sequence[str], config_home: Path, ask: Callable[..., bool] = _systemctl
    ) -> None:
        self._command = as_utf8(command)
        self._home = config_home
        self._folder = config_home / "systemd" / "user"
        self._ask = ask

    def knows_desktop(self) -> bool:
        """Whether the desktop that runs now is one of systemd's targets."""
        return self._ask("is-active", "--quiet", DESKTOP)

    def status(self) -> AutostartStatus:
        """By the files alone: what systemd will do at the next login."""
        text = read_text(self._folder / UNIT)
        if text is None or not self._links():
            return AutostartStatus(True, False, "Wavized is not started at login")
        found = next((line for line in text.splitlines() if line.startswith("ExecStart=")), "ExecStart=")
        started = found.removeprefix("ExecStart=")
        if started != exec_start(self._command):
            return another_program(started, program_in(started))
        return AutostartStatus(True, True, f"systemd starts it at login ({self._folder / UNIT})")

    def enable(self) -> None:
        """Write the unit, or bring the one that is there up to date: what the user added to it stays."""
        text = read_text(self._folder / UNIT)
        target = DESKTOP if self.knows_desktop() else LOGIN
        command = checked(self._command)
        wanted = (brought_up(text, command) if text else None) or unit_text(command, target)
        if wanted != text:
            write_file(self._folder / UNIT, wanted.encode())
        if not self._links():
            make_link(self._folder / f"{target}.wants" / UNIT, str(self._folder / UNIT))
        self._ask("daemon-reload")

    def disable(self) -> None:
        """Remove unit and links, and folders that are empty then."""
        before = self._links()
        for link in before:
            remove_file(link)
            remove_empty(link.parent, self._folder)
        remove_file(self._folder / UNIT)
        remove_empty(self._folder, self._home)
        if before:
            self._ask("daemon-reload")

    def _links(self) -> list[Path]:
        return [path for path in self._folder.glob(f"*.wants/{UNIT}") if path.is_symlink()]
