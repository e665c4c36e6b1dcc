"""Tells open pages what happens, as server-sent events, gathered to at most four messages of a kind a second.

Any thread may publish and is never held up: what is told waits in one place, and a page that does not read is
let go. While no page is open nothing is kept and nothing wakes up.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from wavized.domain.events import Event, JobChanged, Notice
from wavized.domain.job import Job
from wavized.window.messages import refusal

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.25
QUIET_SECONDS = 25.0
"""After so long without a message a comment is sent, so that nothing between here and the page gives up."""
MOST_PAGES = 32
MOST_JOBS = 50
"""Changed samples in one message; a page told of more loads its list anew."""
_MOST_NOTICES = 20
_MOST_WAITING = 64
"""Messages kept for a page that does not read before it is let go; it will connect again."""

Tell = Callable[[], Mapping[str, object]]


@dataclass(slots=True)
class _Waiting:
    """What pages have not been told yet."""

    hello: bool = False
    status: bool = False
    jobs: dict[int, Job] = field(default_factory=dict)
    more: bool = False
    notices: deque[Mapping[str, object]] = field(default_factory=lambda: deque(maxlen=_MOST_NOTICES))
    sort: Mapping[str, object] | None = None

    def keep(self, job: Job) -> None:
        """Of each sample the last word, of many samples the newest."""
        self.jobs.pop(job.id, None)
        self.jobs[job.id] = job
        if len(self.jobs) > MOST_JOBS:
            del self.jobs[next(iter(self.jobs))]
            self.more = True


class _Page:
    """One open page: its messages, and None as the last of all."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(_MOST_WAITING)

    def put(self, frame: bytes) -> bool:
        """False where the page has not read for long and is let go."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.end()
            return False
        return True

    def end(self) -> None:
        while not self._frames.empty():
            self._frames.get_nowait()
        self._frames.put_nowait(None)

    async def frames(self) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    frame = await self._frames.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if frame is None:
                return
            yield frame


class Feed:
    """All open pages. `use` says whose state is told; until then nobody is let in."""

    def __init__(self, describe: Callable[[Job], Mapping[str, object]], now: Callable[[], float]) -> None:
        self._describe = describe
        self._now = now
        self._about: Tell | None = None
        self._status: Tell | None = None
        self._sort: Callable[[], Mapping[str, object] | None] | None = None
        self._lock = threading.Lock()
        self._waiting = _Waiting()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._wake_is_due = False
        self._pages: set[_Page] = set()
        self._pump: asyncio.Task[None] | None = None
        self._closed = False

    # --- for any thread -------------------------------------------------------------------------------

    def use(
        self, about: Tell, status: Tell, sort: Callable[[], Mapping[str, object] | None] | None = None
    ) -> None:
        """Tell these from now on, to open pages at once. They are called on helper threads."""
        with self._lock:
            self._about, self._status, self._sort = about, status, sort
            self._say_anew()

    def hear(self, event: Event) -> None:
        """A listener of the event hub."""
        with self._lock:
            if self._loop is None:
                return
            self._waiting.status = True
            if isinstance(event, JobChanged):
                self._waiting.keep(event.job)
            elif isinstance(event, Notice):
                said = {"message": event.message, "hint": event.hint, "at": self._now()}
                self._waiting.notices.append(said)
            self._wake()

    def tell_status(self) -> None:
        """The status may have changed without an event."""
        with self._lock:
            if self._loop is not None:
                self._waiting.status = True
                self._wake()

    def tell_about(self) -> None:
        """What is told of the program itself has changed: new settings, say."""
        with self._lock:
            self._say_anew()

    def tell_sort(self, state: Mapping[str, object]) -> None:
        """How a sort stands now; of many only the last one is told."""
        with self._lock:
            if self._loop is not None:
                self._waiting.sort = state
                self._wake()

    def close(self) -> None:
        """End the streams of all pages."""
        with self._lock:
            self._closed = True
            self._wake()

    def _say_anew(self) -> None:
        """Called with the lock held."""
        if self._loop is not None:
            self._waiting.hello = self._waiting.status = True
            self._wake()

    def _wake(self) -> None:
        """Called with the lock held."""
        if self._loop is None or self._wake_is_due:
            return
        self._wake_is_due = True
        try:
            self._loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:
            log.debug("The window's loop has ended")

    # --- on the window thread -------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """The stream itself."""
        return [Route("/api/events", self._answer)]

    async def _answer(self, _: Request) -> Response:
        if self._closed or self._about is None or self._status is None:
            return refusal(503, "Wavized is starting or stopping", "Try again in a moment")
        if len(self._pages) >= MOST_PAGES:
            return refusal(503, "Too many pages are open", "Close some of them")
        about = await asyncio.to_thread(self._about)
        status = await asyncio.to_thread(self._status)
        sort = await asyncio.to_thread(self._sort) if self._sort else None
        first = encode("hello", about) + encode("status", status)
        return StreamingResponse(
            self._stream(first + (encode("sort", sort) if sort else b"")),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _stream(self, first: bytes) -> AsyncIterator[bytes]:
        page = _Page()
        page.put(first)
        self._attach(page)
        try:
            async for frame in page.frames():
                yield frame
        finally:
            self._detach(page)

    def _attach(self, page: _Page) -> None:
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._waiting.status = True  # for what changed since it was asked
            self._wake()
        self._pages.add(page)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run(), name="pages")

    def _detach(self, page: _Page) -> None:
        self._pages.discard(page)
        if not self._pages:
            with self._lock:
                self._loop, self._waiting, self._wake_is_due = None, _Waiting(), False
            if self._pump is not None:
                self._pump.cancel()
                self._pump = None

    async def _run(self) -> None:
        """Wait, gather, tell; ends with the last page."""
        told: Mapping[str, object] = {}
        while not self._ending():
            await self._woken.wait()
            self._woken.clear()
            with self._lock:
                waiting, self._waiting, self._wake_is_due = self._waiting, _Waiting(), False
            if self._ending():
                break
            try:
                told = await self._tell(waiting, told)
            except Exception:  # the journal may fail for a while; pages hear of it at the next change
                log.exception("Open pages could not be told what changed")
            await asyncio.sleep(GATHER_SECONDS)
        for page in list(self._pages):
            page.end()

    def _ending(self) -> bool:
        return self._closed

    async def _tell(self, waiting: _Waiting, told: Mapping[str, object]) -> Mapping[str, object]:
        """Send what waits to every page; returns the status told last."""
        frames: list[bytes] = []
        if waiting.hello and self._about is not None:
            frames.append(encode("hello", await asyncio.to_thread(self._about)))
        if waiting.jobs:
            jobs = [self._describe(job) for job in waiting.jobs.values()]
            frames.append(encode("jobs", {"jobs": jobs, "more": waiting.more}))
        frames += [encode("notice", notice) for notice in waiting.notices]
        if waiting.sort is not None:
            frames.append(encode("sort", waiting.sort))
        if waiting.status and self._status is not None:
            status = await asyncio.to_thread(self._status)
            if waiting.hello or status != told:
                frames.append(encode("status", status))
                told = status
        for frame in frames:
            for page in [page for page in self._pages if not page.put(frame)]:
                log.info("A page that does not listen is let go")
                self._pages.discard(page)
        return told


def encode(kind: str, content: Mapping[str, object]) -> bytes:
    """One message of the stream: JSON in ASCII holds no line break and any file name."""
    return f"event: {kind}\ndata: {json.dumps(content)}\n\n".encode("ascii")
