"""Fixtures for all tests."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no fault of the code: only what a test asserts decides.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# A shell starts its background jobs with Ctrl-C ignored, and every process started here would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait until a condition holds, with a generous deadline."""

    def wait(condition: Callable[[], bool], seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "what was waited for did not come about"
            time.sleep(0.02)

    return wait
