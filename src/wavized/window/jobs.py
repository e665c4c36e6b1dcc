"""Routes of the samples in the journal: listing them, hearing them, looking at them.

Runs on the window thread; what touches the disk or the journal on helper threads. A file is reached by the
number of its job alone, never by a path.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wavized.domain.job import Job, JobOrder, JobState
from wavized.errors import FilingError, UsageError, WavizedError
from wavized.logic.reasons import FAILED, NAMED_REASONS
from wavized.ports import JournalBrowser
from wavized.window.messages import JSONResponse, read_object, refusal
from wavized.window.previews import Previews
from wavized.window.samples import as_picture, as_sound, heard_file

MOST_JOBS = 500
LONGEST_SEARCH = 200
_LARGEST = 2**63


Describe = Callable[[Job], Mapping[str, object]]


def routes(
    journal: JournalBrowser,
    *,
    describe: Describe,
    previews: Previews,
    lend: Callable[[Job], None],
    open_folder: Callable[[Path], None],
) -> list[Route]:
    """`describe` tells a job as lists show it; `open_folder` shows a folder in the file manager.

    `lend` sees that the file of a sample from an archive is there for a while; it raises FilingError.
    """
    samples = _Samples(journal, previews, describe, lend, open_folder)
    one = "/api/jobs/{job:int}"
    return [
        Route("/api/jobs", samples.list),
        Route(one, samples.one),
        Route(f"{one}/audio", samples.audio),
        Route(f"{one}/waveform", samples.waveform),
        Route(f"{one}/spectrogram", samples.spectrogram),
        Route(f"{one}/open", samples.open, methods=["POST"]),
    ]


class _Samples:
    """Answers each route."""

    def __init__(
        self,
        journal: JournalBrowser,
        previews: Previews,
        describe: Describe,
        lend: Callable[[Job], None],
        open_folder: Callable[[Path], None],
    ) -> None:
        self._journal = journal
        self._previews = previews
        self._describe = describe
        self._lend = lend
        self._open_folder = open_folder

    async def list(self, request: Request) -> JSONResponse:
        asked = request.query_params
        offset = _number(asked.get("offset", "0"), "offset")
        limit = _number(asked.get("limit", "100"), "limit")
        if limit > MOST_JOBS:
            raise UsageError(f"At most {MOST_JOBS} samples come at once", hint="Ask again with an offset")
        search = asked.get("search", "")
        if len(search) > LONGEST_SEARCH:
            raise UsageError(f"At most {LONGEST_SEARCH} characters can be searched for")
        total, jobs = await asyncio.to_thread(
            self._journal.browse,
            states=_states(asked.get("states", "")),
            search=search,
            category=asked.get("category") or None,
            why=_why(asked.get("why") or None),
            order=_order(asked.get("order") or JobOrder.NEWEST),
            offset=offset,
            limit=limit,
        )
        shown = [self._describe(job) for job in jobs]
        return JSONResponse({"total": total, "offset": offset, "jobs": shown})

    async def one(self, request: Request) -> JSONResponse:
        job = await self._job(request)
        here = await asyncio.to_thread(_is_here, job)
        return JSONResponse({**self._describe(job), "here": here})

    async def audio(self, request: Request) -> Response:
        return await as_sound(await self._job_to_hear(request), self._previews, request)

    async def waveform(self, request: Request) -> Response:
        return await as_picture(await self._job_to_hear(request), self._previews, "waveform", request)

    async def spectrogram(self, request: Request) -> Response:
        return await as_picture(await self._job_to_hear(request), self._previews, "spectrogram", request)

    async def open(self, request: Request) -> JSONResponse:
        job = await self._job(request)
        what = (await read_object(request)).get("what", "target")
        places = {"target": job.target, "source": job.archive or job.source}
        if not isinstance(what, str) or what not in places:
            raise UsageError("Say which folder to open", hint='Send {"what": "target"} or {"what": "source"}')
        path = places[what]
        if path is None:
            return refusal(
                409, f"{job.source.name} is not in the library", "Its original's folder can be opened"
            )
        try:
            await asyncio.to_thread(self._open_folder, path.parent)
        except WavizedError as error:
            return refusal(409, error.message, error.hint)
        return JSONResponse({})

    async def _job_to_hear(self, request: Request) -> Job:
        """The job, its file being there; one from an archive may have to be read from it again."""
        job = await self._job(request)
        if heard_file(job) == job.source:
            try:
                await asyncio.to_thread(self._lend, job)
            except FilingError as error:
                raise HTTPException(404, str(error)) from error
        return job

    async def _job(self, request: Request) -> Job:
        number = request.path_params["job"]
        job = await asyncio.to_thread(self._journal.get, number) if number < _LARGEST else None
        if job is None:
            raise HTTPException(404, f"There is no sample no. {number}")
        return job


def _is_here(job: Job) -> bool:
    """Whether what is played lies there, or in an archive that does."""
    heard = heard_file(job)
    return heard.is_file() or (job.archive is not None and heard == job.source and job.archive.is_file())


def _states(words: str) -> list[JobState]:
    try:
        return [JobState(word) for word in words.split(",") if word]
    except ValueError as error:
        raise UsageError(
            f"There is no such state: {error}", hint=f"Known are: {', '.join(JobState)}"
        ) from None


def _order(word: str) -> JobOrder:
    try:
        return JobOrder(word)
    except ValueError:
        raise UsageError(f"There is no order {word!r}", hint=f"Known are: {', '.join(JobOrder)}") from None


def _why(word: str | None) -> str | None:
    known = (FAILED, *NAMED_REASONS)
    if word is not None and word not in known:
        raise UsageError(f"There is no reason {word!r}", hint=f"Known are: {', '.join(known)}")
    return word


def _number(word: str, name: str) -> int:
    if not (word.isascii() and word.isdigit()) or int(word[:20]) >= _LARGEST:
        raise UsageError(f"{name} must be a whole number, 0 or more")
    return int(word)
