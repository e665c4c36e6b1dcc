"""The fixture of all fault tests: how often to try, and the row of the table of `make torture`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.torture import Trial

OUTCOME = pytest.StashKey[str]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.when == "call":
        item.stash[OUTCOME] = report.outcome
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--torture"):
        for item in items:
            item.add_marker(pytest.mark.timeout(0))  # the full form may take hours


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """This test's row; its text is the first line of the test's docstring."""
    text = (request.node.function.__doc__ or request.node.name).strip().split("\n")[0]
    case = f" [{request.node.callspec.id}]" if hasattr(request.node, "callspec") else ""
    made = Trial(request.node.nodeid, text + case, full=request.config.getoption("--torture"))
    yield made
    made.write(request.node.stash.get(OUTCOME, "broken off"))
