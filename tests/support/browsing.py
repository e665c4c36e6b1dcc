"""Waiting for what only JavaScript can tell; the pages' strict policy forbids Playwright's own way."""

from __future__ import annotations

from playwright.sync_api import Page

from support.watching import wait_until


def until(page: Page, expression: str) -> None:
    """Return as soon as the expression holds on the page."""
    wait_until(lambda: bool(page.evaluate(expression)), expression)
