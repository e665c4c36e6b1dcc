"""Putting samples into a library on a real disk: names, modes, collisions, sidecars, and what is refused."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from support.filing import MTIME_NS, SOUND, Filing, read_tree
from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError, FilingError
from wavized.library import filer, sha256_of
from wavized.library.folders import Shelf, content_of, refuse_exchanged
from wavized.logic.placement import candidate_names

COPY, MOVE, LINK = FilingMode.COPY, FilingMode.MOVE, FilingMode.HARDLINK
every_mode = pytest.mark.parametrize("mode", list(FilingMode))


@pytest.fixture
def filing(tmp_path: Path) -> Filing:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "library").mkdir()
    return Filing(tmp_path / "downloads", tmp_path / "library")


@every_mode
def test_bytes_and_times_are_kept(filing: Filing, mode: FilingMode) -> None:
    """A filed sample has the bytes, mtime and plain permissions of the original; nothing else appears."""
    source = filing.sample()
    os.utime(source, ns=(MTIME_NS, MTIME_NS))
    source.chmod(0o640)
    placed = filing.place(source, mode)
    assert placed.target == filing.library / "808" / "kick.wav"
    assert (placed.duplicate, placed.note, placed.sidecars) == (False, "", ())
    assert read_tree(filing.library) == {"808/kick.wav": SOUND}
    assert placed.target.stat().st_mtime_ns == MTIME_NS
    assert placed.target.stat().st_mode & 0o777 == 0o640
    assert read_tree(filing.downloads) == ({} if mode is MOVE else {"kick.wav": SOUND})


def test_a_hardlink_is_the_same_file(filing: Filing) -> None:
    """In hardlink mode source and target are one file with two names."""
    source = filing.sample()
    assert filing.place(source, LINK).target.samefile(source)


def test_a_copy_is_another_file(filing: Filing) -> None:
    """In copy mode a later change of the original does not reach the library; programs lose their x bit."""
    source = filing.sample()
    source.chmod(0o755)
    target = filing.place(source).target
    assert not target.samefile(source)
    assert target.stat().st_mode & 0o777 == 0o644


@every_mode
def test_another_sound_of_that_name_is_never_overwritten(filing: Filing, mode: FilingMode) -> None:
    """A taken name is left as it is; the sample gets the next free one."""
    filing.place(filing.sample(content=b"first"))
    filing.place(filing.sample(content=b"second!"), mode)
    filing.place(filing.sample(content=b"third!!"), mode)
    assert read_tree(filing.library) == {
        "808/kick.wav": b"first",
        "808/kick (2).wav": b"second!",
        "808/kick (3).wav": b"third!!",
    }


@every_mode
def test_the_same_sound_is_not_filed_twice(filing: Filing, mode: FilingMode) -> None:
    """Where one of its names holds the same content, nothing is written and the source stays."""
    filing.place(filing.sample(content=b"other"))
    first = filing.place(filing.sample())
    filing.announced.clear()
    again = filing.place(filing.sample(), mode)
    assert (again.target, again.duplicate) == (first.target, True)
    assert filing.announced == []
    assert len(read_tree(filing.library)) == 2
    assert read_tree(filing.downloads) == {"kick.wav": SOUND}


@every_mode
@pytest.mark.parametrize("what", ["folder", "link", "dead link", "fifo"])
def test_whatever_has_the_name_stays(filing: Filing, mode: FilingMode, what: str) -> None:
    """Folders, links, even dead ones, and pipes keep their names; none is written through or waited on."""
    taken = filing.library / "808" / "kick.wav"
    taken.parent.mkdir()
    outside = filing.sample("elsewhere", SOUND)
    {
        "folder": lambda: taken.mkdir(),
        "link": lambda: taken.symlink_to(outside),
        "dead link": lambda: taken.symlink_to(filing.downloads / "nowhere"),
        "fifo": lambda: os.mkfifo(taken),
    }[what]()
    before = taken.lstat()
    placed = filing.place(filing.sample(), mode)
    assert placed.target.name == "kick (2).wav"
    assert taken.lstat().st_ino == before.st_ino
    assert outside.read_bytes() == SOUND


@every_mode
def test_the_journal_hears_each_name_first(filing: Filing, mode: FilingMode) -> None:
    """A name is announced before it exists, and one that another program takes meanwhile is passed over."""
    source = filing.sample()
    heard: list[Path] = []

    def announce(target: Path) -> None:
        assert not target.exists()
        heard.append(target)
        if len(heard) == 1:
            target.write_bytes(b"quicker")

    placed = filing.filer.place(filing.plan(source, mode), announce)
    assert [path.name for path in heard] == ["kick.wav", "kick (2).wav"]
    assert placed.target == heard[1]
    assert read_tree(filing.library) == {"808/kick.wav": b"quicker", "808/kick (2).wav": SOUND}


@every_mode
def test_a_journal_that_fails_stops_the_filing(filing: Filing, mode: FilingMode) -> None:
    """If the name cannot be journalled, nothing is filed and nothing is left behind."""

    def announce(target: Path) -> None:
        raise RuntimeError("journal is gone")

    with pytest.raises(RuntimeError):
        filing.filer.place(filing.plan(filing.sample(), mode), announce)
    assert read_tree(filing.library) == {}
    assert read_tree(filing.downloads) == {"kick.wav": SOUND}


NAMES = [
    b"AU_ESH2_bass_bristly_G#.wav", b"it's \"quoted\" (1) [x].WAV", b"line\nbreak.wav",
    "🔊 größe.aif".encode(), "u\u0308ber NFD.wav".encode(),
    b"caf\xe9 \xff latin.wav", b" -rf ~.wav", b"no suffix", b".hidden.wav",
    b"x" * 251 + b".wav", "ü".encode() * 125 + b"x.wav", b"kick." + b"y" * 200,
]  # fmt: skip


@every_mode
@pytest.mark.parametrize("name", NAMES)
def test_names_are_kept_byte_for_byte(filing: Filing, mode: FilingMode, name: bytes) -> None:
    """Whatever bytes a file name has, the library has the same, also when the first is taken."""
    for content in (b"one", b"two"):
        filing.place(filing.sample(os.fsdecode(name), content), mode)
    found = {entry: (filing.library / "808" / os.fsdecode(entry)).read_bytes() for entry in _entries(filing)}
    assert found.pop(name) == b"one"
    assert list(found.values()) == [b"two"]
    assert b" (2)" in next(iter(found))


def _entries(filing: Filing) -> list[bytes]:
    return os.listdir(os.fsencode(filing.library / "808"))  # noqa: PTH208  # bytes in, bytes out


@every_mode
def test_a_source_that_changed_is_not_filed(filing: Filing, mode: FilingMode) -> None:
    """What is filed is what was heard: other content than planned is refused and left alone."""
    source = filing.sample()
    placement = filing.plan(source, mode)
    source.write_bytes(b"changed" + SOUND)
    with pytest.raises(FilingError, match="changed"):
        filing.filer.place(placement, filing.announced.append)
    assert read_tree(filing.library) == {}
    assert source.read_bytes() == b"changed" + SOUND


@pytest.mark.parametrize("mode", [MOVE, LINK])
def test_a_source_swapped_at_the_last_moment_is_not_filed(filing: Filing, mode: FilingMode) -> None:
    """A source that is replaced between reading and linking is noticed; the new one stays where it is."""
    source = filing.sample()
    placement = filing.plan(source, mode)

    def announce(target: Path) -> None:
        source.unlink()
        source.write_bytes(b"swapped")

    with pytest.raises(FilingError, match="changed"):
        filing.filer.place(placement, announce)
    assert read_tree(filing.library) == {}
    assert source.read_bytes() == b"swapped"


@every_mode
def test_a_source_that_is_gone_is_named(filing: Filing, mode: FilingMode) -> None:
    """A vanished source is a FilingError that says so."""
    source = filing.sample()
    placement = filing.plan(source, mode)
    source.unlink()
    with pytest.raises(FilingError, match=r"kick\.wav is gone"):
        filing.filer.place(placement, filing.announced.append)
    assert read_tree(filing.library) == {}


@every_mode
def test_a_source_in_the_library_is_refused(filing: Filing, mode: FilingMode, tmp_path: Path) -> None:
    """The library is no source, not even by another path to it."""
    (tmp_path / "alias").symlink_to(filing.library)
    inside = filing.library / "own.wav"
    inside.write_bytes(SOUND)
    placement = filing.plan(filing.sample(), mode)
    for source in (inside, tmp_path / "alias" / "own.wav"):
        with pytest.raises(FilingError, match="already"):
            filing.filer.place(replace(placement, source=source), filing.announced.append)
    assert read_tree(filing.library) == {"own.wav": SOUND}


@every_mode
def test_only_regular_files_are_filed(filing: Filing, mode: FilingMode) -> None:
    """A pipe or a folder is refused at once instead of being waited on."""
    placement = filing.plan(filing.sample(), mode)
    os.mkfifo(filing.downloads / "pipe")
    (filing.downloads / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(FilingError):
            filing.filer.place(replace(placement, source=filing.downloads / name), filing.announced.append)
        with pytest.raises((FilingError, IsADirectoryError)):
            sha256_of(filing.downloads / name)


@pytest.mark.parametrize("mode", [MOVE, LINK])
def test_a_link_is_filed_as_a_copy(filing: Filing, mode: FilingMode) -> None:
    """A source that is a link gives its content to the library and stays, and so does what it leads to."""
    real = filing.sample("real.wav")
    source = filing.downloads / "kick.wav"
    source.symlink_to(real)
    placed = filing.place(source, mode)
    assert placed.note
    assert not placed.target.is_symlink()
    assert read_tree(filing.downloads) == {"kick.wav": SOUND, "real.wav": SOUND}
    assert source.is_symlink()


def test_a_folder_that_leads_out_is_refused(filing: Filing, tmp_path: Path) -> None:
    """A category folder that is a link to elsewhere, or a plan for elsewhere, files nothing there."""
    (tmp_path / "elsewhere").mkdir()
    (filing.library / "808").symlink_to(tmp_path / "elsewhere")
    placement = filing.plan(filing.sample())
    with pytest.raises(FilingError, match="leads out"):
        filing.filer.place(placement, filing.announced.append)
    with pytest.raises(FilingError):
        filing.filer.place(replace(placement, folder=tmp_path / "elsewhere"), filing.announced.append)
    with pytest.raises(ConfigError):
        filing.filer.place(replace(placement, folder=filing.library / ".."), filing.announced.append)
    assert read_tree(tmp_path / "elsewhere") == {}


@every_mode
def test_the_original_stays_though_its_folder_takes_the_categorys_place(
    filing: Filing, mode: FilingMode, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A category folder that becomes a link to the downloads, right after the rename, costs no sample."""
    shelf = filing.library / "808"

    def exchange(folder: Path, known: Shelf) -> None:
        if not shelf.is_symlink():
            shelf.rename(tmp_path / "aside")
            shelf.symlink_to(filing.downloads)
        refuse_exchanged(folder, known)

    monkeypatch.setattr(filer, "refuse_exchanged", exchange)
    with pytest.raises(FilingError, match="exchanged"):
        filing.place(filing.sample(), mode)
    assert read_tree(filing.downloads) == {"kick.wav": SOUND}


def test_a_folder_linked_within_the_library_is_used(filing: Filing) -> None:
    """Two categories may share a folder by a link inside the library."""
    (filing.library / "Bass").mkdir()
    (filing.library / "808").symlink_to("Bass")
    filing.place(filing.sample())
    assert (filing.library / "Bass" / "kick.wav").read_bytes() == SOUND


def test_a_file_in_the_folders_place_is_explained(filing: Filing) -> None:
    """Where a file has the category folder's name, the error says so and the file stays."""
    (filing.library / "808").write_bytes(b"a list")
    with pytest.raises(FilingError, match="not a folder"):
        filing.place(filing.sample())
    assert read_tree(filing.library) == {"808": b"a list"}


def test_candidates_are_shared_with_the_plan(filing: Filing) -> None:
    """The names the filer tries are those the plan shows, in that order."""
    for n in range(3):
        filing.place(filing.sample(content=bytes([n])))
    names = candidate_names("kick", ".wav")
    assert [path.name for path in filing.announced] == [next(names) for _ in range(3)]


def test_many_samples_of_one_name_and_size_are_each_read_once(filing: Filing) -> None:
    """Each new one meets all that came before it, but reads none of them again; what changed is read."""
    content_of.cache_clear()
    placed = [filing.place(filing.sample(content=SOUND + bytes([n]))) for n in range(40)]
    assert len({one.target for one in placed}) == 40
    assert content_of.cache_info().misses <= 40
    placed[3].target.write_bytes(SOUND + b"\xff")
    same = filing.place(filing.sample(content=SOUND + b"\xff"))
    assert same.duplicate and same.target == placed[3].target


def test_two_processes_share_a_library(filing: Filing) -> None:
    """Two processes that file sounds of the same names at once give each its own name and lose none."""
    sounds = {who: [f"{who} {n}".encode() for n in range(40)] for who in ("daemon", "sort")}
    children = []
    for who in sounds:
        other = replace(filing, downloads=filing.downloads / who)
        sources = [other.sample(f"{n % 4}/kick.wav", sound) for n, sound in enumerate(sounds[who][:4])]
        child = os.fork()
        if child == 0:
            for n, sound in enumerate(sounds[who]):
                sources[n % 4].write_bytes(sound)
                other.place(sources[n % 4])
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    filed = read_tree(filing.library)
    assert sorted(filed.values()) == sorted(sounds["daemon"] + sounds["sort"])
    names = candidate_names("kick", ".wav")
    assert set(filed) == {f"808/{next(names)}" for _ in range(80)}
