"""What every page must be: WCAG 2.1 AA as far as axe can tell, and no wider than the screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from support.browsing import until

_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands, one line each."""
    until(page, "document.getAnimations().every((one) => one.effect.getTiming().iterations === Infinity)")
    violations = Axe().run(page, options=_RULES).response["violations"]
    found = [
        f"{one['id']}: {one['help']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for one in violations
        for node in one["nodes"]
    ]
    wide, screen = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    if wide > screen:
        found.append(f"the page is {wide} px wide on a screen of {screen}")
    return found
