"""What is read from zip files, sound ones and such as were made to do harm; nothing leaves its folder."""

from __future__ import annotations

import errno
import os
import time
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.filing import stat_of
from support.packs import WHEN, entry, files_below, link, make_pack, patched, raw_pack, tones
from wavized.archives import writing, zipped
from wavized.archives.directory import is_whole
from wavized.archives.probe import ArrivalProbe
from wavized.archives.zipped import Rules, ZippedPack, open_pack
from wavized.errors import ArchiveRefusedError, CacheUnavailableError, UnreadableAudioError

RULES = Rules(most_bytes=1_000_000, sidecars=(".asd",))


def unpack(path: Path, into: Path, rules: Rules = RULES) -> ZippedPack:
    """Extract all that can be, and close it."""
    pack = open_pack(path, rules)
    try:
        for sound in pack.sounds:
            pack.extract(sound, into)
    finally:
        pack.close()
    return pack


def test_a_packs_sounds_come_out_as_they_went_in(tmp_path: Path) -> None:
    """Folders, bytes and dates; the archive stays as it is, and what is no sound stays inside."""
    files = tones(tmp_path, "Neuro/Bass/reese.wav", "Neuro/growl.WAV", "Neuro/Sub Öl.aiff")
    path = make_pack(tmp_path / "Neuro.zip", [*files, ("Neuro/readme.txt", b"hello"), ("Neuro/", b"")])
    before, content = stat_of(path), path.read_bytes()
    pack = unpack(path, tmp_path / "out")
    assert files_below(tmp_path / "out") == dict(files)
    assert not pack.left_out
    assert (stat_of(path), path.read_bytes()) == (before, content)
    out = (tmp_path / "out/Neuro/growl.WAV").stat()
    moment = time.mktime((*WHEN, 0, 0, -1))
    assert out.st_mode & 0o777 == 0o644, "the library's copy would be closed to others"
    pack = open_pack(path, RULES)
    assert pack.extract(PurePosixPath("Neuro/growl.WAV"), tmp_path / "out").mtime_ns == moment * 10**9
    pack.close()


def test_what_lies_beside_a_sample_goes_along(tmp_path: Path) -> None:
    """Ableton's analysis files come out with their sample; others stay inside."""
    files = [*tones(tmp_path, "kick.wav"), ("kick.wav.asd", b"warp"), ("other.asd", b"lonely")]
    unpack(make_pack(tmp_path / "p.zip", files), tmp_path / "out")
    assert set(files_below(tmp_path / "out")) == {"kick.wav", "kick.wav.asd"}


def test_times_in_utc_count_before_local_ones(tmp_path: Path) -> None:
    """The extended timestamp of Info-ZIP says when, wherever it was written; nonsense counts as nothing."""
    info = entry("a.wav")
    info.extra = b"UT\x05\x00\x01" + (1_600_000_001).to_bytes(4, "little")
    path = make_pack(tmp_path / "p.zip", [(info, b"x"), *tones(tmp_path, "b.wav")])
    patched(path, b"b.wav", 12, b"\xff\xff\xff\xff")
    unpack(path, tmp_path / "out")
    assert (tmp_path / "out/a.wav").stat().st_mtime == 1_600_000_001
    assert (tmp_path / "out/b.wav").stat().st_mtime_ns == path.stat().st_mtime_ns


def test_no_name_leads_out_and_no_link_is_made(tmp_path: Path) -> None:
    """Zip slip in all its spellings, links and devices are left out; the sound beside them is read."""
    good = tones(tmp_path, "good.wav")
    bad = ["../a.wav", "/tmp/b.wav", "C:\\c.wav", "..\\d.wav", "x/../../e.wav", "\\\\h\\s\\f.wav", "g\0.wav"]
    links = [link("out.wav", "/etc/passwd"), link("folder", ".."), (entry("d.wav", mode=0o020666), b"x")]
    path = make_pack(tmp_path / "in/p.zip", [*((name, b"x") for name in bad), *links, *good])
    pack = unpack(path, tmp_path / "in/out")
    assert files_below(tmp_path) == {"in/p.zip": path.read_bytes(), "in/out/good.wav": good[0][1]}
    assert pack.left_out[zipped.UNSAFE] == len(bad)
    assert not [one for one in tmp_path.rglob("*") if one.is_symlink()]


def test_names_that_clash_are_all_read(tmp_path: Path) -> None:
    """The same name twice and names equal but for case: each sound comes out, with its own content."""
    files = tones(tmp_path, "kick.wav", "Kick.wav", "kick.wav", "kick.wav/deep.wav")
    unpack(make_pack(tmp_path / "p.zip", files), tmp_path / "out")
    assert sorted(files_below(tmp_path / "out").values()) == sorted(content for _, content in files)


def test_names_of_all_systems_and_encodings_come_out(tmp_path: Path) -> None:
    """DOS, UTF-8 with and without saying so, Shift-JIS, device names of Windows, 300 bytes."""
    raw = [
        "Bässe.wav".encode("cp437"), "Süb.wav".encode(), "ベース.wav".encode("shift-jis"), b"CON.wav",
        b"what?.wav", b"l" * 300 + b".wav", b"back\\slash.wav",
    ]  # fmt: skip
    path = tmp_path / "p.zip"
    path.write_bytes(raw_pack([(name, b"content %d" % n, b"") for n, name in enumerate(raw)]))
    unpack(path, tmp_path / "out")
    found = files_below(tmp_path / "out")
    assert {"Bässe.wav", "Süb.wav", "_CON.wav", "what_.wav", "back/slash.wav"} <= set(found)
    assert sorted(found.values()) == [b"content %d" % n for n in range(len(raw))]


def test_a_name_that_lies_about_its_encoding_refuses_the_archive(tmp_path: Path) -> None:
    """Called UTF-8 and none: the table cannot be trusted."""
    path = tmp_path / "p.zip"
    path.write_bytes(raw_pack([(b"\xff\xfe.wav", b"x", b"")], utf8=True))
    with pytest.raises(ArchiveRefusedError, match="table of contents"):
        open_pack(path, RULES)


@pytest.mark.parametrize("flag", [b"\x01\x00", b"\x41\x00"])
def test_a_password_is_said(tmp_path: Path, flag: bytes) -> None:
    """All protected: the archive is refused; one of two: the other is read."""
    files = tones(tmp_path, "a.wav", "b.wav")
    path = patched(make_pack(tmp_path / "p.zip", files), b"a.wav", 8, flag)
    pack = unpack(path, tmp_path / "out")
    assert set(files_below(tmp_path / "out")) == {"b.wav"}
    assert pack.left_out == {zipped.PROTECTED: 1}
    patched(path, b"b.wav", 8, flag)
    with pytest.raises(ArchiveRefusedError, match=r"password.*Unpack it yourself"):
        open_pack(path, RULES)


def test_what_is_packed_otherwise_nested_or_too_large_is_left_out(tmp_path: Path) -> None:
    """Each with its reason; the rest is read."""
    lzma = entry("lzma.wav")
    files = [
        *tones(tmp_path, "good.wav"),
        ("Inner.zip", b"PK"),
        ("Kit.rar", b"Rar"),
        ("long.wav", bytes(1_000_001)),
    ]
    path = make_pack(tmp_path / "p.zip", [*files, (lzma, b"x" * 50)])
    patched(path, b"lzma.wav", 10, b"\x0e\x00")
    pack = unpack(path, tmp_path / "out")
    assert set(files_below(tmp_path / "out")) == {"good.wav"}
    assert pack.left_out == {zipped.NESTED: 2, zipped.TOO_LARGE: 1, zipped.UNKNOWN: 1}


def test_what_macs_add_is_passed_over_in_silence(tmp_path: Path) -> None:
    """Resource forks are no sounds, whatever their names end like."""
    files = [
        ("__MACOSX/._a.wav", b"x"),
        ("._a.wav", b"x"),
        (".hidden/b.wav", b"x"),
        *tones(tmp_path, "a.wav"),
    ]
    pack = unpack(make_pack(tmp_path / "p.zip", files), tmp_path / "out")
    assert set(files_below(tmp_path / "out")) == {"a.wav"}
    assert not pack.left_out


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By how much it would grow, by how many files it holds, by files that overlap."""
    monkeypatch.setattr(zipped, "_RATIO_FROM_BYTES", 1_000_000)
    grows = make_pack(tmp_path / "ratio.zip", [(f"{n}.wav", bytes(900_000)) for n in range(3)])
    with pytest.raises(ArchiveRefusedError, match="zip bomb"):
        open_pack(grows, RULES)
    monkeypatch.setattr(zipped, "MOST_UNPACKED_BYTES", 2_000)
    with pytest.raises(ArchiveRefusedError, match="GB"):
        open_pack(make_pack(tmp_path / "huge.zip", [("a.wav", b"ab" * 1_500)]), RULES)
    monkeypatch.setattr(zipped, "MOST_SOUNDS", 5)
    many = make_pack(tmp_path / "many.zip", [(f"{n}.wav", b"x") for n in range(6)])
    with pytest.raises(ArchiveRefusedError, match="more than 5 sounds"):
        open_pack(many, RULES)
    monkeypatch.setattr(zipped, "MOST_ENTRIES", 3)
    with pytest.raises(ArchiveRefusedError, match="more than 3 files"):
        open_pack(many, RULES)


def test_what_goes_along_cannot_be_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts like the sounds, is small, and packed in a way that can be held to its size."""
    monkeypatch.setattr(zipped, "_RATIO_FROM_BYTES", 1_000_000)
    sounds = tones(tmp_path, "a.wav", "b.wav")
    long = make_pack(tmp_path / "long.zip", [*sounds, ("a.wav.asd", bytes(5_000_000))])
    odd = make_pack(tmp_path / "odd.zip", [*sounds, ("a.wav.asd", b"x" * 100)])
    for path in (long, patched(odd, b"a.wav.asd", 10, b"\x0c\x00")):
        unpack(path, tmp_path / path.stem)
        assert set(files_below(tmp_path / path.stem)) == {"a.wav", "b.wav"}
    many = [
        (f"{n}.wav{end}", content)
        for n in range(9)
        for end, content in (("", b"x"), (".asd", bytes(900_000)))
    ]
    with pytest.raises(ArchiveRefusedError, match="zip bomb"):
        open_pack(make_pack(tmp_path / "many.zip", many), RULES)


def test_files_that_overlap_are_refused(tmp_path: Path) -> None:
    """A small file that is listed a hundred times makes a large heap."""
    content = bytes(range(256)) * 20
    path = tmp_path / "p.zip"
    one = raw_pack([(b"a.wav", content, b"")])
    table = one[one.index(b"PK\x01\x02") : one.index(b"PK\x05\x06")]
    end = one[one.index(b"PK\x05\x06") :]
    size = (len(table) * 100).to_bytes(4, "little")
    count = (100).to_bytes(2, "little")
    path.write_bytes(one[: one.index(table)] + table * 100 + end[:8] + count * 2 + size + end[16:])
    assert len(zipfile.ZipFile(path).namelist()) == 100
    with pytest.raises(ArchiveRefusedError, match="overlap"):
        open_pack(path, RULES)


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (24, (10).to_bytes(4, "little")),
        (24, (900_000).to_bytes(4, "little")),
        (16, b"\1\2\3\4"),
        (20, b"\3\0\0\0"),
    ],
)
def test_headers_that_lie_give_nothing(tmp_path: Path, offset: int, value: bytes) -> None:
    """Whatever size or sum is claimed: never more than that is written, and what does not fit is damaged."""
    path = make_pack(tmp_path / "p.zip", [("a.wav", bytes(500_000)), *tones(tmp_path, "b.wav")])
    patched(path, b"a.wav", offset, value)
    pack = open_pack(path, RULES)
    with pytest.raises(UnreadableAudioError):
        pack.extract(PurePosixPath("a.wav"), tmp_path / "out")
    pack.extract(PurePosixPath("b.wav"), tmp_path / "out")
    pack.close()
    assert set(files_below(tmp_path / "out")) == {"b.wav"}, "something half written was left"


def test_a_full_disk_is_no_fault_of_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written where too little would be left; it can be tried again."""
    monkeypatch.setattr(writing, "SPARED_BYTES", 1 << 62)
    pack = open_pack(make_pack(tmp_path / "p.zip", tones(tmp_path, "a.wav")), RULES)
    with pytest.raises(CacheUnavailableError):
        pack.extract(PurePosixPath("a.wav"), tmp_path / "out")
    pack.close()
    assert not files_below(tmp_path / "out")


def test_a_file_that_the_disk_refuses_is_left_out_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name too long for this disk is that file's own trouble; the next one is read."""
    begin = writing._begin

    def refuse(target: Path) -> tuple[int, Path]:
        if target.name == "a.wav":
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        return begin(target)

    monkeypatch.setattr(writing, "_begin", refuse)
    pack = open_pack(make_pack(tmp_path / "p.zip", tones(tmp_path, "a.wav", "b.wav")), RULES)
    with pytest.raises(UnreadableAudioError, match="cannot be written"):
        pack.extract(PurePosixPath("a.wav"), tmp_path / "out")
    pack.extract(PurePosixPath("b.wav"), tmp_path / "out")
    pack.close()


def test_zip64_is_read(tmp_path: Path) -> None:
    """Sizes in 64 bits and an end record of its own, as large packs have them."""
    path = tmp_path / "p.zip"
    ((name, content),) = tones(tmp_path, "a.wav")
    with zipfile.ZipFile(path, "w") as pack, pack.open(entry(name), "w", force_zip64=True) as writing:
        writing.write(content)
    data = path.read_bytes()
    end = data.index(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    large = b"PK\x06\x06" + (44).to_bytes(8, "little") + b"\x2d\0\x2d\0" + bytes(8)
    large += (1).to_bytes(8, "little") * 2 + (end - start).to_bytes(8, "little") + start.to_bytes(8, "little")
    locator = b"PK\x06\x07" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
    path.write_bytes(data[:end] + large + locator + b"PK\x05\x06" + bytes(4) + b"\xff" * 12 + b"\0\0")
    assert is_whole(path)
    unpack(path, tmp_path / "out")
    assert files_below(tmp_path / "out") == {"a.wav": content}


def test_a_download_under_way_is_not_whole(tmp_path: Path) -> None:
    """At whatever byte it stops; and one with a comment, or something before it, is whole."""
    path = make_pack(tmp_path / "p.zip", tones(tmp_path, "a.wav", "b.wav"))
    data = path.read_bytes()
    part = tmp_path / "part.zip"
    for length in {*range(1, 200), *range(200, len(data), 97), *range(len(data) - 300, len(data))}:
        part.write_bytes(data[:length])
        assert not is_whole(part), length
    with zipfile.ZipFile(path, "a") as pack:
        pack.comment = b"thanks for buying" * 100
    assert ArrivalProbe().read_header(path).complete is True
    part.write_bytes(b"#!/bin/sh\n" + data)
    assert is_whole(part)
    part.write_bytes(data[100:])
    assert not is_whole(part)
    empty = make_pack(tmp_path / "empty.zip", [])
    assert is_whole(empty)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06" * 9, bytes(5000), b"RIFF" * 100])
def test_what_is_no_archive_is_refused_as_damaged(tmp_path: Path, content: bytes) -> None:
    """Empty, cut off, or something else that ends in .zip."""
    path = tmp_path / "p.zip"
    path.write_bytes(content)
    with pytest.raises(ArchiveRefusedError) as refused:
        open_pack(path, RULES)
    assert refused.value.damaged


@pytest.fixture(scope="module")
def sound_pack(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small pack with something of everything."""
    place = tmp_path_factory.mktemp("pack")
    wave = tones(place, "x.wav")[0][1][:2_000]
    files = [
        ("Bass/a.wav", wave),
        ("b.wav", wave[:500]),
        ("b.wav.asd", b"warp"),
        ("../c.wav", b"x"),
        ("d.txt", b"d"),
    ]
    return make_pack(place / "p.zip", [*files, link("l.wav", "/etc/passwd")]).read_bytes()


Edit = st.tuples(st.integers(0, 100_000), st.binary(min_size=1, max_size=8))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(Edit, max_size=6), cut=st.integers(0, 60), near_end=st.booleans())
def test_no_mutation_escapes_or_breaks_anything(
    tmp_path: Path, sound_pack: bytes, edits: list[tuple[int, bytes]], cut: int, near_end: bool
) -> None:
    """Bytes changed anywhere: read, left out or refused with a reason; nothing but that, nothing outside."""
    data = bytearray(sound_pack[: len(sound_pack) - cut] if cut > 40 else sound_pack)
    for at, value in edits:
        start = len(data) - 1 - at % min(len(data), 700) if near_end else at % len(data)
        data[start : start + len(value)] = value
    place = tmp_path / "place"
    place.mkdir(exist_ok=True)
    path = place / "p.zip"
    path.write_bytes(data)
    try:
        pack = open_pack(path, RULES)
    except ArchiveRefusedError:
        return
    for sound in pack.sounds:
        try:
            stat = pack.extract(sound, place / "out")
        except UnreadableAudioError:
            continue
        assert stat.size <= RULES.most_bytes
    pack.close()
    outside = {one.relative_to(tmp_path).parts[:2] for one in tmp_path.rglob("*") if one.is_file()}
    assert outside <= {("place", "p.zip"), ("place", "out")}
    assert not [one for one in tmp_path.rglob("*") if one.is_symlink()]
