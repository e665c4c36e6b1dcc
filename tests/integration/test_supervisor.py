"""What systemd is told, over real sockets; and a program that hangs says nothing more."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from wavized.control.supervisor import Supervisor

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="systemd is Linux's alone")


@pytest.fixture(params=["path", "abstract"])
def ear(request, tmp_path):
    """systemd's end of the socket, and its address as NOTIFY_SOCKET has it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        name = f"wavized-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
        bound.bind(f"\0{name}" if request.param == "abstract" else name)
        bound.settimeout(60)
        yield bound, f"@{name}" if request.param == "abstract" else name


def test_ready_and_stopping_are_told_and_nobody_else_can_tell(ear):
    """One datagram each, as sd_notify(3) has them; processes started later do not inherit the address."""
    bound, address = ear
    environ = {"NOTIFY_SOCKET": address, "HOME": "/"}
    supervisor = Supervisor(environ)
    assert supervisor.is_there and environ == {"HOME": "/"}
    supervisor.ready("Watching é")
    assert bound.recv(4096).decode() == "READY=1\nSTATUS=Watching é"
    supervisor.stopping()
    assert bound.recv(4096).decode() == "STOPPING=1\nSTATUS=Stopping"
    assert not [one for one in threading.enumerate() if one.name == "alive"], "no watchdog was asked for"


def test_it_says_that_it_is_alive_until_something_hangs_and_again_after(ear):
    """Twice in the watchdog's time; what hangs is named in the status instead."""
    bound, address = ear
    trouble = [""]
    supervisor = Supervisor(
        {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": str(os.getpid())}
    )
    supervisor.trouble = lambda: trouble[0]
    supervisor.ready("Watching")
    bound.recv(4096)
    assert {bound.recv(4096) for _ in range(3)} == {b"WATCHDOG=1"}
    trouble[0] = "the thread watch has ended"
    while (said := bound.recv(4096)) == b"WATCHDOG=1":
        pass
    assert said == b"STATUS=Hangs: the thread watch has ended"
    bound.settimeout(0.5)
    with pytest.raises(TimeoutError):
        bound.recv(4096)
    bound.settimeout(60)
    trouble[0] = ""
    assert bound.recv(4096) == b"WATCHDOG=1"
    supervisor.stopping()


def test_a_watchdog_meant_for_another_process_is_none_of_ours(ear):
    bound, address = ear
    supervisor = Supervisor({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"})
    supervisor.ready("Watching")
    assert bound.recv(4096).startswith(b"READY=1")
    bound.settimeout(0.3)
    with pytest.raises(TimeoutError):
        bound.recv(4096)


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "vsock:2:1234", "@nobody-listens"])
def test_without_a_listener_nothing_happens(address):
    supervisor = Supervisor({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "nonsense"})
    supervisor.ready("Watching")
    supervisor.stopping()


def test_a_listener_that_does_not_read_holds_nobody_up(tmp_path):
    """Its queue is full after a few words."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        queue = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as writer:
            writer.setblocking(False)
            with pytest.raises(BlockingIOError):
                for _ in range(100 * queue):
                    writer.sendto(b"x", str(tmp_path / "notify"))
        Supervisor({"NOTIFY_SOCKET": str(tmp_path / "notify")}).ready("Watching")
