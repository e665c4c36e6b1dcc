"""Removing the second of two copies: only where the first is whole and really another."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from support.filing import SOUND, read_tree
from wavized.library.moves import are_separate, remove_second

DIGEST = hashlib.sha256(SOUND).hexdigest()


def test_the_second_of_two_copies_goes(tmp_path: Path) -> None:
    """Two whole copies become one, and a copy that is gone already counts as removed."""
    kept, spare = tmp_path / "kept", tmp_path / "spare"
    for path in (kept, spare):
        path.write_bytes(SOUND)
    assert remove_second(spare, kept, DIGEST)
    assert remove_second(spare, kept, DIGEST)
    assert read_tree(tmp_path) == {"kept": SOUND}


@pytest.mark.parametrize(("kept", "spare"), [(SOUND[:-1], SOUND), (SOUND, SOUND + b"x"), (b"", b"")])
def test_what_is_not_the_same_stays(tmp_path: Path, kept: bytes, spare: bytes) -> None:
    """Where either has other content than expected, both stay."""
    (tmp_path / "kept").write_bytes(kept)
    (tmp_path / "spare").write_bytes(spare)
    assert not remove_second(tmp_path / "spare", tmp_path / "kept", DIGEST)
    assert read_tree(tmp_path) == {"kept": kept, "spare": spare}


def test_a_link_is_no_second_copy(tmp_path: Path) -> None:
    """A symbolic link to the kept file is not a copy of it."""
    (tmp_path / "kept").write_bytes(SOUND)
    (tmp_path / "spare").symlink_to("kept")
    assert not remove_second(tmp_path / "spare", tmp_path / "kept", DIGEST)
    assert (tmp_path / "spare").is_symlink()


def test_another_way_to_the_same_name_is_no_second_copy(tmp_path: Path) -> None:
    """A path through a linked folder is the same entry, even where the file has a further name elsewhere."""
    (tmp_path / "library").mkdir()
    (tmp_path / "alias").symlink_to("library")
    kept = tmp_path / "library" / "kick.wav"
    kept.write_bytes(SOUND)
    (tmp_path / "elsewhere").hardlink_to(kept)
    assert not are_separate(tmp_path / "alias" / "kick.wav", kept)
    assert not remove_second(tmp_path / "alias" / "kick.wav", kept, DIGEST)
    assert are_separate(tmp_path / "elsewhere", kept)
    assert kept.read_bytes() == SOUND
