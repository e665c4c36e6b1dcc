"""Where a sample came from, also where it was read from an archive: as a path and in words. Pure."""

from __future__ import annotations

from pathlib import Path, PurePath

from wavized.domain.job import Job


def origin_path(job: Job) -> Path:
    """The sample's own place; an archive is put like a folder: `Downloads/Neuro.zip/Bass/x.wav`."""
    return job.source if job.archive is None else job.archive / _inside(job)


def named_path(job: Job) -> Path:
    """The path whose names speak of the sample: an archive's as if it lay unpacked beside it."""
    return job.source if job.archive is None else job.archive.with_suffix("") / _inside(job)


def origin_words(job: Job) -> str:
    """A sample in a list: its name, and the archive it was read from."""
    return job.source.name if job.archive is None else f"{job.archive.name} › {_inside(job).as_posix()}"


def origin_folder(job: Job) -> str:
    """Where a sample came from, in a word or two: its folder, or `Neuro.zip › Bass` for an archive's."""
    if job.archive is None:
        return job.source.parent.name
    return " › ".join((job.archive.name, *_inside(job).parent.parts))


def _inside(job: Job) -> PurePath:
    """The path inside the archive."""
    return (
        job.source.relative_to(job.root) if job.source.is_relative_to(job.root) else PurePath(job.source.name)
    )
