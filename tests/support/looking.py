"""What the daemon does with the content of a file, and a limit to how long that may take."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wavized.audio.playable import browser_type
from wavized.audio.probe import HeaderProbe
from wavized.audio.stream import Section, open_sample
from wavized.audio.tags import MAX_CHARACTERS, MAX_TEXTS, read_tags
from wavized.domain.sample import Header
from wavized.errors import UnreadableAudioError

MOST_SECONDS = 1.0
"""Of processor time for one file: header, tags and what a browser could do with it."""


class TooLongError(AssertionError):
    """A file took more than its time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Break off whatever takes longer than this, in processor time."""
    if sys.platform == "win32":
        yield
        return

    def break_off(*_: object) -> None:
        raise TooLongError(f"took more than {seconds:g} s")

    before = signal.signal(signal.SIGVTALRM, break_off)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


def look_at(path: Path) -> Header | None:
    """All that the daemon does with a file's content but its digest; its header where it has a sane one."""
    texts = read_tags(path)
    assert len(texts) <= MAX_TEXTS and all(len(text) <= MAX_CHARACTERS for text in texts)
    file, size = open_sample(path)
    with file:
        browser_type(Section(file, 0, size))
    try:
        header = HeaderProbe().read_header(path)
    except UnreadableAudioError as error:
        assert error.message
        return None
    assert header.format in ("wav", "aiff", "flac", "ogg", "opus", "mp3")
    assert 8_000 <= header.sample_rate <= 192_000 and 1 <= header.channels <= 8
    assert 0.0 <= header.duration_s < math.inf
    return header
