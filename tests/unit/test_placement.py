"""Names and folders a sample may get: planned without looking at the disk."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wavized.domain.sample import FileStat, FilingMode
from wavized.errors import ConfigError, FilingError
from wavized.logic.placement import (
    FORBIDDEN,
    RESERVED,
    candidate_names,
    check_folder_name,
    plan,
    split_name,
    tamed,
)

LIBRARY = Path("/music/library")
SOURCE = Path("/downloads/pack/kick sub.wav")
STAT = FileStat(10, 20)

file_names = (
    st.binary(min_size=1, max_size=255)
    .filter(lambda name: not {0, 0x2F} & set(name) and name not in (b".", b".."))
    .map(os.fsdecode)
)


def planned(source: Path = SOURCE, library: Path = LIBRARY, folder: str = "808"):
    return plan(source, library, folder, FilingMode.COPY, "ab" * 32, STAT)


def tamed_name(name: str) -> str:
    stem, suffix = split_name(name)
    tame = tamed(replace(planned(), stem=stem, suffix=suffix))
    assert (tame.library, tame.folder) == (planned().library, planned().folder)
    return f"{tame.stem}{tame.suffix}"


def names(stem: str, suffix: str, n: int, reserve: int = 0) -> list[str]:
    return list(itertools.islice(candidate_names(stem, suffix, reserve), n))


def test_a_plan_keeps_what_it_was_given():
    """A plan names the folder below the library, the stem and the suffix, and carries the rest along."""
    placement = planned()
    assert placement.folder == LIBRARY / "808"
    assert (placement.stem, placement.suffix) == ("kick sub", ".wav")
    assert (placement.source, placement.library, placement.stat) == (SOURCE, LIBRARY, STAT)
    assert (placement.mode, placement.digest) == (FilingMode.COPY, "ab" * 32)


def test_names_are_counted_from_two():
    """The name itself comes first, then (2), (3) …, before the suffix."""
    assert names("kick", ".wav", 3) == ["kick.wav", "kick (2).wav", "kick (3).wav"]
    assert names("noise", "", 2) == ["noise", "noise (2)"]


def test_decomposed_letters_stay_decomposed():
    """A name in NFD is not normalised: its bytes are kept."""
    nfd = "u\u0308ber"
    assert names(nfd, ".wav", 1) == [nfd + ".wav"]


@pytest.mark.parametrize(
    "folder", ["808", "Reese", "Slap house", "Bässe", "acid.303", ".hidden", "console", "👩‍🎤"]
)
def test_plain_folder_names_are_taken(folder: str):
    """A name that every system can hold is accepted, in any language."""
    check_folder_name(folder)
    assert planned(folder=folder).folder == LIBRARY / folder


@pytest.mark.parametrize(
    "folder",
    ["", " ", ".", "..", "a/b", "/etc", "a\\b", "../up", "C:", "a\0b", "a\nb", "sub ", "sub.", " sub", "NUL",
     "con", "Com1.bass", "lpt9", "aux .x", "what?", "a*", "\udcff", "x" * 256],
)  # fmt: skip
def test_unsafe_folder_names_are_refused(folder: str):
    """Names that leave the library, hide a path or that some system cannot hold are a config error."""
    with pytest.raises(ConfigError) as caught:
        planned(folder=folder)
    assert caught.value.hint


@pytest.mark.parametrize("library", [Path("library"), Path("/music/../etc")])
def test_a_library_must_be_absolute(library: Path):
    """A library that depends on where the program was started is refused."""
    with pytest.raises(ConfigError):
        planned(library=library)


@pytest.mark.parametrize("source", [LIBRARY / "808" / "kick.wav", LIBRARY / "kick.wav"])
def test_the_library_is_no_source(source: Path):
    """What lies in the library already is not filed again."""
    with pytest.raises(FilingError, match="already"):
        planned(source=source)


def test_a_source_needs_a_name():
    """A path without a file name cannot be filed."""
    with pytest.raises(FilingError):
        planned(source=Path("/"))


@given(name=file_names)
def test_stem_and_suffix_make_up_the_name(name: str):
    """Splitting a name loses nothing, and the first candidate is the name itself."""
    stem, suffix = split_name(name)
    assert stem + suffix == name
    assert stem
    assert names(stem, suffix, 1) == [name]


@given(folder=st.text(max_size=12) | st.sampled_from(["..", "a/..", "/x", "\\\\host"]), name=file_names)
def test_no_plan_leaves_the_library(folder: str, name: str):
    """Whatever folder and file are called, a plan is refused or every name in it lies one level down."""
    try:
        placement = planned(source=Path("/downloads") / name, folder=folder)
    except ConfigError:
        return
    for candidate in names(placement.stem, placement.suffix, 3):
        target = placement.folder / candidate
        assert Path(os.path.normpath(target)).parent.parent == LIBRARY
        assert target.name == candidate


@given(name=file_names, taken=st.sets(st.integers(0, 30)), reserve=st.sampled_from([0, 4, 9]))
def test_no_two_candidates_are_the_same(name: str, taken: set[int], reserve: int):
    """However many names are taken, one that is not comes up after them."""
    stem, suffix = split_name(name)
    existing = {n for i, n in enumerate(names(stem, suffix, 31, reserve)) if i in taken}
    chosen = next(n for n in candidate_names(stem, suffix, reserve) if n not in existing)
    assert chosen not in existing
    assert len(set(names(stem, suffix, 40, reserve))) == 40


@given(name=file_names, reserve=st.integers(0, 16))
def test_every_candidate_fits(name: str, reserve: int):
    """Each name, with its sidecar's suffix behind it, fits 255 bytes and keeps its own suffix."""
    stem, suffix = split_name(name)
    for candidate in names(stem, suffix, 12, reserve):
        assert len(os.fsencode(candidate)) + reserve <= 255
        assert candidate.endswith(suffix)


def test_a_reserve_that_leaves_no_room_is_not_waited_for():
    """Where a sidecar's ending leaves too little for a name, it comes all the same, with its first letter."""
    assert names("ab", ".wav", 3, 254) == ["a.wav", "a (2).wav", "a (3).wav"]


@given(name=file_names)
def test_a_tamed_name_is_one_that_every_disk_takes(name: str):
    """Nothing that Windows or macOS refuses is left; taming twice is taming once."""
    told = tamed_name(name)
    assert told and not FORBIDDEN & set(told) and told[-1] not in ". "
    assert told.split(".")[0].rstrip().upper() not in RESERVED
    assert os.fsencode(told) == told.encode("utf-8")
    assert not any(ord(c) < 32 for c in told)
    assert tamed_name(told) == told


def test_a_tamed_name_stays_like_the_one_it_had():
    """Only what some disk refuses is replaced."""
    for name, told in [
        ("a:b?.wav", "a_b_.wav"),
        ("aux.wav", "_aux.wav"),
        ("x. ", "x"),
        ("ok é.wav", "ok é.wav"),
    ]:
        assert tamed_name(name) == told


@given(stem=st.text(st.characters(exclude_categories=["Cs"]), min_size=80, max_size=255))
def test_shortening_never_cuts_a_character(stem: str):
    """A long name is cut between characters, never inside one, and only as far as needed."""
    assume(len(stem.encode()) > 251)
    [first] = names(stem, ".wav", 1)
    kept = first.removesuffix(".wav")
    assert stem.startswith(kept)
    assert first.encode().decode() == first
    assert len((kept + stem[len(kept)]).encode()) > 251
