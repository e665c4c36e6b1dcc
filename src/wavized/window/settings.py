"""Routes of the settings: what holds, what the file says, changing it, and whether Wavized starts at login.

Runs on the window thread, what touches the disk on helper threads. The file alone is changed; the daemon
takes it on as it takes on any edit.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.routing import Route

from wavized.config.edit import ChangeRefusedError, EditedMeanwhileError, Written, change, look
from wavized.errors import ConfigError, UsageError
from wavized.window.messages import JSONResponse, read_object, refusal


class AutostartState(Protocol):
    """Whether this system can start Wavized at login, whether it does, and how, in words."""

    @property
    def available(self) -> bool: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def detail(self) -> str: ...


class Autostart(Protocol):
    """Starting at login on this system."""

    def status(self) -> AutostartState: ...
    def enable(self) -> None: ...
    def disable(self) -> None: ...


def routes(
    config_path: Path,
    model: Callable[[], Mapping[str, object]],
    autostart: Autostart,
    on_changed: Callable[[], None],
) -> list[Route]:
    """`model` tells what the model declares; `on_changed` is called when the file was written."""
    one_at_a_time = threading.Lock()

    def describe(written: Written) -> dict[str, object]:
        return {
            "config": written.config.model_dump(mode="json"),
            "set": list(written.keys),
            "path": str(config_path),
            "digest": written.digest,
            "model": dict(model()),
            "autostart": _autostart(autostart),
        }

    def save(changes: dict[str, object], digest: str) -> JSONResponse:
        try:
            with one_at_a_time:
                written = change(config_path, changes, digest)
        except ChangeRefusedError as error:
            return refusal(400, error.message, error.hint, [asdict(problem) for problem in error.keys])
        except EditedMeanwhileError as error:
            return refusal(409, error.message, error.hint)
        except ConfigError as error:
            return _unusable(error)
        if written.digest != digest:
            on_changed()
        return JSONResponse(describe(written))

    def show() -> JSONResponse:
        try:
            return JSONResponse(describe(look(config_path)))
        except ConfigError as error:
            return _unusable(error)

    async def read(_: Request) -> JSONResponse:
        return await asyncio.to_thread(show)

    async def write(request: Request) -> JSONResponse:
        body = await read_object(request)
        changes, digest = body.get("changes"), body.get("digest")
        if not isinstance(changes, dict) or not isinstance(digest, str):
            raise UsageError(
                "Send the digest and the changes", hint='{"digest": "…", "changes": {"mode": "move"}}'
            )
        return await asyncio.to_thread(save, changes, digest)

    async def start_at_login(request: Request) -> JSONResponse:
        wanted = (await read_object(request)).get("enabled")
        if not isinstance(wanted, bool):
            raise UsageError("Say whether it shall start at login", hint='{"enabled": true}')
        await asyncio.to_thread(autostart.enable if wanted else autostart.disable)
        return JSONResponse(await asyncio.to_thread(_autostart, autostart))

    async def starts_at_login(_: Request) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(_autostart, autostart))

    return [
        Route("/api/settings", read),
        Route("/api/settings", write, methods=["POST"]),
        Route("/api/autostart", starts_at_login),
        Route("/api/autostart", start_at_login, methods=["POST"]),
    ]


def _autostart(autostart: Autostart) -> dict[str, object]:
    state = autostart.status()
    return {"available": state.available, "enabled": state.enabled, "detail": state.detail}


def _unusable(error: ConfigError) -> JSONResponse:
    """The file itself is at fault: its lines are named."""
    lines = [{"key": "", "message": line} for line in error.problems]
    return refusal(400, error.message, error.hint, lines)
