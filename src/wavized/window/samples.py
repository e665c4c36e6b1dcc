"""The file behind a job as sound and as pictures. Runs on the window thread, disk work on helper threads.

What is sent is audio, a picture or numbers, told by content: never what a name promises, never a page.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from wavized.audio.playable import WAVE, browser_type
from wavized.audio.stream import Section, open_sample
from wavized.domain.job import Job, JobState
from wavized.domain.sample import FileStat
from wavized.errors import UnreadableAudioError
from wavized.window.previews import NoPreviewError, Previews, PreviewsBusyError, Sample
from wavized.window.streaming import OpenFileResponse

_TYPES = {"waveform": "application/json", "spectrogram": "image/png"}


def heard_file(job: Job) -> Path:
    """What is played: the sample in the library where it is filed, otherwise the original."""
    return job.target if job.state is JobState.FILED and job.target is not None else job.source


async def as_sound(job: Job, previews: Previews, request: Request) -> Response:
    """The file as it is where browsers play it, else converted. Raises HTTPException."""
    file, media_type = await asyncio.to_thread(_open_to_play, heard_file(job))
    if media_type is None:
        file.close()
        file, media_type = await _made(job, previews, "wav"), WAVE
    return OpenFileResponse(file, request, media_type)


async def as_picture(job: Job, previews: Previews, what: str, request: Request) -> Response:
    """`waveform` or `spectrogram`. Raises HTTPException."""
    return OpenFileResponse(await _made(job, previews, what), request, _TYPES[what])


def _open_to_play(path: Path) -> tuple[BinaryIO, str | None]:
    file, size = _open(path)
    try:
        return file, browser_type(Section(file, 0, size))
    except BaseException:
        file.close()
        raise


def _open(path: Path) -> tuple[BinaryIO, int]:
    """A regular file, opened; one that became a link since leads elsewhere and is not followed."""
    try:
        file, size = open_sample(path)
    except UnreadableAudioError as error:
        gone = isinstance(error.__cause__, FileNotFoundError)
        words = "is not there any more" if gone else error.message
        raise HTTPException(404 if gone else 415, f"{path.name} {words}: {path}") from error
    try:
        same = os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except OSError:
        same = False
    if not same:
        file.close()
        raise HTTPException(404, f"{path.name} is not there any more: something else took its place")
    return file, size


async def _made(job: Job, previews: Previews, what: str) -> BinaryIO:
    sample = await asyncio.to_thread(_sample, job)
    try:
        path = await asyncio.wrap_future(await asyncio.to_thread(previews.ask, what, sample))
    except PreviewsBusyError as error:
        raise HTTPException(503, error.message) from error
    except NoPreviewError as error:
        raise HTTPException(415, f"{sample.path.name} {error.message}") from error
    file, _ = await asyncio.to_thread(_open, path)
    return file


def _sample(job: Job) -> Sample:
    """The file and the key to its previews: its content's digest, while it is what the journal knows."""
    path = heard_file(job)
    file, _ = _open(path)
    with file:
        status = os.fstat(file.fileno())
    stat = FileStat(status.st_size, status.st_mtime_ns)
    if job.digest and stat == job.stat:
        return Sample(path, stat, job.digest)
    told = b"%d %d %d " % (stat.size, stat.mtime_ns, status.st_ino) + os.fsencode(path)
    return Sample(path, stat, hashlib.sha256(told).hexdigest())
