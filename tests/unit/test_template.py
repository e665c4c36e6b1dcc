"""The first config: what it says, that it loads, and that nobody's config is ever overwritten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wavized.config.init import init
from wavized.config.load import check, load
from wavized.config.model import Config, Existing, WatchFolder
from wavized.config.template import Suggestion, render
from wavized.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"
OF_THE_MODEL = {"file_above", "margin", "reject_above", "model", "polling"}
"""Settings without a value of their own: the template can only show how they look."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with downloads, music and Splice packs, as the system reports them."""
    for name, variable in (("Downloads", "XDG_DOWNLOAD_DIR"), ("Music", "XDG_MUSIC_DIR")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    (tmp_path / "Splice/sounds/packs").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def loaded(folder: Path, text: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_the_example_config_is_the_template_for_typical_folders():
    """What the project shows is what `config init` writes."""
    typical = [
        Suggestion(Path("~/Downloads"), "your downloads"),
        Suggestion(Path("~/Splice/sounds/packs"), "Splice"),
    ]
    assert EXAMPLE.read_text(encoding="utf-8") == render(Path("~/Music/Wavized"), typical)


def test_the_example_config_loads(home):
    """It holds the two things that matter and leaves the rest at its default."""
    assert load(EXAMPLE) == Config(
        library=home / "Music/Wavized",
        watch=(WatchFolder(path=home / "Downloads"), WatchFolder(path=home / "Splice/sounds/packs")),
    )


def test_every_setting_is_explained_in_the_example():
    """No key is a secret."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for key in (*Config.model_fields, *WatchFolder.model_fields):
        assert re.search(rf"^ *#?(?:  - )?{key}:", text, re.MULTILINE) or f"- {key}:" in text, key


def test_uncommenting_a_setting_does_not_change_it(home):
    """The values shown are the defaults, so that a person starts from what holds."""
    text = re.sub(
        r"(?m)^( *)#(?=\w+:|  \w+: )",
        r"\1",
        EXAMPLE.read_text(encoding="utf-8"),
    )
    config = loaded(home, text)
    written = config.model_fields_set | config.watch[0].model_fields_set
    assert written == set(Config.model_fields) | set(WatchFolder.model_fields)
    plain = load(EXAMPLE)
    for field in set(Config.model_fields) - OF_THE_MODEL - {"watch"}:
        assert getattr(config, field) == getattr(plain, field), field
    for field in set(WatchFolder.model_fields) - OF_THE_MODEL - {"mode"}:
        assert getattr(config.watch[0], field) == getattr(plain.watch[0], field), field
    assert config.mode_for(config.watch[0]) == plain.mode_for(plain.watch[0])


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=20
).filter(lambda name: name not in (".", ".."))


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    """One folder for all examples of the property test."""
    return tmp_path_factory.mktemp("template")


@given(library=NAMES, watched=st.lists(NAMES, max_size=3, unique=True), existing=st.sampled_from(Existing))
@example(
    library="a: b #c 'd' \"e\" \\f",
    watched=["#1", "$HOME", "${X}", "~", " x ", "{}", "- a", "808"],
    existing="file",
)
@settings(max_examples=150, deadline=None)
def test_the_template_loads_to_the_folders_it_was_given(shared_folder, library, watched, existing):
    """Names with `#`, quotes, spaces, backslashes, dollar signs or braces are written so that they hold."""
    root = Path("/watched here")
    suggestions = [Suggestion(root / name, existing=Existing(existing), exclude=(name,)) for name in watched]
    config = loaded(shared_folder, render(Path("/library") / library, suggestions))
    assert config.library == Path("/library") / library
    assert [(folder.path, folder.existing, folder.exclude) for folder in config.watch] == [
        (root / name, existing, (name,)) for name in watched
    ]


def test_init_finds_downloads_splice_and_music(home):
    """A person who answers nothing gets a config that works at once."""
    result = init(home / "cfg/config.yaml", home=home, platform="linux", environ={})
    assert result.config == load(result.path)
    assert result.config.library == home / "Music/Wavized"
    assert result.library_created and result.config.library.is_dir()
    assert [folder.path for folder in result.config.watch] == [
        home / "Downloads",
        home / "Splice/sounds/packs",
    ]
    assert check(result.path) == []


def test_init_takes_what_it_is_told(home, monkeypatch):
    """Folders given are used as they are, from where the person stands; nothing else is looked for."""
    monkeypatch.chdir(home)
    (home / "lib").mkdir()
    result = init(home / "config.yaml", library=Path("lib"), watch=[Path("~/In #1")], existing=Existing.FILE)
    assert not result.library_created
    assert result.config == Config(
        library=home / "lib", watch=(WatchFolder(path=home / "In #1", existing=Existing.FILE),)
    )


def test_init_without_any_folder_to_watch_still_loads(home):
    """The place where folders go is there, commented out."""
    (home / "Downloads").rmdir()
    result = init(home / "config.yaml", home=home / "nobody", platform="linux", environ={})
    assert result.config.watch == ()


@pytest.mark.parametrize(
    "make", [lambda path: path.write_text("mine"), lambda path: path.symlink_to("nowhere")]
)
def test_init_never_overwrites_a_config(home, make):
    """What is there stays, be it empty, broken or a link to nowhere."""
    path = home / "config.yaml"
    make(path)
    before = path.lstat()
    with pytest.raises(ConfigError, match="There is a config already"):
        init(path, home=home, platform="linux", environ={})
    assert path.lstat() == before
    assert not (home / "Music/Wavized").exists()


def test_init_refuses_folders_that_contradict_each_other_and_leaves_nothing(home):
    """A library that is also watched is told before anything is written."""
    with pytest.raises(ConfigError) as caught:
        init(home / "config.yaml", library=home / "Downloads", home=home, platform="linux", environ={})
    assert "both watched and the library" in caught.value.problems[0]
    assert not (home / "config.yaml").exists()


def test_init_says_what_it_cannot_write(home):
    """A file in the way of a folder is named."""
    (home / "file").touch()
    with pytest.raises(ConfigError, match="cannot be made"):
        init(home / "file/config.yaml", home=home, platform="linux", environ={})
