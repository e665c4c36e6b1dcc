"""A model that files everything, so that these tests are about the way and not about the ear."""

from __future__ import annotations

import pytest

from support.program import Program
from support.tiny_model import make_tiny_model, write_manifest


@pytest.fixture(scope="session")
def eager_model(tmp_path_factory):
    """A tiny real network whose thresholds let everything through."""
    folder = make_tiny_model(tmp_path_factory.mktemp("model") / "eager")
    write_manifest(folder, thresholds={"file_above": 0.0, "margin": 0.0, "reject_above": 1.0})
    return folder


@pytest.fixture
def program(tmp_path, eager_model):
    """The program on folders of its own."""
    with Program(tmp_path, eager_model) as made:
        yield made
