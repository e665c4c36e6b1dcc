"""Names inside archives: read as they are meant, and never leading out of the folder they are joined to."""

from __future__ import annotations

import zlib
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wavized.logic.members import apart, decoded, extra_fields, is_hidden, safe_path
from wavized.logic.placement import FORBIDDEN, RESERVED


def unicode_path(name: str, raw: bytes) -> bytes:
    data = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + name.encode()
    return b"\x75\x70" + len(data).to_bytes(2, "little") + data


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"Bass/kick.wav", "Bass/kick.wav"),
        ("Bässe/süß.wav".encode(), "Bässe/süß.wav"),
        ("Ba\u0308sse.wav".encode(), "Bässe.wav"),
        ("Bässe.wav".encode("cp437"), "Bässe.wav"),
        ("ベース.wav".encode(), "ベース.wav"),
    ],
)
def test_names_are_read_as_utf8_and_else_as_dos_wrote_them(raw: bytes, name: str) -> None:
    """Most programs write UTF-8 without saying so; an accent is one character in the end."""
    assert decoded(raw, b"") == name


def test_a_name_of_an_unknown_encoding_is_some_name() -> None:
    """Shift-JIS says nowhere that it is that: the name looks odd and is harmless."""
    name = decoded("ベース.wav".encode("shift-jis"), b"")
    assert name.endswith(".wav")
    assert safe_path(name) is not None


def test_the_unicode_path_field_counts_while_it_fits_the_name() -> None:
    """After another program has renamed the file, the field is out of date."""
    raw = b"B?sse.wav"
    assert decoded(raw, unicode_path("Bässe.wav", raw)) == "Bässe.wav"
    assert decoded(b"other.wav", unicode_path("Bässe.wav", raw)) == "other.wav"


@given(st.binary(max_size=40), st.binary(max_size=60))
def test_any_bytes_are_some_name(raw: bytes, extra: bytes) -> None:
    """Damaged fields end the list and break nothing."""
    assert isinstance(decoded(raw, extra), str)
    assert all(len(data) <= len(extra) for _, data in extra_fields(extra))


@pytest.mark.parametrize(
    "name",
    [
        "../x.wav", "a/../../x.wav", "a/..", "/etc/x.wav", "\\\\server\\x.wav", "C:\\x.wav", "c:x.wav",
        "..\\..\\x.wav", "a/.. /x.wav", "a/.../x.wav", "x\0.wav", "x\n.wav", "\x1b[2J.wav", "", ".", "/",
        "a/ /b.wav",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_have_no_place(name: str) -> None:
    """Absolute, above, on another drive, or with characters that no name needs."""
    assert safe_path(name) is None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Bass/kick.wav", "Bass/kick.wav"),
        ("Bass\\kick.wav", "Bass/kick.wav"),
        ("./Bass//kick.wav", "Bass/kick.wav"),
        ("CON.wav", "_CON.wav"),
        ("aux/lpt1.wav", "_aux/_lpt1.wav"),
        ("what?.wav", "what_.wav"),
        ("kick.wav. ", "kick.wav"),
        ("808 (C#) – hart.wav", "808 (C#) – hart.wav"),
    ],
)
def test_other_names_keep_their_words(name: str, path: str) -> None:
    """Only what some system cannot have is put otherwise."""
    assert safe_path(name) == PurePosixPath(path)


def test_a_name_of_300_bytes_is_cut_and_keeps_its_ending() -> None:
    """Folders far above are left out where a path would grow too long."""
    path = safe_path("ü" * 150 + ".wav")
    assert path is not None
    assert path.suffix == ".wav"
    assert len(str(path).encode()) <= 204
    deep = safe_path("/".join(["a folder of a pack"] * 40) + "/x.wav")
    assert deep == PurePosixPath("a folder of a pack/a folder of a pack/x.wav")


@given(st.text(alphabet=st.characters() | st.sampled_from("/\\.:. \0"), max_size=400))
@example("a/" * 200 + "x")
@example("COM¹.x")
def test_no_name_leads_out_of_its_folder_on_any_system(name: str) -> None:
    """Whatever the archive says."""
    path = safe_path(name)
    if path is None:
        return
    windows = PureWindowsPath(str(path))
    assert not path.is_absolute() and not windows.is_absolute() and not windows.drive and not windows.root
    assert windows.parts == path.parts
    for part in path.parts:
        assert part not in {".", ".."} and part == part.strip(" ") and not part.endswith(".")
        assert not set(part) & FORBIDDEN and part.split(".")[0].rstrip().upper() not in RESERVED
        assert len(part.encode()) <= 216
    assert len(str(path)) <= 300


def test_what_macs_add_is_hidden() -> None:
    """Resource forks, and everything that begins with a dot."""
    hidden = ["__MACOSX/Bass/._kick.wav", ".hidden/kick.wav", "Bass/.kick.wav"]
    assert all(is_hidden(PurePosixPath(name)) for name in hidden)
    assert not is_hidden(PurePosixPath("Bass/kick.wav"))


def test_names_that_a_disk_cannot_tell_apart_lie_apart() -> None:
    """The same name twice, by case or composition alone, or once a file and once its folder."""
    names = [
        "Kick.wav",
        "kick.wav",
        "Kick.wav",
        "ü.wav",
        "u\u0308.wav",
        "a.wav/b.wav",
        "a.wav",
        "ü.wav/c.wav",
    ]
    assert [str(path) for path in apart(map(PurePosixPath, names))] == [
        "Kick.wav", "(2)/kick.wav", "(3)/Kick.wav", "ü.wav", "(2)/u\u0308.wav", "a.wav/b.wav", "(2)/a.wav",
        "(3)/ü.wav/c.wav",
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["a", "A", "a/b", "a/B/c", "(2)/a", "(2)", "ß", "ss", "b"]), max_size=30))
def test_all_lie_apart_however_many_clash(names: list[str]) -> None:
    """No path is another, nor above another, whatever their case."""
    given_apart = [str(path).casefold() for path in apart(map(PurePosixPath, names))]
    assert len(set(given_apart)) == len(names)
    folders = {str(above) for path in given_apart for above in PurePosixPath(path).parents}
    assert not folders & set(given_apart)


def test_thousands_of_equal_names_take_no_time() -> None:
    """Twenty thousand files of one name are told apart in one go."""
    assert len(set(apart([PurePosixPath("x.wav")] * 20_000))) == 20_000
