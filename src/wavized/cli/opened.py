"""Files to be judged without a journal, those inside archives too: a few at a time in a passing folder.

Nothing stays of what was unpacked, and archives are only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from wavized.archives.zipped import ZippedPack, open_pack
from wavized.assembly import archive_rules
from wavized.config.model import Config
from wavized.domain.hearing import Decision, Fail, Skip
from wavized.domain.sample import FileStat, Kind
from wavized.errors import ArchiveRefusedError, UnreadableAudioError
from wavized.logic.selection import is_archive
from wavized.services.unpacking import CHUNK, DAMAGED, account


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it lies now, the path it goes by, and the path whose names speak of it.

    `verdict` is what is to be said of an archive itself.
    """

    path: Path
    stat: FileStat
    shown: Path
    named: Path
    verdict: Decision | None = None


def count(files: Sequence[tuple[Path, FileStat]], config: Config) -> int:
    """How many lines these files will make, as far as can be told without unpacking."""
    total = 0
    for path, _ in files:
        total += 1
        if is_archive(path.name):
            try:
                pack = open_pack(path, archive_rules(config))
            except ArchiveRefusedError:
                continue
            total += len(pack.sounds) - (not account(len(pack.sounds), pack.left_out, named=True))
            pack.close()
    return total


def opened(
    files: Sequence[tuple[Path, FileStat]], config: Config, at_once: int = CHUNK
) -> Iterator[list[Found]]:
    """The files in order, some at once; those from archives lie there until the next are asked for."""
    loose: list[Found] = []
    for path, stat in files:
        archive = is_archive(path.name)
        if loose and (archive or len(loose) >= at_once):
            yield loose
            loose = []
        if archive:
            yield from _inside(path, stat, config)
        else:
            loose.append(Found(path, stat, path, path))
    if loose:
        yield loose


def _inside(path: Path, stat: FileStat, config: Config) -> Iterator[list[Found]]:
    try:
        pack = open_pack(path, archive_rules(config))
    except ArchiveRefusedError as error:
        reason = f"archive: {error}"
        verdict = Fail(reason) if error.damaged else Skip(Kind.NOT_BASS, reason)
        yield [Found(path, stat, path, path, verdict)]
        return
    try:
        damaged = 0
        for start in range(0, len(pack.sounds), CHUNK):
            with TemporaryDirectory(prefix="wavized-") as folder:
                wanted = pack.sounds[start : start + CHUNK]
                found = [one for sound in wanted if (one := _extract(pack, path, sound, Path(folder)))]
                damaged += len(wanted) - len(found)
                if found:
                    yield found
        told = account(len(pack.sounds) - damaged, {**pack.left_out, DAMAGED: damaged}, named=True)
        if told:
            yield [Found(path, stat, path, path, Skip(Kind.NOT_BASS, told))]
    finally:
        pack.close()


def _extract(pack: ZippedPack, archive: Path, sound: PurePath, folder: Path) -> Found | None:
    try:
        stat = pack.extract(sound, folder)
    except UnreadableAudioError:
        return None
    return Found(folder / sound, stat, archive / sound, archive.with_suffix("") / sound)
