"""What all routes share: reading a request, answering in JSON. Runs on the window thread; decides nothing."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse as StarletteJSON

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


def refusal(
    status: int, error: str, hint: str = "", problems: Sequence[Mapping[str, object]] = ()
) -> JSONResponse:
    """An answer that says what is wrong and what to do; `problems` name single fields."""
    content: dict[str, object] = {"error": error, "hint": hint}
    if problems:
        content["problems"] = list(problems)
    return JSONResponse(content, status_code=status)


async def read_object(request: Request) -> dict[str, object]:
    """The body as a JSON object; nothing at all is an empty one. Raises UsageError."""
    try:
        body = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise UsageError("The request is not JSON") from None
    if not isinstance(body, dict):
        raise UsageError("The request must be a JSON object")
    return body


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, error.detail)


async def _admit_a_fault(_: Request, error: Exception) -> JSONResponse:
    return refusal(500, f"Something went wrong: {error}", "The log tells more")


async def _explain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WavizedError)
    status = 500
    if isinstance(error, UsageError):
        status = 400
    elif isinstance(error, FilingError | LibraryUnavailableError):
        status = 409
    elif isinstance(error, ModelUnusableError):
        status = 503
    return refusal(status, error.message, error.hint)


EXCEPTION_HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]] = {
    WavizedError: _explain,
    HTTPException: _refuse,
    Exception: _admit_a_fault,
}
"""How errors are told, whichever route they come from."""
