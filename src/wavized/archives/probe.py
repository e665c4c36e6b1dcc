"""The Probe of watched folders: tells of samples and archives whether they are whole. Any thread."""

from __future__ import annotations

from pathlib import Path

from wavized.archives.directory import is_whole
from wavized.audio.probe import HeaderProbe
from wavized.domain.sample import Header
from wavized.logic.selection import is_archive


class ArrivalProbe:
    """Like HeaderProbe, and for archives a header that says nothing but whether they are complete."""

    def __init__(self) -> None:
        self._samples = HeaderProbe()

    def read_header(self, path: Path) -> Header:
        """See `wavized.ports.Probe.read_header`."""
        if is_archive(path.name):
            return Header("zip", 0, 0, 0.0, is_whole(path))
        return self._samples.read_header(path)
