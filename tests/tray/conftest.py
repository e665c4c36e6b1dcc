"""Displays of a test's own, with and without PyGObject."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.desktop import Desktop, find_bindings, missing_tool


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """A display without a panel; programs on it use plain X11."""
    tool = missing_tool()
    if tool is not None:
        pytest.skip(f"{tool} is not installed")
    desktop = Desktop()
    yield desktop
    desktop.close()


@pytest.fixture
def gtk_desktop(desktop, tmp_path) -> Desktop:
    """A display whose programs have a menu, by GTK."""
    folder = tmp_path / "bindings"
    folder.mkdir()
    bindings = find_bindings(folder)
    if bindings is None:
        pytest.skip("Debian's python3-gi and gir1.2-gtk-3.0 are not installed, or not for this Python")
    desktop.use_gtk(bindings)
    return desktop
