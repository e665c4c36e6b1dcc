"""One zip archive, opened for reading only: which sounds it holds, and each written out when asked for.

Nothing an archive says of itself is believed: sizes are held to while reading, names are made safe, contents
are checked. Used by one thread at a time.
"""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

from wavized.archives.directory import find_directory
from wavized.archives.entries import is_known_method, is_protected, is_regular, mtime_ns, name_of
from wavized.archives.writing import write_copy
from wavized.audio.stream import Section, open_sample
from wavized.domain.sample import FileStat
from wavized.errors import ArchiveRefusedError, UnreadableAudioError
from wavized.logic.members import apart, is_hidden, safe_path
from wavized.logic.selection import is_audio, is_temporary

MOST_SOUNDS = 20_000
MOST_ENTRIES = 50_000
MOST_DIRECTORY_BYTES = 12 << 20
MOST_UNPACKED_BYTES = 20_000_000_000
MOST_RATIO = 200
"""Sounds shrink to a half or a tenth; even mere silence comes from files that were made to do harm."""
_RATIO_FROM_BYTES = 100_000_000
_CHUNK_BYTES = 1 << 18
_MOST_SIDECAR_BYTES = 4_000_000

PROTECTED = "protected by a password"
TOO_LARGE = "larger than max_megabytes allows"
UNSAFE = "with an unsafe name"
UNKNOWN = "packed in a way that cannot be read"
NESTED = "as an archive inside the archive"
_NESTED_SUFFIXES = frozenset({".zip", ".rar", ".7z"})


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive; `path` is where it may lie below any folder."""

    path: PurePosixPath
    info: zipfile.ZipInfo


@dataclass(frozen=True, slots=True)
class Rules:
    """What is read: files of at most `most_bytes`, and those beside a sample that end like `sidecars`."""

    most_bytes: int
    sidecars: Sequence[str] = ()


class ZippedPack:
    """Open it with `open_pack`; close it. `left_out` counts what is not read, each with its reason."""

    def __init__(self, file: BinaryIO, zipped: zipfile.ZipFile, rules: Rules) -> None:
        self._file = file
        self._zipped = zipped
        status = os.fstat(file.fileno())
        self.stat = FileStat(status.st_size, status.st_mtime_ns)
        self.left_out: Counter[str] = Counter()
        members = self._members()
        sounds = [one for one in members if is_audio(one.path.name) and not is_temporary(one.path.name)]
        self._check_amount(sounds)
        wanted = [one for one in sounds if not self._leave_out(one.info, rules)]
        sidecars = {one.path: one for one in members if _is_small(one.info)}
        self._sounds = {one.path: one for one in wanted}
        self._sidecars = {
            path: [sidecars[near] for ending in rules.sidecars if (near := _beside(path, ending)) in sidecars]
            for path in self._sounds
        }
        self._check_size([*wanted, *(one for beside in self._sidecars.values() for one in beside)])

    @property
    def sounds(self) -> Sequence[PurePosixPath]:
        """The audio files that can be read, by the path each may have below any folder."""
        return tuple(self._sounds)

    def extract(self, sound: PurePath, folder: Path) -> FileStat:
        """See `wavized.ports.OpenArchive.extract`; what goes along with it is written too.

        Nothing half written is left.
        """
        sound = PurePosixPath(*sound.parts)
        for sidecar in self._sidecars[sound]:
            try:
                self._extract(sidecar, folder)
            except UnreadableAudioError:
                continue  # the sample matters more
        return self._extract(self._sounds[sound], folder)

    def close(self) -> None:
        """Let the file go."""
        self._zipped.close()
        self._file.close()

    def _members(self) -> list[Member]:
        """All regular files that are not hidden, each with a path of its own."""
        found: list[tuple[PurePosixPath, zipfile.ZipInfo]] = []
        for info in self._zipped.infolist():
            name = name_of(info)
            path = safe_path(name)
            if path is None:
                self.left_out[UNSAFE] += 1
            elif not name.endswith(("/", "\\")) and is_regular(info) and not is_hidden(path):
                found.append((path, info))
        nested = sum(path.suffix.lower() in _NESTED_SUFFIXES for path, _ in found)
        self.left_out += Counter({NESTED: nested})
        return [Member(path, info) for path, (_, info) in zip(apart(p for p, _ in found), found, strict=True)]

    def _check_amount(self, sounds: Sequence[Member]) -> None:
        if len(sounds) > MOST_SOUNDS:
            raise ArchiveRefusedError(f"it holds more than {MOST_SOUNDS:,} sounds", hint=_UNPACK)
        if sounds and all(is_protected(one.info) for one in sounds):
            raise ArchiveRefusedError("it is protected by a password", hint=_UNPACK)

    def _leave_out(self, info: zipfile.ZipInfo, rules: Rules) -> bool:
        why = (
            PROTECTED if is_protected(info)
            else UNKNOWN if not is_known_method(info)
            else TOO_LARGE if info.file_size > rules.most_bytes
            else ""
        )  # fmt: skip
        if why:
            self.left_out[why] += 1
        return bool(why)

    def _check_size(self, members: Sequence[Member]) -> None:
        """Turn bombs away: what holds more than it could, or more than anybody's pack."""
        packed = sum(one.info.compress_size for one in members)
        unpacked = sum(one.info.file_size for one in members)
        if packed > self.stat.size:
            raise ArchiveRefusedError("its files overlap, as in a zip bomb")
        if unpacked > max(_RATIO_FROM_BYTES, MOST_RATIO * packed):
            raise ArchiveRefusedError(f"it would grow to {unpacked / 1e6:,.0f} MB, as a zip bomb does")
        if unpacked > MOST_UNPACKED_BYTES:
            raise ArchiveRefusedError(f"its sounds take {unpacked / 1e9:.0f} GB", hint=_UNPACK)

    def _extract(self, member: Member, folder: Path) -> FileStat:
        info = member.info
        moment = mtime_ns(info, self.stat.mtime_ns)
        return write_copy(folder / member.path, self._content(info), size=info.file_size, mtime_ns=moment)

    def _content(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """The file's bytes; zipfile ends at the size and checks the sum that its directory gives."""
        length = 0
        with _damage(), self._zipped.open(info) as reading:
            while chunk := reading.read(_CHUNK_BYTES):
                length += len(chunk)
                yield chunk
        if length != info.file_size:
            raise UnreadableAudioError("is shorter than the archive says")


_UNPACK = "Unpack it yourself; what comes out of it is filed as usual"


def open_pack(path: Path, rules: Rules) -> ZippedPack:
    """Open an archive and read its table of contents. Raises ArchiveRefusedError with the reason."""
    try:
        file, size = open_sample(path)
    except UnreadableAudioError as error:
        raise ArchiveRefusedError(f"it {error.message}", damaged=True) from error
    try:
        directory = find_directory(Section(file, 0, size))
        if directory is None:
            raise ArchiveRefusedError("it is cut off or no zip archive", damaged=True)
        if directory.entries > MOST_ENTRIES or directory.size > MOST_DIRECTORY_BYTES:
            raise _too_many()
        return ZippedPack(file, _table(file), rules)
    except BaseException:
        file.close()
        raise


def _table(file: BinaryIO) -> zipfile.ZipFile:
    try:
        opened = zipfile.ZipFile(file)
    except OSError as error:
        raise ArchiveRefusedError(f"it cannot be read: {error.strerror or error}", damaged=True) from error
    except Exception as error:  # a table made to do harm may break zipfile in any way
        raise ArchiveRefusedError("its table of contents is damaged", damaged=True) from error
    if len(opened.infolist()) > MOST_ENTRIES:  # whatever its end says
        raise _too_many()
    return opened


def _too_many() -> ArchiveRefusedError:
    return ArchiveRefusedError(f"it holds more than {MOST_ENTRIES:,} files", hint=_UNPACK)


@contextmanager
def _damage() -> Iterator[None]:
    """Whatever goes wrong while a file of the archive is read is damage of that file."""
    try:
        yield
    except Exception as error:
        raise UnreadableAudioError("is damaged in its archive") from error


def _is_small(info: zipfile.ZipInfo) -> bool:
    """Whether a file may go along with a sample."""
    readable = is_known_method(info) and not is_protected(info)
    return readable and info.file_size <= _MOST_SIDECAR_BYTES


def _beside(path: PurePosixPath, ending: str) -> PurePosixPath:
    return path.with_name(path.name + ending)
