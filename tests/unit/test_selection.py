"""Which paths of a watched folder are wanted."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.logic.selection import Selection, is_audio, is_temporary, matches

ROOT = Path("/home/me/Downloads")
ELSEWHERE = Path("/home/me/Library")


def selection(**more: object) -> Selection:
    return Selection(**{"root": ROOT, "library": ELSEWHERE, **more})  # type: ignore[arg-type]  # by keyword


@pytest.mark.parametrize(
    "name",
    [
        "a.wav", "a.WAV", "a.Wave", "a.aif", "a.AIFF", "a.aifc", "a.flac", "a.mp3", "a.ogg", "a.oga",
        "a.opus", "AU_ESH2_bass_synth_one_shot_bristly_G#.wav", "it's (new) [808].wav", "Unconfirmed.wav",
        "line\nbreak.wav", "Unterbaß 🎸.wav", "\udcff\udcfe.wav",
    ],
)  # fmt: skip
def test_audio_files_are_wanted_whatever_their_spelling(name: str) -> None:
    """Suffixes count in any case; spaces, quotes, brackets, line breaks and broken bytes do not matter."""
    assert is_audio(name)
    assert selection().wants(PurePath("pack") / name)


@pytest.mark.parametrize(
    "name",
    [
        "a.wav.crdownload", "Unconfirmed 40823.crdownload", "a.wav.part", "a.wav.PARTIAL", "a.wav.download",
        "a.wav.tmp", "a.wav.!ut", "a.wav.opdownload", "._a.wav", ".DS_Store", "Thumbs.db", "desktop.ini",
        ".syncthing.a.wav", ".syncthing.a.wav.tmp", "~syncthing~a.wav.tmp", "~syncthing~a.wav",
        ".wavized-1234.part", ".hidden.wav",
    ],
)  # fmt: skip
def test_temporary_and_hidden_names_are_never_wanted(name: str) -> None:
    """What browsers, sync programs, systems and Wavized itself write on the way is left alone."""
    assert is_temporary(name)
    assert not selection().wants(PurePath(name))


@pytest.mark.parametrize("name", ["a.asd", "a.zip", "a.txt", "a", "wav", "a.wav.asd", "a.mid"])
def test_other_files_are_not_wanted(name: str) -> None:
    """Sidecars, archives and documents are no samples."""
    assert not selection().wants(PurePath(name))


@pytest.mark.parametrize("folder", [".Trash-1000", ".stversions", "kick.wav.download", "~syncthing~x"])
def test_nothing_is_taken_from_hidden_folders_and_download_bundles(folder: str) -> None:
    """Safari keeps a download under way as a file inside a `.download` folder."""
    assert not selection().wants(PurePath(folder) / "kick.wav")
    assert not selection().wants(PurePath("deep") / folder / "er" / "kick.wav")


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a/b/Loop 1.wav", "*loop*", True),
        ("Loops/kick.wav", "loops", True),
        ("x/Loops/y/kick.wav", "Loops", True),
        ("x/Loops/kick.wav", "Loops/", True),
        ("x/Loops/kick.wav", "/Loops", False),
        ("Loops/kick.wav", "/Loops", True),
        ("a/kick.wav", "a/*.wav", True),
        ("a/b/kick.wav", "a/*.wav", False),
        ("a/b/kick.wav", "a/**/*.wav", True),
        ("a/kick.wav", "a/**/*.wav", True),
        ("a/b/c/kick.wav", "**/c/**", True),
        ("a/b/c/kick.wav", "a/**", True),
        ("a/b/c/kick.wav", "a/**/x/**", False),
        ("a/b/c/kick.wav", "a/b", True),
        ("ab/kick.wav", "a", False),
        ("kick1.wav", "kick?.wav", True),
        ("kick12.wav", "kick?.wav", False),
        ("kick1.wav", "kick[0-9].wav", True),
        ("[808].wav", "[[]808].wav", True),
        ("KICK.WAV", "kick.wav", True),
        ("Straße.wav", "STRASSE.wav", True),
        ("kick.wav", "", False),
        ("kick.wav", "/", False),
        ("kick.wav", "**", True),
        ("line\nbreak.wav", "line*", True),
    ],
)
def test_patterns_mean_what_their_docstring_says(path: str, pattern: str, expected: bool) -> None:
    """`*` stays within a part, `**` spans folders, a bare name counts at any depth, a folder covers its
    content.
    """
    assert matches(PurePath(path), pattern) is expected


def test_composed_and_decomposed_names_match_each_other() -> None:
    """A pattern typed in NFC finds a name that macOS wrote in NFD, and the other way round."""
    composed, decomposed = (unicodedata.normalize(form, "Grüße.wav") for form in ("NFC", "NFD"))
    assert matches(PurePath(decomposed), composed)
    assert matches(PurePath(composed), decomposed)


PART = st.text(alphabet="ab.", min_size=1, max_size=3).filter(lambda part: part.strip("."))


@given(parts=st.lists(PART, min_size=1, max_size=5))
def test_every_path_matches_itself_and_any_depth(parts: list[str]) -> None:
    """Names without wildcards match literally; `**` before and after asks for nothing more."""
    path = PurePath(*parts)
    assert matches(path, "/" + path.as_posix())
    assert matches(path, f"**/{path.as_posix()}/**")
    assert matches(PurePath("x", path), f"**/{path.as_posix()}")
    assert not matches(path, f"/{path.as_posix()}/b")


@given(st.lists(st.sampled_from(["**", "*", "a"]), max_size=30))
def test_many_stars_are_answered_in_little_time(pattern: list[str]) -> None:
    """The work grows with the product of both lengths, so no pattern can hang the watch."""
    assert isinstance(matches(PurePath(*["a"] * 30, "b"), "/".join(pattern)), bool)


def test_include_and_exclude_narrow_what_is_wanted() -> None:
    """With patterns to include a file needs one of them; patterns to exclude have the last word."""
    rules = selection(include=("Bass/**", "*808*"), exclude=("*loop*", "Bass/Old"))
    assert rules.wants(PurePath("Bass/x/growl.wav"))
    assert rules.wants(PurePath("Drums/An 808.wav"))
    assert not rules.wants(PurePath("Drums/kick.wav"))
    assert not rules.wants(PurePath("Bass/growl_LOOP.wav"))
    assert not rules.wants(PurePath("Bass/Old/growl.wav"))
    assert not rules.enters(PurePath("Bass/Old"))
    assert rules.enters(PurePath("Drums"))


def test_the_library_inside_a_watched_folder_is_left_out() -> None:
    """Else what was filed would come back as new; a name that only begins alike is no part of it."""
    rules = selection(library=ROOT / "Library")
    assert not rules.wants(PurePath("Library/808/kick.wav"))
    assert not rules.enters(PurePath("Library"))
    assert rules.wants(PurePath("Library 2/kick.wav"))
    assert rules.wants(PurePath("kick.wav"))


@pytest.mark.parametrize("root", [ELSEWHERE, ELSEWHERE / "808"])
def test_a_watched_folder_that_is_or_lies_in_the_library_gives_nothing(root: Path) -> None:
    """Whatever the configuration let through, nothing is taken from the library."""
    rules = selection(root=root)
    assert rules.holds_nothing
    assert not rules.wants(PurePath("kick.wav"))


def test_a_watched_folder_inside_another_is_left_to_itself() -> None:
    """A file belongs to the innermost watched folder."""
    rules = selection(inner=(ROOT / "Splice",))
    assert not rules.wants(PurePath("Splice/kick.wav"))
    assert rules.wants(PurePath("Other/kick.wav"))


def test_without_recursion_only_the_folder_itself_counts() -> None:
    """Files in subfolders are left alone."""
    rules = selection(recursive=False)
    assert rules.wants(PurePath("kick.wav"))
    assert not rules.wants(PurePath("pack/kick.wav"))


@pytest.mark.parametrize(
    ("root", "file", "expected"),
    [
        ("/home/me/Splice", "backup/packs/A/kick.wav", False),
        ("/home/me/Splice", "sounds/backup/packs/A/kick.wav", False),
        ("/home/me/Documents", "Splice/Samples/Backup/kick.wav", False),
        ("/home/me/Splice", "sounds/packs/Backup/kick.wav", True),
        ("/home/me/Splice", "sounds/packs/A/kick.wav", True),
        ("/home/me/Downloads", "backup/kick.wav", True),
        ("/home/me/Splice/backup", "kick.wav", True),
    ],
)
def test_only_the_mirror_that_splice_keeps_is_left_out(root: str, file: str, expected: bool) -> None:
    """A `backup` folder under a Splice root, not a pack of that name, nor one that was asked for itself."""
    assert selection(root=Path(root)).wants(PurePath(file)) is expected
