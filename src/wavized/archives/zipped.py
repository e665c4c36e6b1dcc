"""One zip archive, opened for reading only: which sounds it holds, and each written out when asked for.

Nothing an archive says of itself is believed: sizes are held to while reading, names are made safe, contents
are checked. Used by one thread at a time.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

from wavized.archives.directory import find_directory
from wavized.audio.stream import Section, open_sample
from wavized.domain.sample import FileStat
from wavized.errors import ArchiveRefusedError, CacheUnavailableError, UnreadableAudioError
from wavized.logic.members import apart, decoded, extra_fields, is_hidden, safe_path
from wavized.logic.selection import is_audio, is_temporary

MOST_SOUNDS = 20_000
MOST_ENTRIES = 50_000
MOST_DIRECTORY_BYTES = 12 << 20
MOST_UNPACKED_BYTES = 20_000_000_000
MOST_RATIO = 200
"""Sounds shrink to a half or a tenth; even mere silence comes from files that were made to do harm."""
_RATIO_FROM_BYTES = 100_000_000
_CHUNK_BYTES = 1 << 18
_SPARED_BYTES = 256 << 20
_NOBODYS_FAULT = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE,
        errno.ENFILE, errno.ENOMEM,
    }
)  # fmt: skip
"""What may go wrong with the disk whatever is written; all else, such as a long name, is the file's own."""
_ENCRYPTED = 0x1 | 0x40
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others exist, but packs do not use them, and Python unpacks some without any limit."""
_UNIX_TIME = 0x5455

PROTECTED = "protected by a password"
TOO_LARGE = "larger than max_megabytes allows"
UNSAFE = "with names that lead elsewhere"
UNKNOWN = "packed in a way that cannot be read"
NESTED = "packed in an archive of their own"
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
        wanted = [one for one in sounds if self._is_readable(one.info, rules)]
        self._check_size(wanted)
        self._sounds = {one.path: one for one in wanted}
        beside = {one.path: one for one in members if one.info.file_size <= rules.most_bytes}
        self._sidecars = {
            path: [beside[near] for ending in rules.sidecars if (near := _beside(path, ending)) in beside]
            for path in self._sounds
        }

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
            name = _name(info)
            path = safe_path(name)
            if path is None:
                self.left_out[UNSAFE] += 1
            elif not name.endswith(("/", "\\")) and _is_regular(info) and not is_hidden(path):
                found.append((path, info))
        nested = sum(path.suffix.lower() in _NESTED_SUFFIXES for path, _ in found)
        self.left_out += Counter({NESTED: nested})
        return [Member(path, info) for path, (_, info) in zip(apart(p for p, _ in found), found, strict=True)]

    def _check_amount(self, sounds: Sequence[Member]) -> None:
        if len(sounds) > MOST_SOUNDS:
            raise ArchiveRefusedError(f"it holds more than {MOST_SOUNDS:,} sounds", hint=_UNPACK)
        if sounds and all(one.info.flag_bits & _ENCRYPTED for one in sounds):
            raise ArchiveRefusedError("it is protected by a password", hint=_UNPACK)

    def _is_readable(self, info: zipfile.ZipInfo, rules: Rules) -> bool:
        why = (
            PROTECTED if info.flag_bits & _ENCRYPTED
            else UNKNOWN if info.compress_type not in _READABLE
            else TOO_LARGE if info.file_size > rules.most_bytes
            else ""
        )  # fmt: skip
        if why:
            self.left_out[why] += 1
        return not why

    def _check_size(self, sounds: Sequence[Member]) -> None:
        """Turn bombs away: what holds more than it could, or more than anybody's pack."""
        packed = sum(one.info.compress_size for one in sounds)
        unpacked = sum(one.info.file_size for one in sounds)
        if packed > self.stat.size:
            raise ArchiveRefusedError("its files overlap, as in a zip bomb")
        if unpacked > max(_RATIO_FROM_BYTES, MOST_RATIO * packed):
            raise ArchiveRefusedError(f"it would grow to {unpacked / 1e6:,.0f} MB, as a zip bomb does")
        if unpacked > MOST_UNPACKED_BYTES:
            raise ArchiveRefusedError(f"its sounds take {unpacked / 1e9:.0f} GB", hint=_UNPACK)

    def _extract(self, member: Member, folder: Path) -> FileStat:
        target = folder / member.path
        try:
            _check_room(folder, member.info.file_size)
            handle, part = _begin(target)
            try:
                with os.fdopen(handle, "wb") as writing:
                    for chunk in self._content(member.info):
                        writing.write(chunk)
                moment = _mtime_ns(member.info, self.stat.mtime_ns)
                part.chmod(0o644)  # the folders above are private; the library's copy takes it over
                os.utime(part, ns=(moment, moment))
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
            status = target.stat()  # as the disk keeps it
        except OSError as error:
            if error.errno not in _NOBODYS_FAULT:
                raise UnreadableAudioError(f"cannot be written: {error.strerror or error}") from error
            raise CacheUnavailableError(
                f"Nothing can be read from archives: {error.strerror or error}",
                hint=f"Free some space, or look at {folder}",
            ) from error
        except ValueError as error:  # a name that this system's encoding does not have
            raise UnreadableAudioError("has a name that this system cannot write") from error
        return FileStat(status.st_size, status.st_mtime_ns)

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


def _check_room(folder: Path, size: int) -> None:
    """Leave some room on the disk for everything else. Raises OSError."""
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    if shutil.disk_usage(there).free < size + _SPARED_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(there))


def _begin(target: Path) -> tuple[int, Path]:
    """A new file to write to beside its final name; whoever tidies up may just have removed the folder."""
    for patience in (True, True, False):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle, name = tempfile.mkstemp(suffix=".part", prefix=".", dir=target.parent)
            return handle, Path(name)
        except FileNotFoundError:
            if not patience:
                raise
    raise AssertionError("the last try returns or raises")


def _name(info: zipfile.ZipInfo) -> str:
    """The name as the archive has it: zipfile has read it as one of two encodings, both of which go back."""
    raw = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
    return decoded(raw, info.extra)


def _is_regular(info: zipfile.ZipInfo) -> bool:
    """Whether it is a plain file and no link, device or folder, where the archive says so."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    return kind in {0, stat.S_IFREG} and not info.external_attr & 0x10


def _beside(path: PurePosixPath, ending: str) -> PurePosixPath:
    return path.with_name(path.name + ending)


def _mtime_ns(info: zipfile.ZipInfo, otherwise: int) -> int:
    """When the file was changed: in UTC where that is given, else to two seconds of local time."""
    for kind, data in extra_fields(info.extra):
        if kind == _UNIX_TIME and len(data) >= 5 and data[0] & 1:
            return int.from_bytes(data[1:5], "little") * 10**9
    try:
        datetime(*info.date_time, tzinfo=UTC)
        return int(time.mktime((*info.date_time, 0, 0, -1))) * 10**9
    except (ValueError, OverflowError):
        return otherwise
