"""Changing settings in the user's own file: what is asked happens, and every other character stays."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from wavized.config.edit import ChangeRefusedError, EditedMeanwhileError, change, look
from wavized.config.load import load
from wavized.config.model import DEFAULT_FOLDERS, Config, Existing, WatchFolder
from wavized.config.template import Suggestion, render
from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError

TEMPLATE = render(
    Path("/music/Bass"),
    [Suggestion(Path("/in/Downloads"), "your downloads"), Suggestion(Path("/in/Splice"), "Splice")],
)


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_bytes(text.encode())
    return path


def changed(path: Path, **changes: object) -> list[str]:
    """The lines that differ after a change, `-` before and `+` after."""
    before = path.read_bytes().decode()
    change(path, changes, look(path).digest)
    after = path.read_bytes().decode()
    delta = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return sorted((line for line in delta if line[0] in "+-"), key=lambda line: line[0] == "+")


def test_a_setting_is_set_where_it_stands_commented_out(tmp_path):
    """One line changes, in its place; taking it back restores the file to the last character."""
    path = write(tmp_path, TEMPLATE)
    assert changed(path, mode="move") == ["- #mode: copy\n", "+ mode: move\n"]
    assert load(path).mode is FilingMode.MOVE
    assert changed(path, names=False, file_above=0.9) == [
        "- #file_above: 0.98\n", "- #names: yes\n", "+ file_above: 0.9\n", "+ names: no\n",
    ]  # fmt: skip
    changed(path, mode=None, names=None, file_above=None)
    assert path.read_text() == TEMPLATE


def test_what_holds_already_changes_nothing(tmp_path):
    """Sending all settings back as they were leaves the file untouched."""
    path = write(tmp_path, TEMPLATE)
    config = look(path).config.model_dump(mode="json")
    before = path.stat()
    assert changed(path, **config) == []
    assert path.stat().st_ino == before.st_ino


def test_folder_names_are_set_in_their_block_and_go_back(tmp_path):
    """An 808 stays a category; only what differs from the default is written."""
    path = write(tmp_path, TEMPLATE)
    assert changed(path, folders={**DEFAULT_FOLDERS, "808": "Kicks #1", "acid": "303"}) == [
        "- #folders:\n", "- #  808: '808'\n", "- #  acid: Acid\n",
        "+ folders:\n", "+   808: 'Kicks #1'\n", "+   acid: '303'\n",
    ]  # fmt: skip
    assert load(path).folders["808"] == "Kicks #1"
    changed(path, folders={**DEFAULT_FOLDERS, "acid": "303"})
    assert load(path).folders == {**DEFAULT_FOLDERS, "acid": "303"}
    changed(path, folders=None)
    assert path.read_text() == TEMPLATE


def test_watched_folders_come_and_go(tmp_path):
    """A new one is written after the others; a removed one stays commented out below its remark."""
    path = write(tmp_path, TEMPLATE)
    both = [{"path": "/in/Downloads"}, {"path": "/in/Splice"}]
    assert changed(path, watch=[*both, {"path": "/in/C$h #1", "mode": "move"}]) == [
        "+   - path: '/in/C$$h #1'\n", "+     existing: leave\n", "+     mode: move\n",
    ]  # fmt: skip
    changed(path, watch=both)
    assert path.read_text() == TEMPLATE
    assert changed(path, watch=both[:1]) == [
        "-   - path: /in/Splice\n", "-     existing: leave\n",
        "+   #- path: /in/Splice\n", "+   #  existing: leave\n",
    ]  # fmt: skip
    changed(path, watch=both)
    assert path.read_text() == TEMPLATE


def test_one_watched_folder_is_altered_in_its_place(tmp_path):
    """Its own settings stand commented out below it; the other folder is left alone."""
    path = write(tmp_path, TEMPLATE)
    both = [{"path": "/in/Downloads", "mode": "move", "exclude": ["*loop*"]}, {"path": "/in/Splice"}]
    assert changed(path, watch=both) == [
        "-     #mode: copy\n", "-     #exclude: []\n",
        "+     mode: move\n", "+     exclude: ['*loop*']\n",
    ]  # fmt: skip
    changed(path, watch=[{"path": "/in/Downloads", "mode": None, "exclude": None}, both[1]])
    assert path.read_text() == TEMPLATE


@pytest.mark.parametrize(
    ("text", "key", "value", "after"),
    [
        ("mode:   copy   # why\n", "mode", "move", "mode:   move   # why\n"),
        ("mode: 'copy'\n", "mode", "move", "mode: 'move'\n"),
        ("mode:\n", "mode", "move", "mode: move\n"),
        ("mode: |-\n  copy\n# next\n", "mode", "move", "mode: move\n# next\n"),
        ("sidecars:  # these\n  - .asd  # Live\n  - .pkf\n", "sidecars", [".asd"],
         "sidecars: [.asd]\n# these\n# Live\n"),
        ("", "batch_size", 4, "batch_size: 4\n"),
        ("# batch_size: 16\n", "batch_size", 4, "# batch_size: 16\nbatch_size: 4\n"),
        ("tray: no # never\n", "tray", None, "#tray: yes  # never\n"),
        ("folders: {808: Kicks, sub: 1.10}\n", "folders", {"sub": "1.10"}, "folders: {sub: '1.10'}\n"),
    ],
)  # fmt: skip
def test_a_file_of_ones_own_style_keeps_it(tmp_path, text, key, value, after):
    """Spacing, quotes and remarks stay, in files that never were the template; with and without line feed."""
    head = "library: /lib\nwatch: [{path: /in}] # mine\n"
    path = write(tmp_path, head + text)
    changed(path, **{key: value})
    assert path.read_text() == head + after


def test_windows_line_ends_and_a_byte_order_mark_stay(tmp_path):
    """A file of Notepad stays one."""
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEMPLATE.replace("\n", "\r\n").encode())
    changed(path, mode="move", watch=[{"path": "/in/Splice", "recursive": False}, {"path": "/new"}])
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf#") and content.count(b"\n") == content.count(b"\r\n")
    assert load(path).watch == (
        WatchFolder(path=Path("/in/Splice"), recursive=False),
        WatchFolder(path=Path("/new")),
    )


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"file_above": 2}, "file_above"),
        ({"mode": "burn"}, "mode"),
        ({"libary": "/x"}, "libary"),
        ({"library": "relative"}, "library"),
        ({"library": None}, "library"),
        ({"library": "/in/Downloads"}, "watch[0].path"),
        ({"folders": {"808": "a/b"}}, "folders.808"),
        ({"names": "a\nb"}, "names"),
        ({"margin": float("nan")}, "margin"),
        ({"mode": {"a": 1}}, "mode"),
        ({"watch": [{"path": "/x"}, {"path": "/x/"}]}, "watch[1].path"),
        ({"watch": [{"path": "/x"}, {"path": "/y", "mode": "burn"}]}, "watch[1].mode"),
        ({"watch": "/x"}, "watch"),
        ({"watch": [{}]}, "watch[0].path"),
    ],
)  # fmt: skip
def test_what_no_config_can_hold_is_refused_by_key(tmp_path, changes, key):
    """The file stays as it is."""
    path = write(tmp_path, TEMPLATE)
    with pytest.raises(ChangeRefusedError) as caught:
        change(path, changes, look(path).digest)
    assert caught.value.keys[0].key == key and caught.value.keys[0].message
    assert path.read_text() == TEMPLATE and list(tmp_path.iterdir()) == [path]


def test_an_edit_made_meanwhile_is_not_overwritten(tmp_path):
    """The digest tells."""
    path = write(tmp_path, TEMPLATE)
    digest = look(path).digest
    path.write_text(TEMPLATE + "# mine\n")
    with pytest.raises(EditedMeanwhileError):
        change(path, {"mode": "move"}, digest)
    assert path.read_text() == TEMPLATE + "# mine\n"


def test_a_broken_file_is_not_touched(tmp_path):
    """Its lines are named instead."""
    path = write(tmp_path, "library: [\n")
    with pytest.raises(ConfigError):
        look(path)


@pytest.mark.skipif(os.name == "nt", reason="links and modes are of POSIX")
def test_a_linked_file_is_changed_where_it_lies_and_keeps_its_mode(tmp_path):
    """Who keeps settings elsewhere keeps them there."""
    (tmp_path / "dotfiles").mkdir()
    real = write(tmp_path / "dotfiles", TEMPLATE)
    real.chmod(0o640)
    link = tmp_path / "config.yaml"
    link.symlink_to(real)
    changed(link, mode="move")
    assert link.is_symlink() and "\nmode: move\n" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=9
)
PATHS = st.sampled_from(["/in/Downloads", "/in/Splice", "/in/a #1", "/in/$x: y", "/in/808"])
FOLDER = st.fixed_dictionaries(
    {"path": PATHS},
    optional={
        "mode": st.sampled_from([*FilingMode, None]),
        "existing": st.sampled_from(Existing),
        "recursive": st.booleans(),
        "exclude": st.lists(NAMES, max_size=2),
    },
)
LABELS = st.sampled_from(["808", "sub", "my: #own"])
FOLDERS = st.sampled_from(["808", "Kicks", "no", "1.10", "a #b"])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from([*FilingMode, None]),
        "library": st.sampled_from(["/music/Bass", "/music/x y", "/music/'q'"]),
        "folders": st.none() | st.dictionaries(LABELS, FOLDERS, max_size=3),
        "sidecars": st.none() | st.lists(st.sampled_from([".asd", ".a b", ".#x"]), max_size=2),
        "file_above": st.none() | st.floats(0, 1),
        "names": st.none() | st.booleans(),
        "batch_size": st.none() | st.integers(1, 256),
        "max_seconds": st.none() | st.floats(0.5, 600),
        "watch": st.none() | st.lists(FOLDER, max_size=4, unique_by=lambda folder: folder["path"]),
    },
)  # fmt: skip


def plain(changes):
    """As JSON has them."""
    if isinstance(changes, dict):
        return {key: plain(value) for key, value in changes.items()}
    if isinstance(changes, list):
        return [plain(value) for value in changes]
    return str(changes) if isinstance(changes, FilingMode | Existing) else changes


def after(config: Config, changes) -> Config:
    """The config that the changes ask for, worked out without any text."""
    values = config.model_dump()
    old = {folder.path: folder.model_dump() for folder in config.watch}
    for key, value in changes.items():
        if value is None:
            del values[key]
        elif key == "watch":
            merged = [old.get(Path(entry["path"]), {}) | entry for entry in value]
            values[key] = sorted(merged, key=lambda folder: str(folder["path"]))
        else:
            values[key] = value
    return Config.model_validate(values)


def in_order(config: Config) -> Config:
    return config.model_copy(
        update={"watch": tuple(sorted(config.watch, key=lambda folder: str(folder.path)))}
    )


def prose(text: str) -> list[str]:
    """Every remark that is not a setting commented out."""
    return [line for line in text.splitlines() if re.match(r" *# (?! ?\w+: )", line)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("edit")


@given(steps=st.lists(CHANGES, max_size=5), windows=st.booleans())
@settings(max_examples=40)
def test_any_sequence_of_changes_keeps_every_remark_and_means_what_was_asked(shared, steps, windows):
    """Whatever is changed in whatever order: the text loads to it, and all prose of the template is there."""
    path = write(shared, TEMPLATE.replace("\n", "\r\n") if windows else TEMPLATE)
    wanted = load(path)
    for step in steps:
        try:
            wanted = after(wanted, step)
        except ValidationError:  # two categories in one folder, a folder that is library and watched
            with pytest.raises(ChangeRefusedError):
                change(path, plain(step), look(path).digest)
            continue
        change(path, plain(step), look(path).digest)
        assert in_order(load(path)) == in_order(wanted)
        kept = prose(path.read_bytes().decode())
        assert [line for line in prose(TEMPLATE) if line not in kept] == []
