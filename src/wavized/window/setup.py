"""Routes of the first run: what is proposed, what a choice would do, and writing the first config.

Runs on the window thread, what touches the disk on a helper thread. Overwrites no config.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.routing import Route

from wavized.config import init
from wavized.config.folders import is_splice
from wavized.config.model import Existing
from wavized.config.proposal import Choice, Remark, located, review
from wavized.config.template import Suggestion
from wavized.domain.sample import FilingMode
from wavized.errors import ConfigError, UsageError
from wavized.window.messages import JSONResponse, read_object, refusal

_MOST_FOLDERS = 100


def routes(config_path: Path, on_saved: Callable[[], None]) -> list[Route]:
    """`on_saved` is called once the first config is written and the answer sent; it may stop the server."""

    async def propose(_: Request) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(_proposal, config_path))

    async def check(request: Request) -> JSONResponse:
        choice = _read_choice(await read_object(request))
        return JSONResponse(await asyncio.to_thread(_review, choice, config_path))

    async def save(request: Request) -> JSONResponse:
        choice = _read_choice(await read_object(request))
        answer = await asyncio.to_thread(_save, choice, config_path)
        if answer.status_code == 200:
            answer.background = BackgroundTask(asyncio.to_thread, on_saved)
        return answer

    return [
        Route("/api/setup", propose),
        Route("/api/setup", save, methods=["POST"]),
        Route("/api/setup/check", check, methods=["POST"]),
    ]


def _proposal(config_path: Path) -> dict[str, object]:
    return {
        "library": str(init.usual_library()),
        "watch": [
            {
                "path": str(folder.path),
                "why": folder.why,
                "exclude": list(folder.exclude),
                "splice": is_splice(folder.path),
            }
            for folder in _found()
        ],
        "mode": FilingMode.COPY.value,
        "config": str(config_path),
    }


def _found() -> list[Suggestion]:
    return init.suggest(Path.home(), sys.platform, os.environ)


def _review(choice: Choice, config_path: Path) -> dict[str, object]:
    reviewed = review(choice, config_path)
    return {
        "problems": [_remark(remark) for remark in reviewed.problems],
        "sentence": reviewed.sentence,
        "warnings": [_remark(remark) for remark in reviewed.warnings],
    }


def _remark(remark: Remark) -> dict[str, object]:
    said: dict[str, object] = {"field": remark.field, "message": remark.message}
    return said if remark.index is None else {**said, "index": remark.index}


def _save(choice: Choice, config_path: Path) -> JSONResponse:
    if os.path.lexists(config_path):
        there = init.config_exists(config_path)
        return refusal(409, there.message, there.hint)
    if problems := review(choice, config_path).problems:
        return refusal(
            400, problems[0].message, "Mend what is named", [_remark(remark) for remark in problems]
        )
    try:
        made = init.begin(config_path, Path(choice.library), _with_reasons(choice.watch), choice.mode)
    except ConfigError as error:
        return refusal(409, error.message, error.hint)
    return JSONResponse(
        {"config": str(made.path), "library": str(made.config.library), "library_made": made.library_created}
    )


def _with_reasons(watch: tuple[Suggestion, ...]) -> list[Suggestion]:
    """The folders with the remark of why they were found, which the file keeps above them."""
    why = {located(str(folder.path)): folder.why for folder in _found()}
    return [replace(folder, why=why.get(located(str(folder.path)), "")) for folder in watch]


def _read_choice(body: dict[str, object]) -> Choice:
    library, watch, mode = body.get("library", ""), body.get("watch", []), body.get("mode", "copy")
    if not isinstance(library, str) or not isinstance(watch, list) or len(watch) > _MOST_FOLDERS:
        raise UsageError("Send the library as text and the watched folders as a list")
    if mode not in [known.value for known in FilingMode]:
        raise UsageError(f"There is no mode {mode!r}", hint="copy, move or hardlink")
    return Choice(library, tuple(_read_folder(entry) for entry in watch), FilingMode(mode))


def _read_folder(entry: object) -> Suggestion:
    fields = entry if isinstance(entry, dict) else {}
    path, existing = fields.get("path"), fields.get("existing", Existing.LEAVE.value)
    exclude = fields.get("exclude", [])
    if not isinstance(path, str):
        raise UsageError("A watched folder needs a path")
    if existing not in [known.value for known in Existing]:
        raise UsageError(f"Files that exist are left or filed, not {existing!r}")
    if not isinstance(exclude, list) or not all(isinstance(pattern, str) for pattern in exclude):
        raise UsageError("Patterns to leave out are a list of texts")
    return Suggestion(Path(path), "", Existing(existing), tuple(exclude))
