"""The first run in the window: what is proposed, what a choice would do, and the config it becomes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.asking import Asking
from wavized.config.load import load
from wavized.config.model import Config, Existing, WatchFolder
from wavized.domain.sample import FilingMode
from wavized.window import setup


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with downloads, music and Splice packs, as the system reports them."""
    for name, variable in (("Downloads", "XDG_DOWNLOAD_DIR"), ("Music", "XDG_MUSIC_DIR")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    (tmp_path / "Splice/sounds/packs").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def saved():
    return []


@pytest.fixture
def config_file(home):
    return home / "settings/config.yaml"


@pytest.fixture
def ask(config_file, saved):
    return Asking(setup.routes(config_file, lambda: saved.append(True)))


def choice(library="~/Music/Bass", watch=("~/Downloads",), **more):
    return {"library": library, "watch": [{"path": path} for path in watch], **more}


def test_the_folders_that_exist_are_proposed(ask, home, config_file):
    """Downloads and Splice, each with the reason, and a library in the music folder."""
    status, proposed = ask.get("/api/setup")
    assert status == 200
    assert proposed["library"] == str(home / "Music/Wavized")
    assert proposed["config"] == str(config_file)
    assert [(folder["path"], folder["splice"]) for folder in proposed["watch"]] == [
        (str(home / "Downloads"), False),
        (str(home / "Splice/sounds/packs"), True),
    ]
    assert all(folder["why"] for folder in proposed["watch"])


def test_a_proposal_taken_as_it_is_becomes_the_config(ask, home, config_file, saved):
    """Who changes nothing gets a config that works, with the template's remarks, and the program goes on."""
    proposed = ask.get("/api/setup")[1]
    assert ask.post("/api/setup/check", proposed)[1]["problems"] == []
    status, answer = ask.post("/api/setup", proposed)
    assert (status, answer["library_made"], saved) == (200, True, [True])
    assert load(config_file) == Config(
        library=home / "Music/Wavized",
        watch=(WatchFolder(path=home / "Downloads"), WatchFolder(path=home / "Splice/sounds/packs")),
    )
    assert "  # your downloads\n" in config_file.read_text()
    assert (home / "Music/Wavized").is_dir()


def test_every_choice_reaches_the_config(ask, home, config_file):
    """Typed paths stay as typed, a dollar sign is no variable; mode, existing and exclude are kept."""
    (home / "In $HOME #1").mkdir()
    body = choice(mode="move", watch=[])
    body["watch"] = [{"path": "~/In $HOME #1", "existing": "file", "exclude": ["Drums/**"]}]
    assert ask.post("/api/setup", body)[0] == 200
    assert load(config_file) == Config(
        library=home / "Music/Bass",
        mode=FilingMode.MOVE,
        watch=(WatchFolder(path=home / "In $HOME #1", existing=Existing.FILE, exclude=("Drums/**",)),),
    )
    assert "~/Music/Bass" in config_file.read_text()


def test_the_sentence_says_what_will_happen(ask):
    """Folders, library, mode and what becomes of the samples that are there already, in words."""
    said = ask.post("/api/setup/check", choice())[1]["sentence"]
    for word in (
        "~/Downloads",
        "copies",
        "~/Music/Bass",
        "808",
        "Reese",
        "stay where they are",
        "left alone",
    ):
        assert word in said
    body = choice(mode="move", watch=["~/Downloads", "~/Splice/sounds/packs"])
    body["watch"][1]["existing"] = "file"
    said = ask.post("/api/setup/check", body)[1]["sentence"]
    for word in (
        "moves",
        "leave their folders",
        "Samples that are in ~/Splice/sounds/packs already are filed",
    ):
        assert word in said


@pytest.mark.parametrize(
    ("body", "field", "index", "words"),
    [
        (choice(library=""), "library", None, "Select your library"),
        (choice(watch=[]), "watch", None, "at least one folder"),
        (choice(watch=["~/Downloads", ""]), "watch", 1, "Choose a folder"),
        (choice(library="Music"), "library", None, "whole path"),
        (choice(watch=["~someone/x"]), "watch", 0, "another user"),
        (choice(library="~/Downloads"), "watch", 0, "both watched and the library"),
        (choice(watch=["~/Music/Bass/in"]), "watch", 0, "inside the library"),
        (choice(watch=["~/Downloads", "~/Downloads/"]), "watch", 1, "the same folder"),
        (choice(library="~/a\0b"), "library", None, "cannot be printed"),
        (choice(library="~/\ud800"), "library", None, "Unicode"),
        (choice(library="~/file"), "library", None, "this is a file"),
    ],
)
def test_what_cannot_work_is_named_with_its_field_and_nothing_is_written(
    ask, home, config_file, saved, body, field, index, words
):
    """The page can say beside each field what is wrong; saving it all the same is refused."""
    (home / "file").touch()
    checked = ask.post("/api/setup/check", body)[1]
    assert checked["sentence"] == ""
    told = checked["problems"][0]
    assert (told["field"], told.get("index")) == (field, index)
    assert words.casefold() in told["message"].casefold()
    status, refused = ask.post("/api/setup", body)
    assert (status, refused["problems"]) == (400, checked["problems"])
    assert not config_file.exists() and saved == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows may write everywhere")
def test_a_library_that_cannot_be_written_to_is_a_problem(ask, home):
    """It is told before the first sample fails."""
    (home / "Music").chmod(0o500)
    told = ask.post("/api/setup/check", choice())[1]["problems"]
    assert told == [{"field": "library", "message": "Wavized may not write into ~/Music"}]


def warnings(ask, body):
    return {
        (said["field"], said.get("index")): said["message"]
        for said in ask.post("/api/setup/check", body)[1]["warnings"]
    }


def test_what_should_be_known_is_said_without_standing_in_the_way(ask, home):
    """A new and a used library, a missing folder, moving out of Splice and out of a project."""
    assert "will be made" in warnings(ask, choice())["library", None]
    for name in ("Reese", "Kicks", ".hidden"):
        (home / "Music/Bass" / name).mkdir(parents=True)
    assert "Welcome: 2 folders" in warnings(ask, choice())["library", None]
    assert "as soon as it appears" in warnings(ask, choice(watch=["~/Later"]))["watch", 0]
    assert "left out" in warnings(ask, choice(library="~/Downloads/Sorted"))["library", None]
    moving = warnings(ask, choice(mode="move", watch=["~/Downloads", "~/Splice/sounds/packs"]))
    assert "Splice" in moving["watch", 1] and "DAW" in moving["mode", None]
    assert ("mode", None) not in warnings(ask, choice(mode="copy", watch=["~/Splice/sounds/packs"]))


def test_a_config_that_exists_is_never_overwritten(ask, config_file, saved):
    """Whoever saves a second time is told, also where the file is broken."""
    config_file.parent.mkdir()
    config_file.write_text("mine: [")
    status, answer = ask.post("/api/setup", choice())
    assert status == 409 and "already" in answer["error"]
    assert config_file.read_text() == "mine: [" and saved == []


@pytest.mark.parametrize(
    "body",
    [
        {"library": 5},
        {"library": "x", "watch": "y"},
        {"library": "x", "watch": ["~/Downloads"]},
        {"library": "x", "watch": [{"path": "y", "existing": "burn"}]},
        {"library": "x", "watch": [{"path": "y", "exclude": "z"}]},
        {"library": "x", "watch": [], "mode": "burn"},
        {"library": "x", "watch": [{"path": "y"}] * 101},
    ],
)
def test_a_request_that_no_page_sends_is_refused(ask, body):
    """Wrong types are the caller's fault and harm nothing."""
    assert ask.post("/api/setup/check", body)[0] == 400
    assert ask.post("/api/setup", body)[0] == 400


def test_nothing_is_remarkable_about_a_path_of_the_home_folder_written_out(ask, home):
    """`~` and the whole path are one and the same."""
    whole = choice(library=str(home / "Music/Bass"), watch=[str(home / "Downloads")])
    assert ask.post("/api/setup/check", whole) == ask.post("/api/setup/check", choice())
    assert Path(home).is_dir()


def test_a_person_is_told_before_very_many_old_samples_are_filed(ask, home):
    """Over a thousand sounds are there: that is said where they are to be filed, and only there."""
    (home / "Downloads/packs").mkdir()
    for number in range(1_001):
        (home / f"Downloads/packs/{number}.wav").touch()
        (home / f"Splice/sounds/packs/{number}.txt").touch()
    body = choice(watch=["~/Downloads", "~/Splice/sounds/packs"])
    body["watch"][1]["existing"] = "file"
    assert not ask.post("/api/setup/check", body)[1]["warnings"][1:]  # but of the library to be made
    body["watch"][0]["existing"] = "file"
    said = [one for one in ask.post("/api/setup/check", body)[1]["warnings"] if one["field"] == "watch"]
    assert [one["index"] for one in said] == [0]
    assert "Over 1,000 sounds" in said[0]["message"]
