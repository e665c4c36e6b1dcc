"""Fixtures for all tests."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from support.program import Program
from support.tiny_model import make_tiny_model, write_manifest
from support.torture import FOLDER, table

# A slow machine is no fault of the code: only what a test asserts decides.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# A shell starts its background jobs with Ctrl-C ignored, and every process started here would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--torture", action="store_true", help="the fault tests in full (hours), with a table of them"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """After the full form: the table, also kept as `build/torture/report.md`."""
    if not config.getoption("--torture"):
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "report.md").write_text(table(), encoding="utf-8")
    terminalreporter.write_line(f"\n{table()}\nkept in {FOLDER / 'report.md'}")


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait until a condition holds, with a generous deadline."""

    def wait(condition: Callable[[], bool], seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "what was waited for did not come about"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def eager_model(tmp_path_factory):
    """A tiny real network whose thresholds let everything through: for tests of the way, not of the ear."""
    folder = make_tiny_model(tmp_path_factory.mktemp("model") / "eager")
    write_manifest(folder, thresholds={"file_above": 0.0, "margin": 0.0, "reject_above": 1.0})
    return folder


@pytest.fixture
def program(tmp_path, eager_model):
    """The program on folders of its own; `start` its daemon."""
    with Program(tmp_path, eager_model) as made:
        yield made
