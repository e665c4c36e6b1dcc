"""A real X display (Xvfb) with a real tray host (trayer), and a program with a tray icon on it, for tests."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops, ImageGrab

DEADLINE = 120.0
"""Seconds to wait for what must happen."""

TOOLS = ("Xvfb", "trayer", "xdotool", "xwininfo")

SIZE = (640, 480)
"""Pixels of the screen: room for the whole menu and one beside it."""

PANEL_HEIGHT = 24

SELECTED = (53, 132, 228)
"""The colour of the chosen line in a menu of GTK's own theme."""

LIGHT, DARK = 0xE6E6E6, 0x222222
"""Colours of a panel."""


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return once the condition holds; AssertionError where it does not before the deadline."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


class Desktop:
    """An X display of its own; the tray host comes and goes."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                f"{SIZE[0]}x{SIZE[1]}x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            self.display = f":{answer.readline().strip()}"
        self._tray: subprocess.Popen[bytes] | None = None
        without = {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "PYSTRAY_BACKEND"}
        self.environ = {name: value for name, value in os.environ.items() if name not in without}
        self.environ["DISPLAY"] = self.display
        self.environ["PYSTRAY_BACKEND"] = "xorg"

    def use_gtk(self, bindings: Path) -> None:
        """Programs get an icon with a menu; `bindings` is a folder that holds PyGObject."""
        self.environ |= {"PYSTRAY_BACKEND": "gtk", "PYTHONPATH": str(bindings), "GTK_THEME": "Adwaita"}
        self.environ["NO_AT_BRIDGE"] = "1"  # there is no service for the blind on this display

    def start_tray(self, tint_colour: int = DARK) -> None:
        """Put a panel at the bottom left corner."""
        height = str(PANEL_HEIGHT)
        look = ["--edge", "bottom", "--align", "left", "--widthtype", "request", "--height", height]
        tint = ["--transparent", "true", "--alpha", "0", "--tint", f"0x{tint_colour:06x}"]
        self._tray = subprocess.Popen(
            ["trayer", *look, *tint], env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill_tray(self) -> None:
        """End the panel as a crash would."""
        if self._tray is not None:
            self._tray.kill()
            self._tray.wait()
            self._tray = None

    def close(self) -> None:
        """End the panel and the display."""
        self.kill_tray()
        self._server.kill()
        self._server.wait()

    def screenshot(self) -> Image.Image:
        """What a person would see."""
        return ImageGrab.grab(xdisplay=self.display).convert("RGB")

    def shows(self, colour: tuple[int, int, int]) -> bool:
        """Whether a patch as large as a small icon's tile has this colour."""
        image = self.screenshot()
        counts = image.getcolors(image.width * image.height) or []
        return any(count > 100 and found == colour for count, found in counts)

    def icon_title(self) -> str | None:
        """The name of the icon's window, where it lies in a panel; None where there is none."""
        listing = self._ask("xwininfo", "-root", "-tree")
        found = re.search(r'^(\s+)0x\w+ "(Wavized[^\n]*)": \("wavizedSystemTrayIcon"', listing, re.MULTILINE)
        return found[2] if found and len(found[1]) > len("     ") else None

    def click_icon(self, button: int = 1) -> None:
        """Click into the corner where the panel starts."""
        self._click(PANEL_HEIGHT // 2, SIZE[1] - PANEL_HEIGHT // 2, button)

    def hover_icon(self) -> None:
        """Rest on the icon, so that its tooltip shows; away from it first."""
        for x, y in ((SIZE[0] - 5, 5), (PANEL_HEIGHT // 2, SIZE[1] - PANEL_HEIGHT // 2)):
            self._ask("xdotool", "mousemove", str(x), str(y))

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        self._ask("xdotool", "key", "--delay", "60", *keys)

    def open_menu(self) -> None:
        """The icon's menu, by the right button; again where a busy program was not ready for it."""

        def opens() -> bool:
            self.press("Home")
            if self.selected() is None:
                self.click_icon(3)
                time.sleep(0.5)
            self.press("Home")
            return self.selected() is not None

        wait_until(opens, "the menu opened by the right button")

    def close_menu(self) -> None:
        def closed() -> bool:
            self.press("Escape")
            return self.selected() is None

        wait_until(closed, "the menu closed")

    def choose(self, *ways: int) -> None:
        """Click on an item with the mouse: so many enabled lines from the top, in each menu on the way."""
        self.open_menu()
        for level, number in enumerate(ways):
            if level:
                self._step("Right", "the submenu opened")
            for _ in range(number):
                self._step("Down", "the next line chosen")
        place = self.selected()
        assert place is not None
        right, top, bottom = place

        def clicked() -> bool:
            """GTK takes no click on a menu that has only just opened."""
            self._click(right - 12, (top + bottom) // 2, 1)
            end = time.monotonic() + 1.5
            while time.monotonic() < end and self.selected() is not None:
                time.sleep(0.05)
            return self.selected() is None

        wait_until(clicked, "the menu gone after a click")

    def _step(self, key: str, what: str) -> None:
        before = self.selected()
        self.press(key)
        wait_until(lambda: self.selected() not in (None, before), what)

    def selected(self) -> tuple[int, int, int] | None:
        """Right, top and bottom of the chosen line of the innermost menu, the one furthest right."""
        image = self.screenshot()
        red, green, blue = image.point([255 * (abs(v - c) < 3) for c in SELECTED for v in range(256)]).split()
        mask = ImageChops.multiply(ImageChops.multiply(red, green), blue)
        box = mask.getbbox()
        if box is None:
            return None
        edge = mask.crop((box[2] - 12, 0, box[2], image.height)).getbbox()
        assert edge is not None
        return box[2], edge[1], edge[3]

    def _click(self, x: int, y: int, button: int) -> None:
        self._ask("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def _ask(self, *command: str) -> str:
        """What a tool answers: nothing, where a window goes away under its eyes."""
        answer = subprocess.run(command, env=self.environ, check=False, capture_output=True)
        return answer.stdout.decode("latin-1") if answer.returncode == 0 else ""


class Program:
    """A process that runs a script and says, line by line, what happens to it."""

    def __init__(self, script: Path, environ: dict[str, str]) -> None:
        self.said: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, script],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="program-reader")
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line.rstrip("\n"))

    def tell(self, message: str | dict[str, object]) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{message if isinstance(message, str) else json.dumps(message)}\n")
        self._process.stdin.flush()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def has_said(self, line: str) -> bool:
        while not self._lines.empty():
            self.said.append(self._lines.get())
        return line in self.said

    def wait_for(self, line: str) -> None:
        wait_until(lambda: self.has_said(line), f"{line!r} among {self.said}")

    def end(self) -> tuple[int, str]:
        """Wait for the process to end; its exit code and everything on its standard error."""
        assert self._process.stdin is not None and self._process.stderr is not None
        code = self._process.wait(DEADLINE)
        self._reader.join()
        errors = self._process.stderr.read()
        self.has_said("")
        return code, errors

    def close(self) -> None:
        """Make sure that nothing is left."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            try:
                stream.close()
            except BrokenPipeError:  # a line it never read
                pass


@contextmanager
def running(script: Path, environ: dict[str, str]) -> Iterator[Program]:
    """A program that is gone afterwards in any case."""
    program = Program(script, environ)
    try:
        yield program
    finally:
        program.close()


def missing_tool() -> str | None:
    """A tool without which there is no desktop to test on."""
    return next((tool for tool in TOOLS if shutil.which(tool) is None), None)


def find_bindings(into: Path) -> Path | None:
    """A folder with Debian's PyGObject and nothing else of Debian's; None where it is not for this Python."""
    packages = Path("/usr/lib/python3/dist-packages")
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    if not list(packages.glob(f"gi/_gi.cpython-{version}-*.so")):
        return None
    if not list(Path("/usr/lib").glob("*/girepository-1.0/Gtk-3.0.typelib")):
        return None
    for name in ("gi", "cairo"):
        if (packages / name).is_dir():
            (into / name).symlink_to(packages / name)
    return into


def find_indicator() -> bool:
    """Whether Debian's AppIndicator library is here for PyGObject."""
    return bool(list(Path("/usr/lib").glob("*/girepository-1.0/AyatanaAppIndicator3-0.1.typelib")))
