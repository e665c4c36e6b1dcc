"""The route by which a page puts the hint on the tray icon aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.routing import Route

from wavized.window.messages import JSONResponse


def routes(put_aside: Callable[[], None]) -> list[Route]:
    """The hint itself is part of the status."""

    async def dismiss(_: Request) -> JSONResponse:
        await asyncio.to_thread(put_aside)
        return JSONResponse({})

    return [Route("/api/hint/dismiss", dismiss, methods=["POST"])]
