"""Which paths below a watched folder are wanted. Pure: names only, the disk is never asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

AUDIO_SUFFIXES = frozenset(
    {".wav", ".wave", ".aif", ".aiff", ".aifc", ".flac", ".mp3", ".ogg", ".oga", ".opus"}
)
"""Suffixes of the audio files that are taken; case does not matter."""

ARCHIVE_SUFFIXES = frozenset({".zip"})
"""Suffixes of the archives that are looked into."""

TEMPORARY_SUFFIXES = frozenset(
    {".crdownload", ".part", ".partial", ".download", ".tmp", ".!ut", ".opdownload"}
)
"""What browsers and other programs append to a file that is still on its way."""

_TEMPORARY_PREFIXES = (".", "~syncthing~")
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini"})


def is_audio(name: str) -> bool:
    """Whether a file name ends like an audio file's."""
    return PurePath(name).suffix.lower() in AUDIO_SUFFIXES


def is_archive(name: str) -> bool:
    """Whether a file name ends like that of an archive that can be looked into."""
    return PurePath(name).suffix.lower() in ARCHIVE_SUFFIXES


def is_temporary(name: str) -> bool:
    """Whether a file name belongs to a download under way, to the system, or is hidden.

    The leading dot covers `._*`, `.DS_Store`, `.syncthing.*` and our own `.wavized-*.part`.
    """
    plain = name.lower()
    return (
        plain.startswith(_TEMPORARY_PREFIXES)
        or plain in _SYSTEM_NAMES
        or PurePath(plain).suffix in TEMPORARY_SUFFIXES
    )


def matches(relative: PurePath, pattern: str) -> bool:
    """Whether a glob pattern covers a path below the watched folder.

    Case and Unicode composition do not matter. Parts are compared one by one: `*`, `?` and `[…]` never reach
    over a `/`, and the part `**` stands for any number of folders, none included. A pattern without `/` may
    match at any depth; one with `/` starts at the watched folder. Matching a folder covers everything below
    it.
    """
    wanted = [part for part in _plain(pattern).split("/") if part]
    if not wanted:
        return False
    if "/" not in pattern.strip("/") and not pattern.startswith("/"):
        wanted.insert(0, "**")
    return _covers([_plain(part) for part in relative.parts], wanted)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _covers(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the pattern matches the path or one of its folders; every reading of `**` is walked at once."""
    reached = _through_stars({0}, pattern)
    for part in parts:
        advanced = set()
        for index in reached:
            if index == len(pattern):
                return True
            if pattern[index] == "**":
                advanced.add(index)
            elif fnmatchcase(part, pattern[index]):
                advanced.add(index + 1)
        reached = _through_stars(advanced, pattern)
    return len(pattern) in reached


def _through_stars(indexes: set[int], pattern: Sequence[str]) -> set[int]:
    for index in sorted(indexes):
        at = index
        while at < len(pattern) and pattern[at] == "**":
            at += 1
            indexes.add(at)
    return indexes


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules of one watched folder. All paths are resolved ones; questions are asked with relative paths.

    `inner` holds folders inside this one that are not entered: other watched ones, for a file belongs to the
    innermost, and the program's own. With `recursive` off only files directly in `root` are wanted. `include`
    and `exclude` are patterns as in `matches`; where `include` is not empty a file has to match one of its
    patterns. With `archives` on those are wanted too; for what is inside, an archive counts as a folder of
    its name.
    """

    root: Path
    library: Path
    inner: tuple[Path, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    recursive: bool = True
    archives: bool = False

    @property
    def holds_nothing(self) -> bool:
        """Whether the watched folder is the library or lies in it, so that nothing here may be taken."""
        return self.root.is_relative_to(self.library)

    def enters(self, folder: PurePath) -> bool:
        """Whether to look into a folder below the root, all folders above it being entered already."""
        path = self.root / folder
        name = folder.name.lower()
        return (
            self.recursive
            and not name.startswith(_TEMPORARY_PREFIXES)
            and not name.endswith(".download")  # Safari keeps a download under way in such a folder
            and not path.is_relative_to(self.library)
            and path not in self.inner
            and not self._is_splice_backup(path)
            and not any(matches(folder, pattern) for pattern in self.exclude)
        )

    def takes(self, file: PurePath) -> bool:
        """Whether a file is wanted, all folders above it being entered already."""
        if is_audio(file.name):
            fitting = self.fits
        elif self.archives and is_archive(file.name):
            fitting = self._is_not_excluded  # what is included is asked of the sounds inside
        else:
            return False
        return not is_temporary(file.name) and not self.holds_nothing and fitting(file)

    def fits(self, file: PurePath) -> bool:
        """Whether the patterns let a file through, which may lie inside an archive."""
        return self._is_not_excluded(file) and (
            not self.include or any(matches(file, pattern) for pattern in self.include)
        )

    def wants(self, file: PurePath) -> bool:
        """Whether a file is wanted, whatever the folders above it."""
        return self.takes(file) and self.reaches(file.parent)

    def reaches(self, folder: PurePath) -> bool:
        """Whether a folder and all folders above it, up to the root, are entered."""
        own = PurePath()
        for part in folder.parts:
            own = own / part
            if not self.enters(own):
                return False
        return True

    def _is_not_excluded(self, file: PurePath) -> bool:
        return not any(matches(file, pattern) for pattern in self.exclude)

    def _is_splice_backup(self, path: Path) -> bool:
        """Splice mirrors its tree in a `backup` folder beside `sounds`; a pack that is called Backup is
        none.
        """
        if path.name.lower() != "backup":
            return False
        above = [part.lower() for part in path.parent.parts]
        return "splice" in above and "packs" not in above[above.index("splice") :]
