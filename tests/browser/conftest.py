"""Real headless Chromium on the pages of a real daemon. No page may err or ask another host for anything."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from support.program import Program
from support.stock import stock

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_MS = 60_000
"""Only so that a hang ends: a busy machine is no fault of the page."""


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium, without a window; while it is open, no other test can run an event loop."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            # CI may run as root, where Chromium's sandbox refuses to start; sound plays into nothing
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
        )
        yield browser
        browser.close()


STOCKED = 10_000


@pytest.fixture(scope="session")
def stocked(tmp_path_factory, eager_model):
    """A daemon with a long history: 10,000 samples filed, some of every other state. Only to be looked at."""
    with Program(tmp_path_factory.mktemp("stocked"), eager_model) as made:
        stock(made.place / "own" / "state" / "wavized" / "journal.db", made.inbox, made.library, STOCKED)
        made.start()
        yield made


class Visitor:
    """A browser session on one daemon; `faults` collects what no page may do."""

    def __init__(self, browser: Browser, program: Program) -> None:
        self._browser = browser
        self._program = program
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def address(self, page: str = "") -> str:
        """A one-time address of the window."""
        words = ("open", "--print", *([page] if page else []))
        done = self._program.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def visit(self, page: str = "", *, width: int = 1280, height: int = 850, dark: bool = False) -> Page:
        """A new tab, signed in, on that page."""
        tab = self.tab(width=width, height=height, dark=dark)
        tab.goto(self.address(page))
        return tab

    def tab(self, *, width: int = 1280, height: int = 850, dark: bool = False) -> Page:
        """A new tab of a browser that has never been here."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        tab.on("console", lambda said: self._hear(said.type, said.text))
        tab.on("request", lambda request: self._watch(request.url))
        return tab

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _hear(self, kind: str, text: str) -> None:
        # An answer such as 404 or a daemon that is away is told by the page itself.
        if kind == "error" and "Failed to load resource" not in text and "ERR_CONNECTION" not in text:
            self.faults.append(f"console: {text}")

    def _watch(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            self.faults.append(f"request to {url}")


@pytest.fixture
def visitor(chromium, program):
    made = Visitor(chromium, program)
    yield made
    made.close()
    assert made.faults == []
