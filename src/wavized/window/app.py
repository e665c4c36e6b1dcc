"""Routes of the local interface. Reads status, posts commands to the pipeline; changes nothing itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse as StarletteJSON
from starlette.routing import Route

from wavized.domain.job import Job, Status
from wavized.errors import (
    FilingError,
    LibraryUnavailableError,
    ModelUnusableError,
    UsageError,
    WavizedError,
)


class JSONResponse(StarletteJSON):
    """JSON in ASCII: a file name need not be Unicode, and escapes carry what UTF-8 cannot."""

    def render(self, content: object) -> bytes:
        return json.dumps(content).encode("ascii")


class Commands(Protocol):
    """What the interface may ask of the daemon. Futures are answered by the pipeline thread."""

    def status(self) -> Status: ...
    def set_paused(self, paused: bool) -> None: ...
    def correct(self, job_id: int, category: str) -> Future[Job]: ...
    def undo(self, job_id: int) -> Future[Job]: ...
    def retry(self, job_id: int) -> Future[Job]: ...


def build_app(commands: Commands, describe: Callable[[Job], dict[str, object]]) -> Starlette:
    """The application; `describe` turns a job into what `history --json` prints."""

    async def status(_: Request) -> JSONResponse:
        return JSONResponse(asdict(await asyncio.to_thread(commands.status)))

    async def pause(_: Request) -> JSONResponse:
        await asyncio.to_thread(commands.set_paused, True)
        return await status(_)

    async def resume(_: Request) -> JSONResponse:
        await asyncio.to_thread(commands.set_paused, False)
        return await status(_)

    async def correct(request: Request) -> JSONResponse:
        body = await _body(request)
        category = body.get("category")
        if not isinstance(category, str):
            raise UsageError("Say which category", hint='Send {"category": "reese"}')
        return await _job(commands.correct(request.path_params["job"], category))

    async def undo(request: Request) -> JSONResponse:
        return await _job(commands.undo(request.path_params["job"]))

    async def retry(request: Request) -> JSONResponse:
        return await _job(commands.retry(request.path_params["job"]))

    async def _job(reply: Future[Job]) -> JSONResponse:
        return JSONResponse(describe(await asyncio.wrap_future(reply)))

    return Starlette(
        routes=[
            Route("/api/status", status),
            Route("/api/pause", pause, methods=["POST"]),
            Route("/api/resume", resume, methods=["POST"]),
            Route("/api/jobs/{job:int}/correct", correct, methods=["POST"]),
            Route("/api/jobs/{job:int}/undo", undo, methods=["POST"]),
            Route("/api/jobs/{job:int}/retry", retry, methods=["POST"]),
        ],
        exception_handlers={
            WavizedError: _explain,
            HTTPException: _refuse,
            Exception: _admit_a_fault,
        },
    )


async def _body(request: Request) -> dict[str, object]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise UsageError("The request is not JSON") from None
    if not isinstance(body, dict):
        raise UsageError("The request must be a JSON object")
    return body


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, status_code=error.status_code)


async def _admit_a_fault(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": f"Something went wrong: {error}", "hint": "The log tells more"}, 500)


async def _explain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WavizedError)
    status = 500
    if isinstance(error, UsageError):
        status = 400
    elif isinstance(error, FilingError | LibraryUnavailableError):
        status = 409
    elif isinstance(error, ModelUnusableError):
        status = 503
    return JSONResponse({"error": error.message, "hint": error.hint}, status_code=status)
