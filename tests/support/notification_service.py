"""A desktop's notification service: says on its standard output what it is asked to show, one JSON a line.

With SILENT in its environment it takes messages and never answers. Needs PyGObject and a session bus.
"""

from __future__ import annotations

import json
import os

from gi.repository import Gio, GLib

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
INTERFACE = """<node><interface name="org.freedesktop.Notifications">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
</interface></node>"""


def say(told: dict[str, object]) -> None:
    print(json.dumps(told), flush=True)


def answer(_bus, _sender, _path, _interface, method, words, invocation) -> None:
    if method == "GetCapabilities":
        invocation.return_value(GLib.Variant("(as)", (["body", "body-markup"],)))
        return
    program, _, _, title, text, _, hints, _ = words.unpack()
    say({"from": program, "title": title, "text": text, "picture": list(hints["image-data"][:2])})
    if "SILENT" not in os.environ:
        invocation.return_value(GLib.Variant("(u)", (1,)))


def on_bus(bus: Gio.DBusConnection, _: str) -> None:
    bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], answer, None, None)


Gio.bus_own_name(
    Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, on_bus, lambda *_: say({"ready": True}), None
)
GLib.MainLoop().run()
