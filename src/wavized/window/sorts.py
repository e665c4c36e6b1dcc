"""Routes of sorting a folder now. Runs on the window thread; the work is done by a child process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.routing import Route

from wavized.config.folders import PathError
from wavized.config.model import Config
from wavized.config.proposal import located
from wavized.domain.sample import FilingMode
from wavized.errors import UsageError
from wavized.logic.selection import is_archive
from wavized.window.messages import JSONResponse, read_object
from wavized.window.sorter import Sorter


def routes(sorter: Sorter, settings: Callable[[], Config], config_path: Path) -> list[Route]:
    """`settings` are those in force: they say how to file where the page does not."""

    async def start(request: Request) -> JSONResponse:
        body = await read_object(request)
        dry_run, mode = body.get("dry_run", False), body.get("mode") or settings().mode.value
        if not isinstance(dry_run, bool) or mode not in [known.value for known in FilingMode]:
            raise UsageError("Say whether it is a preview, and copy, move or hardlink")
        folder = await asyncio.to_thread(_folder, body.get("folder"))
        options = ["--config", str(config_path)]
        return JSONResponse(
            await asyncio.to_thread(sorter.start, folder, str(mode), dry_run=dry_run, options=options)
        )

    async def current(_: Request) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(sorter.current))

    async def stop(_: Request) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(sorter.stop))

    return [
        Route("/api/sorts", start, methods=["POST"]),
        Route("/api/sorts/current", current),
        Route("/api/sorts/stop", stop, methods=["POST"]),
    ]


def _folder(typed: object) -> Path:
    """A folder, or an archive, which counts as one."""
    if not isinstance(typed, str) or not typed.strip() or "\0" in typed:
        raise UsageError("Choose a folder to sort")
    try:
        folder = located(typed)
    except PathError as error:
        raise UsageError(f"{typed} is no folder: {error}") from None
    if not (folder.is_dir() or (is_archive(folder.name) and folder.is_file())):
        raise UsageError(f"There is no folder {folder}", hint="Is its drive plugged in?")
    return folder
