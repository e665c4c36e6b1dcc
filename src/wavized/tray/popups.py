"""Pop-ups by the desktop's notification service (freedesktop.org, "Desktop Notifications Specification").

Runs on GTK's main loop and never waits for the service: one that is missing, slow or broken loses its
messages and nothing else. Imported only where pystray has chosen GTK.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from gi.repository import Gio, GLib
from PIL import Image

log = logging.getLogger(__name__)

_SERVICE, _PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_TIMEOUT_MS = 5000


class Popups:
    """Takes the place of pystray's notifier, which waits for the service and raises where there is none."""

    def __init__(self, picture: Callable[[], Image.Image]) -> None:
        self._picture = picture

    def notify(self, title: str, text: str, _icon_path: str | None = None) -> None:
        """Have a message shown. Returns at once."""
        Gio.bus_get(Gio.BusType.SESSION, None, self._on_bus, (title, text))

    def hide(self) -> None:
        """Messages stay until they are read or their time is over."""

    def _on_bus(self, _: object, result: object, message: tuple[str, str]) -> None:
        try:
            bus = Gio.bus_get_finish(result)
        except GLib.Error as error:
            log.info("There is no session bus to show a message on: %s", error.message)
            return
        self._call(bus, "GetCapabilities", None, lambda answer: self._show(bus, message, answer))

    def _show(self, bus: Any, message: tuple[str, str], capabilities: Any) -> None:  # noqa: ANN401 - GLib's
        title, text = message
        if "body-markup" in capabilities.unpack()[0]:
            text = GLib.markup_escape_text(text)
        hints = {"desktop-entry": GLib.Variant("s", "wavized"), "image-data": _image(self._picture())}
        words: tuple[object, ...] = ("Wavized", 0, "", title, text, [], hints, -1)
        self._call(bus, "Notify", GLib.Variant("(susssasa{sv}i)", words), lambda _: None)

    def _call(self, bus: Any, name: str, words: Any, then: Callable[[Any], None]) -> None:  # noqa: ANN401 - GLib's
        def answered(_: object, result: object) -> None:
            try:
                answer = bus.call_finish(result)
            except GLib.Error as error:
                log.info("The desktop shows no messages: %s", error.message)
                return
            then(answer)

        flags = Gio.DBusCallFlags.NONE
        bus.call(_SERVICE, _PATH, _SERVICE, name, words, None, flags, _TIMEOUT_MS, None, answered)


def _image(picture: Image.Image) -> Any:  # noqa: ANN401 - GLib publishes no types
    """A picture as the specification's `image-data`: size, row length, alpha, bits, channels, bytes."""
    rgba = picture.convert("RGBA")
    content = (rgba.width, rgba.height, rgba.width * 4, True, 8, 4, rgba.tobytes())
    return GLib.Variant("(iiibiiay)", content)
