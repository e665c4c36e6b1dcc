"""pystray's icon for plain X11, with every word to the display said on the main thread.

pystray speaks to the display from two threads, and python-xlib at times loses a request so and waits forever.
Here other threads queue what is to be done and never wait for it, so that a lost display strands nobody.
Imported only where pystray has chosen X11.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

from PIL import Image
from pystray import _xorg
from pystray._xorg import Xlib


class Icon(_xorg.Icon):  # type: ignore[misc]  # pystray publishes no types
    """An icon that also hears clicks, and that finds a tray which comes up later than it does.

    `draw_at` draws what is to be shown at a size in pixels.
    """

    draw_at: Callable[[int], Image.Image] | None = None
    _icon_data: Image.Image | None = None

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.docked = False
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._bell, self._ringer = socket.socketpair()
        self._message_handlers[Xlib.X.ReparentNotify] = self._on_reparent
        hears = Xlib.X.ExposureMask | Xlib.X.StructureNotifyMask | Xlib.X.ButtonPressMask
        self._window.change_attributes(event_mask=hears)

    def post(self, call: Callable[[], None]) -> None:
        """Have the main thread do something, in turn. Returns at once; any thread may call."""
        self._calls.put(call)
        self._ringer.send(b"\0")

    def close(self) -> None:
        """After the loop: let go of the display, which may be gone."""
        self._running = False
        self._bell.close()
        self._ringer.close()
        try:
            self._display.close()
        except Xlib.error.ConnectionClosedError:
            pass  # the display went first

    def __del__(self) -> None:
        """Nothing is left to do after `close`; pystray would speak to the display here, on any thread."""

    def _assert_icon_data(self, width: int, height: int) -> None:
        """The picture at the very size that the tray gives it, in the middle of its place."""
        if self.draw_at is None or (self._icon_data and self._icon_data.size == (width, height)):
            return
        side = min(width, height)
        data = Image.new("RGB", (width, height))
        data.paste(self.draw_at(side).convert("RGB"), ((width - side) // 2, (height - side) // 2))
        data.tostring = data.tobytes  # type: ignore[attr-defined]  # by its old name to python-xlib
        self._icon_data = data

    def _assert_docked(self) -> None:
        """Offer the icon to the tray, if there is one, unless it lies in it already."""
        if not self.docked:
            self._dock_window()

    def _on_reparent(self, event: Any) -> None:  # noqa: ANN401 - python-xlib publishes no types
        """A tray took the icon in, or left it behind on the bare screen when it ended."""
        self.docked = event.parent != self._display.screen().root
        if not self.docked:
            self._window.unmap()

    def _events(self) -> Iterator[Any]:
        """The display's events; what was posted is done in between."""
        while True:
            self._display.flush()
            if self._display.pending_events():
                yield self._display.next_event()
                continue
            ready, _, _ = select.select([self._display, self._bell], [], [])
            if self._bell in ready:
                self._bell.recv(4096)
                while not self._calls.empty():
                    self._calls.get()()
