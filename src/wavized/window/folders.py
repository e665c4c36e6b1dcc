"""Routes for choosing a folder: completing a typed path, the system's dialog, a folder dropped on the page.

Runs on the window thread, what touches the disk on helper threads. Names of folders are all that is told.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.routing import Route

from wavized.config.folders import PathError
from wavized.config.model import Config
from wavized.config.proposal import located
from wavized.errors import UsageError
from wavized.window.dialogs import Dialogs, NoDialogError
from wavized.window.messages import JSONResponse, read_object, refusal

MOST_OFFERED = 20
MOST_ENTRIES = 20_000
"""Names looked at for one answer."""
DEEPEST = 3
MOST_SECONDS = 3.0
_MOST_FOUND = 5
_MOST_FILES = 20


def routes(
    dialogs: Dialogs, settings: Callable[[], Config | None], open_folder: Callable[[Path], None]
) -> list[Route]:
    """`settings` are those in force, if any; `open_folder` shows a folder in the file manager."""

    async def complete(request: Request) -> JSONResponse:
        typed = request.query_params.get("path", "")
        return JSONResponse(await asyncio.to_thread(_complete, typed))

    async def choose(request: Request) -> JSONResponse:
        body = await read_object(request)
        title, start = _text(body, "title") or "Choose a folder", _text(body, "start")
        try:
            chosen = await asyncio.to_thread(dialogs.choose, title, _standing(start))
        except NoDialogError as error:
            return refusal(409, error.message, error.hint)
        return JSONResponse({"path": None if chosen is None else str(chosen)})

    async def find(request: Request) -> JSONResponse:
        body = await read_object(request)
        name, files = _text(body, "name"), body.get("files", [])
        if not name or not isinstance(files, list) or not all(isinstance(file, str) for file in files):
            raise UsageError("Say the folder's name and a few names of files in it")
        deadline = time.monotonic() + MOST_SECONDS
        places = [*_known(settings()), *_usual()]
        found = await asyncio.to_thread(
            find_folders, name, files[:_MOST_FILES], places, lambda: time.monotonic() > deadline
        )
        return JSONResponse({"paths": [str(path) for path in found]})

    async def show(request: Request) -> JSONResponse:
        path = Path(_text(await read_object(request), "path"))
        if path not in _openable(settings()):
            raise UsageError("Only the library and the watched folders are opened from here")
        await asyncio.to_thread(open_folder, path)
        return JSONResponse({})

    return [
        Route("/api/folders", complete),
        Route("/api/folders/choose", choose, methods=["POST"]),
        Route("/api/folders/find", find, methods=["POST"]),
        Route("/api/folders/open", show, methods=["POST"]),
    ]


def _known(config: Config | None) -> list[Path]:
    """Folders near which a dropped one probably lies."""
    if config is None:
        return []
    return [*(folder.path for folder in config.watch), config.library.parent]


def _openable(config: Config | None) -> set[Path]:
    """The library, its folders of categories, and the watched folders."""
    if config is None:
        return set()
    inside = {config.library / name for name in config.folders.values()}
    return {config.library, *inside, *(folder.path for folder in config.watch)}


def _complete(typed: str) -> dict[str, object]:
    """What a typed path means, and the folders it may become."""
    try:
        path = _meant(typed)
    except PathError as error:
        return {"path": typed, "exists": False, "folders": [], "problem": str(error)}
    exists = path.is_dir()
    inside = exists and typed.endswith((os.sep, "/", "~"))
    offered = [] if inside else _children(path.parent, path.name)
    if exists and offered in ([], [path]):
        offered = _children(path, "")
    return {
        "path": str(path),
        "exists": exists,
        "folders": [str(folder) for folder in offered[:MOST_OFFERED]],
    }


def _meant(typed: str) -> Path:
    """A path as typed so far; what does not start at the root starts at home."""
    text = typed.strip() or "~"
    if not text.startswith("~") and not Path(text).is_absolute():
        text = f"~/{text}"
    return located(text)


def _children(folder: Path, beginning: str) -> list[Path]:
    """Folders directly below whose names begin so, whatever the case; hidden ones only where asked for."""
    wanted = beginning.casefold()
    hidden = beginning.startswith(".")
    found = [
        Path(entry.path)
        for entry in _entries(folder, MOST_ENTRIES)
        if entry.name.casefold().startswith(wanted)
        and (hidden or not entry.name.startswith("."))
        and _is_folder(entry)
    ]
    return sorted(found, key=lambda path: path.name.casefold())


def find_folders(
    name: str, files: Iterable[str], places: Iterable[Path], late: Callable[[], bool]
) -> list[Path]:
    """Folders of this name that hold all these files, nearest first, at most DEEPEST below the places.

    A page that a folder is dropped on learns its name and its files, but not where it lies.
    """
    wanted = name.casefold()
    names = list(files)
    left = MOST_ENTRIES
    found: list[Path] = []
    seen: set[Path] = set()
    waiting = deque((place, 0) for place in places)
    while waiting and left > 0 and len(found) < _MOST_FOUND and not late():
        folder, depth = waiting.popleft()
        if folder in seen:
            continue
        seen.add(folder)
        if depth == 0 and folder.name.casefold() == wanted and _holds(folder, names):
            found.append(folder)
        for entry in _entries(folder, left):
            left -= 1
            if entry.name.startswith(".") or not _is_folder(entry):
                continue
            path = Path(entry.path)
            if entry.name.casefold() == wanted and path not in found and _holds(path, names):
                found.append(path)
            if depth + 1 < DEEPEST:
                waiting.append((path, depth + 1))
    return found[:_MOST_FOUND]


def _holds(folder: Path, files: Iterable[str]) -> bool:
    """Whether the folder has all these files; a name with a separator in it is no name."""
    return all(Path(file).name == file and (folder / file).exists() for file in files)


def _usual() -> Iterator[Path]:
    """Where people keep folders of samples, as far as they exist."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises for a user without a home
    for name in ("Downloads", "Desktop", "Music", "Documents"):
        if (home / name).is_dir():
            yield home / name
    yield home


def _entries(folder: Path, most: int) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for _, entry in zip(range(most), entries, strict=False):
                yield entry
    except (OSError, ValueError):  # gone, forbidden, or no path at all
        return


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _standing(typed: str) -> Path:
    """The nearest folder that exists, for a dialog to start in."""
    try:
        path = _meant(typed)
    except PathError:
        return Path(os.path.expanduser("~"))  # noqa: PTH111 - as above
    return next((place for place in (path, *path.parents) if place.is_dir()), path)


def _text(body: dict[str, object], key: str) -> str:
    value = body.get(key) or ""
    if not isinstance(value, str) or "\0" in value:
        raise UsageError(f"{key} must be text")
    return value
