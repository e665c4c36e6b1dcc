"""Choosing a folder in the window: completing what is typed, the system's dialog, a dropped folder."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from support.asking import Asking
from wavized.config.model import Config, WatchFolder
from wavized.window import folders
from wavized.window.dialogs import Dialogs, NoDialogError


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("Music/Bass", "Music/bass lines", "Music/.cache", "Movies", ".config", "Downloads"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "Music/bass.wav").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def dialogs(place: Path, script: str, name: str = "zenity", **environ: str) -> Dialogs:
    """Dialogs on a Linux desktop whose `zenity` or `kdialog` is this shell script."""
    program = place / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    found = {name: str(program)}
    return Dialogs("linux", os.environ | {"DISPLAY": ":7"} | environ, found.get)


@pytest.fixture
def shown():
    return []


@pytest.fixture
def ask(home, shown):
    config = Config(library=home / "Music/Bass", watch=(WatchFolder(path=home / "Downloads"),))
    return Asking(folders.routes(Dialogs("linux", {}, lambda _: None), lambda: config, shown.append))


def offered(ask, typed):
    answer = ask.get(f"/api/folders?path={quote(typed)}")[1]
    return answer["exists"], [Path(path).name for path in answer["folders"]]


def test_a_typed_path_is_completed(ask):
    """Beginnings in any case, whole folders with what is in them; files and hidden folders are left out."""
    assert offered(ask, "~/Mu") == (False, ["Music"])
    assert offered(ask, "~/mO") == (False, ["Movies"])
    assert offered(ask, "~/Music/") == (True, ["Bass", "bass lines"])
    assert offered(ask, "~/Music") == (True, ["Bass", "bass lines"])
    assert offered(ask, "~/Music/bass") == (False, ["Bass", "bass lines"])
    assert offered(ask, "~/Music/bass lines/nothing") == (False, [])


def test_hidden_folders_are_offered_where_asked_for(ask):
    """A dot asks."""
    assert offered(ask, "~/.c") == (False, [".config"])


@pytest.mark.parametrize("typed", ["", "~", "~/", " "])
def test_nothing_typed_means_home(ask, typed):
    """One can start from there."""
    assert offered(ask, typed) == (True, ["Downloads", "Movies", "Music"])


def test_a_path_that_starts_nowhere_starts_at_home(ask, home):
    """`Music` is what people call `~/Music`."""
    assert ask.get("/api/folders?path=Music")[1]["path"] == str(home / "Music")


@pytest.mark.parametrize("typed", ["~someone", "/\0", "/nowhere/at/all", "~/\udc80", "../../..//.."])
def test_an_odd_path_is_no_fault(ask, typed):
    """It offers what there is, mostly nothing."""
    status, answer = ask.get(f"/api/folders?path={quote(typed, errors='surrogateescape')}")
    assert status == 200 and len(answer["folders"]) <= folders.MOST_OFFERED


def test_at_most_twenty_folders_are_offered(ask, home):
    """A list that can be read."""
    for number in range(30):
        (home / f"Pack {number}").mkdir()
    assert len(offered(ask, "~/Pack")[1]) == folders.MOST_OFFERED


def found(ask, name, *files):
    return ask.post("/api/folders/find", {"name": name, "files": list(files)})[1]["paths"]


def test_a_dropped_folder_is_found_by_its_name_and_files(ask, home):
    """Of two folders of one name the one that holds the files is meant."""
    for place in ("Downloads/Neuro", "Music/Packs/Neuro"):
        (home / place).mkdir(parents=True)
    (home / "Music/Packs/Neuro/growl 1.wav").touch()
    assert found(ask, "Neuro", "growl 1.wav") == [str(home / "Music/Packs/Neuro")]
    assert found(ask, "neuro") == [str(home / "Downloads/Neuro"), str(home / "Music/Packs/Neuro")]
    assert found(ask, "Downloads") == [str(home / "Downloads")]


def test_what_lies_too_deep_or_hidden_is_not_found(ask, home):
    """The search ends soon."""
    for place in ("Documents/a/b/c/Deep", ".hidden/Deep"):
        (home / place).mkdir(parents=True)
    assert found(ask, "Deep") == []
    assert found(ask, "b") == [str(home / "Documents/a/b")]


def test_names_that_are_paths_find_nothing(ask, home):
    """No file outside the folder can be asked about."""
    (home / "Downloads/Pack").mkdir()
    (home / "secret").touch()
    assert found(ask, "Pack", "../../secret") == []
    assert found(ask, "Pack", str(home / "secret")) == []


def test_the_search_ends_when_its_time_is_up(home):
    """A slow drive does not hold the page."""
    late = iter([False, True])
    assert folders.find_folders("Bass", [], [home / "Downloads", home / "Music"], lambda: next(late)) == []


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x", "files": "y"}, {"name": "x", "files": [1]}])
def test_a_search_for_nothing_is_refused(ask, body):
    assert ask.post("/api/folders/find", body)[0] == 400


def test_only_the_library_and_watched_folders_are_opened(ask, home, shown):
    """The page may show what the settings name, and nothing else."""
    for path in (home / "Music/Bass", home / "Music/Bass/Reese", home / "Downloads"):
        assert ask.post("/api/folders/open", {"path": str(path)})[0] == 200
    assert shown == [home / "Music/Bass", home / "Music/Bass/Reese", home / "Downloads"]
    for path in (home, home / "Downloads/..", home / "Music/Bass/Other", ""):
        assert ask.post("/api/folders/open", {"path": str(path)})[0] == 400
    assert len(shown) == 3


def test_without_a_dialog_the_path_is_to_be_typed(ask):
    """No display or no program for it: the page is told."""
    status, answer = ask.post("/api/folders/choose", {"title": "Library", "start": "~"})
    assert status == 409 and "Type the path" in answer["hint"]


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for zenity")
class TestDialog:
    """The system's dialog, as a program of that name."""

    def choose(self, made, home, title="Choose", start="~/Music"):
        routes = folders.routes(made, lambda: None, print)
        return Asking(routes).post("/api/folders/choose", {"title": title, "start": start})

    def test_the_chosen_folder_comes_back(self, home, tmp_path):
        """Title and start reach the program as they are, also with quotes, line ends and blanks."""
        made = dialogs(tmp_path, f'printf "%s\\n" "$@" > "{tmp_path}/asked"; echo "/a b/\N{GUITAR}"')
        assert made.available()
        title = 'It\'s `ls` "$HOME" --help'
        assert self.choose(made, home, title) == (200, {"path": "/a b/\N{GUITAR}"})
        assert (tmp_path / "asked").read_text().splitlines() == [
            "--file-selection",
            "--directory",
            f"--title={title}",
            f"--filename={home}/Music/",
        ]

    def test_kdialog_will_do(self, home, tmp_path):
        """Where there is no zenity."""
        made = dialogs(tmp_path, f'printf "%s\\n" "$@" > "{tmp_path}/asked"; echo /x', "kdialog")
        assert self.choose(made, home, start="~/Music/not/there") == (200, {"path": "/x"})
        assert (tmp_path / "asked").read_text().splitlines() == [
            "--title=Choose",
            "--getexistingdirectory",
            f"{home}/Music",
        ]

    def test_who_thinks_better_of_it_has_chosen_nothing(self, home, tmp_path):
        assert self.choose(dialogs(tmp_path, "exit 1"), home) == (200, {"path": None})

    def test_a_display_that_is_gone_is_no_cancelling(self, home, tmp_path):
        made = dialogs(tmp_path, 'echo "Gtk-WARNING: cannot open display: :7" >&2; exit 1')
        assert self.choose(made, home)[0] == 409

    def test_a_program_that_cannot_be_started_is_told(self, home, tmp_path):
        made = dialogs(tmp_path, "")
        (tmp_path / "zenity").unlink()
        assert self.choose(made, home)[0] == 409

    def test_only_one_dialog_is_shown_and_closing_takes_it_away(self, home, tmp_path, wait_for):
        """The end of the program does not wait for a person."""
        made = dialogs(tmp_path, f'touch "{tmp_path}/shown"; exec sleep 600')
        chosen = []
        thread = threading.Thread(target=lambda: chosen.append(made.choose("x", home)))
        thread.start()
        wait_for((tmp_path / "shown").exists)
        with pytest.raises(NoDialogError, match="open already"):
            made.choose("y", home)
        made.close()
        thread.join(60)
        assert chosen == [None]
        assert made.choose("z", home) is None
