"""Everybody whose work the program carries is named, on terms that allow it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
as_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have other requirements")


@pytest.fixture(scope="module")
def collect():
    """The script beside the list."""
    sys.path.insert(0, str(PACKAGING / "licences"))
    try:
        import collect

        yield collect
    finally:
        sys.path.remove(str(PACKAGING / "licences"))
        sys.modules.pop("collect", None)


@as_on_linux
def test_the_list_names_every_package_that_is_installed_along(collect):
    """A new requirement is listed before it is shipped: run packaging/licences/collect.py."""
    assert collect.TABLE.read_text(encoding="utf-8") == collect.table(collect.required())


def test_every_package_states_its_licence_and_none_is_bound_to_the_gpl(collect):
    """The GPL would bind the whole program; the LGPL asks that a library can be replaced."""
    licences = {package.name: collect.licence(package) for package in collect.required()}
    assert [name for name, licence in licences.items() if not licence] == []
    assert [name for name, words in licences.items() if re.search(r"\bA?GPL", words)] == []


@as_on_linux
def test_what_is_under_the_lgpl_is_told_and_lies_open(collect):
    """Each such package is named with how to replace it, and kept out of the program's archive."""
    lesser = {p.name for p in collect.required() if "LGPL" in collect.licence(p)}
    told = collect.NATIVE.read_text(encoding="utf-8").partition("## What is under the LGPL")[2]
    assert lesser == {"pystray", "python-xlib", "soxr"}
    assert all(name in told for name in lesser)
    sys.path.insert(0, str(PACKAGING / "pyinstaller"))
    try:
        import trimming

        assert set(trimming.REPLACEABLE) == {"pystray", "Xlib", "soxr"}
    finally:
        sys.path.remove(str(PACKAGING / "pyinstaller"))


def test_the_notice_holds_the_texts_themselves(collect):
    """A licence that asks for its text to be handed on finds it there."""
    notice = collect.notice(collect.behind(["pystray", "rich.console", "wavized.cli"]))
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in notice
    assert "rich" in notice and "Permission is hereby granted" in notice
    assert "libsndfile" in notice
