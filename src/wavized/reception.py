"""The one interface of a start: its port, its sessions and its open pages, whoever answers behind it.

The first run and the daemon after it serve through the same one, so that a page stays open. Without `pages`
only what commands need is served. The composition roots own it; it decides nothing.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from starlette.routing import BaseRoute

from wavized.clock import SystemClock
from wavized.config import paths
from wavized.config.model import DEFAULT_FOLDERS, Config
from wavized.control.runtime import Runtime, remove_runtime, write_runtime
from wavized.domain.job import Job
from wavized.errors import WavizedError
from wavized.inference.manifest import read_manifest
from wavized.services.describe import describe_job
from wavized.window.app import build_app, closed_routes, page_routes
from wavized.window.dialogs import Dialogs
from wavized.window.events import Feed
from wavized.window.server import LocalServer
from wavized.window.sessions import Sessions
from wavized.window.show import show_window

Tell = Callable[[], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who answers now: its routes, its word on the program and on the state."""

    routes: Sequence[BaseRoute]
    about: Tell
    status: Tell
    sort: Callable[[], Mapping[str, object] | None] | None = None


class Reception:
    """Made while the instance lock is held; `serve` as often as the desk changes, `close` once or more."""

    def __init__(self, *, pages: bool = True) -> None:
        state = paths.state_dir(create=True)
        clock = SystemClock()
        self.pages = pages
        self.boot = secrets.token_hex(8)
        self.dialogs = Dialogs()
        self.feed = Feed(describe_change, clock.now)
        self._sessions = Sessions(state / "sessions.json", clock) if pages else None
        self._server = LocalServer(port_file=state / "window-port", sessions=self._sessions)
        self._serving = False

    @property
    def place(self) -> str:
        """Where the window is, for people; to get in, an address is needed."""
        return f"http://127.0.0.1:{self._server.port}/"

    def serve(self, desk: Desk, otherwise: Sequence[BaseRoute] = ()) -> None:
        """Answer with this desk from now on, and tell open pages so; `otherwise` answers all else."""
        routes = list(desk.routes)
        if self._sessions is not None:
            routes += page_routes(desk.about, self._sessions, self.address, self._server.port)
            routes += self.feed.routes()
            self.feed.use(desk.about, desk.status, desk.sort)
        app = build_app([*routes, *otherwise])
        if self._serving:
            self._server.use(app)
        else:
            self._server.start(app)
            self._serving = True

    def announce(self) -> None:
        """Let commands find this process."""
        write_runtime(paths.runtime_file(), Runtime(os.getpid(), self._server.port, self._server.token))

    def address(self, page: str = "") -> str:
        """An address that lets one browser in, once."""
        if self._sessions is None:
            raise WavizedError("This Wavized has no window", hint="Start it without --no-window")
        return f"{self.place}enter?ticket={self._sessions.ticket()}" + (f"#/{page}" if page else "")

    def show(self, page: str = "") -> None:
        """Bring the window onto the screen."""
        show_window(self.address(page))

    def about(self, config: Config | None, model: Path) -> dict[str, object]:
        """What pages are told of the program; without a config it waits for its first settings."""
        folders = config.folders if config else DEFAULT_FOLDERS
        labels, rejects = _labels(model)
        return {
            "version": version("wavized"),
            "boot": self.boot,
            "setup": config is None,
            "system": "linux" if sys.platform.startswith("linux") else sys.platform,
            "categories": [{"label": label, "folder": folders.get(label, label)} for label in labels],
            "rejects": list(rejects),
            "library": str(config.library) if config else "",
            "home": os.path.expanduser("~"),  # noqa: PTH111 - Path.home raises for a user without a home
            "native_dialogs": self.dialogs.available(),
        }

    def close(self) -> None:
        """Forget the runtime file, end open pages, answer what is being answered and leave."""
        remove_runtime(paths.runtime_file())
        if self._serving:
            self._server.use(
                build_app(closed_routes("Wavized is stopping", "Start it again with: wavized run"))
            )
        self.dialogs.close()
        self.feed.close()
        self._server.stop()


def describe_change(job: Job) -> dict[str, object]:
    """A job as lists on a page show it."""
    return {
        **describe_job(job),
        "name": job.source.name,
        "folder": job.target.parent.name if job.target else None,
        "origin": job.origin.value,
        "root": str(job.root),
        "seconds": None,
    }


def _labels(model: Path) -> tuple[Sequence[str], Sequence[str]]:
    """What the model tells apart; where it cannot say, what the default model would."""
    try:
        info = read_manifest(model).info
    except WavizedError:
        return tuple(DEFAULT_FOLDERS), ("not_bass", "loop")
    return info.categories, tuple(info.rejects)
