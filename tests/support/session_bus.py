"""A D-Bus session of a test's own, on which a notification service may come and go."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.desktop import Program, running

SERVICE = Path(__file__).with_name("notification_service.py")
NO_BUS = "unix:path=/nonexistent/bus"


def has_bus() -> bool:
    """Whether a bus can be started here."""
    return shutil.which("dbus-daemon") is not None


@contextmanager
def session_bus() -> Iterator[str]:
    """The address of a bus of one's own, without any service."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    try:
        yield bus.stdout.readline().strip()
    finally:
        bus.kill()
        bus.wait()
        bus.stdout.close()


@contextmanager
def notification_service(environ: dict[str, str], *, answers: bool = True) -> Iterator[Program]:
    """A service on the bus named in the environment; says what it is asked to show."""
    with running(SERVICE, environ if answers else environ | {"SILENT": "1"}) as service:
        service.wait_for(json.dumps({"ready": True}))
        yield service
