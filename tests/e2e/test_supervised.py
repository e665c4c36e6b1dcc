"""The real program as systemd starts it: told ready when it watches, alive while it works, stopping."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from support.audio import write_tone

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="systemd is Linux's alone")


@pytest.fixture
def ear(program):
    """systemd's end of the socket; the program is started with its address and a watchdog of a second."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        path = str(program.place / "notify")
        bound.bind(path)
        bound.settimeout(120)
        program.environment |= {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1000000"}
        program.environment.pop("WATCHDOG_PID", None)
        yield bound


def start(program, *words: str) -> None:
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(program.command("run", *words), env=program.environment, stderr=log)


def test_ready_once_it_watches_alive_while_it_works_and_stopping(program, ear):
    """READY comes when commands are answered and what arrives is new; nothing of ours inherits the socket."""
    start(program, "--no-tray", "--config", str(program.config))
    assert ear.recv(4096).decode() == f"READY=1\nSTATUS=Watching {program.inbox}"
    del program.environment["NOTIFY_SOCKET"]
    assert program.status()["state"] == "watching"
    write_tone(program.inbox / "bass.wav", frequency=50.0)
    program.wait_until_at_rest(1)
    workers = psutil.Process(program.daemon.pid).children()
    assert workers and not any("NOTIFY_SOCKET" in worker.environ() for worker in workers)
    said = drained(ear)  # the queue holds ten, the rest was not waited for
    assert said and set(said) == {b"WATCHDOG=1"}
    program.daemon.send_signal(signal.SIGTERM)
    assert program.daemon.wait(60) == 0
    assert drained(ear).count(b"STOPPING=1\nSTATUS=Stopping") == 1


def drained(ear: socket.socket) -> list[bytes]:
    """What was told and not yet heard."""
    said = []
    ear.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            said.append(ear.recv(4096))
    return said


def test_a_first_run_is_ready_and_alive_too(program, ear):
    """systemd would end what does not answer, while the user chooses folders."""
    program.config.unlink()
    start(program, "--no-tray", "--config", str(program.config))
    assert ear.recv(4096) == b"READY=1\nSTATUS=Waiting for its first settings"
    assert ear.recv(4096) == b"WATCHDOG=1"
    program.write_config()
    while not (said := ear.recv(4096)).startswith(b"READY=1"):
        assert said == b"WATCHDOG=1"
    assert said.decode() == f"READY=1\nSTATUS=Watching {program.inbox}"
    assert ear.recv(4096) == b"WATCHDOG=1"


HANGING = """
import sys, threading
from wavized.cli.main import main
from wavized.services import vigil
from wavized.services.intake import Intake
vigil.Vigil.__init__.__defaults__ = (1.0,)
Intake.admit = lambda *_: threading.Event().wait()
sys.exit(main(sys.argv[1:]))
"""


def test_a_pipeline_that_hangs_is_not_told_alive(program, ear):
    """systemd then starts the program anew; told to stop it still leaves in time."""
    with program.log.open("ab") as log:
        program.daemon = subprocess.Popen(
            [sys.executable, "-c", HANGING, "run", "--no-tray", "--config", str(program.config)],
            env=program.environment,
            stderr=log,
        )
    assert ear.recv(4096).startswith(b"READY=1")
    assert ear.recv(4096) == b"WATCHDOG=1"
    write_tone(program.inbox / "bass.wav", frequency=50.0)
    while (said := ear.recv(4096)) == b"WATCHDOG=1":
        pass
    assert said.startswith(b"STATUS=Hangs: the thread pipeline has not answered for over 1 s")
    ear.settimeout(2)
    with pytest.raises(TimeoutError):
        ear.recv(4096)
    began = time.monotonic()
    program.daemon.send_signal(signal.SIGTERM)
    assert program.daemon.wait(60) == 0
    assert time.monotonic() - began < 6.0
