"""Opening a folder in the file manager, tried with a stand-in for the system's opener on the search path."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from support.desktop import wait_until
from wavized.tray.open_folder import (
    FolderNotOpenedError,
    TextNotOpenedError,
    open_folder,
    open_text,
    show_in_folder,
)

OPENER = "open" if sys.platform == "darwin" else "xdg-open"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows opens folders without a program")


@pytest.fixture
def opened(tmp_path, monkeypatch) -> Path:
    """A file in which the stand-in writes what it was asked to open."""
    tools, answer = tmp_path / "tools", tmp_path / "opened"
    tools.mkdir()
    opener = tools / OPENER
    opener.write_text(f'#!/bin/sh\nprintf "%s|" "$#" "$@" > "{answer}.part"\nmv "{answer}.part" "{answer}"\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return answer


@pytest.mark.parametrize("name", ["plain", "-rf", "a b; touch x", "$(id)", "'\"#", "Bässe ♭"])
def test_the_folder_reaches_the_file_manager_as_it_is(tmp_path, opened, monkeypatch, name):
    """No shell reads the name, and a name that looks like an option is a path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    open_folder(Path(name))
    wait_until(opened.exists, "the stand-in called")
    assert opened.read_text() == f"1|{tmp_path / name}|"


def test_a_folder_that_is_gone_is_an_error_with_a_hint(tmp_path, opened):
    """An unplugged drive is told, not handed on."""
    with pytest.raises(FolderNotOpenedError, match="There is no folder") as caught:
        open_folder(tmp_path / "gone")
    assert caught.value.hint
    assert not opened.exists()


def test_a_system_without_an_opener_is_an_error_that_names_the_folder(tmp_path, monkeypatch):
    """The person can still go there by hand."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FolderNotOpenedError) as caught:
        open_folder(tmp_path)
    assert str(tmp_path) in caught.value.hint


@pytest.mark.skipif(sys.platform == "darwin", reason="Finder picks the file itself")
def test_a_sample_is_shown_in_its_folder(tmp_path, opened):
    """The folder is opened; whether the file is still in it does not matter."""
    show_in_folder(tmp_path / "gone.wav")
    wait_until(opened.exists, "the stand-in called")
    assert opened.read_text() == f"1|{tmp_path}|"


@pytest.mark.parametrize("name", ["config.yaml", "-e touch x", "Bässe ♭.yaml"])
def test_a_text_reaches_the_editor_as_it_is(tmp_path, opened, monkeypatch, name):
    """No shell reads its name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).touch()
    open_text(Path(name))
    wait_until(opened.exists, "the stand-in called")
    assert opened.read_text().endswith(f"|{tmp_path / name}|")


def test_a_text_that_nothing_can_open_is_an_error_that_names_it(tmp_path, opened, monkeypatch):
    """No opener at all, one that knows no editor, and no such file are all said."""
    text = tmp_path / "config.yaml"
    with pytest.raises(TextNotOpenedError, match="There is no file"):
        open_text(text)
    text.touch()
    (tmp_path / "tools" / OPENER).write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(TextNotOpenedError) as caught:
        open_text(text)
    assert str(text) in caught.value.hint
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TextNotOpenedError):
        open_text(text)
