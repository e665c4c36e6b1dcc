"""pystray's icon for GTK on X11, drawn at the tray's own size and quiet where the desktop lacks a service.

Everything runs on the main thread, in GTK's loop. Imported only where pystray has chosen GTK.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import GdkPixbuf, GLib
from PIL import Image
from pystray import _gtk
from pystray._util.gtk import mainloop

from wavized.tray.popups import Popups


class Icon(_gtk.Icon):  # type: ignore[misc]  # pystray publishes no types
    """`draw_at` draws what is to be shown at a size in pixels.

    While the menu is open it stays as it is: it would go away under the pointer, or an item would come to
    mean something else.
    """

    draw_at: Callable[[int], Image.Image] | None = None
    _menu_handle: Any = None

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self._status_icon.connect("size-changed", self._on_size)

    def _initialize(self) -> None:
        """As pystray does, but Ctrl-C keeps its meaning, and no session bus is needed."""
        self._notifier = Popups(lambda: self.icon)
        self._mark_ready()

    @mainloop  # type: ignore[untyped-decorator]  # pystray publishes no types
    def _show(self) -> None:
        self._name_it()
        self._status_icon.set_visible(True)

    @mainloop  # type: ignore[untyped-decorator]  # pystray publishes no types
    def _update_icon(self) -> None:
        self._draw()

    @mainloop  # type: ignore[untyped-decorator]  # pystray publishes no types
    def _update_title(self) -> None:
        self._name_it()

    @mainloop  # type: ignore[untyped-decorator]  # pystray publishes no types
    def _update_menu(self) -> None:
        self._renew_menu()

    def _renew_menu(self, *_: object) -> None:
        """Build the menu anew, or once it is closed."""
        if self._menu_handle is not None and self._menu_handle.get_visible():
            return
        self._menu_handle = self._create_menu(self.menu)
        # a little later, since what was chosen is carried out after the menu has gone
        self._menu_handle.connect("hide", lambda _: self.update_menu())

    def _name_it(self) -> None:
        self._status_icon.set_title(self.title)
        self._status_icon.set_tooltip_text(self.title)

    def _on_size(self, _icon: object, _size: int) -> bool:
        self._draw()
        return True  # GTK need not scale it

    def _draw(self) -> None:
        size = self._status_icon.get_size()
        picture = self.draw_at(size) if self.draw_at and size > 1 else self.icon
        self._status_icon.set_from_pixbuf(_pixbuf(picture))
        self._icon_valid = True

    def _finalize(self) -> None:
        """Nothing is left behind: no file was made, and no service needs to be told."""


def _pixbuf(picture: Image.Image) -> Any:  # noqa: ANN401 - GTK publishes no types
    rgba = picture.convert("RGBA")
    data = GLib.Bytes.new(rgba.tobytes())
    colours = GdkPixbuf.Colorspace.RGB
    return GdkPixbuf.Pixbuf.new_from_bytes(data, colours, True, 8, rgba.width, rgba.height, rgba.width * 4)
