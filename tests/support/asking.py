"""Asks routes as the server would, without a socket: one request, its status and its JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette
from starlette.routing import Route

from wavized.window.messages import EXCEPTION_HANDLERS


class Asking:
    """`get` and `post` on routes; answers are (status, decoded JSON)."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._app = Starlette(routes=routes, exception_handlers=dict(EXCEPTION_HANDLERS))

    def get(self, path: str) -> tuple[int, Any]:
        return asyncio.run(self._ask("GET", path, b""))

    def post(self, path: str, body: object = None) -> tuple[int, Any]:
        return asyncio.run(self._ask("POST", path, json.dumps(body or {}).encode()))

    async def _ask(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        address = urlsplit(path)
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(address.path),
            "query_string": address.query.encode(),
            "headers": [(b"content-type", b"application/json")],
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in sent)
        return sent[0]["status"], json.loads(content)
