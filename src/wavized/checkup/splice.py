"""Splice's folders against the watched ones. Only looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from wavized.checkup.finding import Finding, note, ok
from wavized.config import splice
from wavized.config.model import Config

_ABSENT = "If its drive is unplugged, plug it in; if you moved your samples, set the folder in Splice"


def splice_folders(config: Config | None) -> Iterator[Finding]:
    """Each that there is, whether it is watched, and what Splice's settings name in vain."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises for a user without a home
    documents = Path(platformdirs.user_documents_dir())
    found = splice.find(home=home, platform=sys.platform, environ=os.environ, documents=documents)
    missing = splice.absent(home=home, platform=sys.platform, environ=os.environ)
    watched = [folder.path for folder in config.watch] if config else []
    yield from judge_splice([folder.path for folder in found], missing, watched)


def judge_splice(found: list[Path], missing: list[Path], watched: list[Path]) -> Iterator[Finding]:
    """Nothing is said to those who have no Splice."""
    for folder in found:
        real = folder.resolve()
        if any(real.is_relative_to(root.resolve()) for root in watched):
            yield ok("splice", f"{folder} is watched")
        else:
            advice = "To have what Splice downloads filed too, add the folder in the window's settings"
            yield note("splice", f"{folder} is not watched", advice)
    for folder in missing:
        yield note("splice", f"Splice's settings name {folder}, which is not there now", _ABSENT)
