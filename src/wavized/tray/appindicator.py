"""pystray's icon for AppIndicator, quiet where the desktop has no notification service.

Everything runs on the main thread, in GTK's loop. Imported only where pystray has chosen AppIndicator.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from pystray import _appindicator

from wavized.tray.popups import Popups


class Icon(_appindicator.Icon):  # type: ignore[misc]  # pystray publishes no types
    """The desktop scales the icon itself; `draw_at` is asked for one large enough for all."""

    draw_at: Callable[[int], Image.Image] | None = None

    def _initialize(self) -> None:
        """As pystray does, but Ctrl-C keeps its meaning, and no session bus is needed."""
        self._notifier = Popups(lambda: self.icon)
        self._mark_ready()
