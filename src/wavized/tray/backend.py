"""pystray's icon, with the gaps of its systems filled or named. Imports pystray only when one is made.

`run` holds the main thread; `show`, `dock` and `stop` belong to the one helper thread that `run` starts.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

from wavized.errors import WavizedError
from wavized.services.notifications import Message
from wavized.tray.menu import Choice, MenuItem, MenuModel, Sections

log = logging.getLogger(__name__)

TRAY_HINT = (
    'GNOME shows tray icons with its extension "AppIndicator and KStatusNotifierItem Support". Wavized works '
    "the same without an icon; --no-tray leaves it out"
)
_JOIN_SECONDS = 2.0

_OWN = {
    "xorg": "wavized.tray.xorg",
    "gtk": "wavized.tray.gtk",
    "appindicator": "wavized.tray.appindicator",
}
"""Where pystray's icon for a system is made better, by the name of pystray's module."""


class TrayUnavailableError(WavizedError):
    """No icon can be shown here, or the one shown was lost with its display."""


class Backend:
    """One icon on the screen. Raises TrayUnavailableError where none can be made."""

    def __init__(self, model: MenuModel, choose: Callable[[Choice], None]) -> None:
        self._pystray = _import_pystray()
        self._choose = choose
        self._model = model
        self._has_begun = False
        kind = self._pystray.Icon
        system: str = kind.__module__.rpartition("_")[2]
        self.has_menu: bool = kind.HAS_MENU
        self.docks_itself = system != "xorg"
        module = _OWN.get(system)
        if module is not None:
            kind = getattr(importlib.import_module(module), "Icon")  # noqa: B009 - mypy knows no such name
        menu = self._pystray.Menu(self._items)
        self._icon: Any = kind("wavized", self._image(), self._title(), menu)  # pystray publishes no types
        if module is not None:
            self._icon.draw_at = self._image

    def run(self, keep: Callable[[], None]) -> None:
        """Show the icon until `stop`; `keep` runs on the helper thread and calls `stop` at its end."""

        def help_out(_: object) -> None:
            self._has_begun = True
            threading.current_thread().name = "tray"
            self._do(self._appear)
            keep()

        self._icon.run(setup=help_out)

    def release(self) -> None:
        """After `run`: wait for the helper thread, which must have been told to end, and let go of all."""
        helper: threading.Thread | None = getattr(self._icon, "_setup_thread", None)
        if helper is not None:
            if not self._has_begun:  # the loop failed before it let the helper go
                self._icon._mark_ready()
            helper.join(_JOIN_SECONDS)
            if helper.is_alive():
                log.warning("The tray's helper thread does not end")
        if not self.docks_itself:
            self._icon.close()

    def show(self, model: MenuModel) -> None:
        """Change what is shown, as far as it differs."""
        self._do(lambda: self._change(model))

    def notify(self, message: Message) -> None:
        """Pop up a message, where the system can."""
        if self._icon.HAS_NOTIFICATION:
            self._do(lambda: self._icon.notify(message.text, message.title))

    def is_docked(self) -> bool:
        """Whether a tray has the icon; where `docks_itself`, the system sees to that and does not tell."""
        return self.docks_itself or bool(self._icon.docked)

    def dock(self) -> None:
        """Offer the icon to a tray that may have come up since."""
        self._do(self._redraw)

    def stop(self) -> None:
        """Take the icon away; `run` returns."""
        self._do(self._icon.stop)

    def _do(self, call: Callable[[], None]) -> None:
        """Change the icon: on X11 on the main thread, elsewhere pystray itself sees to the right thread."""
        if self.docks_itself:
            call()
        else:
            self._icon.post(call)

    def _appear(self) -> None:
        self._icon.visible = True

    def _redraw(self) -> None:
        self._icon.icon = self._image()

    def _change(self, model: MenuModel) -> None:
        before, self._model = self._model, model
        if (model.picture, model.badge) != (before.picture, before.badge):
            self._redraw()
        self._icon.title = self._title()
        if model.sections != before.sections:
            self._icon.update_menu()

    def _image(self, size: int = 64) -> object:
        from wavized.tray.artwork import draw  # Pillow is loaded only once there is a display

        model = self._model
        return draw(model.picture, size, badge=model.badge, opaque=not self.docks_itself)

    def _title(self) -> str:
        """The tooltip; plain X11 window names hold Latin-1 only."""
        title = self._model.title
        if self.docks_itself:
            return title
        return title.replace("…", "...").encode("latin-1", "replace").decode("latin-1")

    def _items(self) -> Iterator[object]:
        """The menu as pystray asks for it: again for every update, on the main thread."""
        return self._lines(self._model.sections)

    def _lines(self, sections: Sections) -> Iterator[object]:
        for number, section in enumerate(sections):
            if number:
                yield self._pystray.Menu.SEPARATOR
            for item in section:
                yield self._item(item)

    def _item(self, item: MenuItem) -> object:
        def chosen(_icon: object, _item: object) -> None:
            if item.choice is not None:
                self._choose(item.choice)

        text = item.text.replace("&", "&&") if sys.platform == "win32" else item.text
        action = self._pystray.Menu(partial(self._lines, item.sections)) if item.sections else chosen
        checked = None if item.checked is None else lambda _: bool(item.checked)
        return self._pystray.MenuItem(text, action, checked, default=item.default, enabled=item.enabled)


def _import_pystray() -> ModuleType:
    """pystray, which picks its backend and opens the display while it is imported."""
    try:
        pystray = importlib.import_module("pystray")
    except Exception as error:  # without a display each backend raises an error of its own
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise TrayUnavailableError(
                "No tray icon: there is no graphical display", hint="Start Wavized from a desktop session"
            ) from error
        raise TrayUnavailableError(
            f"No tray icon: the display cannot be used ({error})", hint=TRAY_HINT
        ) from error
    return pystray
