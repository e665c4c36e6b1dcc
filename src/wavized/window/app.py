"""The routes of the local interface put together. Reads status, posts commands; changes nothing itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from wavized.domain.job import Job
from wavized.errors import UsageError
from wavized.services.pausing import read_minutes
from wavized.window.messages import EXCEPTION_HANDLERS, JSONResponse, read_object, refusal
from wavized.window.security import cookie_name, locked_page
from wavized.window.sessions import SESSION_SECONDS, Sessions
from wavized.window.static_files import STATIC

_PAGE = re.compile("[a-z]{1,20}")


class Commands(Protocol):
    """What the interface may ask of the daemon. Futures are answered by the pipeline thread."""

    def tell(self) -> Mapping[str, object]: ...
    def pause(self, minutes: float | None = None) -> None: ...
    def resume(self) -> None: ...
    def correct(self, job_id: int, category: str) -> Future[Job]: ...
    def undo(self, job_id: int) -> Future[Job]: ...
    def retry(self, job_id: int) -> Future[Job]: ...


def build_app(routes: Sequence[BaseRoute]) -> Starlette:
    """The application: errors are told as JSON, whichever route they come from."""
    return Starlette(routes=routes, exception_handlers=dict(EXCEPTION_HANDLERS))


def command_routes(commands: Commands, describe: Callable[[Job], Mapping[str, object]]) -> list[Route]:
    """What the command line needs; `describe` turns a job into what `history --json` prints."""

    async def pause(request: Request) -> JSONResponse:
        minutes = read_minutes((await read_object(request)).get("minutes"))
        await asyncio.to_thread(commands.pause, minutes)
        return JSONResponse(await asyncio.to_thread(commands.tell))

    async def resume(_: Request) -> JSONResponse:
        await asyncio.to_thread(commands.resume)
        return JSONResponse(await asyncio.to_thread(commands.tell))

    async def correct(request: Request) -> JSONResponse:
        category = (await read_object(request)).get("category")
        if not isinstance(category, str):
            raise UsageError("Say which category", hint='Send {"category": "reese"}')
        return await _job(commands.correct(request.path_params["job"], category))

    async def undo(request: Request) -> JSONResponse:
        return await _job(commands.undo(request.path_params["job"]))

    async def retry(request: Request) -> JSONResponse:
        return await _job(commands.retry(request.path_params["job"]))

    async def _job(reply: Future[Job]) -> JSONResponse:
        return JSONResponse(describe(await asyncio.wrap_future(reply)))

    return [
        status_route(commands.tell),
        Route("/api/pause", pause, methods=["POST"]),
        Route("/api/resume", resume, methods=["POST"]),
        Route("/api/jobs/{job:int}/correct", correct, methods=["POST"]),
        Route("/api/jobs/{job:int}/undo", undo, methods=["POST"]),
        Route("/api/jobs/{job:int}/retry", retry, methods=["POST"]),
    ]


def status_route(tell: Callable[[], Mapping[str, object]]) -> Route:
    """The state of everything, now."""

    async def status(_: Request) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(tell))

    return Route("/api/status", status)


def page_routes(
    about: Callable[[], Mapping[str, object]], sessions: Sessions, address: Callable[[str], str], port: int
) -> list[BaseRoute]:
    """The page, its files, and the door to it; `address` makes a one-time address of a page."""

    async def index(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def tell_about(_: Request) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(about))

    async def ticket(request: Request) -> JSONResponse:
        page = (await read_object(request)).get("page") or ""
        if not isinstance(page, str) or (page and not _PAGE.fullmatch(page)):
            raise UsageError(
                "There is no such page", hint="Ask for now, filed, review, skipped, sort or settings"
            )
        return JSONResponse({"url": address(page)})

    async def enter(request: Request) -> Response:
        secret = await asyncio.to_thread(sessions.redeem, request.query_params.get("ticket", ""))
        if secret is None:
            return locked_page()
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            cookie_name(port),
            secret,
            max_age=int(SESSION_SECONDS),
            path="/",
            httponly=True,
            samesite="strict",
        )
        return answer

    return [
        Route("/", index),
        Route("/enter", enter),
        Route("/api/about", tell_about),
        Route("/api/tickets", ticket, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def closed_routes(error: str, hint: str) -> list[BaseRoute]:
    """For whatever cannot be asked now: the same answer to everything."""

    async def refuse(_: Request) -> JSONResponse:
        return refusal(409, error, hint)

    return [Route("/api/{rest:path}", refuse, methods=["GET", "POST"])]
