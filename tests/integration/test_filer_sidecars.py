"""Files that go along with a sample: brought, never overwriting, and given room in long names."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.filing import SOUND, Filing, read_tree
from wavized.domain.sample import FilingMode
from wavized.library import LibraryFiler, sha256_of

MOVE = FilingMode.MOVE
every_mode = pytest.mark.parametrize("mode", list(FilingMode))


@pytest.fixture
def filing(tmp_path: Path) -> Filing:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "library").mkdir()
    return Filing(tmp_path / "downloads", tmp_path / "library")


@every_mode
def test_sidecars_go_along(filing: Filing, mode: FilingMode) -> None:
    """`<name>.asd` lands beside the sample, under the sample's final name."""
    filing.place(filing.sample(content=b"other"))
    source = filing.sample()
    sidecar = filing.sample("kick.wav.asd", b"warp")
    placed = filing.place(source, mode)
    [one] = placed.sidecars
    assert (one.source, one.target.name, one.digest) == (sidecar, "kick (2).wav.asd", sha256_of(one.target))
    assert one.target.read_bytes() == b"warp"
    assert (
        not one.target.samefile(source.parent / "kick.wav.asd") if mode is not MOVE else not sidecar.exists()
    )
    assert placed.note == ""


@every_mode
def test_a_sidecar_overwrites_nothing(filing: Filing, mode: FilingMode) -> None:
    """Where a sidecar's place is taken the sample is filed without it, and a note says so."""
    (filing.library / "808").mkdir()
    (filing.library / "808" / "kick.wav.asd").write_bytes(b"someone's")
    source = filing.sample()
    filing.sample("kick.wav.asd", b"warp")
    placed = filing.place(source, mode)
    assert placed.sidecars == ()
    assert "kick.wav.asd" in placed.note
    assert read_tree(filing.library) == {"808/kick.wav": SOUND, "808/kick.wav.asd": b"someone's"}
    assert read_tree(filing.downloads)["kick.wav.asd"] == b"warp"


def test_a_long_name_leaves_room_for_its_sidecar(filing: Filing) -> None:
    """A name so long that its sidecar's would not fit is shortened, so that both get in."""
    source = filing.sample("x" * 247 + ".wav")
    filing.sample(source.name + ".asd", b"warp")
    filing.place(source)
    again = filing.sample("x" * 247 + ".wav", b"another")
    placed = filing.place(again)
    assert placed.note == ""
    assert placed.target.name.endswith(" (2).wav")
    assert [len(one.target.name) for one in placed.sidecars] == [255]


@every_mode
def test_which_files_go_along_is_a_setting(filing: Filing, mode: FilingMode) -> None:
    """Only the suffixes asked for go along; without any, the sample goes alone."""
    filing.sample("kick.wav.asd", b"warp")
    filing.sample("kick.wav.txt", b"notes")
    filing.filer = LibraryFiler((".txt", ".missing"))
    filing.place(filing.sample(), mode)
    filing.filer = LibraryFiler(())
    filing.place(filing.sample("alone.wav", b"another"), mode)
    assert read_tree(filing.library) == {
        "808/kick.wav": SOUND,
        "808/kick.wav.txt": b"notes",
        "808/alone.wav": b"another",
    }
    assert (filing.downloads / "kick.wav.asd").read_bytes() == b"warp"
