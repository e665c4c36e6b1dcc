"""What the config's folders must not be, held against folders that exist, and what is only doubtful."""

from __future__ import annotations

import os

import pytest

from wavized.config.load import check, load
from wavized.config.problem import Problem, Severity, spell
from wavized.errors import ConfigError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with a library and two folders to watch."""
    for name in ("lib", "in", "in/packs"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


def checked(home, text: str) -> list[Problem]:
    """The problems of a text; those `load` would refuse it for are the errors among them."""
    path = home / "config.yaml"
    path.write_text(text, encoding="utf-8")
    problems = check(path)
    errors = tuple(found.located(path.name) for found in problems if found.severity is Severity.ERROR)
    if errors:
        with pytest.raises(ConfigError) as caught:
            load(path)
        assert caught.value.problems == errors
    else:
        load(path)
    return problems


def test_a_sound_config_has_no_problems(home):
    """Existing folders that do not contradict each other leave nothing to say."""
    assert (
        checked(home, "library: lib\nwatch: [{path: in}, {path: in/packs}]\nfolders: {pluck: Pluck}\n") == []
    )


def test_a_library_inside_a_watched_folder_is_allowed(home):
    """It is left out of the watching."""
    (home / "in" / "lib").mkdir()
    assert checked(home, "library: in/lib\nwatch: [{path: in}]\n") == []


def test_a_missing_folder_is_a_warning_that_names_what_was_written(home):
    """A drive may be unplugged: the config still loads."""
    assert checked(home, "library: /no/lib\nwatch:\n  - path: ~/in\n  - path: ~/Downlods\n") == [
        Problem(1, "library", "folder does not exist: /no/lib", Severity.WARNING),
        Problem(4, "watch[1].path", "folder does not exist: ~/Downlods", Severity.WARNING),
    ]


def test_a_file_in_place_of_a_folder_is_an_error(home):
    """Neither library, watched folder nor model can be a file."""
    (home / "file").touch()
    assert checked(home, "library: file\nwatch:\n- path: file/\nmodel: file\n") == [
        Problem(1, "library", "this is a file, not a folder: file"),
        Problem(3, "watch[0].path", "this is a file, not a folder: file/"),
        Problem(3, "watch[0].path", "a folder cannot be both watched and the library: file/"),
        Problem(4, "model", "this is a file, not a folder: file"),
    ]


@pytest.mark.parametrize("spelling", ["lib", "lib/", "./lib", "in/../lib", "~/lib", "$HOME/lib", "link"])
def test_the_library_cannot_be_watched_under_any_spelling(home, spelling):
    """Filing into a folder that is listened to would never end."""
    (home / "link").symlink_to(home / "lib")
    assert checked(home, f"library: lib\nwatch:\n- path: {spelling}\n") == [
        Problem(3, "watch[0].path", f"a folder cannot be both watched and the library: {spelling}")
    ]


@pytest.mark.parametrize("inner", ["lib/808", "lib/a/b", "link/808"])
def test_a_folder_inside_the_library_cannot_be_watched(home, inner):
    """What was filed is never taken for new, whether the folder exists yet or not."""
    (home / "link").symlink_to(home / "lib")
    problems = checked(home, f"library: lib\nwatch:\n- path: {inner}\n")
    said = f"lies inside the library, which is never watched: {inner}"
    assert Problem(3, "watch[0].path", said) in problems


@pytest.mark.parametrize("spelling", ["in", "in/packs/..", "link", "gone/../in"])
def test_one_folder_watched_twice_is_an_error(home, spelling):
    """Two entries for one folder could contradict each other."""
    (home / "link").symlink_to(home / "in")
    assert checked(home, f"library: lib\nwatch:\n- path: in\n- path: {spelling}\n") == [
        Problem(4, "watch[1].path", f"the same folder as watch[0].path: {spelling}")
    ]


def test_missing_folders_are_compared_by_their_names(home):
    """A folder that does not exist yet is one folder all the same."""
    problems = checked(home, "library: lib\nwatch:\n- path: gone\n- path: ./gone\n")
    assert [found.message for found in problems if found.severity is Severity.ERROR] == [
        "the same folder as watch[0].path: ./gone"
    ]


@pytest.mark.parametrize(
    "name",
    ["''", "' '", ".", "..", "a/b", "'a\\b'", "/abs", "'C:'", "nul", "COM1.txt", "'x.'", "'x '", "'a?'"],
)
def test_a_folder_name_that_could_leave_the_library_or_fail_elsewhere_is_refused(home, name):
    """Category folders are plain names that every system can hold."""
    (problem,) = checked(home, f"library: lib\nfolders:\n  acid: Acid\n  growl: {name}\n")
    assert (problem.line, problem.key, problem.severity) == (4, "folders.growl", Severity.ERROR)


@pytest.mark.parametrize("name", ["Sub", "SUB", "sub"])
def test_two_categories_cannot_share_a_folder_not_even_in_another_case(home, name):
    """On many disks `Sub` and `sub` are one folder."""
    (problem,) = checked(home, f"library: lib\nfolders:\n  '808': {name}\n")
    assert (problem.line, problem.key) == (2, "folders")
    assert '"808" and "sub"' in problem.message


def test_a_category_that_looks_misspelt_is_a_warning(home):
    """Other categories may belong to a model of the user's own."""
    (problem,) = checked(home, "library: lib\nfolders:\n  resse: Wide\n")
    assert problem == Problem(
        3,
        "folders.resse",
        'a category the bundled model does not know; did you mean "reese"?',
        Severity.WARNING,
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("library: lib\nmode: move\nwatch:\n- path: Splice/sounds/packs\n", 4),
        ("library: lib\nwatch:\n- path: Splice - user-7/sounds\n  mode: move\n", 4),
        ("library: lib\nwatch:\n- path: Splice\n  mode: copy\nmode: move\n", None),
        ("library: lib\nwatch:\n- path: Splicer\nmode: move\n", None),
        ("library: lib\nwatch:\n- path: Splice\n", None),
    ],
)
def test_moving_samples_away_from_splice_is_a_warning(home, text, line):
    """Splice and DAW projects point at the files where they are."""
    for name in ("Splice/sounds/packs", "Splice - user-7/sounds", "Splicer"):
        (home / name).mkdir(parents=True)
    problems = checked(home, text)
    assert [problem.line for problem in problems] == ([line] if line else [])
    assert all(problem.severity is Severity.WARNING for problem in problems)


def test_folders_are_checked_even_where_other_settings_are_wrong(home):
    """All problems show together, by line."""
    problems = checked(home, "mode: shove\nlibrary: lib\nwatch:\n- path: lib\n  colour: red\n- path: gone\n")
    assert [(found.line, found.key) for found in problems] == [
        (1, "mode"),
        (4, "watch[0].path"),
        (5, "watch[0].colour"),
        (6, "watch[1].path"),
    ]


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root and Windows may look into every folder"
)
def test_a_folder_that_must_not_be_looked_into_is_a_warning(home):
    """Privacy settings may hide a folder that is there."""
    (home / "in").chmod(0)
    try:
        (problem,) = checked(home, "library: lib\nwatch: [{path: in/packs}]\n")
    finally:
        (home / "in").chmod(0o700)
    assert problem.severity is Severity.WARNING


def test_a_name_longer_than_the_system_allows_is_told_not_raised(home):
    """A path that cannot exist is doubtful, not a crash."""
    (problem,) = checked(home, f"library: lib\nwatch: [{{path: {'x' * 300}}}]\n")
    assert (problem.key, problem.severity) == ("watch[0].path", Severity.WARNING)


def test_a_text_that_is_no_yaml_is_one_problem(home):
    """`check` tells what `load` would raise."""
    (problem,) = checked(home, "library: [lib\n")
    assert problem.severity is Severity.ERROR


def test_a_key_is_spelt_as_people_read_it():
    """Lists count from zero in brackets, names are joined by dots."""
    assert spell(("watch", 1, "path")) == "watch[1].path"
    assert spell(()) == ""


def test_a_problem_without_a_line_is_located_by_the_file_alone():
    """What concerns the file as a whole claims no line."""
    assert Problem(0, "", "is locked").located("config.yaml") == "config.yaml: is locked"
