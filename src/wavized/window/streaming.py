"""Send an open file, or the part of it that was asked for, in pieces. Runs on the window thread.

The file is read through the descriptor that was checked: nobody can put another in its place meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)

SAFE_HEADERS: Mapping[str, str] = {
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""A sample is heard or looked at on the page; opened by itself it can do nothing."""


class OpenFileResponse(Response):
    """Answers GET and HEAD, whole or one range (RFC 9110, section 14); closes the file when it is done."""

    def __init__(self, file: BinaryIO, request: Request, media_type: str) -> None:
        size = os.fstat(file.fileno()).st_size
        asked = wanted_part(request.headers.get("range"), size)
        headers = {**SAFE_HEADERS, "Accept-Ranges": "bytes"}
        status = 200
        if asked is None:
            self._first, self._length = 0, size
        elif len(asked) == 0:
            status, self._first, self._length = 416, 0, 0
            headers["Content-Range"] = f"bytes */{size}"
        else:
            status, self._first, self._length = 206, asked.start, len(asked)
            headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{size}"
        super().__init__(status_code=status, headers=headers, media_type=media_type)
        self.headers["Content-Length"] = str(self._length)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            await send(start)
            await self._send_body(send, 0 if scope["method"] == "HEAD" else self._length, gone)
        finally:
            gone.cancel()
            await asyncio.to_thread(self._file.close)

    async def _send_body(self, send: Send, left: int, gone: asyncio.Future[None]) -> None:
        await asyncio.to_thread(self._file.seek, self._first)
        while left > 0 and not gone.done():
            piece = await asyncio.to_thread(self._file.read, min(left, PIECE))
            if not piece:
                break  # the file was cut meanwhile: the server notices that less came than was promised
            left -= len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    """Return when the reader has left: a player that skips ahead breaks off what it was reading."""
    while (await receive())["type"] != "http.disconnect":
        pass


def wanted_part(header: str | None, size: int) -> range | None:
    """The bytes a Range header asks for: None for all, an empty range where there are none such.

    What is not understood, or asks for several parts, is answered with all, as the standard allows.
    """
    found = _RANGE.fullmatch((header or "").strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = (int(number[:20]) if number else None for number in found.groups())
    if first is None:
        return range(max(0, size - (last or 0)), size)
    if last is not None and last < first:
        return None
    return range(first, size if last is None else min(last + 1, size))
